"""One number for everything that the catalogue says, whatever the order in which it was learnt.

Keys, row ids and the times at which something was noted differ from run to run and are left out; a paper is known by
what its sources said of it. Rows are added up, so a hundred thousand papers need no sorting and little memory.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

from django.db.models import Model, QuerySet

from broadsheet.catalogue import models
from tests.catalogue.content import CHILDREN, OWN

WITH_PAPER: dict[type[Model], tuple[str, ...]] = {
    models.Announcement: ("source__slug", "category", "announced_on", "kind", "is_estimated"),
    models.Statement: ("source__slug", "kind", "text", "url", "stated_on"),
}
ALONE: dict[type[Model], tuple[str, ...]] = {
    models.Tombstone: ("source__slug", "ref", "deleted_on"),
    models.Batch: (
        *("source__slug", "category", "announced_on", "state", "announced_count"),
        *("received_count", "announced", "missing"),
    ),
}
_ALL = 1 << 256


def catalogue_hash() -> str:
    """The sum of the digests of all rows of all tables that say something, as 64 hexadecimal digits."""
    identity = _identities()
    total = _sum("paper", models.Paper.objects.values_list("pk", *OWN, *_STATED), identity)
    for name, fields in CHILDREN.items():
        rows = models.Paper.objects.filter(**{f"{name}__isnull": False})
        total += _sum(name, rows.values_list("pk", *(f"{name}__{field}" for field in fields)), identity)
    for model, fields in WITH_PAPER.items():
        total += _sum(model.__name__, model._default_manager.values_list("paper_id", *fields), identity)
    for model, fields in ALONE.items():
        rows = model._default_manager.values_list(*fields)
        total += sum(_digest(model.__name__, *row) for row in rows.iterator())
    noted = set(models.ChangedPaper.objects.values_list("paper_id", flat=True))
    total += sum(_digest("waits for the index", identity[paper]) for paper in noted.intersection(identity))
    return f"{total % _ALL:064x}"


_STATED = ("licence", "remarks", "journal_ref", "is_withdrawn", "is_retracted", "language")


def _identities() -> dict[int, int]:
    """What each paper is known by: all that was said of it."""
    identity: dict[int, int] = defaultdict(int)
    rows = models.SourceRecord.objects.values_list("paper_id", "source__slug", "ref", "digest")
    for paper, *said in rows.iterator():
        identity[paper] += _digest(*said)
    return dict(identity)


def _sum(name: str, rows: QuerySet[Any, Any], identity: dict[int, int]) -> int:
    return sum(_digest(name, identity[paper], *row) for paper, *row in rows.iterator())


def _digest(*values: object) -> int:
    return int.from_bytes(hashlib.blake2b(repr(values).encode(), digest_size=32).digest(), "big")

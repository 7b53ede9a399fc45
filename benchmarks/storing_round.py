"""One round of ``benchmarks.storing``, in a process and a home of its own: prints the seconds of each stage as JSON.

Called by that benchmark only: ``python -m benchmarks.storing_round CORPUS``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.rounds import Timing, timed
from broadsheet.sources.record import (
    AnnouncementRecord,
    AuthorRecord,
    IdentifierRecord,
    PaperRecord,
    VersionRecord,
)

HELD = 8
SOURCE = "arxiv"
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
LICENCE = "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"


def main() -> None:
    """Measure the stages and the peer."""
    texts = [json.loads(line) for line in Path(sys.argv[1]).read_text("utf-8").splitlines()]
    from broadsheet.cli.instance import open_instance

    open_instance()
    from broadsheet.catalogue.intake import take_in
    from broadsheet.catalogue.language import language_of
    from broadsheet.catalogue.models import Paper

    new = list(papers(texts, 0))
    stages: dict[str, Timing] = {}
    # What is read once in a process: the model that tells languages, and the modules of the database.
    language_of("Comment lire", "Nous étudions comment un lecteur trouve un bon article.")
    take_in(papers(texts[:20], HELD + 2), source=SOURCE)
    stages["empty"] = timed(lambda: take_in(new, source=SOURCE))
    stages["again"] = timed(lambda: take_in(new, source=SOURCE))
    for copy in range(1, HELD):
        take_in(papers(texts, copy), source=SOURCE)
    newest = Paper.objects.latest("pk").pk
    new = list(papers(texts, HELD))
    stages["held"] = timed(lambda: take_in(new, source=SOURCE))
    stages["peer"] = peer(newest)
    changed = [replace(record, abstract=f"{record.abstract} Revised.", version_number=2) for record in new]
    stages["changed"] = timed(lambda: take_in(changed, source=SOURCE))
    print(json.dumps({"papers": len(new), "stages": {name: asdict(timing) for name, timing in stages.items()}}))


def papers(texts: Sequence[dict[str, Any]], copy: int) -> Iterator[PaperRecord]:
    """The papers of the collection under names of their own, as arXiv tells of papers."""
    for number, text in enumerate(texts):
        serial = copy * len(texts) + number
        name, day = f"{24 + serial // 1_000_000:02}01.{serial % 100_000:05}", FIRST + timedelta(minutes=serial)
        if serial >= 100_000:
            name = f"{name[:2]}{serial // 100_000 + 1:02}{name[4:]}"
        identifiers = [IdentifierRecord(scheme="arxiv", value=name)]
        if serial % 3 == 0:
            identifiers.append(IdentifierRecord(scheme="doi", value=f"10.5555/{serial}"))
        yield PaperRecord(
            title=f"{text['title']} {serial}",
            abstract=text["text"],
            ref=name,
            authors=tuple(AuthorRecord(name=author) for author in text.get("authors") or ()),
            identifiers=tuple(identifiers),
            categories=("cs.CL", "cs.LG", "stat.ML")[: 1 + serial % 3],
            published_on=day.date(),
            version_number=1,
            version_at=day,
            versions=(VersionRecord(number=1, submitted_at=day),),
            licence=LICENCE,
            remarks=f"{serial % 40} pages" if serial % 2 else "",
            announcements=(AnnouncementRecord(category="cs.CL", announced_on=day.date(), is_estimated=True),),
        )


def peer(newest: int) -> Timing:
    """Store the finished rows of the papers behind row ``newest`` in a database of their own, and nothing else."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections, transaction

    from broadsheet.catalogue import models
    from broadsheet.catalogue.intake import BATCH_SIZE

    path = Path(str(settings.DATABASES["default"]["NAME"])).with_name("peer.sqlite3")
    connections.databases["peer"] = {**connections.databases["default"], "NAME": str(path)}
    call_command("migrate", database="peer", verbosity=0)
    for model in (models.Source, models.Category, models.Organisation):
        model._default_manager.using("peer").bulk_create(list(model._default_manager.all()))  # noqa: SLF001
    children = (
        models.SourceRecord,
        models.Authorship,
        models.Identifier,
        models.Link,
        models.Version,
        models.Statement,
        models.PaperCategory,
        models.Announcement,
        models.ChangedPaper,
    )
    ids = list(models.Paper.objects.filter(pk__gt=newest).order_by("pk").values_list("pk", flat=True))
    batches = []
    for start in range(0, len(ids), BATCH_SIZE):
        part = ids[start : start + BATCH_SIZE]
        rows = [(models.Paper, list(models.Paper.objects.filter(pk__in=part)))]
        rows += [(child, list(child._default_manager.filter(paper_id__in=part))) for child in children]  # noqa: SLF001
        batches.append(rows)

    def store() -> None:
        for rows in batches:
            with transaction.atomic(using="peer"):
                for model, objects in rows:
                    model._default_manager.using("peer").bulk_create(objects)  # noqa: SLF001

    return timed(store)


if __name__ == "__main__":
    main()

"""What is kept of what was computed: what profiles hold of papers, and what was learnt from all papers and people."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import IntegrityError

from broadsheet.catalogue import turns
from broadsheet.catalogue.models import Paper
from broadsheet.ranking.models import HeldPaper, LearntModel
from broadsheet.ranking.personal.lexicon import COLUMNS, Lexicon, terms_of

LEXICON: Final = "lexicon"
MOST_TEXTS: Final = 50_000
"""How telling words are is learnt from at most so many papers, the newest."""
FIRST_TEXTS: Final = 5_000
"""From so many at first, since somebody waits for it; the clock makes good for the rest."""
# The form changes with what features are of the same texts: then what is kept of them holds no more.
_FORM, _ALL = "2", "all"
_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt from all: ``lexicon`` is None as long as there are no texts; ``lexicon_id`` tells it apart.

    ``others`` has all else by name: its bytes, what it was made from, and when.
    """

    lexicon: Lexicon | None = None
    lexicon_id: str = ""
    others: Mapping[str, tuple[bytes, dict[str, Any], datetime]] = field(default_factory=dict)


_known: dict[str, tuple[dict[str, datetime], Learnt]] = {}


def learnt() -> Learnt:
    """What was learnt from all; read again when anything was learnt anew. One small question otherwise."""
    made = dict(LearntModel.objects.order_by("name").values_list("name", "made_at"))
    known = _known.get(_ALL)
    if known is None or known[0] != made:
        rows = LearntModel.objects.order_by("name").values_list("name", "body", "made_from", "made_at")
        known = _known[_ALL] = made, _read({name: (bytes(body), *told) for name, body, *told in rows})
    return known[1]


def learnt_with_words(now: datetime) -> Learnt:
    """The same with a lexicon, which is learnt from the newest papers if there never was one."""
    found = learnt()
    return found if found.lexicon else learn_lexicon(now, most=FIRST_TEXTS)


def learn_lexicon(now: datetime, *, most: int = MOST_TEXTS) -> Learnt:
    """Learn from the newest papers how telling each word is, and store it; nothing is stored without papers."""
    rows = Paper.shown.order_by("-pk").values_list("title", "abstract")[:most]
    texts = [f"{title}. {abstract}" for title, abstract in rows]
    if texts:
        body = packed_lexicon(Lexicon.of(terms_of(texts)))
        store_learnt(LEXICON, body, {"papers": len(texts)}, now)
    return learnt()


def store_learnt(name: str, body: bytes, made_from: Mapping[str, object], now: datetime) -> None:
    """Store what was learnt instead of what was before."""
    row = LearntModel(name=name, body=body, made_from=dict(made_from), made_at=now)
    with turns.soon():
        LearntModel.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=["body", "made_from", "made_at"]
        )
    # Two of one moment look alike.
    _known.clear()


def packed_lexicon(lexicon: Lexicon) -> bytes:
    """A lexicon as bytes: only the columns that any text has; the others weigh as what was never seen."""
    seen = np.flatnonzero(lexicon.weights < _unseen(lexicon.texts_count)).astype("<i4")
    parts = [np.array([lexicon.texts_count, len(seen)], "<i8"), seen, lexicon.weights[seen].astype("<f4")]
    return zlib.compress(b"".join(part.tobytes() for part in parts))


def unpacked_lexicon(body: bytes) -> Lexicon:
    """What ``packed_lexicon`` made."""
    plain = zlib.decompress(body)
    texts_count, seen_count = (int(number) for number in np.frombuffer(plain, "<i8", 2))
    columns = np.frombuffer(plain, "<i4", seen_count, 16)
    weights = np.full(COLUMNS, _unseen(texts_count), np.float32)
    weights[columns] = np.frombuffer(plain, "<f4", seen_count, 16 + 4 * seen_count)
    return Lexicon(weights, texts_count)


def held_papers(numbers: Collection[int]) -> dict[int, tuple[str, bytes]]:
    """What is stored of papers, by their row ids, with what it was made from."""
    wanted, found = sorted(numbers), dict[int, tuple[str, bytes]]()
    for start in range(0, len(wanted), _AT_ONCE):
        rows = HeldPaper.objects.filter(pk__in=wanted[start : start + _AT_ONCE]).order_by("pk")
        found |= {number: (known_by, bytes(body)) for number, known_by, body in rows.values_list()}
    return found


def hold_papers(made: Mapping[int, tuple[str, bytes]]) -> None:
    """Store what was computed of papers instead of what was stored before."""
    rows = [HeldPaper(paper_id=number, known_by=by, body=body) for number, (by, body) in sorted(made.items())]
    # A paper may have been deleted meanwhile: then it is all computed again.
    with suppress(IntegrityError), turns.soon():
        HeldPaper.objects.bulk_create(
            rows,
            batch_size=_AT_ONCE // 10,
            update_conflicts=True,
            unique_fields=["paper"],
            update_fields=["known_by", "body"],
        )


def _read(rows: dict[str, tuple[bytes, dict[str, Any], datetime]]) -> Learnt:
    others = {name: row for name, row in rows.items() if name != LEXICON}
    if LEXICON not in rows:
        return Learnt(others=others)
    body, _, made_at = rows[LEXICON]
    return Learnt(unpacked_lexicon(body), f"{_FORM} {made_at.isoformat()}", others)


def _unseen(texts_count: int) -> np.float32:
    return np.float32(np.log(1 + texts_count) + 1)

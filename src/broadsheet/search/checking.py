"""Comparing the index with the catalogue, and putting right what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.search import embedder
from broadsheet.search.engines.base import Numbers
from broadsheet.search.maintenance import engine, shelf
from broadsheet.search.models import WaitingVector

NONE: Numbers = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class IndexCheck:
    """What differs between catalogue and index, by row id, int64 (n,) each.

    ``missing`` papers are not found by words, ``extra`` ones are found and are not in the catalogue;
    ``without_vector`` and ``extra_vectors`` the same by meaning. Papers that are noted to be indexed or embedded are
    none of these: they are counted as ``waiting``.
    """

    papers: int
    waiting: int
    missing: Numbers
    extra: Numbers
    without_vector: Numbers
    extra_vectors: Numbers

    @property
    def is_sound(self) -> bool:
        """Whether index and catalogue agree."""
        return not any(map(len, (self.missing, self.extra, self.without_vector, self.extra_vectors)))


def check_index() -> IndexCheck:
    """Compare the index in use with the catalogue, paper by paper, while no one writes to it."""
    with shelf().writing():
        current = engine()
        worded, vectored = current.numbers() if current else (NONE, NONE)
        papers = _numbers(Paper.shown.order_by("pk").values_list("pk", flat=True))
        noted = _numbers(ChangedPaper.objects.values_list("paper_id", flat=True).distinct())
        waiting = _numbers(WaitingVector.objects.values_list("paper_id", flat=True))
    excused = np.union1d(noted, waiting)
    has_model = embedder.encoder() is not None and current is not None
    return IndexCheck(
        papers=len(papers),
        waiting=len(excused),
        missing=_left(papers, worded, noted),
        extra=_left(worded, papers, noted),
        without_vector=_left(papers, vectored, excused) if has_model else NONE,
        extra_vectors=_left(vectored, papers, excused),
    )


def repair_index(found: IndexCheck) -> int:
    """Note everything that differs as changed, so that the next update puts it right; returns how many papers."""
    parts = (found.missing, found.extra, found.without_vector, found.extra_vectors)
    numbers = np.unique(np.concatenate(parts)).tolist()
    ChangedPaper.objects.bulk_create([ChangedPaper(paper_id=number) for number in numbers], batch_size=10_000)
    return len(numbers)


def _numbers(rows: Iterable[int]) -> Numbers:
    return np.fromiter(rows, np.int64)


def _left(numbers: Numbers, others: Numbers, excused: Numbers) -> Numbers:
    left = numbers[~np.isin(numbers, others)]
    return left[~np.isin(left, excused)]

"""The facts of papers, as masks over all paper numbers and as values of given papers.

Kept beside the word index for what is asked many times a query: which papers a filter allows (the vector index walks
its graph under such a mask) and what a few hundred papers have in common (facets).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

import numpy as np

from broadsheet.search.attributes.facts import Facts, Mask, SetColumn
from broadsheet.search.attributes.files import ALIVE, COLUMNS, WITH_CODE, Array, Columns, Dictionary, Sets
from broadsheet.search.conditions import Condition, asks_for_words
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import FACETS, EngineError, FacetName, Facets, Numbers

FORMAT = "attributes-1"
"""Changes with the files' layout: a folder of another format has to be made anew."""
DICTIONARIES: Final = ("category", "organisation", "language")
SETS: Final = ("days", "categories", "organisations")
LARGEST_NUMBER: Final = 2**31 - 1
_LARGEST_FIGURE: Final = 2**31 - 1
_KEPT_BYTES, _LEAST_KEPT = 64_000_000, 8
# A writer changes rows within a few milliseconds; a counter that stays odd for longer was left by one that was killed.
_TRIES, _PAUSE = 40, 0.002
Read = TypeVar("Read")


class Attributes:
    """The facts of papers in one folder. One process writes at a time, any number read; safe for threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._dictionaries = {name: Dictionary(folder, name) for name in DICTIONARIES}
        # The writer's own: readers copy theirs while they hold the other lock.
        self._written_dictionaries = {name: Dictionary(folder, name) for name in DICTIONARIES}
        self._sets = {name: Sets(folder, name) for name in SETS}
        self._columns = Columns(folder)
        self._writing, self._lock = Lock(), Lock()
        self._kept: OrderedDict[tuple[bool, Condition | None], Mask] = OrderedDict()
        self._left_odd = -1
        self._facts = self._look()

    # Reading

    def reload(self) -> None:
        """See what a writer, in whatever process, has changed; every answer does so by itself."""
        self._current()

    def _look(self) -> Facts:
        """Map what there is now: rows before what they name, so that a name is known unless rows change meanwhile."""
        counter, columns = self._columns.counter, self._columns.read()
        sets = {name: SetColumn(columns[name], *stored.read()) for name, stored in self._sets.items()}
        for dictionary in self._dictionaries.values():
            dictionary.read()
        words = {name: list(dictionary.words) for name, dictionary in self._dictionaries.items()}
        places = {name: dict(dictionary.places) for name, dictionary in self._dictionaries.items()}
        return Facts(counter, columns, sets, words, places)

    def _current(self) -> Facts:
        with self._lock:
            if self._facts.counter != self._columns.counter:
                self._facts = self._look()
                self._kept.clear()
            return self._facts

    def _read(self, read: Callable[[Facts], Read]) -> Read:
        """What ``read`` makes of the facts, once more when they were changed meanwhile."""
        for turn in range(_TRIES):
            facts = self._current()
            is_last = turn == _TRIES - 1 or self._left_odd == facts.counter
            try:
                found = read(facts)
            except IndexError:
                # A row names a set that was appended after the sets were mapped.
                if turn == _TRIES - 1:
                    raise
                continue
            if self._columns.counter == facts.counter and (facts.is_settled or is_last):
                self._left_odd = -1 if facts.is_settled else facts.counter
                return found
            time.sleep(_PAUSE)
        raise EngineError("The facts of papers were changed all the time while they were read.")

    def mask(self, must: Condition | None) -> Mask | None:
        """Which papers satisfy ``must``: bool (highest number + 1,), read-only; None when it asks for words."""
        if asks_for_words(must):
            return None
        return self._read(lambda facts: self._masked(facts, must))

    def _masked(self, facts: Facts, must: Condition | None) -> Mask:
        def keep(condition: Condition, make: Callable[[], Mask]) -> Mask:
            return self._keep(facts, (False, condition), make)

        def whole() -> Mask:
            return facts.alive if must is None else facts.mask(must, keep) & facts.alive

        return self._keep(facts, (True, must), whole)

    def _keep(self, facts: Facts, key: tuple[bool, Condition | None], make: Callable[[], Mask]) -> Mask:
        with self._lock:
            if facts is self._facts and (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        mask = make()
        mask.setflags(write=False)
        if facts.is_settled and self._columns.counter == facts.counter:
            with self._lock:
                if facts is self._facts:
                    self._kept[key] = mask
                    while len(self._kept) > max(_LEAST_KEPT, _KEPT_BYTES // max(len(mask), 1)):
                        self._kept.popitem(last=False)
        return mask

    def numbers(self) -> Numbers:
        """All papers, sorted."""
        return self._read(lambda facts: np.flatnonzero(facts.alive).astype(np.int64))

    def values(self, name: FacetName, numbers: Numbers) -> list[tuple[str, ...]]:
        """What given papers have of a facet, in no order, aligned with ``numbers``; () for one that is not there."""
        found: list[list[str]] = [[] for _ in numbers]
        for value, at in zip(*self._read(lambda facts: _of_facet(facts, name, numbers)), strict=True):
            found[at].append(value)
        return [tuple(values) for values in found]

    def facets(self, which: Numbers | Mask, limit: int) -> Facets:
        """Counts of the most frequent ``limit`` values of each facet; equal counts by value.

        Among given papers, without repetition (n,), or among those of a mask as ``mask`` gives it.
        """
        facets: Facets = {}
        for name in FACETS:
            counts = self._read(partial(_counted, name=name, which=which))
            facets[name] = sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:limit]
        return facets

    # Writing

    def update(self, documents: Sequence[IndexDocument], gone: Sequence[int] = ()) -> None:
        """Add or replace papers and remove ``gone``; durable when it returns.

        Of a number that stands in ``documents`` twice the last one counts, also when it is ``gone``. A process that is
        killed in here may leave papers of this call out, but never with facts that they do not have; calling it again
        puts them right. Raises ``EngineError`` for a number that is negative or too large.
        """
        latest = {document.number: document for document in documents}
        if unfit := [number for number in latest if not 0 <= number <= LARGEST_NUMBER]:
            raise EngineError(f"The facts of paper {unfit[0]} cannot be kept: numbers go from 0 to {LARGEST_NUMBER}.")
        removed = [number for number in set(gone) if number >= 0 and number not in latest]
        with self._writing:
            values = self._encoded(list(latest.values()))
            self._columns.write(np.array(list(latest), np.int64), values, np.array(removed, np.int64))

    def _encoded(self, papers: Sequence[IndexDocument]) -> dict[str, Array]:
        dictionaries = self._written_dictionaries
        dictionaries["category"].add(code for paper in papers for code in paper.categories)
        dictionaries["organisation"].add(slug for paper in papers for slug, _ in paper.organisations)
        dictionaries["language"].add(paper.language for paper in papers if paper.language)
        category, organisation, language = (dictionaries[name].places for name in DICTIONARIES)
        columns: dict[str, Sequence[int] | Array] = {
            "state": [WITH_CODE if paper.has_code else ALIVE for paper in papers],
            "year": [paper.year or 0 for paper in papers],
            "language": [language[paper.language] + 1 if paper.language else 0 for paper in papers],
            "votes": [min(paper.votes_count, _LARGEST_FIGURE) for paper in papers],
            "comments": [min(paper.comments_count, _LARGEST_FIGURE) for paper in papers],
            "days": self._sets["days"].places([[day.toordinal() for day in paper.days] for paper in papers]),
            "categories": self._sets["categories"].places(
                [[category[c] for c in paper.categories] for paper in papers]
            ),
            "organisations": self._sets["organisations"].places(
                [[organisation[slug] for slug, _ in paper.organisations] for paper in papers]
            ),
        }
        return {name: np.asarray(columns[name], dtype) for name, dtype in COLUMNS.items()}


def _counted(facts: Facts, name: FacetName, which: Numbers | Mask) -> list[tuple[str, int]]:
    """Every value of a facet with its count, in no order."""
    rows = np.flatnonzero(which[: len(facts.columns["state"])]) if which.dtype == np.bool_ else which
    rows = rows[facts.known(rows)]
    if name in ("category", "organisation"):
        column = facts.sets["categories" if name == "category" else "organisations"]
        words = facts.words[name]
        counts = column.counted(rows, len(words))
        return [(words[place], int(counts[place])) for place in np.flatnonzero(counts)]
    if name == "year":
        counts = np.bincount(facts.columns["year"][rows])
        return [(str(year), int(counts[year])) for year in np.flatnonzero(counts) if year]
    with_code = int(np.count_nonzero(facts.columns["state"][rows] == WITH_CODE))
    return [("1", with_code)] if with_code else []


def _of_facet(facts: Facts, name: FacetName, numbers: Numbers) -> tuple[list[str], list[int]]:
    """The values of a facet that given papers have, and for each its paper's place in ``numbers``."""
    at = np.flatnonzero(facts.known(numbers))
    rows = numbers[at]
    if name in ("category", "organisation"):
        column = facts.sets["categories" if name == "category" else "organisations"]
        values, papers = column.of(rows)
        return [facts.words[name][value] for value in values.tolist()], at[papers].tolist()
    if name == "year":
        years = facts.columns["year"][rows]
        return [str(year) for year in years[years > 0].tolist()], at[years > 0].tolist()
    has_code = facts.columns["state"][rows] == WITH_CODE
    return ["1"] * int(has_code.sum()), at[has_code].tolist()

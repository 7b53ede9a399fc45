"""The map of a list of papers: where each lies, which regions there are, and what these are called.

The same papers give the same map, in whatever order they come. Maps are kept in the cache by what they are made of, so
that one is drawn anew exactly when a paper, a vector or a phrase has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from django.core.cache import cache
from numpy.typing import NDArray

from broadsheet.catalogue.enrichment.keyphrases import readable
from broadsheet.catalogue.models import Paper
from broadsheet.ranking.personal.kinds import Floats
from broadsheet.ranking.topics.phrases import Spoken, names_of, phrases_of
from broadsheet.ranking.topics.projection import project
from broadsheet.ranking.topics.regions import regions
from broadsheet.ranking.topics.vectors import are_enough, by_words, vectors_of
from broadsheet.search.find import find
from broadsheet.search.query import PaperQuery

MOST_ON_A_MAP = 300
KEPT_SECONDS = 7 * 24 * 3600
MOST_IDS_IN_A_QUERY = 50
"""Of one ``id:``; see ``search.language.fields``."""
# Whoever changes how maps are made changes this too, so that none made in the old way is shown.
_FORM = "topic-map-1"


@dataclass(frozen=True, slots=True)
class Place:
    """A paper on the map: x and y from 0 to 1, y downwards."""

    paper: Paper
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Region:
    """Papers that lie together, most votes first, and the phrases that tell them from the others, which may be none."""

    names: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TopicMap:
    """A list of papers as a map. ``unplaced`` are those of it that nothing can be compared by.

    ``total`` is how many papers the list has; the map has the first ``MOST_ON_A_MAP`` of them.
    """

    query: PaperQuery
    total: int
    regions: tuple[Region, ...]
    unplaced: tuple[Paper, ...]

    @property
    def placed_count(self) -> int:
        """How many papers are on the map."""
        return sum(len(region.places) for region in self.regions)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What is kept of a map: for each paper by row id its place and region, and the regions' names."""

    places: dict[int, tuple[float, float, int]]
    names: tuple[tuple[str, ...], ...]


def topic_map(query: PaperQuery, *, is_kept: bool = True) -> TopicMap:
    """The map of a list.

    ``is_kept=False`` leaves no trace in the cache: for lists that are one person's. The query is a resolved one (see
    ``search.inside``).
    """
    found = find(query, limit=MOST_ON_A_MAP)
    drawn = _drawn(sorted(found.papers, key=lambda paper: paper.pk), is_kept=is_kept)
    members: list[list[Place]] = [[] for _ in drawn.names]
    for paper in found.papers:
        if paper.pk in drawn.places:
            x, y, region = drawn.places[paper.pk]
            members[region].append(Place(paper, x, y))
    return TopicMap(
        query=query,
        total=found.total,
        regions=tuple(
            Region(names, tuple(sorted(places, key=lambda place: (-place.paper.votes_count, place.paper.pk))))
            for names, places in zip(drawn.names, members, strict=True)
        ),
        unplaced=tuple(paper for paper in found.papers if paper.pk not in drawn.places),
    )


def region_query(query: PaperQuery, region: Region) -> PaperQuery | None:
    """The question that lists exactly the papers of a region; None where they are more than a question can name."""
    names = [place.paper.name for place in region.places]
    if len(names) > MOST_IDS_IN_A_QUERY:
        return None
    return PaperQuery(words="id:" + ",".join(names), day_from=query.day_from, day_to=query.day_to, sort="votes")


def phrase_query(query: PaperQuery, name: str) -> PaperQuery:
    """The question for all papers of the same days whose text has a phrase."""
    return PaperQuery(words=f'"{name.replace(chr(34), " ")}"', day_from=query.day_from, day_to=query.day_to)


def _drawn(papers: Sequence[Paper], *, is_kept: bool) -> _Drawn:
    """The map of papers in the order of their row ids, from the cache where it is there."""
    dense, there = vectors_of(np.array([paper.pk for paper in papers], np.int64))
    key = _key(papers, dense)
    kept = cast("_Drawn | None", cache.get(key)) if is_kept else None
    if kept is None:
        texts = [readable(paper.title, paper.abstract) for paper in papers]
        if not are_enough(there):
            dense = by_words(texts)
            there = np.any(dense != 0, axis=1)
        phrases = [phrases_of(paper.keywords, paper.keyphrases) for paper in papers]
        kept = _draw(papers, dense, there, Spoken.of(phrases, texts))
        if is_kept:
            cache.set(key, kept, KEPT_SECONDS)
    return kept


def _key(papers: Sequence[Paper], dense: Floats) -> str:
    told = json.dumps([[paper.pk, paper.state_digest, paper.keywords, paper.keyphrases] for paper in papers])
    digest = hashlib.sha256(told.encode())
    digest.update(dense.tobytes())
    return f"{_FORM}-{digest.hexdigest()}"


def _draw(papers: Sequence[Paper], dense: Floats, there: NDArray[np.bool_], spoken: Spoken) -> _Drawn:
    rows: list[int] = np.flatnonzero(there).tolist()
    plane = project(dense[rows])
    labels: list[int] = regions(dense[rows], plane).tolist()
    places = {
        papers[row].pk: (round(x, 5), round(y, 5), label)
        for row, (x, y), label in zip(rows, plane.tolist(), labels, strict=True)
    }
    return _Drawn(places, tuple(names_of(spoken.of_rows(rows), labels)))

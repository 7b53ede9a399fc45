"""Keeping the index in step with the catalogue.

The catalogue notes each changed paper in ``ChangedPaper``; ``update_index`` applies what is noted and then deletes
exactly the notes it has applied. A crash in between only means that some papers are indexed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from broadsheet.catalogue.merging import digest_of
from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.catalogue.text import fold, index_text, normalise_title, to_plain
from broadsheet.search.documents import IndexDocument
from broadsheet.search.embedder import encoder
from broadsheet.search.embedding import Encoder
from broadsheet.search.index import Generation, Index
from broadsheet.search.models import PaperVector

BATCH_SIZE = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class IndexState:
    """How many papers are in the catalogue, can be found by words, can be found by meaning, and wait."""

    papers: int
    indexed: int
    with_vector: int
    waiting: int


@lru_cache(maxsize=1)
def index() -> Index:
    """The instance's index."""
    return Index(settings.INDEX_DIR)


def index_state() -> IndexState:
    """The state of the index beside that of the catalogue."""
    generation = index().generation()
    return IndexState(
        papers=Paper.objects.count(),
        indexed=generation.lexical.count() if generation else 0,
        with_vector=generation.vectors.count() if generation else 0,
        waiting=ChangedPaper.objects.values("paper_id").distinct().count(),
    )


def update_index(on_progress: Progress = lambda done, total: None) -> int:
    """Index every paper that changed; returns how many. Builds the whole index when there is none yet.

    Papers whose vector is missing or of another model are embedded. ``on_progress`` gets papers done and all to do.
    """
    with index().writing():
        generation = index().generation()
        if generation is None or _is_of_another_model(generation):
            return _rebuild(on_progress)
        total, done = ChangedPaper.objects.values("paper_id").distinct().count(), 0
        while rows := list(ChangedPaper.objects.order_by("pk")[: BATCH_SIZE * 2].values_list("pk", "paper_id")):
            numbers = list(dict.fromkeys(paper_id for _, paper_id in rows))[:BATCH_SIZE]
            _apply(generation, numbers)
            applied = set(numbers)
            ChangedPaper.objects.filter(pk__in=[pk for pk, number in rows if number in applied]).delete()
            done += len(numbers)
            on_progress(done, max(total, done))
        return done


def rebuild_index(on_progress: Progress = lambda done, total: None) -> int:
    """Build the whole index anew beside the one in use, then exchange them; returns how many papers it has."""
    with index().writing():
        return _rebuild(on_progress)


def _is_of_another_model(generation: Generation) -> bool:
    model = encoder()
    return model is not None and generation.vectors.fingerprint != model.fingerprint


def _rebuild(on_progress: Progress) -> int:
    # Changes noted from here on are applied again afterwards, so the notes are counted before the papers are read.
    noted = list(ChangedPaper.objects.values_list("pk", flat=True))
    numbers = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    generation = index().begin()
    _apply(generation, [])
    done = 0
    for part in _chunks(numbers, BATCH_SIZE):
        _apply(generation, part)
        done += len(part)
        on_progress(done, len(numbers))
    index().use(generation)
    for part in _chunks(noted, BATCH_SIZE):
        ChangedPaper.objects.filter(pk__in=part).delete()
    return len(numbers)


def _apply(generation: Generation, numbers: Sequence[int]) -> None:
    papers = list(_with_children(Paper.objects.filter(pk__in=numbers).order_by("pk")))
    gone = sorted(set(numbers).difference(paper.pk for paper in papers))
    model = encoder()
    vectors = _vectors(papers, model) if model else None
    documents = [document_of(paper) for paper in papers]
    generation.update(documents, vectors, gone, model.fingerprint if model else "")


def _with_children(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    return papers.prefetch_related("authorships", "paper_categories__category", "listings")


def document_of(paper: Paper) -> IndexDocument:
    """What the index knows of a stored paper."""
    return IndexDocument(
        number=paper.pk,
        title=index_text(paper.title),
        abstract=index_text(paper.abstract),
        authors=tuple(fold(authorship.name) for authorship in paper.authorships.all()),
        title_key=normalise_title(paper.title),
        categories=tuple(entry.category.code for entry in paper.paper_categories.all()),
        days=tuple({listing.listed_on for listing in paper.listings.all()}),
        has_code=paper.has_code,
    )


def embedded_text(title: str, abstract: str) -> str:
    """The text that stands for a paper in the vector space: its title and abstract, readable and without markup."""
    return f"{to_plain(title)}. {to_plain(abstract)}" if abstract else to_plain(title)


def _vectors(papers: Sequence[Paper], model: Encoder) -> np.ndarray:
    """Vectors of papers, float32 (len(papers), dims): stored ones where they hold, new ones otherwise."""
    texts = {paper.pk: embedded_text(paper.title, paper.abstract) for paper in papers}
    digests = {number: digest_of(text) for number, text in texts.items()}
    found = {
        stored.paper_id: np.frombuffer(stored.vector, "<f2").astype(np.float32)
        for stored in PaperVector.objects.filter(paper_id__in=texts, fingerprint=model.fingerprint)
        if stored.text_digest == digests[stored.paper_id]
    }
    missing = [number for number in texts if number not in found]
    for part in _chunks(missing, 64):
        fresh = model.encode([texts[number] for number in part]).astype("<f2")
        PaperVector.objects.filter(paper_id__in=part).delete()
        PaperVector.objects.bulk_create(
            [
                PaperVector(
                    paper_id=number, fingerprint=model.fingerprint, text_digest=digests[number], vector=row.tobytes()
                )
                for number, row in zip(part, fresh, strict=True)
            ]
        )
        found.update(zip(part, fresh.astype(np.float32), strict=True))
    if not papers:
        return np.empty((0, model.dims), np.float32)
    return np.stack([found[paper.pk] for paper in papers])


def _chunks(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]

"""Keeping the index in step with the catalogue, in short steps that can be interrupted anywhere.

The catalogue notes each changed paper in ``ChangedPaper``. A step takes some of these notes, writes the papers' words
and facts to the index, notes in ``WaitingVector`` which of them have to be embedded, and only then deletes exactly the
notes that it took. So a new paper is found by words at once, and by meaning as soon as its turn has come. A crash in
between means that some papers are written twice, never that one is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db import transaction
from numpy.typing import NDArray

from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.search import embedder
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import Engine
from broadsheet.search.indexing import document_of, noted_vectors, stored_vectors, texts_to_embed, with_facts
from broadsheet.search.models import PaperVector, WaitingVector
from broadsheet.search.questions import refresh_titles
from broadsheet.search.shelf import ClusterShelf, EmbeddedShelf, Shelf
from broadsheet.search.spelling import Tally

BATCH_SIZE = 500
# Each commit leaves a segment that has to be merged; so many papers hold the lock for about a second.
FILLED_AT_ONCE = 2_000
# So few that a paper which arrives meanwhile waits less than a second for its words to be indexed.
EMBEDDED_AT_ONCE = 64
# Of the standard model; a cluster's collection is laid out for vectors before there is one.
STANDARD_DIMS = 384
Progress = Callable[[int, int], None]
Floats16 = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class IndexState:
    """How many papers are in the catalogue, can be found by words, can be found by meaning, and wait for either."""

    papers: int
    indexed: int
    with_vector: int
    waiting: int
    is_rebuilding: bool = False


@lru_cache(maxsize=1)
def shelf() -> Shelf:
    """The instance's index with its generations: in its own folder, or on the cluster that the settings name."""
    if not settings.SEARCH_URL:
        return EmbeddedShelf(settings.INDEX_DIR)
    model = embedder.encoder()
    return ClusterShelf(settings.INDEX_DIR, settings.SEARCH_URL, model.dims if model else STANDARD_DIMS)


def engine() -> Engine | None:
    """What answers questions now; None when nothing was indexed yet."""
    return shelf().current()


def maintain(should_stop: Callable[[], bool]) -> bool:
    """Do what keeps the index in use fast, for as long as it takes; whether anything was done."""
    current = engine()
    if current is None:
        return False
    is_done = current.maintain(should_stop)
    is_done = refresh_titles(current, should_stop) or is_done
    with shelf().writing():
        return shelf().vocabulary(current).maintain() or is_done


def index_state() -> IndexState:
    """The state of the index beside that of the catalogue."""
    current = engine()
    state = current.state() if current else None
    return IndexState(
        papers=Paper.shown.count(),
        indexed=state.papers if state else 0,
        with_vector=state.with_vector if state else 0,
        waiting=ChangedPaper.objects.values("paper_id").distinct().count(),
        is_rebuilding=shelf().filling() is not None,
    )


def update_index(on_progress: Progress = lambda done, total: None) -> int:
    """Index every paper that changed; returns how many. Builds the whole index when there is none yet.

    ``on_progress`` gets the papers whose words or vectors are done and all that are to be done.
    """
    _begin_what_is_missing()
    changed, done = 0, 0
    total = ChangedPaper.objects.values("paper_id").distinct().count()
    while count := _index_changes():
        changed, done = changed + count, done + count
        on_progress(done, max(total, done))
    if embedder.encoder() is not None:
        total = done + WaitingVector.objects.count()
        while count := _embed_some():
            done += count
            on_progress(done, max(total, done))
    if shelf().filling() is not None:
        changed += _fill(on_progress)
    current = engine()
    if current is not None and changed:
        # Whoever searches next may have no worker, and hubs would stand before better papers.
        refresh_titles(current, lambda: False)
    return changed


def rebuild_index(on_progress: Progress = lambda done, total: None) -> int:
    """Build the whole index anew beside the one in use, then exchange them; returns how many papers it has."""
    model = embedder.encoder()
    with shelf().writing():
        shelf().begin(model.fingerprint if model else "")
    _fill(on_progress)
    update_index(on_progress)
    maintain(lambda: False)
    return index_state().indexed


def do_some() -> int:
    """One short step of whatever there is to do; returns how many papers it moved, 0 when all is done."""
    if not ChangedPaper.objects.exists() and not Paper.objects.exists():
        return 0
    _begin_what_is_missing()
    return _index_changes() or _embed_some() or _fill_some()


def _begin_what_is_missing() -> None:
    """Begin the first generation, or the next one when the current one is for another model or of another form."""
    model = embedder.encoder()
    with shelf().writing():
        current, filling = shelf().current(), shelf().filling()
        if current is None:
            if Paper.objects.exists():
                shelf().use()
                _note_all_papers()
            return
        wanted = model.fingerprint if model else current.state().fingerprint
        known = filling[1].fingerprint if filling else current.state().fingerprint
        if wanted and known and wanted != known:
            shelf().begin(wanted)


def _note_all_papers() -> None:
    with transaction.atomic():
        ChangedPaper.objects.all().delete()
        numbers = Paper.objects.order_by("pk").values_list("pk", flat=True)
        for part in _chunks(list(numbers), 10_000):
            ChangedPaper.objects.bulk_create(ChangedPaper(paper_id=number) for number in part)


def _index_changes() -> int:
    """Write the words and facts of some changed papers; returns how many papers these were."""
    with shelf().writing():
        current, filling = shelf().current(), shelf().filling()
        rows = list(ChangedPaper.objects.order_by("pk")[: BATCH_SIZE * 2].values_list("pk", "paper_id"))
        if current is None or not rows:
            return 0
        numbers = list(dict.fromkeys(paper_id for _, paper_id in rows))[:BATCH_SIZE]
        _write(numbers, [current, *([filling[0]] if filling else [])])
        written = set(numbers)
        ChangedPaper.objects.filter(pk__in=[pk for pk, number in rows if number in written]).delete()
    return len(numbers)


def _write(numbers: Sequence[int], engines: Sequence[Engine]) -> None:
    """Bring engines up to date with these papers, all but the vectors that have yet to be computed; notes those."""
    papers = list(with_facts(Paper.shown.filter(pk__in=numbers).order_by("pk")))
    gone = sorted(set(numbers).difference(paper.pk for paper in papers))
    documents, model = [document_of(paper) for paper in papers], embedder.encoder()
    found = stored_vectors(papers, model.fingerprint) if model else {}
    fingerprint = model.fingerprint if model else ""
    for target in engines:
        fits = target.state().fingerprint in ("", fingerprint)
        _learn_words(target, documents)
        target.update(documents, gone, noted_vectors(found if fits else {}), fingerprint)
    # New rows and not the old ones again: whoever is embedding an earlier text deletes the row of that text only.
    WaitingVector.objects.filter(paper_id__in=numbers).delete()
    WaitingVector.objects.bulk_create(WaitingVector(paper_id=paper.pk) for paper in papers if paper.pk not in found)


def _learn_words(target: Engine, documents: Sequence[IndexDocument]) -> None:
    """Count the words of papers that are new to a generation, for spelling; a repeated step counts them twice."""
    is_known = target.among(np.array([document.number for document in documents], np.int64), None)
    tally = Tally()
    for document, known in zip(documents, is_known, strict=True):
        if not known:
            tally.add(document.title, document.abstract, *document.authors)
    shelf().vocabulary(target).learn(tally.counts)


def _embed_some() -> int:
    """Embed some papers that wait for it; returns how many, 0 also while another process is at it."""
    model = embedder.encoder()
    if model is None:
        return 0
    with shelf().embedding() as is_ours:
        waiting = list(WaitingVector.objects.order_by("pk")[:EMBEDDED_AT_ONCE]) if is_ours else []
        if not waiting:
            return 0
        texts = texts_to_embed(row.paper_id for row in waiting)
        vectors = model.encode([text for _, text in texts.values()]).astype("<f2")
        with shelf().writing():
            _keep_vectors(texts, vectors, model.fingerprint)
        WaitingVector.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return len(waiting)


def _keep_vectors(texts: Mapping[int, tuple[str, str]], vectors: Floats16, fingerprint: str) -> None:
    """Store the vectors of these texts, and write them to every generation that is for their model."""
    # Papers may have gone or been hidden since their texts were read. One that goes from here on is taken out by its
    # note, later.
    there = set(Paper.shown.filter(pk__in=list(texts)).values_list("pk", flat=True))
    kept = {number: vector for number, vector in zip(texts, vectors, strict=True) if number in there}
    PaperVector.objects.bulk_create(
        [
            PaperVector(paper_id=number, fingerprint=fingerprint, text_digest=texts[number][0], vector=vector.tobytes())
            for number, vector in kept.items()
        ],
        update_conflicts=True,
        unique_fields=["paper"],
        update_fields=["fingerprint", "text_digest", "vector"],
    )
    rows = noted_vectors({number: vector.astype(np.float32) for number, vector in kept.items()})
    current, filling = shelf().current(), shelf().filling()
    for target in [*([current] if current else []), *([filling[0]] if filling else [])]:
        if target.state().fingerprint in ("", fingerprint):
            target.update([], [], rows, fingerprint)


def _fill(on_progress: Progress) -> int:
    """Fill the next generation to its end; returns how many papers were written to it."""
    total, done, count = Paper.shown.count(), 0, 0
    while shelf().filling() is not None:
        step = _fill_some()
        count += step
        done += step or _embed_some()
        on_progress(done, max(total, done))
    return count


def _fill_some() -> int:
    """Write some more papers to the generation being filled, or answer with it once all are there."""
    with shelf().writing():
        filling = shelf().filling()
        if filling is None:
            return 0
        target, told = filling
        numbers = list(
            Paper.shown.filter(pk__gt=told.filled_to).order_by("pk").values_list("pk", flat=True)[:FILLED_AT_ONCE]
        )
        if numbers:
            _write(numbers, [target])
            shelf().note_filled(told, numbers[-1])
        elif embedder.encoder() is None or not WaitingVector.objects.exists():
            shelf().use(told.name)
    return len(numbers)


def _chunks(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]

"""Our own embedded engine, asked as the others are, and as the site asks it.

``words``, ``meaning`` and ``hybrid`` are what every rival does: ten by words, ten by meaning, fifty of each fused by
their ranks. ``ranked`` is what the site does instead (deeper lists, its own fusion and whatever corrects it), with the
vector given; ``typed`` also reads the typed words and embeds them, so it is all of a search but the papers' texts.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.corpora import Corpus, Document, Limits
from benchmarks.instance import open_here
from benchmarks.rivals.base import BATCH, DEPTH, PAGE, Answer, Ask, InProcess, Progress, fused

if TYPE_CHECKING:
    from broadsheet.search.conditions import Condition
    from broadsheet.search.documents import IndexDocument
    from broadsheet.search.embedding import Encoder
    from broadsheet.search.engines.embedded import EmbeddedEngine

NO_MODEL = "made"


class Ours(InProcess):
    """The embedded engine in the folder, in an instance that is otherwise empty."""

    modes: tuple[str, ...] = ("words", "meaning", "hybrid", "ranked", "typed")

    def __init__(self) -> None:
        self._today = datetime.now(UTC).date()
        self._home = Path(tempfile.mkdtemp(prefix="broadsheet-benchmark-"))
        open_here(self._home)

    def build(self, corpus: Corpus, folder: Path, told: Progress) -> None:
        """Add batch after batch, as an import does, then let the engine tidy up until there is nothing left to do."""
        model, engine = _model(), self._engine(folder)
        fingerprint = model.fingerprint if model else NO_MODEL
        for documents, rows in corpus.batches(BATCH):
            vectors = np.asarray(rows, np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            numbers = np.array([one.number for one in documents], np.int64)
            engine.update([indexed(one) for one in documents], (), (numbers, vectors), fingerprint)
            told(documents[-1].number)
        while engine.maintain(lambda: False):
            pass

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Open the index, and the model if there is one."""
        from broadsheet.search import pools

        self._must = {name: condition(limits) for name, limits in corpus.limits.items()}
        self._engine_here, self._embed = self._engine(folder), pools.question_vector
        if _model() is None:
            self.modes = tuple(mode for mode in self.modes if mode != "typed")

    def _engine(self, folder: Path) -> EmbeddedEngine:
        from broadsheet.search.engines.embedded import EmbeddedEngine

        return EmbeddedEngine(folder / "index")

    def ask(self, mode: str, ask: Ask) -> Answer:
        """Ask the engine, or the ranking above it."""
        if mode == "words":
            return self._words(ask, PAGE)
        if mode == "meaning":
            return self._meaning(ask, PAGE)
        if mode == "hybrid":
            return fused(self._words(ask, DEPTH), self._meaning(ask, DEPTH))
        return self._ranked(ask, is_embedded=mode == "typed")

    def _words(self, ask: Ask, limit: int) -> Answer:
        from broadsheet.search.language import read

        clauses = read(ask.words, today=self._today).clauses
        return self._engine_here.words(clauses, self._must[ask.limits], limit).numbers.tolist()

    def _meaning(self, ask: Ask, limit: int) -> Answer:
        return self._engine_here.nearest(ask.vector, self._must[ask.limits], limit).numbers.tolist()

    def _ranked(self, ask: Ask, *, is_embedded: bool) -> Answer:
        from broadsheet.search import pools
        from broadsheet.search.asking import Asked
        from broadsheet.search.conditions import both
        from broadsheet.search.language import read
        from broadsheet.search.query import PaperQuery

        reading, must = read(ask.words, today=self._today), self._must[ask.limits]
        asked = Asked(PaperQuery(words=ask.words), reading, both(reading.hard, must), both(reading.strict, must))
        pools.question_vector = self._embed if is_embedded else lambda *_: ask.vector
        return pools.pool_of(self._engine_here, asked).numbers[:PAGE].tolist()

    def close(self) -> None:
        """Forget the instance."""
        shutil.rmtree(self._home, ignore_errors=True)


def _model() -> Encoder | None:
    from broadsheet.search.embedder import encoder

    return encoder()


def condition(limits: Limits) -> Condition | None:
    """Limits as the site's conditions."""
    from broadsheet.search.conditions import HasFlag, InCategory, ListedWithin

    if limits.category:
        return InCategory(limits.category)
    if limits.has_code:
        return HasFlag("code")
    if limits.day_from and limits.day_before:
        return ListedWithin(limits.day_from, limits.day_before - timedelta(days=1))
    return None


def indexed(document: Document) -> IndexDocument:
    """A made paper as the site indexes one."""
    from broadsheet.catalogue.text import fold, index_text, normalise_title
    from broadsheet.search.documents import IndexDocument

    organisation = document.organisation
    return IndexDocument(
        number=document.number,
        title=index_text(document.title),
        abstract=index_text(document.abstract),
        title_key=normalise_title(document.title),
        authors=tuple(fold(name) for name in document.authors),
        organisations=((organisation.lower().replace(" ", "-"), fold(organisation)),) if organisation else (),
        categories=document.categories,
        days=(document.day,),
        has_code=document.has_code,
        votes_count=document.votes,
        language="en",
    )


def make() -> Ours:
    """The rival."""
    return Ours()

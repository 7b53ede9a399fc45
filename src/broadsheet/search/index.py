"""The index: words and vectors in one folder, written by one process at a time and read by any number.

Layout: ``CURRENT`` names the generation in use; ``<generation>/lexical`` and ``<generation>/vectors`` hold it. A
rebuild fills a new generation beside the old one and then exchanges the name, so readers always see a whole index.
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from broadsheet.search.documents import Filters, IndexDocument
from broadsheet.search.fusion import fuse, ranked
from broadsheet.search.lexical import LexicalIndex
from broadsheet.search.query import Mode
from broadsheet.search.vectors import VectorIndex

# How many papers each half scores, and how many of its best it puts into the answer.
WORDS_DEPTH = 2_000
ANSWER_DEPTH = 200
# Below this cosine a paper is no nearer to a question than any other; it is then not an answer by meaning.
LEAST_COSINE = 0.25
CURRENT = "CURRENT"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Papers in order: numbers, int64 (n,), and scores, float32 (n,), best first."""

    numbers: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: folded words, their vector (float32 (dims,)) where a model is there, and filters."""

    words: str
    vector: np.ndarray | None = None
    filters: Filters = field(default_factory=Filters)
    title_key: str = ""


Scored = tuple[np.ndarray, np.ndarray]
NOTHING: Scored = (np.empty(0, np.int64), np.empty(0, np.float32))


def _nearest(meaning: Scored) -> np.ndarray:
    """The numbers of the nearest papers that are near at all."""
    numbers, cosines = meaning
    if len(numbers) > ANSWER_DEPTH:
        best = np.argpartition(-cosines, ANSWER_DEPTH - 1)[:ANSWER_DEPTH]
        numbers, cosines = numbers[best], cosines[best]
    return numbers[cosines >= LEAST_COSINE]


class Generation:
    """One complete index on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lexical = LexicalIndex(folder / "lexical")
        self.vectors = VectorIndex(folder / "vectors")

    def reload(self) -> None:
        """See what a writer has committed since the last look."""
        self.lexical.reload()
        self.vectors.reload()

    def update(
        self, documents: Sequence[IndexDocument], vectors: np.ndarray | None, gone: Sequence[int], fingerprint: str
    ) -> None:
        """Add or replace documents, with vectors float32 (len(documents), dims) or None, and remove ``gone``.

        Documents without vectors leave the index without a model, so that the next update with one builds it anew.
        """
        self.lexical.update(documents, gone)
        if vectors is not None:
            self.vectors.update([document.number for document in documents], vectors, gone, fingerprint)
        elif self.vectors.count():
            fingerprint = "" if documents else self.vectors.fingerprint
            self.vectors.update([], np.empty((0, 0), np.float32), gone, fingerprint)

    def search(self, question: Question, mode: Mode) -> Ranking:
        """The papers that answer a question: the best by words and the best by meaning, fused over all that was scored.

        A paper whose whole title was typed comes first.
        """
        words = self._by_words(question) if mode != "meaning" else NOTHING
        meaning = self._by_meaning(question) if mode != "words" else NOTHING
        answers = np.union1d(words[0][:ANSWER_DEPTH], _nearest(meaning))
        if mode == "hybrid" and len(meaning[0]):
            numbers, scores = fuse(words, meaning)
        else:
            numbers, scores = ranked(*(words if mode != "meaning" else meaning))
        is_answer = np.isin(numbers, answers)
        return self._titles_first(question, numbers[is_answer], scores[is_answer])

    def _by_words(self, question: Question) -> Scored:
        return self.lexical.search(question.words, question.filters, WORDS_DEPTH)

    def _by_meaning(self, question: Question) -> Scored:
        if question.vector is None:
            return NOTHING
        allowed = self.lexical.matching(question.filters) if question.filters else None
        return self.vectors.similarities(question.vector, allowed)

    def _titles_first(self, question: Question, numbers: np.ndarray, scores: np.ndarray) -> Ranking:
        titled = self.lexical.with_title(question.title_key, question.filters)
        if not len(titled):
            return Ranking(numbers, scores)
        others = ~np.isin(numbers, titled)
        top = float(scores[0]) if len(scores) else 1.0
        return Ranking(
            np.concatenate([titled, numbers[others]]),
            np.concatenate([np.full(len(titled), top, np.float32), scores[others]]),
        )


class Index:
    """The index of an instance, always in its newest generation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._generation: Generation | None = None

    def generation(self) -> Generation | None:
        """The generation in use, up to date, or None when nothing was indexed yet."""
        name = self._current()
        if name is None:
            return None
        if self._generation is None or self._generation.folder.name != name:
            self._generation = Generation(self.folder / name)
        else:
            self._generation.reload()
        return self._generation

    def _current(self) -> str | None:
        try:
            return (self.folder / CURRENT).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer's lock; another process waits until this one is done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "writer.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def begin(self) -> Generation:
        """A new, empty generation beside the current one."""
        return Generation(self.folder / f"g{secrets.token_hex(6)}")

    def use(self, generation: Generation) -> None:
        """Exchange the current generation for this one and remove those before the one it replaces.

        That one stays until the next exchange, for a reader that has just read its name.
        """
        replaced = self._current()
        temporary = self.folder / f"{CURRENT}.new"
        temporary.write_text(generation.folder.name, encoding="ascii")
        temporary.replace(self.folder / CURRENT)
        self._generation = generation
        for folder in self.folder.glob("g*"):
            if folder.name not in (generation.folder.name, replaced):
                shutil.rmtree(folder, ignore_errors=True)

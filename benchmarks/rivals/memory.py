"""bm25s (Lù 2024) for words and every vector compared with numpy for meaning: both wholly in memory, both exact."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import DEPTH, PAGE, Answer, Ask, InProcess, Progress, fused, text_of


class Memory(InProcess):
    """Row ``i`` of both is document number ``i + 1``."""

    def __init__(self) -> None:
        self._bm25s = importlib.import_module("bm25s")
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        self._stemmer = importlib.import_module("Stemmer").Stemmer("english")

    def build(self, corpus: Corpus, folder: Path, told: Progress) -> None:
        """Tokenise and index all at once: the library has no other way."""
        texts = [text_of(document) for document in corpus.documents()]
        index = self._bm25s.BM25()
        index.index(self._tokens(texts), show_progress=False)
        index.save(folder / "bm25s")
        np.save(folder / "vectors.npy", np.asarray(corpus.vectors, np.float32))
        told(corpus.count)

    def _tokens(self, texts: list[str], **more: Any) -> Any:
        return self._bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False, **more)

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Load the scores and the vectors."""
        self._index = self._bm25s.BM25.load(folder / "bm25s")
        self._vectors = np.load(folder / "vectors.npy")
        self._allowed = {name: corpus.allowed(name) for name in corpus.limits}
        self._rows = {name: np.flatnonzero(allowed) for name, allowed in self._allowed.items()}
        self._masks = {name: allowed.astype(np.float32) for name, allowed in self._allowed.items()}

    def ask(self, mode: str, ask: Ask) -> Answer:
        """Fuse 50 and 50, or one of the two alone."""
        if mode == "words":
            return self._words(ask, PAGE)
        if mode == "meaning":
            return self._meaning(ask, PAGE)
        return fused(self._words(ask, DEPTH), self._meaning(ask, DEPTH))

    def _words(self, ask: Ask, limit: int) -> Answer:
        tokens = self._tokens([ask.words], return_ids=False)
        if not tokens[0]:
            return []
        told: dict[str, Any] = {} if ask.limits == "all" else {"weight_mask": self._masks[ask.limits]}
        limit = min(limit, len(self._vectors))
        found, scores = self._index.retrieve(tokens, k=limit, show_progress=False, n_threads=0, **told)
        return [int(row) + 1 for row, score in zip(found[0], scores[0], strict=True) if score > 0]

    def _meaning(self, ask: Ask, limit: int) -> Answer:
        if ask.limits == "all":
            rows, cosines = None, self._vectors @ ask.vector
        else:
            rows = self._rows[ask.limits]
            cosines = self._vectors[rows] @ ask.vector
        limit = min(limit, len(cosines))
        if not limit:
            return []
        best = np.argpartition(-cosines, limit - 1)[:limit]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return ((best if rows is None else rows[best]) + 1).tolist()  # type: ignore[no-any-return]


def make() -> Memory:
    """The rival."""
    return Memory()

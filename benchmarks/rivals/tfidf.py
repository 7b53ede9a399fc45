"""The method of arxiv-sanity-lite: everything is scanned at every request.

``words`` goes through all texts and counts the words of the question in them, as its search does; ``meaning`` compares
the TF-IDF vector of the question (20,000 words and pairs of words) with all papers'; ``svm`` trains a linear
classifier with the nearest paper as the only positive example and ranks all papers by it, as its page of similar papers
does. Its settings are its own (github.com/karpathy/arxiv-sanity-lite, compute.py and serve.py); the code is not.
"""

from __future__ import annotations

import importlib
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import DEPTH, PAGE, Answer, Ask, InProcess, Progress, fused, text_of

FEATURES = 20_000
LEAST_PAPERS, MOST_OF_PAPERS = 5, 0.1
TOKEN = r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b"
IN_AUTHORS, IN_TITLE, MOST_IN_ABSTRACT = 10.0, 20.0, 3
FITTED_ON = 5_000
"""From this many papers on, words in fewer than five papers are left out."""


class Tfidf(InProcess):
    """Row ``i`` is document number ``i + 1``; all texts are kept in memory, which favours it over the original."""

    modes: tuple[str, ...] = ("words", "meaning", "hybrid", "svm")
    recall = False

    def build(self, corpus: Corpus, folder: Path, told: Progress) -> None:
        """Fit the vectoriser and keep its matrix."""
        made = importlib.import_module("sklearn.feature_extraction.text").TfidfVectorizer(
            strip_accents="unicode",
            stop_words="english",
            token_pattern=TOKEN,
            ngram_range=(1, 2),
            max_features=FEATURES,
            sublinear_tf=True,
            max_df=MOST_OF_PAPERS,
            min_df=LEAST_PAPERS if corpus.count >= FITTED_ON else 1,
        )
        matrix = made.fit_transform(self._counted(corpus, told)).astype(np.float32)
        (folder / "vectoriser.pickle").write_bytes(pickle.dumps(made))
        importlib.import_module("scipy.sparse").save_npz(folder / "matrix.npz", matrix, compressed=False)
        with (folder / "texts.jsonl").open("w", encoding="utf-8") as lines:
            for one in corpus.documents():
                texts = [" ".join(one.authors).lower(), one.title.lower(), one.abstract.lower()]
                lines.write(json.dumps(texts, ensure_ascii=False) + "\n")

    def _counted(self, corpus: Corpus, told: Progress) -> Any:
        for one in corpus.documents():
            yield text_of(one)
            told(one.number)

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Load everything."""
        self._vectoriser: Any = pickle.loads((folder / "vectoriser.pickle").read_bytes())
        self._matrix: Any = importlib.import_module("scipy.sparse").load_npz(folder / "matrix.npz")
        with (folder / "texts.jsonl").open(encoding="utf-8") as lines:
            self._texts: list[tuple[str, str, str]] = [tuple(json.loads(line)) for line in lines]
        self._allowed = {name: corpus.allowed(name) for name in corpus.limits}

    def ask(self, mode: str, ask: Ask) -> Answer:
        """Scan."""
        if mode == "hybrid":
            return fused(self._best(self._counts(ask), DEPTH), self._best(self._cosines(ask), DEPTH))
        return self._best({"words": self._counts, "meaning": self._cosines, "svm": self._classified}[mode](ask), PAGE)

    def _counts(self, ask: Ask) -> np.ndarray:
        words, allowed = ask.words.lower().split(), self._allowed[ask.limits]
        scores = np.zeros(len(self._texts), np.float32)
        for row, (authors, title, abstract) in enumerate(self._texts):
            if allowed[row]:
                scores[row] = (
                    IN_AUTHORS * sum(word in authors for word in words)
                    + IN_TITLE * sum(word in title for word in words)
                    + sum(min(MOST_IN_ABSTRACT, abstract.count(word)) for word in words)
                )
        return scores

    def _cosines(self, ask: Ask) -> np.ndarray:
        asked = self._vectoriser.transform([ask.words]).astype(np.float32)
        scores: np.ndarray = (self._matrix @ asked.T).toarray()[:, 0]
        return scores * self._allowed[ask.limits]

    def _classified(self, ask: Ask) -> np.ndarray:
        positive = np.zeros(self._matrix.shape[0], np.int8)
        positive[int(np.argmax(self._cosines(ask)))] = 1
        machine = importlib.import_module("sklearn.svm").LinearSVC(
            class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01, dual=True
        )
        scores: np.ndarray = machine.fit(self._matrix, positive).decision_function(self._matrix)
        return np.where(self._allowed[ask.limits], scores - scores.min() + 1, 0)

    def _best(self, scores: np.ndarray, limit: int) -> Answer:
        limit = min(limit, len(scores))
        best = np.argpartition(-scores, limit - 1)[:limit]
        best = best[np.argsort(-scores[best], kind="stable")]
        return (best[scores[best] > 0] + 1).tolist()  # type: ignore[no-any-return]


def make() -> Tfidf:
    """The rival."""
    return Tfidf()

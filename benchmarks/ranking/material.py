"""What experiments on ranking need of a judged collection, computed once and kept in a file.

Words come from the word index of the product, vectors from the installed model. A document without a title is asked
for by its first sentence where titles stand for questions.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from broadsheet.search.embedding import Encoder
    from broadsheet.search.evaluation import Collection

COLLECTIONS = ("adi", "medline", "cranfield", "cisi", "cacm", "scifact-train")
CUT = 10
_DISCOUNTS = 1 / np.log2(np.arange(2, CUT + 2))


@dataclass(frozen=True, slots=True)
class Material:
    """One collection: ``vectors``, ``titles`` float32 (documents, dims); ``questions`` float32 (queries, dims).

    ``words`` float32 (queries, documents) is BM25, 0 where no word is shared; ``grades`` of the same shape; ``ideal``
    float (queries,) the best discounted gain of each query.
    """

    name: str
    vectors: np.ndarray
    titles: np.ndarray
    questions: np.ndarray
    words: np.ndarray
    grades: np.ndarray
    ideal: np.ndarray

    def gain(self, query: int, ranking: np.ndarray) -> float:
        """The nDCG@10 of documents in order, int64 (n,), for a query."""
        found = self.grades[query, ranking[:CUT]]
        return float((found * _DISCOUNTS[: len(found)]).sum() / self.ideal[query])


def material(folder: Path, cache: Path, model: Encoder) -> Material:
    """The material of the collection in ``folder``, from ``cache`` where it is kept."""
    from broadsheet.search.evaluation import load_collection

    file = cache / f"{folder.name}-{model.fingerprint[:12]}.npz"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(file, **_computed(load_collection(folder), model))
    with np.load(file) as kept:
        return Material(folder.name, **{name: kept[name] for name in kept.files})


def _computed(collection: Collection, model: Encoder) -> dict[str, np.ndarray]:
    from broadsheet.catalogue.text import to_plain
    from broadsheet.search.indexing import embedded_text

    judged = [query for query in collection.queries if collection.relevant.get(query)]
    texts = [collection.queries[query] for query in judged]
    place = {identifier: row for row, (identifier, _, _) in enumerate(collection.documents)}
    grades = np.zeros((len(judged), len(place)), np.float32)
    ideal = np.zeros(len(judged))
    for row, query in enumerate(judged):
        best = sorted(collection.relevant[query].values(), reverse=True)[:CUT]
        ideal[row] = (np.array(best) * _DISCOUNTS[: len(best)]).sum()
        for identifier, grade in collection.relevant[query].items():
            if identifier in place:
                grades[row, place[identifier]] = grade
    papers = [embedded_text(title, text) if title else text for _, title, text in collection.documents]
    headings = [to_plain(title or text.split(". ")[0][:200]) for _, title, text in collection.documents]
    return {
        "vectors": model.encode(papers),
        "titles": model.encode(headings, batch_size=16),
        "questions": np.stack([model.encode_query(to_plain(text)) for text in texts]),
        "words": _by_words(collection, texts),
        "grades": grades,
        "ideal": ideal,
    }


def _by_words(collection: Collection, texts: list[str]) -> np.ndarray:
    from broadsheet.catalogue.text import fold, index_text, normalise_title
    from broadsheet.search.documents import IndexDocument
    from broadsheet.search.language import Clause
    from broadsheet.search.words import WordIndex

    scores = np.zeros((len(texts), len(collection.documents)), np.float32)
    with tempfile.TemporaryDirectory(prefix="broadsheet-ranking-") as folder:
        index = WordIndex(Path(folder))
        index.update(
            [
                IndexDocument(
                    number=row, title=index_text(title), abstract=index_text(text), title_key=normalise_title(title)
                )
                for row, (_, title, text) in enumerate(collection.documents)
            ]
        )
        for row, text in enumerate(texts):
            found = index.search((Clause(fold(text)),), None, len(collection.documents))
            scores[row, found.numbers] = found.scores
    return scores

"""LanceDB: its full-text index for words, IVF_HNSW_SQ for meaning, its own hybrid query with reciprocal rank fusion."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import BATCH, DEPTH, PAGE, WORD, Answer, Ask, InProcess, Progress, text_of

PATIENCE = timedelta(hours=3)
# The least with a recall of 0.95 on the corpus of a million; the library's defaults stay far below.
PARTITIONS, CANDIDATES, REFINED = 20, 600, 4
LEAST_FOR_AN_INDEX = 1_000


class Lance(InProcess):
    """One table: the text, the facts and the vector (half precision) of every paper."""

    def build(self, corpus: Corpus, folder: Path, told: Progress) -> None:
        """Write the table, then its three kinds of index."""
        table = self._database(folder).create_table("papers", self._batches(corpus, told))
        self._index(table, corpus.count)

    def _batches(self, corpus: Corpus, told: Progress) -> Iterator[Any]:
        arrow = importlib.import_module("pyarrow")
        for documents, vectors in corpus.batches(BATCH):
            yield arrow.RecordBatch.from_pydict(
                {
                    "number": arrow.array([one.number for one in documents], arrow.int64()),
                    "text": [text_of(one) for one in documents],
                    "day": arrow.array([one.day.toordinal() for one in documents], arrow.int32()),
                    "code": [one.has_code for one in documents],
                    "categories": arrow.array([list(one.categories) for one in documents], arrow.list_(arrow.string())),
                    "vector": arrow.FixedSizeListArray.from_arrays(arrow.array(vectors.ravel()), vectors.shape[1]),
                }
            )
            told(documents[-1].number)

    def _index(self, table: Any, count: int) -> None:
        kinds = importlib.import_module("lancedb.index")
        facts = {"number": kinds.BTree(), "day": kinds.BTree(), "code": kinds.Bitmap(), "categories": kinds.LabelList()}
        for column, config in {**facts, "text": kinds.FTS()}.items():
            table.create_index(column, config=config, wait_timeout=PATIENCE)
        if count >= LEAST_FOR_AN_INDEX:
            table.create_index("vector", config=kinds.HnswSq(distance_type="cosine"), wait_timeout=PATIENCE)
        table.optimize()

    def _database(self, folder: Path) -> Any:
        return importlib.import_module("lancedb").connect(folder / "lance")

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Open the table."""
        self._fuse = importlib.import_module("lancedb.rerankers").RRFReranker()
        self._table = self._database(folder).open_table("papers")
        self._limits = corpus.limits

    def ask(self, mode: str, ask: Ask) -> Answer:
        """Ask the table for numbers alone."""
        words = " ".join(WORD.findall(ask.words))
        if mode == "words":
            query = self._table.search(words, query_type="fts")
        elif mode == "meaning":
            query = self._near(self._table.search(ask.vector, query_type="vector"))
        else:
            query = self._near(self._table.search(query_type="hybrid").vector(ask.vector).text(words))
            query = query.rerank(self._fuse)
        if tests := self._tests(ask):
            query = query.where(tests, prefilter=True)
        # The limit holds for both halves of a hybrid question before they are fused.
        found = query.select(["number"]).limit(DEPTH if mode == "hybrid" else PAGE).to_arrow()
        return found["number"].to_pylist()[:PAGE]  # type: ignore[no-any-return]

    def _near(self, query: Any) -> Any:
        return query.distance_type("cosine").nprobes(PARTITIONS).ef(CANDIDATES).refine_factor(REFINED)

    def _tests(self, ask: Ask) -> str:
        limits = self._limits[ask.limits]
        if limits.category:
            return f"array_has(categories, '{limits.category}')"
        if limits.has_code:
            return "code = true"
        if limits.day_from and limits.day_before:
            return f"day >= {limits.day_from.toordinal()} AND day < {limits.day_before.toordinal()}"
        return ""


def make() -> Lance:
    """The rival. It would warn at every question that does not ask for a score: lines that would be measured too."""
    os.environ.setdefault("LANCEDB_LOG", "error")
    return Lance()

"""What a paper weighs and costs in a Qdrant cluster, measured on one shard in this process: Qdrant Edge.

Edge is the server's search core without the server, so disk, memory and CPU per paper are those of a shard, and
nothing is said of the network, of merging shards or of replicas. The papers are those of a made corpus
(``benchmarks.corpora``); they go through the engine of the site. Disk is measured after the shard is optimised,
without the log of writes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import qdrant_edge as edge

from benchmarks.corpora import Corpus, Document, corpora_folder, corpus_of
from benchmarks.options import SHARED
from benchmarks.report import figure, print_source, print_table
from broadsheet.catalogue.text import fold, index_text, normalise_title
from broadsheet.search.conditions import Condition, HasFlag, InCategory, ListedWithin
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import Scored
from broadsheet.search.engines.qdrant import Address, collection
from broadsheet.search.engines.qdrant.engine import QdrantEngine
from broadsheet.search.engines.qdrant.link import Link
from broadsheet.search.engines.qdrant.points import VECTOR, payload_of
from broadsheet.search.language import Clause
from tests.search.engines.edge_client import EdgeClient

BATCH = 1_000
DEPTH = 200
FLAGS = "flags of facts"
# Kilobytes of vectors from which on a segment gets a graph: so few that there is one at every size.
INDEXED_FROM = 1_000
KINDS = {
    "vectors as bytes": "quantized",
    "vectors as half floats": "vector_storage",
    "graph": "vector_index",
    "texts and facts as stored": "payload_storage",
    FLAGS: "payload_index/.*-null",
    "words (index)": "payload_index/.*-text",
    "facts (index)": "payload_index",
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of collections/")
    parser.add_argument("--folder", type=Path, help="folder of the corpora (BROADSHEET_BENCH_DIR)")
    parser.add_argument("--size", default="10k", help="name or number (10k, 100k)")
    parser.add_argument("--queries", type=int, default=200)
    told = parser.parse_args()
    corpus = corpus_of(told.size, corpora_folder(told.folder), told.data)
    with TemporaryDirectory() as scratch:
        client = EdgeClient(Path(scratch) / "edge", indexed_from=INDEXED_FROM)
        address = Address(nodes=(), name="papers")
        engine = QdrantEngine(Link([client], 3_600.0), address)  # type: ignore[list-item]
        costs = _fill(engine, client, corpus)
        rows = _questions(engine, corpus, told.queries)
        client.close()
        shard = next(path for path in (Path(scratch) / "edge").iterdir())
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            memory = pool.submit(_memory_when_open, shard, corpus.query_vectors[:100].tolist()).result()
        weights = _weights(shard, corpus.count)
        memory_row = ["anonymous memory, opened and asked, bytes", figure(memory * 1024 / corpus.count)]
        print_table([f"per paper, at {corpus.count:,}", "figure"], [*costs, *weights, memory_row])
        print_table(["question", "CPU ms", "wall ms p50", "recall@10"], rows)
    print_source("cluster")


def _fill(engine: QdrantEngine, client: EdgeClient, corpus: Corpus) -> list[list[str]]:
    made = stored = 0.0
    for batch, rows in corpus.batches(BATCH):
        documents = [_indexed(document) for document in batch]
        began = time.process_time()
        for document in documents:
            payload_of(document)
        made += time.process_time() - began
        vectors = rows.astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        began = time.process_time()
        engine.update(documents, (), (np.array([one.number for one in documents], np.int64), vectors), "made")
        stored += time.process_time() - began
    began = time.process_time()
    name = collection.target(engine.link, engine.address.name)
    client.update_collection(name or "")
    optimised = time.process_time() - began
    per_paper = 1_000 / corpus.count
    return [
        ["analysing and making the payload (in the worker), CPU ms", figure(made * per_paper)],
        ["sending and storing (without the payload), CPU ms", figure((stored - made) * per_paper)],
        ["indexing vectors and merging segments (in the shard), CPU ms", figure(optimised * per_paper)],
    ]


def _indexed(document: Document) -> IndexDocument:
    return IndexDocument(
        number=document.number,
        title=index_text(document.title),
        abstract=index_text(document.abstract),
        title_key=normalise_title(document.title),
        authors=tuple(fold(name) for name in document.authors),
        organisations=((document.organisation, document.organisation),) if document.organisation else (),
        categories=document.categories,
        days=(document.day,),
        has_code=document.has_code,
        votes_count=document.votes,
        language="en",
    )


def _weights(shard: Path, count: int) -> list[list[str]]:
    """Bytes by kind of the segment that was optimised; the other one is where the next papers would go."""
    segments = [_weight(folder) for folder in (shard / "segments").iterdir()]
    sizes = max(segments, key=lambda one: one["vectors as bytes"])
    flags = sizes.pop(FLAGS)
    told = [[f"{kind}, bytes on disk", figure(size / count)] for kind, size in sizes.items()]
    whole = ["together, bytes on disk", figure(sum(sizes.values()) / count)]
    return [*told, whole, ["each segment besides, however few papers, MB on disk", figure(flags / 1e6)]]


def _weight(folder: Path) -> dict[str, int]:
    sizes = dict.fromkeys([*KINDS, "other"], 0)
    for path in folder.rglob("*"):
        if path.is_file():
            name = str(path.relative_to(folder))
            kind = next((kind for kind, pattern in KINDS.items() if re.search(pattern, name)), "other")
            sizes[kind] += path.stat().st_blocks * 512
    return sizes


def _memory_when_open(shard: Path, vectors: list[list[float]]) -> float:
    """Anonymous memory in kB that a new process takes to open a shard and ask it for the nearest."""
    before = _anonymous()
    opened = edge.EdgeShard.load(str(shard))
    for vector in vectors:
        opened.query(edge.QueryRequest(limit=10, query=edge.Query.Nearest(vector, using=VECTOR)))
        opened.count(edge.CountRequest(exact=True))
    return _anonymous() - before


def _anonymous() -> float:
    """Anonymous memory of this process in kB."""
    found = re.search(r"^RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return float(found[1]) if found else 0.0


def _questions(engine: QdrantEngine, corpus: Corpus, count: int) -> list[list[str]]:
    texts = [fold(one.text) for one in corpus.queries[:count]]
    vectors = corpus.query_vectors[:count]
    within: dict[str, Condition | None] = {"all": None, "year": _within(corpus, "year"), "code": HasFlag("code")}
    rows = []
    for name, must in within.items():
        rows.append(_asked(f"words, {name}", [_words(engine, text, must) for text in texts], None))
        truth = corpus.truth(name)[:count]
        rows.append(_asked(f"meaning, {name}", [_nearest(engine, vector, must) for vector in vectors], truth))
    category = InCategory(corpus.categories[0])
    rows.append(_asked("how many of a category", [lambda: engine.count(category)] * count, None))
    rows.append(_asked("facets of all papers", [lambda: engine.facets(None, 10)] * min(count, 10), None))
    rows.append(_asked("the newest", [lambda: engine.listed(None, "newest", 0, 25)] * count, None))
    return rows


def _within(corpus: Corpus, name: str) -> Condition:
    limits = corpus.limits[name]
    last = limits.day_before - timedelta(days=1) if limits.day_before else None
    return ListedWithin(limits.day_from, last)


def _words(engine: QdrantEngine, text: str, must: Condition | None) -> Callable[[], Scored]:
    return lambda: engine.words((Clause(text),), must, DEPTH)


def _nearest(engine: QdrantEngine, vector: np.ndarray, must: Condition | None) -> Callable[[], Scored]:
    return lambda: engine.nearest(vector, must, DEPTH)


def _asked(name: str, questions: Sequence[Callable[[], object]], truth: np.ndarray | None) -> list[str]:
    walls, answers = [], []
    began = time.process_time()
    for question in questions:
        start = time.perf_counter()
        answers.append(question())
        walls.append(time.perf_counter() - start)
    cpu = (time.process_time() - began) / len(questions)
    recall = "–" if truth is None else figure(_recall(answers, truth))
    return [name, figure(cpu * 1_000), figure(float(np.median(walls)) * 1_000), recall]


def _recall(answers: Sequence[object], truth: np.ndarray) -> float:
    shares = []
    for answer, wanted in zip(answers, truth, strict=True):
        assert isinstance(answer, Scored)
        there = wanted[wanted > 0]
        shares.append(np.isin(there, answer.numbers[: len(there)]).mean())
    return float(np.mean(shares))


if __name__ == "__main__":
    main()

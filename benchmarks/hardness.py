"""Whether the made vectors are as hard to search as real ones: both in sets of the same size, searched by one index.

Five hundred real papers are held back as queries and take no part in the making. HNSW (Malkov and Yashunin 2018; 16
links, 64 candidates at building and 16 at searching) and inverted lists (128 lists, 4 searched) have fixed settings,
low on purpose: an index that finds everything tells no difference.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import SIZES, corpora_folder, load
from benchmarks.mixtures import Mixtures, hardness, nearest
from benchmarks.options import SHARED, missing
from benchmarks.originals import Originals, originals
from benchmarks.report import figure, print_source, print_table

HELD = 500
LINKS, BUILDING, SEARCHING = 16, 64, 16
LISTS, SEARCHED = 128, 4
ANSWER = 10
COLUMNS = ["vectors", "queries", "cosine of 1st", "10th", "100th", "contrast", "local dimension"]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of collections/")
    parser.add_argument("--folder", type=Path, help="folder of the corpora (BROADSHEET_BENCH_DIR)")
    told = parser.parse_args()
    if importlib.util.find_spec("faiss") is None:
        missing("a package", "faiss-cpu")
    folder = corpora_folder(told.folder)
    rows = [
        [f"{name}: {len(vectors):,}", asked, *_told(vectors, queries), *_recalls(vectors, queries)]
        for name, vectors, asked, queries in sets(originals(told.data, folder), np.random.default_rng(1))
    ]
    print_table([*COLUMNS, "recall@10 HNSW", "recall@10 lists"], rows)
    corpora = [load(folder / size) for size in SIZES if (folder / size / "corpus.json").exists()]
    rows = [[f"{one.count:,} made", "questions", *_told(one.vectors, one.query_vectors)] for one in corpora]
    if rows:
        print_table(COLUMNS, rows)
    print_source("hardness")


def sets(given: Originals, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray, str, np.ndarray]]:
    """Vectors, float32 (n, dims), and queries, float32 (q, dims), with the names of both: made and real by turns."""
    vectors = _unit(given.vectors)
    order = rng.permutation(len(vectors))
    held = min(HELD, len(vectors) // 2)
    real, papers = vectors[order[held:]], vectors[order[:held]]
    mixtures = Mixtures(real)
    made = mixtures.around(rng.integers(0, len(real), len(real)), rng)
    yield "real", real, "held-back papers", papers
    yield "made", made, "other made papers", mixtures.around(rng.integers(0, len(real), held), rng)
    yield "made", made, "held-back papers", papers
    for name, queries in (("queries of the collections", given.query_vectors), ("questions", given.question_vectors)):
        if len(queries):
            yield "real", real, name, _unit(queries)
            yield "made", made, name, _unit(queries)


def _unit(vectors: np.ndarray) -> np.ndarray:
    exact = np.asarray(vectors, np.float32)
    return exact / np.linalg.norm(exact, axis=1, keepdims=True)


def _told(vectors: np.ndarray, queries: np.ndarray) -> list[str]:
    found = hardness(vectors, queries)
    cosines = [f"{cosine:.3f}" for cosine in (found.first, found.tenth, found.hundredth)]
    return [*cosines, figure(found.contrast), figure(found.dimension)]


def _recalls(vectors: np.ndarray, queries: np.ndarray) -> list[str]:
    exact = nearest(vectors, queries, min(ANSWER, len(vectors)))[0]
    found = [search(queries) for search in (_graph(vectors), _lists(vectors))]
    shares = [
        np.mean(
            [
                len(set(some) & set(all_)) / len(all_)
                for some, all_ in zip(answers.tolist(), exact.tolist(), strict=True)
            ]
        )
        for answers in found
    ]
    return [f"{share:.3f}" for share in shares]


def _graph(vectors: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    faiss: Any = importlib.import_module("faiss")
    index = faiss.IndexHNSWFlat(vectors.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILDING
    index.add(vectors)
    index.hnsw.efSearch = SEARCHING
    return lambda queries: index.search(queries, ANSWER)[1]  # type: ignore[no-any-return]


def _lists(vectors: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    faiss: Any = importlib.import_module("faiss")
    index = faiss.index_factory(
        vectors.shape[1], f"IVF{min(LISTS, len(vectors) // 40)},Flat", faiss.METRIC_INNER_PRODUCT
    )
    index.train(vectors)
    index.add(vectors)
    index.nprobe = SEARCHED
    return lambda queries: index.search(queries, ANSWER)[1]  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()

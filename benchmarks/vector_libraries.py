"""Which library finds near vectors best: recall, processor time, building and disk of the index and of four others.

Every contender holds the same made vectors (``benchmarks.corpora``) and is asked the same real questions of one to
five words. One that can be told how hard to look is told so with the first half of the questions: as little as gives
the recall that the index reaches with them. What is told in the tables is measured with the other half. Filters allow
a random share of the papers, the papers of the question's own topic, and those of the half of all topics that are
farthest from it. A last table asks the same index for held-back real vectors among the real ones, and for made ones
among as many made ones: so hard are the made ones.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks.corpora import corpora_folder, corpus_of
from benchmarks.mixtures import nearest
from benchmarks.options import SHARED
from benchmarks.originals import originals
from benchmarks.report import figure, print_source, print_table, ratio

LIMIT = 10
TOPICS = 64
HELD_BACK = 500
AT_ONCE = 5_000
SHARES = {"half": 0.5, "a tenth": 0.1, "a fiftieth": 0.02, "a five-hundredth": 0.002}
EFFORTS = (16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1_024)


class Contender(Protocol):
    """A way to keep vectors and to find the nearest."""

    effort: int

    def build(self, vectors: np.ndarray) -> None:
        """Take unit vectors, float16 (n, dims); row i is known as i."""

    def search(self, question: np.ndarray, allowed: np.ndarray | None) -> np.ndarray | None:
        """The nearest rows to float32 (dims,) among ``allowed``, bool (n,); None when it cannot filter."""

    def disk(self) -> float:
        """Bytes on disk that it needs to answer, or NaN where it has to hold everything in memory."""


class _Ours:
    """The index of the program."""

    def __init__(self, folder: Path) -> None:
        from broadsheet.search.vectors import VectorIndex

        self.effort = 0
        self._folder = folder
        self._index = VectorIndex(folder)

    def build(self, vectors: np.ndarray) -> None:
        for first, part in _parts(vectors):
            self._index.update(np.arange(first, first + len(part)), part, [], "a model")
        self._index.maintain()

    def search(self, question: np.ndarray, allowed: np.ndarray | None) -> np.ndarray | None:
        return self._index.nearest(question, LIMIT, allowed)[0]

    def disk(self) -> float:
        return float(sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file()))


class _Usearch:
    """A graph of 8-bit vectors (HNSW). Its Python interface has no filter."""

    def __init__(self, folder: Path) -> None:
        self._file, self.effort = folder / "usearch", EFFORTS[0]

    def build(self, vectors: np.ndarray) -> None:
        from usearch.index import Index

        made = Index(ndim=vectors.shape[1], metric="cos", dtype="i8", connectivity=16, expansion_add=128)
        for first, part in _parts(vectors):
            made.add(np.arange(first, first + len(part)), part, threads=2)
        made.save(str(self._file))
        self._index = Index.restore(str(self._file), view=True)

    def search(self, question: np.ndarray, allowed: np.ndarray | None) -> np.ndarray | None:
        if allowed is not None:
            return None
        self._index.expansion_search = self.effort
        found: np.ndarray = np.asarray(self._index.search(question, LIMIT, threads=1).keys)
        return found

    def disk(self) -> float:
        return float(self._file.stat().st_size)


class _Faiss:
    """Inverted lists of faiss; ``refined`` compares the best of its codes again with the vectors in 16 bits."""

    def __init__(self, folder: Path, kind: str, refined: int = 0) -> None:
        self._file, self._kind, self._refined, self.effort = folder / "faiss", kind, refined, EFFORTS[0]
        self._bytes = 0.0

    def build(self, vectors: np.ndarray) -> None:
        import faiss

        faiss.omp_set_num_threads(2)
        lists = round(4 * len(vectors) ** 0.5)
        made = faiss.index_factory(vectors.shape[1], f"IVF{lists},{self._kind}", faiss.METRIC_INNER_PRODUCT)
        chosen = np.random.default_rng(1).choice(len(vectors), min(len(vectors), 40 * lists), replace=False)
        made.train(np.asarray(vectors[np.sort(chosen)], np.float32))
        for _, part in _parts(vectors):
            made.add(part)
        faiss.write_index(made, str(self._file))
        self._bytes = self._file.stat().st_size + (vectors.nbytes if self._refined else 0)
        self._index, self._vectors = made, vectors
        faiss.omp_set_num_threads(1)

    def search(self, question: np.ndarray, allowed: np.ndarray | None) -> np.ndarray | None:
        import faiss

        told = {"nprobe": self.effort}
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            told["sel"] = faiss.IDSelectorBitmap(bits)
        kind = faiss.IVFRaBitQSearchParameters if "RaBitQ" in self._kind else faiss.SearchParametersIVF
        found = self._index.search(question[None], self._refined or LIMIT, params=kind(**told))[1][0]
        found = found[found >= 0]
        if self._refined:
            cosines = np.asarray(self._vectors[np.sort(found)], np.float32) @ question
            found = np.sort(found)[np.argsort(-cosines)[:LIMIT]]
        return found

    def disk(self) -> float:
        return self._bytes


class _Numpy:
    """Everything compared, float32 in memory."""

    effort = 0

    def build(self, vectors: np.ndarray) -> None:
        self._vectors = np.asarray(vectors, np.float32)

    def search(self, question: np.ndarray, allowed: np.ndarray | None) -> np.ndarray | None:
        cosines = self._vectors @ question
        if allowed is not None:
            cosines[~allowed] = -np.inf
        return np.argpartition(-cosines, LIMIT)[:LIMIT]

    def disk(self) -> float:
        return float(self._vectors.nbytes)


# usearch comes after faiss: the other way round, their OpenMP runtimes end the process.
CONTENDERS: dict[str, Callable[[Path], Contender]] = {
    "ours": _Ours,
    "faiss, lists of 8 bits": lambda folder: _Faiss(folder, "SQ8"),
    "faiss, lists of 1 bit, 100 compared again": lambda folder: _Faiss(folder, "RaBitQfs", refined=100),
    "usearch, graph of 8 bits": _Usearch,
    "numpy, everything": lambda folder: _Numpy(),
}


@dataclass(frozen=True, slots=True)
class Task:
    """Questions float32 (q, dims), and for each filter the masks by question, and the exact answers."""

    questions: np.ndarray
    allowed: dict[str, Callable[[int], np.ndarray | None]]
    answers: dict[str, list[np.ndarray]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="100k", help="which of the made corpora (100k)")
    parser.add_argument("--folder", type=Path, help="folder of the corpora")
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of seeds/ and collections/")
    parser.add_argument("--questions", type=int, default=200, help="how many questions are asked (200)")
    parser.add_argument("--without", default="", help="contenders to leave out: beginnings of their names, by commas")
    given = parser.parse_args()
    folder = corpora_folder(given.folder)
    corpus = corpus_of(given.size, folder, given.data)
    asked = corpus.query_vectors[:: max(1, len(corpus.query_vectors) // given.questions)][: given.questions]
    task = _task(corpus.vectors, asked)
    left_out = tuple(name for name in given.without.split(",") if name)
    names = [name for name in CONTENDERS if not left_out or not name.startswith(left_out)]
    _compare(names, corpus.vectors, task)
    _hardness(originals(given.data, folder).vectors, corpus.vectors)
    print_source("vector_libraries")


def _compare(names: Sequence[str], vectors: np.ndarray, task: Task) -> None:
    """Build and ask one after the other, and print what it cost and what was found."""
    costs, recalls, wanted, ours = [], [], 1.0, 0.0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="vectors-") as place:
            contender = CONTENDERS[name](Path(place))
            began = time.process_time()
            contender.build(vectors)
            built = time.process_time() - began
            reached = _strive(contender, task, wanted if name != "ours" else 0.0)
            wanted = reached if name == "ours" else wanted
            told = {kind: _ask(contender, task, kind) for kind in task.allowed}
            used = told["all"][1]
            ours = used if name == "ours" else ours
            costs.append(
                [name, figure(built), figure(contender.disk() / 1e6), figure(used), ratio(used, ours)]
                + [_or_dash(told[kind][1]) for kind in task.allowed if kind != "all"]
            )
            recalls.append([name, *(_or_dash(told[kind][0], "{:.3f}") for kind in task.allowed)])
            del contender
    others = [kind for kind in task.allowed if kind != "all"]
    print_table(["contender", "build CPU s", "disk MB", "CPU ms a question", "against ours", *others], costs)
    print_table(["recall of ten", *task.allowed], recalls)


def _strive(contender: Contender, task: Task, wanted: float) -> float:
    """Raise the effort until the first half of the questions gets the recall that is wanted; returns what they get."""
    half = range(0, len(task.questions), 2)
    for effort in EFFORTS if contender.effort else (0,):
        contender.effort = effort
        reached = _ask(contender, task, "all", half)[0]
        if reached >= wanted:
            break
    return reached


def _ask(contender: Contender, task: Task, kind: str, chosen: range | None = None) -> tuple[float, float]:
    """Mean recall and CPU milliseconds of the chosen questions, or the second half; NaN when it cannot filter."""
    found, spent = [], []
    for number in chosen or range(1, len(task.questions), 2):
        allowed, answers = task.allowed[kind](number), task.answers[kind][number]
        contender.search(task.questions[number], allowed)
        began = time.process_time()
        rows = contender.search(task.questions[number], allowed)
        spent.append((time.process_time() - began) * 1_000)
        if rows is None:
            return float("nan"), float("nan")
        found.append(np.isin(answers, rows).mean())
    return float(np.mean(found)), float(np.mean(spent))


def _task(vectors: np.ndarray, questions: np.ndarray) -> Task:
    """The filters, and the exact answers under each."""
    drawn = np.random.default_rng(7)
    centres = np.asarray(vectors[np.sort(drawn.choice(len(vectors), TOPICS, replace=False))], np.float32)
    topics = np.concatenate([(part @ centres.T).argmax(axis=1) for _, part in _parts(vectors)])
    near = np.argsort(-(questions @ centres.T), axis=1)
    random = {name: drawn.random(len(vectors)) < share for name, share in SHARES.items()}
    ten = np.zeros(len(vectors), np.bool_)
    ten[drawn.choice(len(vectors), 10, replace=False)] = True
    allowed: dict[str, Callable[[int], np.ndarray | None]] = {"all": lambda number: None}
    for name, mask in {**random, "ten papers": ten}.items():
        allowed[name] = lambda number, mask=mask: mask  # type: ignore[misc]
    allowed["own topic"] = lambda number: topics == near[number, 0]
    allowed["far topics"] = lambda number: np.isin(topics, near[number, TOPICS // 2 :])
    answers: dict[str, list[np.ndarray]] = {kind: [] for kind in allowed}
    for number, cosines in enumerate(_all_cosines(vectors, questions)):
        for kind, mask_of in allowed.items():
            mask = mask_of(number)
            rows = np.arange(len(vectors)) if mask is None else np.flatnonzero(mask)
            most = min(LIMIT, len(rows))
            answers[kind].append(rows[np.argpartition(-cosines[rows], most - 1)[:most]])
    return Task(questions, allowed, answers)


def _all_cosines(vectors: np.ndarray, questions: np.ndarray) -> Iterator[np.ndarray]:
    """The cosines of all vectors with each question in turn."""
    for first in range(0, len(questions), 50):
        block = questions[first : first + 50]
        found = np.empty((len(block), len(vectors)), np.float32)
        for start, part in _parts(vectors):
            found[:, start : start + len(part)] = block @ part.T
        yield from found


def _hardness(real: np.ndarray, made: np.ndarray) -> None:
    """Print the recall of the index for held-back vectors, real among real and made among as many made."""
    rows = []
    for name, vectors in (("real", real), ("made", made[np.linspace(0, len(made) - 1, len(real)).astype(int)])):
        order = np.random.default_rng(3).permutation(len(vectors))
        asked, kept = np.asarray(vectors[order[:HELD_BACK]], np.float32), vectors[order[HELD_BACK:]]
        with tempfile.TemporaryDirectory(prefix="vectors-") as place:
            index = _Ours(Path(place))
            index.build(kept)
            exact = nearest(kept, asked, LIMIT)[0]
            found = [np.isin(best, index.search(one, None)).mean() for one, best in zip(asked, exact, strict=True)]
        rows.append([name, f"{len(kept):,}", f"{np.mean(found):.3f}"])
    print_table(["vectors", "in the index", "recall of ten, held back"], rows)


def _parts(vectors: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    for first in range(0, len(vectors), AT_ONCE):
        yield first, np.asarray(vectors[first : first + AT_ONCE], np.float32)


def _or_dash(value: float, form: str = "") -> str:
    if np.isnan(value):
        return "–"
    return form.format(value) if form else figure(value)


if __name__ == "__main__":
    main()

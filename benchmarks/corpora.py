"""Made corpora of any size for the benchmarks of search: papers, vectors, questions and the exact answers.

``python -m benchmarks.corpora --sizes 10k,100k,1m`` makes them, the same for the same seed; a benchmark that needs one
makes it where it is missing. They are kept in the folder of ``--folder`` or of BROADSHEET_BENCH_DIR.

A paper is made after one paper of the given collections (``base``): its words come from the chain of ``prose`` with
words of that paper and of a neighbour, its vector from ``mixtures`` around the vector of that paper, and its first
category is that of the region in which that paper lies. So words, vector and category agree, as they do in life.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.mixtures import Mixtures, nearest
from benchmarks.options import SHARED
from benchmarks.originals import Originals, originals
from benchmarks.people import People
from benchmarks.prose import INVENTED, Prose
from benchmarks.questions import Question

VERSION = 2
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000, "3m": 3_000_000}
AT_ONCE = 5_000
CATEGORIES, REGIONS = 150, 1_200
FIRST_DAY, DAYS = date(2016, 1, 1), 3_650
WITH_CODE, WITH_ORGANISATION = 0.25, 0.3
ELSEWHERE = 0.1
LEAST_WORDS = 40
WANTED_CATEGORY = 0.08
TRUTH = 10
LONG = 200


class Document(NamedTuple):
    """One made paper. ``number`` is 1 for the first row of the vectors, 2 for the second, and so on."""

    number: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    day: date
    has_code: bool
    votes: int
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an answer must satisfy: days from (first of the range) and before (first after it), category, code."""

    day_from: date | None = None
    day_before: date | None = None
    category: str = ""
    has_code: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus in its folder.

    ``vectors``: float16 (documents, dims), mapped; ``query_vectors``: float32 (queries, dims). ``long_queries`` are
    real ones of the given collections, whole sentences, and ``long_vectors`` theirs.
    """

    folder: Path
    count: int
    vectors: np.ndarray
    queries: list[Question]
    query_vectors: np.ndarray
    long_queries: list[Question]
    long_vectors: np.ndarray
    limits: dict[str, Limits]
    categories: list[str]
    _columns: dict[str, np.ndarray] = field(repr=False)

    def documents(self, start: int = 0, stop: int | None = None) -> Iterator[Document]:
        """The documents in the order of their numbers, from row ``start`` to before row ``stop``."""
        with (self.folder / "documents.jsonl").open(encoding="utf-8") as lines:
            for row, line in enumerate(lines):
                if stop is not None and row >= stop:
                    return
                if row >= start:
                    yield _document(line)

    def batches(self, size: int) -> Iterator[tuple[list[Document], np.ndarray]]:
        """All documents, ``size`` at a time, with their vectors, float16 (documents, dims)."""
        documents, start = self.documents(), 0
        while batch := list(islice(documents, size)):
            yield batch, np.asarray(self.vectors[start : start + len(batch)])
            start += len(batch)

    def allowed(self, name: str) -> np.ndarray:
        """Which rows satisfy the limits of a name, bool (documents,)."""
        return _allowed(self._columns, self.categories, self.limits[name])

    def truth(self, name: str) -> np.ndarray:
        """The numbers of the nearest documents to each query within named limits, int64 (queries, 10), -1: none.

        ``long`` names those to the long queries, without limits.
        """
        found: np.ndarray = np.load(self.folder / "truth.npz")[name]
        return found


def load(folder: Path) -> Corpus:
    """Open a corpus that is complete. Raises FileNotFoundError where there is none."""
    told = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
    asked = {}
    for name in ("queries", "long_queries"):
        with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
            asked[name] = [Question(**json.loads(line)) for line in lines]
    with np.load(folder / "columns.npz") as kept:
        columns = {name: kept[name] for name in kept.files}
    return Corpus(
        folder,
        told["count"],
        np.load(folder / "vectors.npy", mmap_mode="r"),
        asked["queries"],
        np.load(folder / "query_vectors.npy"),
        asked["long_queries"],
        np.load(folder / "long_vectors.npy"),
        {name: _limits(limits) for name, limits in told["limits"].items()},
        told["categories"],
        columns,
    )


def corpora_folder(named: Path | None) -> Path:
    """The folder of all corpora: the one named, that of BROADSHEET_BENCH_DIR, or one among the temporary files."""
    told = named or os.environ.get("BROADSHEET_BENCH_DIR") or Path(tempfile.gettempdir()) / "broadsheet-bench"
    return Path(told)


def corpus_of(size: str, folder: Path, data: Path, seed: int = 1) -> Corpus:
    """The corpus of a size (a name of SIZES or a number), made after the collections in ``data`` if missing."""
    count = SIZES.get(size) or int(size)
    target = folder / size
    wanted = {"version": VERSION, "count": count, "seed": seed}
    try:
        told = json.loads((target / "corpus.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        told = {}
    if {name: told.get(name) for name in wanted} != wanted:
        began = time.process_time()
        make(target, count, originals(data, folder), seed)
        print(f"made the corpus of {size} in {time.process_time() - began:.0f} CPU seconds", file=sys.stderr)
    return load(target)


def make(target: Path, count: int, given: Originals, seed: int = 1, invented: int = INVENTED) -> None:
    """Make the corpus of ``count`` documents in ``target``, which appears, or is replaced, when it is complete.

    ``invented`` is how many words there are that no given text has.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.name}-") as scratch:
        folder = Path(scratch) / "corpus"
        folder.mkdir()
        columns, names = _write_documents(folder, count, given, invented, np.random.default_rng([seed, count]))
        np.savez(folder / "columns.npz", **columns)  # type: ignore[arg-type]
        limits = _limits_to_measure(columns, names, count)
        _write_queries(folder, given)
        _write_truth(folder, columns, names, limits)
        told = {"version": VERSION, "count": count, "seed": seed, "categories": names}
        told["limits"] = {name: _plain(one) for name, one in limits.items()}
        (folder / "corpus.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def _write_documents(
    folder: Path, count: int, given: Originals, invented: int, rng: np.random.Generator
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Write texts and vectors; return the columns (day, code, votes, categories) and the names of the categories."""
    mixtures = Mixtures(given.vectors)
    models = _models(given)
    prose = Prose([f"{one.title}. {one.abstract}" for one in given.papers], rng, invented)
    people = People(given.papers, rng)
    names = [f"{'abcdefghijklmno'[number // 10]}x.{'ABCDEFGHIJ'[number % 10]}L" for number in range(CATEGORIES)]
    regions, weights = _regions(given.vectors, rng)
    dims = given.vectors.shape[1]
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float16, (count, dims))
    columns = {
        "day": FIRST_DAY.toordinal() + np.sort(rng.integers(0, DAYS, count)).astype(np.int32),
        "code": rng.random(count) < WITH_CODE,
        "votes": np.minimum(rng.zipf(1.8, count) - 1, 5_000).astype(np.int32),
        "categories": np.full((count, 3), -1, np.int16),
    }
    with (folder / "documents.jsonl").open("w", encoding="utf-8") as lines:
        for start in range(0, count, AT_ONCE):
            rows = slice(start, min(start + AT_ONCE, count))
            base = rng.choice(models, rows.stop - rows.start)
            partner = mixtures.partners(base, rng)
            vectors[rows] = mixtures.around(base, rng).astype(np.float16)
            columns["categories"][rows] = _categories(regions, weights, base, partner, rng)
            texts = zip(prose.titles(base, rng), prose.abstracts(base, rng), strict=True)
            for row, (title, abstract) in enumerate(texts, start):
                told = [row + 1, title, abstract, people.authors(rng), *_row(columns, names, row)]
                organisation = people.organisation(rng) if rng.random() < WITH_ORGANISATION else ""
                lines.write(json.dumps([*told, organisation], ensure_ascii=False) + "\n")
    vectors.flush()
    return columns, names


def _models(given: Originals) -> np.ndarray:
    """The papers that others may be made after, int (n,): those with an abstract, if there are any."""
    spoken = [number for number, one in enumerate(given.papers) if len(one.abstract.split()) >= LEAST_WORDS]
    return np.array(spoken or range(len(given.papers)))


def _row(columns: dict[str, np.ndarray], names: list[str], row: int) -> list[object]:
    categories = [names[number] for number in columns["categories"][row] if number >= 0]
    return [categories, int(columns["day"][row]), bool(columns["code"][row]), int(columns["votes"][row])]


def _document(line: str) -> Document:
    number, title, abstract, authors, categories, day, has_code, votes, organisation = json.loads(line)
    told = (tuple(authors), tuple(categories), date.fromordinal(day), has_code, votes, organisation)
    return Document(number, title, abstract, *told)


def _regions(vectors: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The category of every real paper, int (papers,), by the region it lies in, and how frequent each category is."""
    weights = 1 / (np.arange(CATEGORIES) + 4) ** 0.95
    weights /= weights.sum()
    centres = rng.choice(len(vectors), min(REGIONS, len(vectors)), replace=False)
    region = nearest(vectors[centres], vectors, 1)[0][:, 0]
    sizes = np.bincount(region, minlength=len(centres)) / len(vectors)
    # The largest regions first, each to the category that lacks most of its share.
    lacking, category = weights.copy(), np.zeros(len(centres), np.int64)
    for number in np.argsort(-sizes, kind="stable"):
        category[number] = np.argmax(lacking)
        lacking[category[number]] -= sizes[number]
    return category[region], weights


def _categories(
    of_paper: np.ndarray, weights: np.ndarray, base: np.ndarray, partner: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """One to three different categories of each document, int16 (n, 3), -1: none."""
    elsewhere = rng.choice(len(weights), (len(base), 2), p=weights)
    is_elsewhere = rng.random(len(base)) < ELSEWHERE
    found = np.stack([np.where(is_elsewhere, elsewhere[:, 0], of_paper[base]), of_paper[partner], elsewhere[:, 1]], 1)
    wanted = rng.choice([1, 2, 3], len(base), p=[0.45, 0.35, 0.2])
    found[(np.arange(3) >= wanted[:, None]) | (np.arange(3) > 0) & (found == found[:, :1])] = -1
    found[found[:, 2] == found[:, 1], 2] = -1
    return found.astype(np.int16)


def _limits_to_measure(columns: dict[str, np.ndarray], names: list[str], count: int) -> dict[str, Limits]:
    """Everything; a week, a year, a category of about eight per cent, and papers with code."""
    used = columns["categories"]
    shares = np.bincount(used[used >= 0], minlength=len(names)) / count
    category = names[int(np.argmin(np.abs(shares - WANTED_CATEGORY)))]
    week, year = FIRST_DAY + timedelta(days=2_500), FIRST_DAY + timedelta(days=2_000)
    return {
        "all": Limits(),
        "week": Limits(day_from=week, day_before=week + timedelta(days=7)),
        "year": Limits(day_from=year, day_before=year + timedelta(days=365)),
        "category": Limits(category=category),
        "code": Limits(has_code=True),
    }


def _plain(limits: Limits) -> dict[str, object]:
    days = {"day_from": limits.day_from, "day_before": limits.day_before}
    plain = {name: day.isoformat() for name, day in days.items() if day is not None}
    return {**plain, "category": limits.category, "has_code": limits.has_code}


def _limits(plain: dict[str, object]) -> Limits:
    days = {name: date.fromisoformat(str(plain[name])) for name in ("day_from", "day_before") if name in plain}
    return Limits(**days, category=str(plain["category"]), has_code=bool(plain["has_code"]))


def _allowed(columns: dict[str, np.ndarray], names: list[str], limits: Limits) -> np.ndarray:
    allowed = np.ones(len(columns["day"]), bool)
    if limits.day_from is not None:
        allowed &= columns["day"] >= limits.day_from.toordinal()
    if limits.day_before is not None:
        allowed &= columns["day"] < limits.day_before.toordinal()
    if limits.category:
        allowed &= (columns["categories"] == names.index(limits.category)).any(axis=1)
    return allowed & columns["code"] if limits.has_code else allowed


def _write_queries(folder: Path, given: Originals) -> None:
    step = max(1, len(given.queries) // LONG)
    long = [Question(text, "collection") for text in given.queries[::step][:LONG]]
    for name, questions in (("queries", given.questions), ("long_queries", long)):
        lines = [json.dumps({"text": one.text, "kind": one.kind}, ensure_ascii=False) for one in questions]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    np.save(folder / "query_vectors.npy", given.question_vectors.astype(np.float32))
    np.save(folder / "long_vectors.npy", given.query_vectors[::step][:LONG].astype(np.float32))


def _write_truth(folder: Path, columns: dict[str, np.ndarray], names: list[str], limits: dict[str, Limits]) -> None:
    """Keep the numbers of the nearest documents to every query within every limit."""
    vectors, queries = np.load(folder / "vectors.npy", mmap_mode="r"), np.load(folder / "query_vectors.npy")
    found = {}
    for name, one in limits.items():
        rows, _ = nearest(vectors, queries, TRUTH, None if name == "all" else _allowed(columns, names, one))
        found[name] = np.where(rows >= 0, rows + 1, -1)
    found["long"] = nearest(vectors, np.load(folder / "long_vectors.npy"), TRUTH)[0] + 1
    np.savez(folder / "truth.npz", **found)  # type: ignore[arg-type]


def main() -> None:
    """Make the corpora that are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of collections/")
    parser.add_argument("--folder", type=Path, help="folder of the corpora (BROADSHEET_BENCH_DIR)")
    parser.add_argument("--sizes", default="10k,100k", help="names or numbers: 10k,100k,1m,3m")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives another corpus")
    told = parser.parse_args()
    for size in told.sizes.split(","):
        corpus = corpus_of(size, corpora_folder(told.folder), told.data, told.seed)
        print(f"{size}: {corpus.count:,} documents in {corpus.folder}")


if __name__ == "__main__":
    main()

"""What the word index and the facts cost alone, at 10,000 to a million papers, against SQLite's FTS5 in the same run.

Both index the same made corpus (see ``benchmarks.corpora``) and are asked the same questions of one to five words for
the best 300 papers: what fusion takes from the words. FTS5 stems by Porter, has no stop words, and finds the facts in
tables with an index on each; ours drops words that tell nothing, which is a part of what it is measured for. Figures
are CPU milliseconds of the process.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.corpora import Corpus, Document, Limits, corpora_folder, corpus_of
from benchmarks.instance import open_here, temporary_home
from benchmarks.options import SHARED
from benchmarks.peers import WORD, sqlite_module
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import interleaved, timed

if TYPE_CHECKING:
    from broadsheet.search.conditions import Condition
    from broadsheet.search.documents import IndexDocument

DEPTH, PAGE, BATCH = 300, 50, 5_000
TABLES = """
CREATE VIRTUAL TABLE texts USING fts5(title, abstract, authors, tokenize='porter unicode61');
CREATE TABLE facts(number INTEGER PRIMARY KEY, day INTEGER, has_code INTEGER, votes INTEGER);
CREATE TABLE categories(code TEXT, number INTEGER, PRIMARY KEY (code, number)) WITHOUT ROWID;
CREATE INDEX by_day ON facts(day);
CREATE INDEX by_votes ON facts(votes);
"""
Work = Callable[[], object]


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10k,100k", help="corpora: 10k, 100k, 1m (10k,100k)")
    parser.add_argument("--folder", type=Path, help="folder of the corpora (BROADSHEET_BENCH_DIR)")
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of seeds/ and collections/")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs (3)")
    parser.add_argument("--queries", type=int, default=50, help="how many questions each round asks (50)")
    told = parser.parse_args()
    folder = corpora_folder(told.folder)
    with temporary_home() as home:
        open_here(home)
        for size in told.sizes.split(","):
            scratch = folder / "word-index" / size
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(parents=True)
            print_size(corpus_of(size, folder, told.data), scratch, told.rounds, told.queries)
            shutil.rmtree(scratch)
            sys.stdout.flush()
    print_source("word_index")


def print_size(corpus: Corpus, scratch: Path, rounds: int, queries: int) -> None:
    """Build both indexes in ``scratch``, ask them, and print the table."""
    ours, peer = Ours(scratch / "ours"), Fts5(scratch / "peer")
    built = [timed(lambda one=one: one.build(corpus)).cpu * 1000 / corpus.count for one in (ours, peer)]  # type: ignore[misc]
    rows = [_row("build, each paper", *built), _row("disk, MB", ours.megabytes(), peer.megabytes())]
    for name, tasks in _tasks(corpus, ours, peer, queries):
        contenders = {
            "ours": _all(ours_does for ours_does, _ in tasks),
            "peer": _all(peer_does for _, peer_does in tasks),
        }
        timings = interleaved(contenders, rounds)
        rows.append(_row(name, *(timings[who].cpu * 1000 / len(tasks) for who in ("ours", "peer"))))
    print_table([f"{corpus.count:,} papers, CPU ms", "ours", "peer: SQLite FTS5", "ours against peer"], rows)


def _row(name: str, ours: float, peer: float) -> list[str]:
    return [name, figure(ours), figure(peer), ratio(ours, peer)]


def _all(works: Iterator[Work]) -> Work:
    listed = list(works)
    return lambda: [work() for work in listed]


def _tasks(corpus: Corpus, ours: Ours, peer: Fts5, queries: int) -> Iterator[tuple[str, list[tuple[Work, Work]]]]:
    texts = [question.text for question in corpus.queries[:queries]]
    for length, asked in itertools.groupby(sorted(texts, key=_length), _length):
        yield f"best {DEPTH}, {length} words", [_pair(ours.search, peer.search, text, "all") for text in asked]
    for limit in ("week", "year", "category", "code"):
        yield f"best {DEPTH}, {limit}", [_pair(ours.search, peer.search, text, limit) for text in texts]
    for limit in ("year", "category", "code"):
        yield f"count, {limit}", [_pair(ours.count, peer.count, limit)]
        yield f"facets, {limit}", [_pair(ours.facets, peer.facets, limit)]
        yield f"facets from the columns, {limit}", [_pair(ours.facets_of_mask, peer.facets, limit)]
        yield f"first {PAGE} by votes, {limit}", [_pair(ours.listed, peer.listed, limit)]
        yield f"which of 1,000, {limit}", [_pair(ours.among, peer.among, limit)]
        yield f"mask of all papers, {limit}", [_pair(ours.mask, peer.mask, limit)]
    for count in (1, 500):
        changed = list(corpus.documents(corpus.count // 2, corpus.count // 2 + count))
        yield f"replace {count} papers", [_pair(ours.update, peer.update, changed)]


def _length(text: str) -> int:
    return len(text.split())


def _pair(ours: Callable[..., object], peer: Callable[..., object], *given: object) -> tuple[Work, Work]:
    return lambda: ours(*given), lambda: peer(*given)


def _some(count: int) -> np.ndarray:
    return np.sort(np.random.default_rng(count).choice(count, min(count, 1_000), replace=False)).astype(np.int64)


class Ours:
    """The word index and the facts of this project."""

    def __init__(self, folder: Path) -> None:
        from broadsheet.search.attributes import Attributes
        from broadsheet.search.words import WordIndex

        self.folder = folder
        self.words, self.attributes = WordIndex(folder / "words"), Attributes(folder / "facts")
        self.limits: dict[str, Condition | None] = {}
        self.some = np.empty(0, np.int64)
        self._limits: dict[str, Limits] = {}
        self._categories: list[str] = []
        self._turn = 0

    def build(self, corpus: Corpus) -> None:
        """Index a corpus."""
        self._limits, self._categories = corpus.limits, corpus.categories
        self.limits = {name: _condition(limits) for name, limits in corpus.limits.items()}
        self.some = _some(corpus.count)
        documents = corpus.documents()
        with self.words.bulk() as bulk:
            while batch := [_as_indexed(document) for document in itertools.islice(documents, BATCH)]:
                bulk.add(batch)
                self.attributes.update(batch)

    def megabytes(self) -> float:
        """The files' size."""
        return _megabytes(self.folder)

    def search(self, text: str, limit: str) -> object:
        """The best papers within a limit."""
        from broadsheet.search.language import Clause

        return self.words.search([Clause(text.lower())], self.limits[limit], DEPTH)

    def count(self, limit: str) -> object:
        """How many papers."""
        return self.words.count(self.limits[limit])

    def facets(self, limit: str) -> object:
        """Categories, years, organisations and code of all of them, by the word index."""
        return self.words.facets(self.limits[limit], 20)

    def facets_of_mask(self, limit: str) -> object:
        """The same by the columns, with the mask made before."""
        mask = self.attributes.mask(self.limits[limit])
        assert mask is not None
        return self.attributes.facets(mask, 20)

    def listed(self, limit: str) -> object:
        """The first by votes."""
        return self.words.listed(self.limits[limit], "votes", 0, PAGE)

    def among(self, limit: str) -> object:
        """Which of some papers."""
        return self.words.among(self.some, self.limits[limit])

    def mask(self, limit: str) -> object:
        """All papers within a limit of that kind, but another one each time, for masks are kept."""
        self._turn += 1
        limits = self._limits[limit]
        if limits.day_from and limits.day_before:
            moved = timedelta(self._turn)
            limits = replace(limits, day_from=limits.day_from - moved, day_before=limits.day_before - moved)
        elif limits.category:
            limits = replace(limits, category=self._categories[self._turn % len(self._categories)])
        return self.attributes.mask(_condition(limits))

    def update(self, changed: Sequence[Document]) -> None:
        """Replace papers, durably."""
        documents = [_as_indexed(document) for document in changed]
        self.words.update(documents)
        self.attributes.update(documents)


def _condition(limits: Limits) -> Condition | None:
    from broadsheet.search.conditions import HasFlag, InCategory, ListedWithin, both

    last = limits.day_before - timedelta(1) if limits.day_before else None
    return both(
        ListedWithin(limits.day_from, last) if limits.day_from or last else None,
        InCategory(limits.category) if limits.category else None,
        HasFlag("code") if limits.has_code else None,
    )


def _as_indexed(document: Document) -> IndexDocument:
    from broadsheet.search.documents import IndexDocument

    slug = document.organisation.lower().replace(" ", "-")
    return IndexDocument(
        number=document.number,
        title=document.title.lower(),
        abstract=document.abstract.lower(),
        title_key=document.title.lower(),
        authors=tuple(name.lower() for name in document.authors),
        organisations=((slug, document.organisation.lower()),) if slug else (),
        categories=document.categories,
        days=(document.day,),
        has_code=document.has_code,
        votes_count=document.votes,
    )


class Fts5:
    """FTS5 for the words, and tables with indexes for the facts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._database = sqlite_module().connect(folder / "peer.sqlite3")
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA cache_size=-64000")
        self._database.executescript(TABLES)
        self._where: dict[str, str] = {}
        self._some = ""

    def build(self, corpus: Corpus) -> None:
        """Index a corpus."""
        self._where = {name: _where(limits) for name, limits in corpus.limits.items()}
        self._some = ",".join(map(str, _some(corpus.count).tolist()))
        documents = corpus.documents()
        while batch := list(itertools.islice(documents, BATCH)):
            self._insert(batch)

    def _insert(self, documents: Sequence[Document]) -> None:
        with self._database as database:
            database.executemany(
                "INSERT INTO texts(rowid, title, abstract, authors) VALUES (?, ?, ?, ?)",
                [(one.number, one.title, one.abstract, " ".join(one.authors)) for one in documents],
            )
            database.executemany(
                "INSERT INTO facts VALUES (?, ?, ?, ?)",
                [(one.number, one.day.toordinal(), one.has_code, one.votes) for one in documents],
            )
            codes = [(code, one.number) for one in documents for code in set(one.categories)]
            database.executemany("INSERT INTO categories VALUES (?, ?)", codes)

    def megabytes(self) -> float:
        """The files' size."""
        return _megabytes(self.folder)

    def _all(self, statement: str, *values: object) -> list[Any]:
        found: list[Any] = self._database.execute(statement, values).fetchall()
        return found

    def search(self, text: str, limit: str) -> object:
        """The best papers within a limit."""
        wanted = " OR ".join(f'"{word}"' for word in WORD.findall(text))
        joined = "" if limit == "all" else f"JOIN facts ON facts.number = texts.rowid AND {self._where[limit]}"
        return self._all(
            f"SELECT texts.rowid, rank FROM texts {joined} WHERE texts MATCH ? ORDER BY rank LIMIT {DEPTH}", wanted
        )

    def count(self, limit: str) -> object:
        """How many papers."""
        return self._all(f"SELECT count(*) FROM facts WHERE {self._where[limit]}")

    def facets(self, limit: str) -> object:
        """Categories, days and code of all of them: less than ours counts."""
        where = self._where[limit]
        return [
            self._all(
                "SELECT categories.code, count(*) AS n FROM facts JOIN categories USING (number)"
                f" WHERE {where} GROUP BY categories.code ORDER BY n DESC LIMIT 20"
            ),
            self._all(f"SELECT day / 365, count(*) FROM facts WHERE {where} GROUP BY 1"),
            self._all(f"SELECT has_code, count(*) FROM facts WHERE {where} GROUP BY 1"),
        ]

    def listed(self, limit: str) -> object:
        """The first by votes."""
        return self._all(f"SELECT number FROM facts WHERE {self._where[limit]} ORDER BY votes DESC LIMIT {PAGE}")

    def among(self, limit: str) -> object:
        """Which of some papers."""
        return self._all(f"SELECT number FROM facts WHERE number IN ({self._some}) AND {self._where[limit]}")

    def mask(self, limit: str) -> object:
        """All of them as numbers."""
        return self._all(f"SELECT number FROM facts WHERE {self._where[limit]}")

    def update(self, changed: Sequence[Document]) -> None:
        """Replace papers."""
        numbers = [(one.number,) for one in changed]
        with self._database as database:
            database.executemany("DELETE FROM texts WHERE rowid = ?", numbers)
            database.executemany("DELETE FROM facts WHERE number = ?", numbers)
            codes = [(code, one.number) for one in changed for code in one.categories]
            database.executemany("DELETE FROM categories WHERE code = ? AND number = ?", codes)
        self._insert(changed)


def _where(limits: Limits) -> str:
    parts = ["1"]
    if limits.day_from or limits.day_before:
        first, end = (limits.day_from or date.min).toordinal(), (limits.day_before or date.max).toordinal()
        parts.append(f"day >= {first} AND day < {end}")
    if limits.category:
        parts.append(f"facts.number IN (SELECT number FROM categories WHERE code = '{limits.category}')")
    if limits.has_code:
        parts.append("has_code = 1")
    return " AND ".join(parts)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()

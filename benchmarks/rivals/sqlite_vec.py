"""SQLite: FTS5 with Porter stemming for words, sqlite-vec for meaning (every vector compared, in 8 bits).

Through APSW, because the sqlite3 of many Pythons may not load extensions. Days and the code link are metadata columns
of the vector table, which sqlite-vec tests during its scan; a paper has several categories, so they are a table of
their own and limit the scan by row ids.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import BATCH, DEPTH, PAGE, Answer, Ask, InProcess, Progress, any_of, fused

SCHEMA = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
CREATE TABLE papers (number INTEGER PRIMARY KEY, day INTEGER, code INTEGER);
CREATE TABLE categories (name TEXT, number INTEGER, PRIMARY KEY (name, number)) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5(title, abstract, authors, tokenize='porter unicode61');
CREATE VIRTUAL TABLE vectors USING vec0(
    number INTEGER PRIMARY KEY, vector int8[{dims}] distance_metric=cosine, day INTEGER, code INTEGER
);
"""
INDEXES = "CREATE INDEX papers_day ON papers (day); CREATE INDEX papers_code ON papers (code); ANALYZE;"
# The largest value of a unit vector of a sentence model is well below 1: so all of the 8 bits are used.
LARGEST = 0.3
CACHE = "PRAGMA cache_size=-262144; PRAGMA mmap_size=8589934592;"


class SqliteVec(InProcess):
    """One file."""

    def build(self, corpus: Corpus, folder: Path, told: Progress) -> None:
        """Fill the tables in transactions of BATCH documents."""
        self._connect(folder)
        self._run(SCHEMA.format(dims=corpus.vectors.shape[1]))
        for documents, vectors in corpus.batches(BATCH):
            facts = [(one.number, one.day.toordinal(), int(one.has_code)) for one in documents]
            bits = self._in_8_bits(vectors)
            with self._connection:
                self._many("INSERT INTO papers VALUES (?, ?, ?)", facts)
                named = ((name, one.number) for one in documents for name in one.categories)
                self._many("INSERT INTO categories VALUES (?, ?)", named)
                texts = ((one.number, one.title, one.abstract, ", ".join(one.authors)) for one in documents)
                self._many("INSERT INTO texts (rowid, title, abstract, authors) VALUES (?, ?, ?, ?)", texts)
                rows = ((fact[0], row.tobytes(), *fact[1:]) for fact, row in zip(facts, bits, strict=True))
                self._many("INSERT INTO vectors (number, vector, day, code) VALUES (?, vec_int8(?), ?, ?)", rows)
            told(facts[-1][0])
        self._run(INDEXES + "INSERT INTO texts (texts) VALUES ('optimize'); PRAGMA wal_checkpoint(TRUNCATE);")
        self._connection.close()

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Open the file."""
        self._limits = corpus.limits
        self._connect(folder)
        self._run(CACHE)

    def _connect(self, folder: Path) -> None:
        self._connection: Any = importlib.import_module("apsw").Connection(str(folder / "papers.sqlite3"))
        self._connection.enable_load_extension(True)
        self._connection.load_extension(importlib.import_module("sqlite_vec").loadable_path())

    def _run(self, statements: str) -> None:
        # A statement that gives a row waits until the row is taken.
        for _ in self._connection.cursor().execute(statements):
            pass

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.cursor().executemany(statement, rows)

    def _in_8_bits(self, vectors: np.ndarray) -> np.ndarray:
        scaled = np.asarray(vectors, np.float32) * (127 / LARGEST)
        return np.clip(np.rint(scaled), -127, 127).astype(np.int8)

    def ask(self, mode: str, ask: Ask) -> Answer:
        """Fuse 50 and 50, or one of the two alone."""
        if mode == "words":
            return self._words(ask, PAGE)
        if mode == "meaning":
            return self._meaning(ask, PAGE)
        return fused(self._words(ask, DEPTH), self._meaning(ask, DEPTH))

    def _words(self, ask: Ask, limit: int) -> Answer:
        if not (wanted := any_of(ask.words, " OR ")):
            return []
        tests, values = self._tests(ask, "")
        joined = "CROSS JOIN papers ON papers.number = texts.rowid" if tests else ""
        if self._limits[ask.limits].category:
            # Looked up for every text that matches; as a list of row ids FTS5 would search once for each of them.
            joined, tests = "CROSS JOIN categories ON categories.number = texts.rowid", " AND categories.name = ?"
        statement = f"SELECT texts.rowid FROM texts {joined} WHERE texts MATCH ?{tests} ORDER BY rank LIMIT ?"
        return self._numbers(statement, (wanted, *values, limit))

    def _meaning(self, ask: Ask, limit: int) -> Answer:
        tests, values = self._tests(ask, "number")
        statement = f"SELECT number FROM vectors WHERE vector MATCH vec_int8(?) AND k = ?{tests} ORDER BY distance"
        return self._numbers(statement, (self._in_8_bits(ask.vector).tobytes(), limit, *values))

    def _tests(self, ask: Ask, number: str) -> tuple[str, tuple[object, ...]]:
        limits = self._limits[ask.limits]
        if limits.category:
            return f" AND {number} IN (SELECT number FROM categories WHERE name = ?)", (limits.category,)
        if limits.has_code:
            return " AND code = 1", ()
        if limits.day_from and limits.day_before:
            return " AND day >= ? AND day < ?", (limits.day_from.toordinal(), limits.day_before.toordinal())
        return "", ()

    def _numbers(self, statement: str, values: tuple[object, ...]) -> Answer:
        found: Iterator[tuple[int]] = self._connection.cursor().execute(statement, values)
        return [number for (number,) in found]


def make() -> SqliteVec:
    """The rival."""
    return SqliteVec()

"""The peers: the least that anybody would write for the same job with a well-known library."""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

WORD = re.compile(r"\w+")

Row = tuple[str, str, str, str]
"""Title, abstract, authors and links of one paper, as texts."""


def sqlite_module() -> Any:
    """The SQLite that the site uses, so that a difference is never one of the library."""
    from broadsheet.site import sqlite

    sqlite.use_newest()
    return importlib.import_module("sqlite3")


class PlainSqlite:
    """One table of papers with SQLite's full-text index (FTS5, Porter stemming) and nothing else."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite_module().connect(path)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        columns = "title, abstract, authors, links"
        self._connection.execute(f"CREATE VIRTUAL TABLE papers USING fts5({columns}, tokenize='porter unicode61')")

    def fill(self, rows: Sequence[Row]) -> None:
        """Insert all rows in one transaction."""
        with self._connection:
            self._connection.executemany("INSERT INTO papers VALUES (?, ?, ?, ?)", rows)

    def search(self, words: str, limit: int) -> list[tuple[int, str, str]]:
        """The best papers for any of the words, by BM25, with what a list shows of them."""
        wanted = " OR ".join(f'"{word}"' for word in WORD.findall(words))
        found: list[tuple[int, str, str]] = self._connection.execute(
            "SELECT rowid, title, abstract FROM papers WHERE papers MATCH ? ORDER BY rank LIMIT ?", (wanted, limit)
        ).fetchall()
        return found

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Bm25s:
    """The library bm25s (Lù 2024) as it comes, with the English Snowball stemmer and its English stop words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._bm25s = importlib.import_module("bm25s")
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        self._stemmer = importlib.import_module("Stemmer").Stemmer("english")
        self._count = len(texts)
        self._index = self._bm25s.BM25()
        self._index.index(self._tokens(list(texts)), show_progress=False)

    def _tokens(self, texts: list[str]) -> Any:
        return self._bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)

    def search(self, words: str, limit: int) -> list[int]:
        """The positions of the best texts for the words that share one with them, best first."""
        tokens = self._bm25s.tokenize(
            [words], stopwords="en", stemmer=self._stemmer, show_progress=False, return_ids=False
        )
        if not tokens[0]:
            return []
        found, scores = self._index.retrieve(tokens, k=min(limit, self._count), show_progress=False, n_threads=0)
        return [int(number) for number, score in zip(found[0], scores[0], strict=True) if score > 0]


def nearest_by_numpy(matrix: np.ndarray, vector: np.ndarray, limit: int) -> np.ndarray:
    """The positions of the rows of float32 (n, dims) nearest to float32 (dims,), best first: all of them compared."""
    cosines = matrix @ vector
    limit = min(limit, len(cosines))
    best = np.argpartition(-cosines, limit - 1)[:limit]
    return best[np.argsort(-cosines[best], kind="stable")]

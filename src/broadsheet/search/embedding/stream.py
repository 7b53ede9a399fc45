"""Embeds more texts than fit in memory: reads ahead, sorts by length, keeps all threads busy, yields as it goes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.runtime import Runtime

Key = TypeVar("Key")
_CHUNKS_AT_WORK = 3  # one that is being stored by the caller, and enough for the threads meanwhile
_TEXTS_A_TASK = 8  # handing over costs some 50 microseconds, a short text 2000


def embed_stream(
    runtime: Runtime,
    items: Iterable[tuple[Key, str]],
    *,
    threads: int,
    window: int,
    chunk: int,
    is_stopped: Callable[[], bool],
) -> Iterator[tuple[list[Key], NDArray[np.float32]]]:
    """Yield ``chunk`` keys and their vectors, float32 (chunk, dims), again and again; see ``Encoder.encode_stream``."""
    has_ended = threading.Event()

    def embed(texts: Sequence[NDArray[np.int32]]) -> list[NDArray[np.float32]]:
        rows = []
        for tokens in texts:
            if has_ended.is_set() or is_stopped():
                break
            rows.append(runtime.vectors([tokens])[0])
        return rows

    ahead = _Ahead(runtime, iter(items), window)
    at_work: deque[tuple[list[Key], list[Future[list[NDArray[np.float32]]]]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="embedding")
    try:
        while not is_stopped():
            while len(at_work) < _CHUNKS_AT_WORK and (part := ahead.take(chunk)):
                texts = [tokens for _, tokens in part]
                tasks = [texts[start : start + _TEXTS_A_TASK] for start in range(0, len(texts), _TEXTS_A_TASK)]
                at_work.append(([key for key, _ in part], [pool.submit(embed, task) for task in tasks]))
            if not at_work:
                return
            ahead.read(2 * chunk)  # while the threads are busy; twice what they take, so that the window grows
            keys, futures = at_work.popleft()
            rows = [row for future in futures for row in future.result()]
            if len(rows) < len(keys):  # stopped meanwhile
                return
            yield keys, np.stack(rows)
    finally:
        has_ended.set()
        pool.shutdown(cancel_futures=True)


class _Ahead(Generic[Key]):
    """Texts that were read and turned into tokens but not computed: a window sorted by length, and the next one."""

    def __init__(self, runtime: Runtime, items: Iterator[tuple[Key, str]], window: int) -> None:
        self._runtime, self._items, self._window = runtime, items, window
        self._sorted: deque[tuple[Key, NDArray[np.int32]]] = deque()
        self._next: list[tuple[Key, NDArray[np.int32]]] = []

    def read(self, count: int) -> None:
        """Read up to ``count`` more texts, as far as the next window has room."""
        for _ in range(min(count, self._window - len(self._next))):
            if (item := next(self._items, None)) is None:
                return
            key, text = item
            self._next.append((key, np.array(self._runtime.tokenise(text), np.int32)))

    def take(self, count: int) -> list[tuple[Key, NDArray[np.int32]]]:
        """Take the ``count`` longest texts of the window; fewer at its end, none when everything has been taken."""
        if not self._sorted:
            if len(self._next) < count:
                self.read(count - len(self._next))
            self._next.sort(key=lambda entry: len(entry[1]), reverse=True)
            self._sorted, self._next = deque(self._next), []
        return [self._sorted.popleft() for _ in range(min(count, len(self._sorted)))]

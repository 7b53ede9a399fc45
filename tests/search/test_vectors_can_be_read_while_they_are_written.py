"""Threads of a web server search while the worker replaces the matrix."""

from __future__ import annotations

import threading

import numpy as np

from broadsheet.search.vectors import VectorIndex


def test_it_never_mixes_two_states(tmp_path) -> None:
    reader, writer = VectorIndex(tmp_path), VectorIndex(tmp_path)
    done, failed = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            try:
                reader.reload()
                numbers, cosines = reader.similarities(np.ones(4, np.float32), None)
                assert len(numbers) == len(cosines)
                # A row says whose it is, so numbers and rows of different states would show.
                assert (np.abs(cosines - 4 * numbers) < 0.5).all()
            except Exception as error:  # noqa: BLE001  (a thread's error must reach the test, whatever it is)
                failed.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for step in range(60):
        count = 5 + step % 7
        numbers = [step + n for n in range(count)]
        rows = np.repeat(np.array(numbers, np.float32)[:, None], 4, axis=1)
        writer.update(numbers, rows, list(range(step)), "model")
    done.set()
    for thread in threads:
        thread.join()
    assert failed == []


def test_it_keeps_two_states_on_disk_and_no_more(tmp_path) -> None:
    vectors = VectorIndex(tmp_path)
    for number in range(5):
        vectors.update([number], np.ones((1, 4), np.float32), [], "model")
    assert vectors.count() == 5
    assert len(list(tmp_path.glob("matrix-*.npy"))) == 2

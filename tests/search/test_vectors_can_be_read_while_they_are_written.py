"""Threads of a web server, and other processes, search while the worker adds, removes and merges."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest

from broadsheet.search.vectors import VectorIndex, merging

DIMS = 8
READER = """
import sys
from pathlib import Path
import numpy as np
from broadsheet.search.vectors import VectorIndex

index = VectorIndex(Path(sys.argv[1]))
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    index.reload()
    numbers, cosines = index.nearest(np.ones(8, np.float32), 10_000)
    assert len(numbers) == min(numbers.max(initial=-1) + 1, 40), numbers
"""


def _rows(numbers: range) -> np.ndarray:
    """A direction for each number that tells it from others."""
    angles = np.array(numbers, np.float64)[:, None] * 0.02
    rows = np.zeros((len(numbers), DIMS), np.float32)
    rows[:, :1], rows[:, 1:2] = np.cos(angles), np.sin(angles)
    return rows


def _write(folder, steps: int) -> None:
    """Keep the forty newest papers; each update adds one and removes one, and some are merged."""
    writer = VectorIndex(folder)
    for step in range(steps):
        gone = [step - 40] if step >= 40 else []
        writer.update([step], _rows(range(step, step + 1)), gone, "model")
        if step % 25 == 24:
            writer.maintain(lambda: False)


@pytest.fixture(autouse=True)
def _merge_early(monkeypatch) -> None:
    monkeypatch.setattr(merging, "LEAST_TAIL", 1)


def test_threads_never_see_two_states_mixed(tmp_path) -> None:
    reader = VectorIndex(tmp_path)
    done, failed = threading.Event(), []

    def read() -> None:
        question = _rows(range(10, 11))[0]
        while not done.is_set():
            try:
                reader.reload()
                numbers, cosines = reader.nearest(question, 1_000)
                newest = int(numbers.max(initial=-1))
                assert sorted(numbers.tolist()) == list(range(max(0, newest - 39), newest + 1))
                # The angle between two papers is what their numbers say, so a wrong row would show.
                assert np.allclose(cosines, np.cos((numbers - 10) * 0.02), atol=0.01)
            except Exception as error:  # noqa: BLE001  (a thread's error must reach the test, whatever it is)
                failed.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    _write(tmp_path, 70)
    done.set()
    for thread in threads:
        thread.join()
    assert failed == []


def test_processes_see_what_another_writes(tmp_path) -> None:
    folder, stop = tmp_path / "index", tmp_path / "stop"
    readers = [
        subprocess.Popen([sys.executable, "-c", READER, str(folder), str(stop)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    _write(folder, 70)
    stop.touch()
    for reader in readers:
        reader.communicate()
        assert reader.returncode == 0


def test_a_reader_sees_an_update_at_its_next_look_and_not_before(tmp_path) -> None:
    writer, reader = VectorIndex(tmp_path), VectorIndex(tmp_path)
    writer.update([1], _rows(range(1)), [], "model")
    assert reader.count() == 0
    reader.reload()
    assert reader.count() == writer.count() == 1

"""Nothing that an update was done with is lost when its process is killed, and the index opens again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from broadsheet.search.vectors import VectorIndex, merging
from tests.search.vectors.oracle import MODEL, Oracle, agrees_in_all, unit_vectors

KILLS = 12
WRITER = """
import sys
from pathlib import Path
import numpy as np
from broadsheet.search.vectors import VectorIndex, merging

merging.LEAST_TAIL = 40
folder, first = Path(sys.argv[1]), int(sys.argv[2])
index = VectorIndex(folder)
for step in range(first, 10_000):
    numbers = np.arange(step * 7, step * 7 + 7)
    rows = np.random.default_rng(step).normal(size=(7, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index.update(numbers, rows, [step * 7 - 20], "a model")
    print(step, flush=True)
    if step % 9 == 0:
        index.maintain(lambda: False)
"""


def _step(oracle: Oracle, step: int) -> None:
    rows = np.random.default_rng(step).normal(size=(7, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    oracle.update(range(step * 7, step * 7 + 7), rows, [step * 7 - 20])


def test_killed_at_any_moment_it_has_what_it_acknowledged(tmp_path) -> None:
    oracle, drawn, step = Oracle(), random.Random(1), 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(step)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        said = process.stdout.readline()
        time.sleep(drawn.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
        process.wait()
        process.stdout.close()
        acknowledged = [int(line) for line in said.split()]
        index = VectorIndex(tmp_path)
        # The one after the last acknowledged may be there whole, and then it counts.
        whole = {acknowledged[-1], acknowledged[-1] + 1}
        last = (int(index.numbers().max()) - 6) // 7
        assert last in whole
        for done in range(step, last + 1):
            _step(oracle, done)
        step = last + 1
        assert index.numbers().tolist() == oracle.numbers()
    # The writer after a kill makes the moments true again.
    index.update([], np.empty((0, 16), np.float32), [oracle.numbers()[0]], MODEL)
    oracle.update([], [], [oracle.numbers()[0]])
    agrees_in_all(index, oracle, unit_vectors(1)[0])


@pytest.mark.parametrize("cut", [1, 7, 30, 100])
def test_an_update_torn_at_any_place_is_dropped_whole(tmp_path, cut) -> None:
    vectors, oracle = unit_vectors(30), Oracle()
    index = VectorIndex(tmp_path)
    for first in (0, 10):
        index.update(range(first, first + 10), vectors[first : first + 10], [], MODEL)
    log = next(tmp_path.glob("tail-*.log"))
    log.write_bytes(log.read_bytes()[:-cut])
    oracle.update(range(10), vectors[:10], [])
    again = VectorIndex(tmp_path)
    assert again.numbers().tolist() == oracle.numbers()
    again.update(range(20, 25), vectors[20:25], [], MODEL)
    oracle.update(range(20, 25), vectors[20:25], [])
    agrees_in_all(VectorIndex(tmp_path), oracle, vectors[-1])


def test_a_damaged_record_ends_the_log(tmp_path) -> None:
    vectors = unit_vectors(20)
    index = VectorIndex(tmp_path)
    index.update(range(10), vectors[:10], [], MODEL)
    index.update(range(10, 20), vectors[10:], [], MODEL)
    log = next(tmp_path.glob("tail-*.log"))
    content = bytearray(log.read_bytes())
    content[-5] ^= 0xFF
    log.write_bytes(content)
    assert VectorIndex(tmp_path).numbers().tolist() == list(range(10))


def test_what_an_interrupted_merge_left_is_removed_by_the_next(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(merging, "LEAST_TAIL", 1)
    index = VectorIndex(tmp_path)
    index.update(range(20), unit_vectors(20), [], MODEL)
    (tmp_path / "main-00000099").mkdir()
    (tmp_path / "sample-00000099.npz").touch()
    assert index.maintain(lambda: False)
    left = {path.name.partition("-")[0] for path in tmp_path.iterdir()}
    assert left == {"CURRENT", "main", "tail", "sample", "moments", "merge.lock"}
    assert not (tmp_path / "main-00000099").exists()


def test_only_one_merges_at_a_time(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(merging, "LEAST_TAIL", 1)
    index = VectorIndex(tmp_path)
    index.update(range(20), unit_vectors(20), [], MODEL)
    with merging.only_one(tmp_path) as alone:
        assert alone
        assert not index.maintain(lambda: False)
    assert index.maintain(lambda: False)

"""One process writes, others read: what was written is seen, merges lose nothing, a killed writer loses nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from broadsheet.search.attributes import Attributes
from broadsheet.search.conditions import FigureWithin, HasFlag, HasWords, InCategory
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import EngineError
from broadsheet.search.words import WordIndex, writing

ROOT = Path(__file__).resolve().parents[3]

# Writes papers in batches of ten and tells each number that was acknowledged; a paper's facts say which one it is.
WRITER = """
import sys
from pathlib import Path
from broadsheet.search.attributes import Attributes
from broadsheet.search.documents import IndexDocument
from broadsheet.search.words import WordIndex

folder, start = Path(sys.argv[1]), int(sys.argv[2])
index, attributes = WordIndex(folder / "words"), Attributes(folder / "facts")
for first in range(start, start + 1000, 10):
    papers = [
        IndexDocument(
            number=n, title=f"paper n{n}", abstract="fox", votes_count=n, categories=(f"c{n}.x",), has_code=n % 2 == 0
        )
        for n in range(first, first + 10)
    ]
    index.update(papers, [])
    attributes.update(papers, [])
    print(first + 10, flush=True)
"""


def paper(number: int, title: str = "fox") -> IndexDocument:
    return IndexDocument(number=number, title=title, abstract="")


def test_another_reader_sees_an_update_after_it_reloads(tmp_path) -> None:
    reader, writer = WordIndex(tmp_path), WordIndex(tmp_path)
    writer.update([paper(1), paper(2)], [])
    assert reader.size() == 0
    reader.reload()
    assert reader.numbers().tolist() == [1, 2]
    writer.update([paper(2, "hen"), paper(3, "owl"), paper(3, "elk")], [1])
    reader.reload()
    assert [reader.count(HasWords(word)) for word in ("fox", "hen", "owl", "elk")] == [0, 1, 0, 1]


def test_bulk_replaces_what_is_there_and_keeps_nothing_of_a_failed_filling(tmp_path) -> None:
    index = WordIndex(tmp_path)
    index.update([paper(1, "hen")], [])
    with index.bulk() as bulk:
        bulk.add([paper(1), paper(2)])
        bulk.commit()
        bulk.add([paper(2, "owl")])
    assert (index.count(HasWords("fox")), index.count(HasWords("owl")), index.count(HasWords("hen"))) == (1, 1, 0)
    with pytest.raises(AttributeError), index.bulk() as bulk:
        bulk.add([paper(5), None])  # type: ignore[list-item]
    with pytest.raises(EngineError, match="has ended"):
        bulk.commit()
    assert index.numbers().tolist() == [1, 2]
    index.update([paper(6)], [])
    assert index.numbers().tolist() == [1, 2, 6]


def test_maintenance_merges_what_updates_left_and_stops_when_told(tmp_path) -> None:
    index = WordIndex(tmp_path)
    for number in range(12):
        index.update([paper(number)], [])
    # A merge may have begun behind an update, and may have ended before the next.
    before = len(writing.segments_of(tmp_path))
    assert 1 < before <= 12
    index.maintain(lambda: True)
    assert index.numbers().tolist() == list(range(12))
    while index.maintain(lambda: False):
        pass
    assert len(writing.segments_of(tmp_path)) < 8
    assert len(writing.segments_of(tmp_path)) <= before
    assert index.numbers().tolist() == list(range(12))


def test_a_second_writer_waits_for_the_first_and_gives_up_with_a_reason(tmp_path, monkeypatch) -> None:
    index, other = WordIndex(tmp_path), WordIndex(tmp_path)
    with index.bulk() as bulk:
        bulk.add([paper(1)])
        waiting = threading.Thread(target=other.update, args=([paper(2)],))
        waiting.start()
        time.sleep(0.1)
    waiting.join()
    assert other.numbers().tolist() == [1, 2]
    monkeypatch.setattr(writing, "LONGEST_WAIT", 0.05)
    with index.bulk(), pytest.raises(EngineError, match="cannot be written to"):
        other.update([paper(3)], [])


def test_a_folder_of_something_else_is_refused(tmp_path) -> None:
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(EngineError, match="cannot be opened"):
        WordIndex(tmp_path)


@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path, after) -> None:
    start = 0
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(start)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        acknowledged = start
        for _ in range(after):
            acknowledged = int(process.stdout.readline())
        time.sleep(0.003 * after)
        process.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
        process.wait()
        process.stdout.close()
        index, attributes = WordIndex(tmp_path / "words"), Attributes(tmp_path / "facts")
        for numbers in (index.numbers(), attributes.numbers()):
            assert set(range(acknowledged)) <= set(numbers.tolist()) <= set(range(acknowledged + 10))
        _holds_true_facts(attributes)
        start = acknowledged
    index.update([paper(0, "hen")], [])
    assert index.count(HasWords("hen")) == 1


def _holds_true_facts(attributes: Attributes) -> None:
    numbers = attributes.numbers()
    coded = attributes.mask(HasFlag("code"))
    assert coded is not None
    assert coded[numbers].tolist() == [number % 2 == 0 for number in numbers.tolist()]
    for number in numbers.tolist():
        for must in (InCategory(f"c{number}.*"), FigureWithin("votes", number, number)):
            mask = attributes.mask(must)
            assert mask is not None
            assert np.flatnonzero(mask).tolist() == [number]

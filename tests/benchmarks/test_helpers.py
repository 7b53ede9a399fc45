"""The parts of the benchmarks that everything else leans on."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.__main__ import NAMES, with_tables
from benchmarks.peers import PlainSqlite
from benchmarks.report import figure
from benchmarks.rounds import Timing, interleaved, median_timing
from benchmarks.search import queries

ROOT = Path(__file__).resolve().parents[2]


def test_interleaved_runs_every_contender_in_every_round() -> None:
    ran: list[str] = []
    timings = interleaved({name: partial(ran.append, name) for name in "abc"}, 5)
    assert [sorted(ran[start : start + 3]) for start in range(0, 15, 3)] == [["a", "b", "c"]] * 5
    assert list(timings) == ["a", "b", "c"]
    assert len({tuple(ran[start : start + 3]) for start in range(0, 15, 3)}) > 1


def test_the_median_is_taken_of_each_clock() -> None:
    assert median_timing([Timing(1, 9), Timing(5, 2), Timing(3, 4)]) == Timing(3, 4)


@given(st.floats(min_value=1e-3, max_value=1e9))
def test_a_figure_is_near_its_value(value: float) -> None:
    assert float(figure(value).replace(",", "")) == pytest.approx(value, rel=0.51e-2, abs=0.51e-3)


def test_the_same_papers_give_the_same_queries() -> None:
    papers = [("Owls and herons of the north", "They migrate slowly towards distant valleys."), ("Wrens", "Small.")]
    assert queries(papers, 20) == queries(papers, 20)
    assert all(query.strip() for query in queries(papers, 20))


def test_tables_are_exchanged_between_their_marks_only() -> None:
    page = "before\n<!-- begin text -->\nold\n<!-- end text -->\nafter"
    assert with_tables(page, "text", "new\n") == "before\n<!-- begin text -->\nnew\n<!-- end text -->\nafter"
    with pytest.raises(SystemExit, match="no place for search"):
        with_tables(page, "search", "new")


def test_the_page_has_a_place_for_every_benchmark_and_a_command_beside_each_table() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for name in NAMES:
        marked = re.search(f"<!-- begin {name} -->(.*?)<!-- end {name} -->", page, re.DOTALL)
        assert marked, name
        assert f"`python -m benchmarks.{name}`" in marked[1]


def test_plain_sqlite_finds_any_of_the_words(tmp_path: Path) -> None:
    plain = PlainSqlite(tmp_path / "plain.sqlite3")
    plain.fill([("Owls", "They fly.", "", ""), ("Herons", "They wade.", "", "")])
    assert [title for _, title, _ in plain.search('wading "herons', 5)] == ["Herons"]
    plain.close()

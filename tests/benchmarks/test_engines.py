"""The contest of engines: rivals answer within limits, and one that fails or is too slow is named, not dropped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import rivals
from benchmarks.contest import Cell, Outcome, ask_all, build
from benchmarks.corpora import load
from benchmarks.engines import print_growth, print_size
from benchmarks.rivals import RIVALS, Entry, lacking, rival
from benchmarks.rivals.base import Ask, Clock, any_of, disk_of, fused, memory_of
from tests.benchmarks.made import corpus_in

ROOT = Path(__file__).resolve().parents[2]
IN_PROCESS = ("bm25s", "sqlite", "tfidf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus_in(tmp_path_factory.mktemp("corpora")).parent


@pytest.mark.parametrize("name", IN_PROCESS)
def test_a_rival_answers_within_the_limits(name: str, folder: Path, tmp_path: Path) -> None:
    if missing := lacking(name):
        pytest.skip(f"not installed: {missing}")
    corpus, told = load(folder / "200"), []
    one = rival(name)
    one.build(corpus, tmp_path, told.append)
    assert told[-1] == corpus.count
    one.open(corpus, tmp_path)
    for mode in one.modes:
        for limit in corpus.limits:
            allowed, ask = corpus.allowed(limit), Ask("the winter heron", corpus.query_vectors[0], limit)
            answer = one.ask(mode, ask)
            assert len(answer) == len(set(answer)) <= 10
            assert all(allowed[number - 1] for number in answer)
            if mode == "meaning" and one.recall:
                exact = [number for number in corpus.truth(limit)[0] if number > 0]
                assert len(set(answer) & set(exact)) >= 0.7 * len(exact)
    assert one.ask("words", Ask("", corpus.query_vectors[0], "all")) == []
    one.close()


def test_the_command_prints_its_tables(folder: Path, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    kept.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "benchmarks.engines", "--folder", str(folder), "--sizes", "200"]
    command += ["--only", "ours,bm25s", "--rounds", "1", "--queries", "5", "--seconds", "1"]
    told = kept | {"BROADSHEET_MODEL_DIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| --- |") == 3
    assert "failed" not in done.stdout
    assert "1.00×" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("`python -m benchmarks.engines`")
    assert not (folder / "built" / "200").exists()


def test_an_unknown_engine_is_refused(folder: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.engines", "--folder", str(folder), "--only", "nonsense"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no engine is called nonsense" in done.stderr


def test_a_rival_that_is_too_slow_is_stopped_and_says_where(folder: Path, tmp_path: Path) -> None:
    outcome = build("bm25s", folder / "200", tmp_path / "bm25s", 0.0)
    assert outcome.stopped == "stopped after 0 s of building at 0 documents"
    assert not outcome.built


def test_a_rival_that_fails_says_why(folder: Path, tmp_path: Path) -> None:
    outcome = build("bm25s", folder / "nothing", tmp_path / "bm25s", 60.0)
    assert outcome.stopped.startswith("failed: FileNotFoundError")


def test_a_rival_that_is_not_installed_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(rivals.RIVALS, "absent", Entry("memory", "Absent", ("no_such_package",)))
    outcome = build("absent", folder / "200", tmp_path / "absent", 60.0)
    assert outcome.stopped == "not installed: no_such_package"
    told = {"rounds": 1, "queries": 2, "seconds": 1.0}
    ask_all({"absent": outcome}, folder / "200", {"absent": tmp_path}, ("all",), **told)
    print_size("200", {"absent": outcome})
    assert "not installed: no_such_package" in capsys.readouterr().out


def test_what_is_built_is_kept_for_the_next_run(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "bm25s" / "built.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps({"documents": 200, "cpu": 1.0}), encoding="utf-8")
    assert build("bm25s", folder / "nothing", kept.parent, 0.0).built == {"documents": 200, "cpu": 1.0}


def test_every_rival_has_a_module_and_names_its_packages() -> None:
    for name, entry in RIVALS.items():
        assert (ROOT / "benchmarks" / "rivals" / f"{entry.module}.py").exists(), name
    assert lacking("ours") == []


def test_a_cell_takes_the_median_of_its_rounds() -> None:
    cell = Cell(cpu=[5.0, 1.0, 2.0], walls=[[0.001, 0.009], [0.003, 0.002, 0.5], [0.002, 0.004]])
    assert cell.cpu_ms == 2.0
    assert cell.wall_ms(100) == pytest.approx(4.0)


def test_growth_is_told_where_both_sizes_were_measured(capsys: pytest.CaptureFixture[str]) -> None:
    small, large = Outcome("bm25s"), Outcome("bm25s")
    small.cells["hybrid", "all"], large.cells["hybrid", "all"] = Cell(cpu=[2.0]), Cell(cpu=[8.0])
    print_growth({"10k": {"bm25s": small}, "100k": {"bm25s": large}, "1m": {"bm25s": Outcome("bm25s")}})
    assert "| bm25s + numpy | 4.00× | – |" in capsys.readouterr().out


numbers = st.lists(st.integers(1, 40), unique=True, max_size=30)


@given(numbers, numbers)
def test_fusion_keeps_each_once_and_what_leads_both_first(words: list[int], meaning: list[int]) -> None:
    answer = fused(words, meaning)
    assert len(answer) == len(set(answer)) == min(10, len({*words, *meaning}))
    if words and meaning and words[0] == meaning[0]:
        assert answer[0] == words[0]


def test_words_are_quoted_so_that_none_is_an_operator() -> None:
    assert any_of('the "NOT', " OR ") == '"the" OR "NOT"'
    assert any_of("?!", " OR ") == ""


def test_what_is_used_is_read_from_the_system(tmp_path: Path) -> None:
    clock = Clock(lambda: [os.getppid()])
    np.sort(np.random.default_rng(1).random(300_000))
    cpu, wall = clock.read()
    assert cpu > 0
    assert wall > 0
    resident, anonymous = memory_of([os.getpid(), 2**22 - 1])
    assert resident > anonymous > 0
    (tmp_path / "file").write_bytes(bytes(1_000_000))
    assert disk_of(tmp_path) == pytest.approx(1.0, rel=0.05)

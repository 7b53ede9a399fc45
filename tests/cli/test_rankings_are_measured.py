"""``broadsheet evaluate-ranking``: both kinds of folder, as a table and as JSON, and what it refuses."""

from __future__ import annotations

import pytest

from tests.cli.running import run, run_json
from tests.ranking.evaluation.made_folders import bee_review, next_papers, paper, write_folder

FIGURES = {"recall_at_10", "recall_at_50", "wss_at_95", "average_precision", "update_ms"}


def test_reviews_are_screened(fake, tmp_path) -> None:
    told = run_json("evaluate-ranking", bee_review(tmp_path))
    assert told.keys() == FIGURES | {"reviews", "repetitions", "by_review"}
    assert told["average_precision"] == 1
    assert told["by_review"]["Bees_2020"].keys() == FIGURES | {"papers", "included"}
    lines = run("evaluate-ranking", tmp_path, "--from", "2025-07-01").stdout.splitlines()
    assert lines[0].split() == ["review", "papers", "included", "R@10%", "R@50%", "WSS@95", "AP", "ms/step"]
    assert lines[1].split()[:3] == ["Bees_2020", "48", "8"]
    assert lines[2].split()[0] == "mean"


def test_next_papers_are_foretold(fake, tmp_path) -> None:
    told = run_json("evaluate-ranking", next_papers(tmp_path), "--from", "2025-06-04", "--text-only")
    assert {"cases", "people", "auc", "hit_at_10", "mrr"} <= told.keys()
    assert {"brier", "ece", "coverage", "diversity"} <= told.keys()
    assert (told["cases"], told["people"]) == (10, 2)
    assert told["auc"] > 0.5
    shown = run("evaluate-ranking", tmp_path, "--from", "2025-06-04", "--text-only").stdout
    assert "cases" in shown
    assert "hit at 10" in shown


def test_it_says_when_there_are_words_alone(words_alone, tmp_path) -> None:
    result = run("evaluate-ranking", bee_review(tmp_path), "--json")
    assert result.exit_code == 0
    assert "only words are measured" in result.stderr


def test_next_papers_need_a_first_day(words_alone, tmp_path) -> None:
    result = run("evaluate-ranking", next_papers(tmp_path))
    assert result.exit_code == 2
    assert "name the first day to foretell with --from" in result.stderr


@pytest.mark.parametrize("day", ["yesterday", "2025-13-01"])
def test_what_is_no_day_is_refused(words_alone, tmp_path, day) -> None:
    assert run("evaluate-ranking", next_papers(tmp_path), "--from", day).exit_code == 2


def test_a_bad_folder_is_refused_with_file_and_line(words_alone, tmp_path) -> None:
    result = run("evaluate-ranking", tmp_path / "nowhere")
    assert result.exit_code == 1
    assert "no such folder" in result.stderr
    result = run(
        "evaluate-ranking", write_folder(tmp_path, [paper("a", "One")], ["ann\ta\tsubmitted\t", "ann\ta\t0\t"])
    )
    assert result.exit_code == 1
    assert f"{tmp_path}/users.tsv:3: the label '0'" in result.stderr


def test_a_review_that_is_too_small_is_refused(words_alone, tmp_path) -> None:
    result = run("evaluate-ranking", write_folder(tmp_path, [paper("a", "One")], ["Small_2020\ta\t1\t"]))
    assert result.exit_code == 1
    assert "Small_2020: 1 included and 0 excluded" in result.stderr

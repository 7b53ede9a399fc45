"""Next papers are foretold from what lies before them, and measured as the reference protocol does."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from broadsheet.ranking.evaluation.folders import FolderError, read_folder
from broadsheet.ranking.evaluation.next_paper import cases_of, evaluate

SUBJECTS = ("birdsong of wrens", "glaciers and their melt", "rye sourdough crusts", "tides in narrow bays")
FIRST, DAYS, START = date(2024, 1, 1), 120, date(2024, 3, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Each day one paper of each subject; each subject's reader takes one every sixth day, and writes it too."""
    papers, rows = [], ["user-id\titem-id\tlabel\tdate"]
    for day in range(DAYS):
        for number, subject in enumerate(SUBJECTS):
            name, told_on = f"p{day}-{number}", str(FIRST + timedelta(days=day))
            text = f"We look into {subject}, season {day % 9}, at place {(day * 7 + number) % 11}."
            papers.append({"_id": name, "title": f"More on {subject}", "text": text, "date": told_on})
            papers[-1]["authors"] = [f"Writer {number}", f"Guest {day}"]
            if (day + number) % 6 == 0:
                rows.append(f"reader{number}\t{name}\tsubmitted\t{told_on}")
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, papers)))
    (tmp_path / "users.tsv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_what_the_protocol_reports_is_there_and_readers_are_known(folder: Path) -> None:
    for text_only in (True, False):
        told = evaluate(folder, START, text_only=text_only)
        assert {"ranker", "cases", "people", "auc", "hit_at_10", "mrr", "brier", "ece", "diversity", "coverage"} == set(
            told
        )
        assert told["people"] == len(SUBJECTS)
        assert told["cases"] == len(cases_of(read_folder(folder), START.toordinal(), date.max.toordinal()))
        assert told["auc"] > 0.8
        assert 0 < told["coverage"] <= 1
        assert told["brier"] is None or 0 <= told["brier"] <= 1


def test_a_case_knows_only_earlier_papers_and_is_asked_of_those_around_it(folder: Path) -> None:
    read = read_folder(folder)
    for case in cases_of(read, START.toordinal(), date.max.toordinal()):
        day = read.days[case.paper]
        assert day >= START.toordinal()
        assert len(case.history) >= 2
        assert (read.days[case.history] < day).all()
        assert (abs(read.days[case.candidates] - day) <= 3).all()
        assert case.paper in case.candidates
        assert not set(case.history) & set(case.candidates)


def test_what_comes_later_changes_nothing(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    corpus = (folder / "corpus.jsonl").read_text().splitlines()
    shorter = tmp_path_factory.mktemp("shorter")
    # Without April the cases of March have the same candidates but for the last days, which are no cases here.
    end = date(2024, 4, 1)
    kept = [line for line in corpus if json.loads(line)["date"] < str(end + timedelta(days=3))]
    (shorter / "corpus.jsonl").write_text("\n".join(kept))
    rows = (folder / "users.tsv").read_text().splitlines()
    rows = [row for row in rows if "user-id" in row or row.split("\t")[3] < str(end)]
    (folder / "users.tsv").write_text("\n".join(rows) + "\n")
    (shorter / "users.tsv").write_text("\n".join(rows) + "\n")
    assert evaluate(shorter, START, text_only=True) == evaluate(folder, START, text_only=True)


def test_a_start_after_all_takes_is_refused(folder: Path) -> None:
    with pytest.raises(FolderError, match="nobody took"):
        evaluate(folder, date(2025, 1, 1))


def test_labels_of_reviews_are_refused(folder: Path) -> None:
    (folder / "users.tsv").write_text("user-id\titem-id\tlabel\nreview\tp1-1\t1\nreview\tp1-2\t0\n")
    with pytest.raises(FolderError, match="next papers"):
        evaluate(folder, START)

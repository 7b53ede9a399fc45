"""Folders of both kinds are read, and what is wrong with one is said with its file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from broadsheet.ranking.evaluation.folders import NO_DAY, FolderError, FolderKind, read_folder
from tests.ranking.evaluation.made_folders import SHARED, bee_review, next_papers, paper, write_folder

GOOD = [paper("a", "One", date="2025-06-01"), paper("b", "Two", date="2025-06-02")]
ROW = "ann\ta\tsubmitted\t2025-06-01"


def test_what_people_took_is_read(tmp_path) -> None:
    read = read_folder(next_papers(tmp_path))
    assert (read.kind, len(read.papers), len(read.takes), read.strangers) == (FolderKind.NEXT_PAPER, 24, 16, 0)
    assert read.papers[0].title == "On bees, study 1"
    assert read.papers[0].authors == ("A B",)
    assert read.days[0] == date(2025, 6, 1).toordinal()
    assert list(read.by_person()) == ["ann", "ben"]
    assert {take.label for take in read.by_person()["ben"]} == {"authored"}


def test_labels_of_a_review_are_read_and_need_no_days(tmp_path) -> None:
    read = read_folder(bee_review(tmp_path))
    assert read.kind is FolderKind.LABELS
    assert [take.label for take in read.takes].count("1") == 8
    assert set(read.days.tolist()) == {NO_DAY}
    assert read.takes[0].day == date(2019, 1, 1).toordinal()
    assert read.takes[-1].day == NO_DAY


def test_a_row_without_a_day_has_the_day_of_its_paper(tmp_path) -> None:
    read = read_folder(write_folder(tmp_path, GOOD, ["ann\ta\tsubmitted\t"]))
    assert read.takes[0].day == date(2025, 6, 1).toordinal()


def test_rows_of_unknown_papers_are_left_out_and_counted(tmp_path) -> None:
    read = read_folder(write_folder(tmp_path, GOOD, [ROW, "ann\tgone\tsubmitted\t"]))
    assert (len(read.takes), read.strangers) == (1, 1)


def test_line_breaks_of_other_systems_and_inside_texts_are_read(tmp_path) -> None:
    folder = write_folder(tmp_path, [paper("a", "One\u2028Two", date="2025-06-01"), ""], [ROW, ""])
    path = folder / "users.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    read = read_folder(folder)
    assert read.papers[0].title == "One\u2028Two"
    assert read.takes[0].day == date(2025, 6, 1).toordinal()


@pytest.mark.parametrize(
    ("papers", "rows", "told"),
    [
        ([GOOD[0], "{"], [ROW], "corpus.jsonl:2: not JSON"),
        ([GOOD[0], "[]"], [ROW], "corpus.jsonl:2: not a JSON object"),
        ([{"title": "No id"}], [ROW], "corpus.jsonl:1: has no _id"),
        ([{"_id": 7, "title": "A number"}], [ROW], "corpus.jsonl:1: _id is not a text"),
        ([{"_id": "a"}], [ROW], "corpus.jsonl:1: has no title"),
        ([paper("a", "One", authors="A B")], [ROW], "corpus.jsonl:1: authors is not a list of names"),
        ([paper("a", "One", date="June")], [ROW], "corpus.jsonl:1: 'June' is not a day such as 2025-07-01"),
        ([*GOOD, "", GOOD[0]], [ROW], "corpus.jsonl:4: the id a stands in line 1 too"),
        ([], [ROW], "corpus.jsonl: holds no papers"),
        ([GOOD[0], paper("b", "Two")], [ROW], "corpus.jsonl:2: has no date, which next papers need"),
        (GOOD, [], "users.tsv: holds no row about a paper of corpus.jsonl"),
        (GOOD, ["ann\tgone\tsubmitted\t"], "users.tsv: holds no row about a paper of corpus.jsonl"),
        (GOOD, [ROW, "ann\ta"], "users.tsv:3: lacks label"),
        (GOOD, [ROW, "\ta\tsubmitted"], "users.tsv:3: lacks user-id"),
        (GOOD, [ROW, "ann\tb\t1\t"], "users.tsv:3: the label '1' is not one of next paper"),
        (GOOD, ["ann\ta\t1\t", "ann\tb\tmaybe\t"], "users.tsv:3: the label 'maybe' is not one of labels"),
        (GOOD, ["ann\ta\t1\t", "ann\ta\t0\t"], "users.tsv:3: ann both includes and excludes a"),
        (GOOD, ["ann\ta\tsubmitted\tsoon"], "users.tsv:2: 'soon' is not a day"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path, papers, rows, told) -> None:
    folder = write_folder(tmp_path, papers, rows)
    with pytest.raises(FolderError) as refused:
        read_folder(folder)
    assert str(refused.value).startswith(f"{folder}/{told}")


def test_a_head_line_without_the_columns_is_refused(tmp_path) -> None:
    folder = write_folder(tmp_path, GOOD, [ROW])
    (folder / "users.tsv").write_text("who\titem-id\tlabel\n", encoding="utf-8")
    with pytest.raises(FolderError, match=r"users\.tsv:1: the head line lacks user-id"):
        read_folder(folder)


@pytest.mark.parametrize("missing", ["corpus.jsonl", "users.tsv"])
def test_a_missing_file_is_named(tmp_path, missing) -> None:
    folder = write_folder(tmp_path, GOOD, [ROW])
    (folder / missing).unlink()
    with pytest.raises(FolderError, match=f"{missing}: cannot be read"):
        read_folder(folder)


def test_a_file_of_other_bytes_is_refused(tmp_path) -> None:
    folder = write_folder(tmp_path, GOOD, [ROW])
    (folder / "corpus.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(FolderError, match=r"corpus\.jsonl: cannot be read"):
        read_folder(folder)


def test_a_missing_folder_is_refused(tmp_path) -> None:
    with pytest.raises(FolderError, match="no such folder"):
        read_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(("name", "kind"), [("synergy", "labels"), ("hf-daily-2024-2025", "next paper")])
def test_the_given_folders_are_read(name: str, kind: str) -> None:
    folder: Path = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the collection {name} is not beside this project")
    read = read_folder(folder)
    assert (read.kind, read.strangers) == (kind, 0)
    assert len(read.papers) == len(read.days)

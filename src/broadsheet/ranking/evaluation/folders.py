"""Reading the folders on which rankings are measured: papers, and what people took or how they labelled them.

A folder holds ``corpus.jsonl`` (one JSON object a line with ``_id``, ``title`` and ``text``, and perhaps ``date`` and
``authors``) and ``users.tsv`` (a head line, then ``user-id``, ``item-id``, ``label`` and perhaps ``date``, parted by
tabulators). There are two kinds of them. Where labels are words (``submitted``, ``authored``), a row is a paper that a
person took: *next paper*. Where labels are 0 and 1, a row is a paper that was excluded from or included in a review.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np

from broadsheet.ranking.personal.kinds import Numbers

CORPUS, USERS = "corpus.jsonl", "users.tsv"
COLUMNS = ("user-id", "item-id", "label")
EXCLUDED, INCLUDED = "0", "1"
NO_DAY = 0


class FolderError(Exception):
    """A folder that cannot be measured on; the text says which file, which line, and what is wrong there."""


class FolderKind(StrEnum):
    """What the rows of people tell."""

    NEXT_PAPER = "next paper"
    LABELS = "labels"


@dataclass(frozen=True, slots=True)
class FolderPaper:
    """One paper: its id in the folder, its texts, and its authors' names as printed."""

    paper_id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Take:
    """A person (or a review) and a paper, by its row in ``Folder.papers``, with the label and the day of it.

    ``day`` is a proleptic ordinal: the row's own day or, without one, the paper's; ``NO_DAY`` where neither is known.
    """

    person: str
    row: int
    label: str
    day: int


@dataclass(frozen=True, slots=True)
class Folder:
    """What stands in a folder.

    ``days``: int64 (papers,), the day of each paper as a proleptic ordinal, ``NO_DAY`` where none is given. ``takes``
    are in the order of the file. Rows about papers that the corpus lacks were left out; ``strangers`` counts them.
    """

    kind: FolderKind
    papers: tuple[FolderPaper, ...]
    days: Numbers
    takes: tuple[Take, ...]
    strangers: int = 0

    def by_person(self) -> Mapping[str, Sequence[Take]]:
        """The takes of each person, people in alphabetical order."""
        found: dict[str, list[Take]] = {}
        for take in self.takes:
            found.setdefault(take.person, []).append(take)
        return {person: found[person] for person in sorted(found)}


def read_folder(path: Path) -> Folder:
    """Read a folder of either kind.

    Raises ``FolderError`` where a file is missing, is not UTF-8, or holds a line that is not what it must be: in the
    corpus a JSON object with ``_id`` and ``title``, no id twice, dates as YYYY-MM-DD; among the rows of people the
    columns of the head line, labels of one kind only, no paper with both labels for one person. A folder of next papers
    needs the day of every paper.
    """
    if not path.is_dir():
        raise FolderError(f"{path}: no such folder")
    papers, days, undated = _read_papers(path / CORPUS)
    rows = {paper.paper_id: row for row, paper in enumerate(papers)}
    kind, takes, strangers = _read_takes(path / USERS, rows, days)
    if kind is FolderKind.NEXT_PAPER and undated:
        raise FolderError(f"{undated}: has no date, which next papers need")
    return Folder(kind, papers, np.array(days, np.int64), takes, strangers)


def _read_papers(path: Path) -> tuple[tuple[FolderPaper, ...], list[int], str]:
    """The papers, the day of each, and where the first one without a day stands, or nothing."""
    undated = ""
    papers: list[FolderPaper] = []
    days: list[int] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        told = _json_object(line, where)
        paper = _paper(told, where)
        if first := seen.get(paper.paper_id):
            raise FolderError(f"{where}: the id {paper.paper_id} stands in line {first} too")
        seen[paper.paper_id] = number
        papers.append(paper)
        days.append(_day(told.get("date"), where))
        undated = undated or ("" if days[-1] else where)
    if not papers:
        raise FolderError(f"{path}: holds no papers")
    return tuple(papers), days, undated


def _json_object(line: str, where: str) -> dict[str, object]:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise FolderError(f"{where}: not JSON ({error})") from error
    if not isinstance(told, dict):
        raise FolderError(f"{where}: not a JSON object")
    return told


def _paper(told: Mapping[str, object], where: str) -> FolderPaper:
    if not (paper_id := _text(told, "_id", where)):
        raise FolderError(f"{where}: has no _id")
    if "title" not in told:
        raise FolderError(f"{where}: has no title")
    authors = told.get("authors") or []
    if not isinstance(authors, list) or not all(isinstance(name, str) for name in authors):
        raise FolderError(f"{where}: authors is not a list of names")
    return FolderPaper(paper_id, _text(told, "title", where), _text(told, "text", where), tuple(authors))


def _text(told: Mapping[str, object], name: str, where: str) -> str:
    value = told.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FolderError(f"{where}: {name} is not a text")
    return value


def _day(value: object, where: str) -> int:
    if value in (None, ""):
        return NO_DAY
    try:
        return date.fromisoformat(str(value)).toordinal()
    except ValueError as error:
        raise FolderError(f"{where}: {value!r} is not a day such as 2025-07-01") from error


def _read_takes(path: Path, rows: Mapping[str, int], days: Sequence[int]) -> tuple[FolderKind, tuple[Take, ...], int]:
    takes: list[Take] = []
    strangers, kind = 0, None
    labelled: dict[tuple[str, str], str] = {}
    for where, cells in _rows_of_people(path):
        person, item, label = (cells[name] for name in COLUMNS)
        own = FolderKind.LABELS if label in (EXCLUDED, INCLUDED) else FolderKind.NEXT_PAPER
        kind = kind or own
        if own is not kind:
            raise FolderError(f"{where}: the label {label!r} is not one of {kind}, as the labels before it are")
        if kind is FolderKind.LABELS and labelled.setdefault((person, item), label) != label:
            raise FolderError(f"{where}: {person} both includes and excludes {item}")
        day = _day(cells.get("date"), where)
        if (row := rows.get(item)) is None:
            strangers += 1
            continue
        takes.append(Take(person, row, label, day or days[row]))
    if kind is None or not takes:
        raise FolderError(f"{path}: holds no row about a paper of {CORPUS}")
    return kind, tuple(takes), strangers


def _rows_of_people(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row as (file and line, cells by column)."""
    lines = _lines(path)
    columns = next(csv.reader(lines[:1], delimiter="\t"), [])
    if missing := [name for name in COLUMNS if name not in columns]:
        raise FolderError(f"{path}:1: the head line lacks {', '.join(missing)}")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        cells = dict(zip(columns, line.rstrip("\r").split("\t"), strict=False))
        if missing := [name for name in COLUMNS if not cells.get(name)]:
            raise FolderError(f"{path}:{number}: lacks {', '.join(missing)}")
        yield f"{path}:{number}", cells


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): a text may hold other line breaks, such as U+2028, as they are.
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path}: cannot be read ({error})") from error

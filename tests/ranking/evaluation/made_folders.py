"""Folders to measure rankings on, made up: a review of bees, and people who take papers day after day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

SHARED = Path(__file__).resolve().parents[4] / "shared" / "collections"
HEAD = "user-id\titem-id\tlabel\tdate"

_BEES = ("clover", "apples", "alpine meadows", "city gardens", "orchards", "greenhouses", "heath", "rape fields")
_OTHERS = ("concrete beams", "tax law", "sea ice", "steel", "opera", "chess", "rail timetables", "court rulings")


def paper(paper_id: str, title: str, text: str = "", **more: object) -> dict[str, object]:
    """One paper as the corpus has it."""
    return {"_id": paper_id, "title": title, "text": text, **more}


def write_folder(folder: Path, papers: Sequence[Mapping[str, object] | str], rows: Sequence[str]) -> Path:
    """A folder with these papers (a text is written as it is) and these rows of people below the head line."""
    folder.mkdir(exist_ok=True)
    lines = [one if isinstance(one, str) else json.dumps(one) for one in papers]
    (folder / "corpus.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "users.tsv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return folder


def bee_review(folder: Path, *, name: str = "Bees_2020") -> Path:
    """A review that includes eight papers on bees and excludes forty on other things; one has no abstract."""
    papers, rows = [], []
    for number, place in enumerate(_BEES):
        papers.append(paper(f"b{number}", f"Bees in {place}", f"Pollination by wild bees was counted in {place}."))
        rows.append(f"{name}\tb{number}\t1\t2019-01-0{number + 1}")
    for number in range(40):
        subject = _OTHERS[number % len(_OTHERS)]
        text = "" if number == 7 else f"We study {subject} in series {number} and report what was measured."
        papers.append(paper(f"o{number}", f"On {subject}, part {number}", text))
        rows.append(f"{name}\to{number}\t0\t")
    return write_folder(folder, papers, rows)


def next_papers(folder: Path) -> Path:
    """A folder in which two people take papers of their own subject day after day."""
    papers, rows = [], []
    for day in range(1, 9):
        for subject in ("bees", "steel", "opera"):
            text = f"New findings on {subject} from study {day}."
            told = paper(f"{subject}{day}", f"On {subject}, study {day}", text, date=f"2025-06-0{day}", authors=["A B"])
            papers.append(told)
        rows.append(f"ann\tbees{day}\tsubmitted\t2025-06-0{day}")
        rows.append(f"ben\tsteel{day}\tauthored\t2025-06-0{day}")
    return write_folder(folder, papers, rows)

"""What a rival must do, and what all of them share."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks.corpora import Corpus, Document

PAGE = 10
DEPTH = 50
RRF = 60
WORD = re.compile(r"\w+")
BATCH = 5_000

Progress = Callable[[int], None]
Answer = list[int]
"""Numbers of documents, best first, at most PAGE."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: its words, their vector (float32 (dims,), length 1), and the name of the limits it is put with."""

    words: str
    vector: np.ndarray
    limits: str


class Rival(Protocol):
    """An engine that is built once in a folder of its own, then opened by another process and asked there."""

    modes: tuple[str, ...]
    """What it can be asked: of ``words``, ``meaning``, ``hybrid``, and of kinds of its own."""
    recall: bool
    """Whether its ``meaning`` compares the vectors of the corpus, so that it can be held against the exact answer."""

    def build(self, corpus: Corpus, folder: Path, told: Progress) -> None:
        """Index every document and vector in the empty ``folder``, telling how many documents are in."""

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Open what was built, for reading."""

    def ask(self, mode: str, ask: Ask) -> Answer:
        """Answer a question."""

    def processes(self) -> list[int]:
        """The process ids that work for it besides this one."""

    def close(self) -> None:
        """Stop whatever was started."""


class InProcess:
    """What is the same for every rival that works inside the process that asks."""

    modes: tuple[str, ...] = ("words", "meaning", "hybrid")
    recall = True

    def processes(self) -> list[int]:
        """None: everything happens here."""
        return []

    def close(self) -> None:
        """Nothing was started."""


def text_of(document: Document) -> str:
    """The one text that stands for a document where an engine has but one."""
    return f"{document.title}\n{document.abstract}\n{', '.join(document.authors)}"


def fused(words: Sequence[int], meaning: Sequence[int]) -> Answer:
    """The best of two rankings by reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), as most engines do it."""
    scores: dict[int, float] = {}
    for ranking in (words, meaning):
        for rank, number in enumerate(ranking, 1):
            scores[number] = scores.get(number, 0.0) + 1 / (RRF + rank)
    return sorted(scores, key=lambda number: (-scores[number], number))[:PAGE]


def any_of(words: str, joined: str) -> str:
    """The words of a question in quotation marks with an operator between them; '' when there is none."""
    return joined.join(f'"{word}"' for word in WORD.findall(words))


class Clock:
    """CPU seconds of this process and of others that work for it, and wall seconds."""

    def __init__(self, others: Callable[[], list[int]]) -> None:
        self._others = others
        self._cpu, self._wall = self._now(), time.perf_counter()

    def _now(self) -> float:
        return time.process_time() + sum(map(_cpu_seconds, self._others()))

    def read(self) -> tuple[float, float]:
        """CPU and wall seconds since it was made."""
        return self._now() - self._cpu, time.perf_counter() - self._wall


def _cpu_seconds(process: int) -> float:
    """What a process and its children that have ended used (fields 14 to 17 of stat, see proc(5))."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, stat.rsplit(")", 1)[1].split()[11:15])) / os.sysconf("SC_CLK_TCK")


def memory_of(processes: Sequence[int]) -> tuple[float, float]:
    """Resident and anonymous megabytes of the processes together (shared pages count in each)."""
    resident = anonymous = 0.0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        told = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
        resident += int(told["VmRSS"][0]) / 1024 if "VmRSS" in told else 0
        anonymous += int(told["RssAnon"][0]) / 1024 if "RssAnon" in told else 0
    return resident, anonymous


def disk_of(folder: Path) -> float:
    """Megabytes of all files below a folder."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 1e6

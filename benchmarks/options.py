"""What every benchmark can be told on its command line, and the data that it needs."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

SHARED = Path(__file__).resolve().parents[2] / "shared"
DAILY_PAPERS = Path("collections") / "hf-daily-2024-2025"


@dataclass(frozen=True, slots=True)
class Options:
    """``data``: the folder of seeds and collections. ``home``: an instance to use, made where it is missing."""

    data: Path
    rounds: int
    papers: int | None
    home: Path | None
    seconds: float

    @contextmanager
    def corpus(self) -> Iterator[Path]:
        """The collection of daily papers as a file, cut to the number of papers asked for."""
        path = needed(self.data / DAILY_PAPERS / "corpus.jsonl")
        if self.papers is None:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="broadsheet-benchmark-") as folder:
            cut = Path(folder) / path.parent.name / path.name
            cut.parent.mkdir()
            with path.open(encoding="utf-8") as lines:
                cut.write_text("".join(line for _, line in zip(range(self.papers), lines, strict=False)), "utf-8")
            yield cut


def read_options(description: str | None, *, rounds: int) -> Options:
    """Read the command line; ``rounds`` is how often each contender runs unless told otherwise."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of seeds/ and collections/")
    parser.add_argument("--rounds", type=int, default=rounds, help=f"how often each contender runs ({rounds})")
    parser.add_argument("--papers", type=int, help="use only the first papers of the collection")
    parser.add_argument("--home", type=Path, help="instance that holds the collection; made there when missing")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each load on the server lasts (3)")
    given = parser.parse_args()
    return Options(given.data, given.rounds, given.papers, given.home, given.seconds)


def needed(path: Path) -> Path:
    """The path, if it is there; otherwise the benchmark ends and says what is missing."""
    if not path.exists():
        missing("the data of the benchmarks", f"{path.name} of {path.parent.name}")
    return path


def missing(what: str, detail: str) -> NoReturn:
    """End the benchmark: it cannot run without something."""
    raise SystemExit(f"{what} is missing ({detail}); name the folder of seeds/ and collections/ with --data")

"""How fast files are read, format by format, against the library for it alone, and what a snapshot of arXiv needs.

Each format holds the papers of the collection. Reading goes from the file to records that the catalogue takes; the peer
stops at what its library makes of the file. The snapshot comes through a pipe as it is made, packed or not, and is read
in a process of its own, which tells the most memory that it ever held; it has about 489 lines for each paper of the
collection, 3 million for all of it.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.instance import ROOT
from benchmarks.options import read_options
from benchmarks.parsing_files import FILES, Paper, papers_of, snapshot_lines
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import interleaved

LINES_A_PAPER = 489
_PACKED_SHARE = 10


def main() -> None:
    """Print the tables."""
    options = read_options(__doc__, rounds=3)
    with options.corpus() as corpus:
        papers = papers_of(corpus.read_text("utf-8").splitlines())
    rows = []
    with tempfile.TemporaryDirectory(prefix="broadsheet-benchmark-") as folder:
        for name, write in FILES.items():
            path = Path(folder) / f"{name}.data"
            path.write_text(write(papers), "utf-8")
            rows.append(_row(name, path, len(papers), options.rounds))
        print_table(["format", "records/s", "CPU µs a record", "peer", "CPU time against peer"], rows)
        columns = ["snapshot of arXiv", "lines", "records/s", "MB before", "most MB", "rate against peer"]
        print_table(columns, _snapshots(papers, Path(folder)))
    print_source("parsing")


def _row(name: str, path: Path, count: int, rounds: int) -> list[str]:
    from broadsheet.sources.files import read_file
    from broadsheet.sources.record import PaperRecord

    read = [record for record in read_file(path).records if isinstance(record, PaperRecord)]
    if len(read) < 0.99 * count or read_file(path).format != name:
        raise SystemExit(f"of {count} papers in {name} only {len(read)} were read")
    told, peer = PEERS[name]
    timings = interleaved({"ours": lambda: list(read_file(path).records), "peer": lambda: peer(path)}, rounds)
    ours = timings["ours"]
    return [
        f"`{name}`",
        figure(count / ours.cpu),
        figure(ours.cpu * 1e6 / count),
        told,
        ratio(ours.cpu, timings["peer"].cpu),
    ]


def _loads_lines(path: Path) -> object:
    with path.open("rb") as lines:
        return sum(1 for line in lines if json.loads(line))


def _bibtexparser(path: Path) -> object:
    parse = import_module("bibtexparser.entrypoint").parse_string
    return parse(path.read_text("utf-8"))


def _feedparser(path: Path) -> object:
    return import_module("feedparser").parse(io.BytesIO(path.read_bytes()))


PEERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "kaggle-arxiv": ("`json.loads` of each line", _loads_lines),
    "jsonl": ("`json.loads` of each line", _loads_lines),
    "csl-json": ("`json.loads`", lambda path: json.loads(path.read_bytes())),
    "openalex": ("`json.loads`", lambda path: json.loads(path.read_bytes())),
    "bibtex": ("bibtexparser 2", _bibtexparser),
    "ris": ("rispy", lambda path: import_module("rispy").loads(path.read_text("utf-8"))),
    "arxiv-oai": ("ElementTree", lambda path: ET.fromstring(path.read_bytes())),
    "arxiv-api": ("feedparser", _feedparser),
    "feed": ("feedparser", _feedparser),
}


def _snapshots(papers: Sequence[Paper], folder: Path) -> list[list[str]]:
    lines = LINES_A_PAPER * len(papers)
    packed = max(lines // _PACKED_SHARE, 1)
    peer = _streamed(papers, folder, lines, "peer", is_packed=False)
    rows = [_told("peer: `json.loads` of each line", lines, peer, peer)]
    for name, count, is_packed in (
        ("a tenth of it", packed, False),
        ("all of it", lines, False),
        ("a tenth of it, gzip", packed, True),
    ):
        rows.append(_told(name, count, _streamed(papers, folder, count, "ours", is_packed=is_packed), peer))
    return rows


def _told(name: str, lines: int, one: dict[str, float], peer: dict[str, float]) -> list[str]:
    rate = one["records"] / one["cpu"]
    shown = [figure(rate), figure(one["before"]), figure(one["most"])]
    return [name, f"{lines:,}", *shown, ratio(rate, peer["records"] / peer["cpu"])]


def _streamed(papers: Sequence[Paper], folder: Path, count: int, reader: str, *, is_packed: bool) -> dict[str, float]:
    """Let a process read lines while they are made, and take what it says of itself."""
    pipe = folder / "snapshot"
    os.mkfifo(pipe)
    writer = threading.Thread(target=_write, args=(papers, pipe, count, is_packed), daemon=True)
    writer.start()
    command = [sys.executable, "-m", "benchmarks.parsing_round", str(pipe), reader]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    writer.join()
    pipe.unlink()
    said: dict[str, float] = json.loads(done.stdout)
    if said["records"] != count:
        raise SystemExit(f"of {count} lines {said['records']:.0f} were read")
    return said


def _write(papers: Sequence[Paper], pipe: Path, count: int, is_packed: bool) -> None:
    with pipe.open("wb") as below, gzip.open(below, "wb", 1) if is_packed else below as out:
        for piece in snapshot_lines(papers, count):
            out.write(piece)


if __name__ == "__main__":
    main()

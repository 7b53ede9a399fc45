"""How fast papers come in, against plain SQLite taking the same rows, and how long the saved pages take.

Every round fills an empty home in a process of its own. All together (with every paper embedded) is measured once
and leaves its home behind where ``--home`` says. The embedding is also measured by itself on the first papers.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.instance import run, temporary_home
from benchmarks.options import Options, needed, read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import Timing, interleaved, median_timing, timed

EMBEDDED = 600
_SETTINGS = {"DJANGO_SETTINGS_MODULE": "broadsheet.site.settings"}
_START = "peer: start of the command with an empty database (`broadsheet stats`)"


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=3)
    with options.corpus() as corpus:
        papers, stages = _stages(corpus, options.rounds)
        stages["all"] = _all_together(corpus, options.home)
    peer = papers / stages["peer"].wall
    rows = []
    for name, stage, count in (
        ("peer: plain SQLite table with FTS5", "peer", papers),
        ("reading the file", "reading", papers),
        ("intake alone", "intake", papers),
        ("index of words alone", "words", papers),
        ("embedding alone", "embedding", min(EMBEDDED, papers)),
        ("`broadsheet import`, all together", "all", papers),
    ):
        if stage in stages:
            timing = stages[stage]
            rate = count / timing.wall
            rows.append([name, figure(rate), figure(timing.cpu * 1000 / count), ratio(rate, peer)])
    print_table(["step", "papers/s", "CPU ms a paper", "rate against peer"], rows)
    print_table(["the saved pages into an empty home", "seconds", "CPU seconds", "time against peer"], _seeds(options))
    print_source("importing")


def _stages(corpus: Path, rounds: int) -> tuple[int, dict[str, Timing]]:
    told = []
    for number in range(rounds):
        with temporary_home() as home:
            arguments = [str(corpus), str(home / "plain.sqlite3"), str(EMBEDDED), str(number % 2)]
            told.append(json.loads(run(["-m", "benchmarks.import_round", *arguments], home, _SETTINGS)))
    stages = {name: median_timing([Timing(**one["stages"][name]) for one in told]) for name in told[0]["stages"]}
    return told[0]["papers"], stages


def _all_together(corpus: Path, home: Path | None) -> Timing:
    if home is not None and not (home / "broadsheet.sqlite3").exists():
        return timed(lambda: run(["-m", "broadsheet", "import", str(corpus)], home))
    with temporary_home() as empty:
        return timed(lambda: run(["-m", "broadsheet", "import", str(corpus)], empty))


def _seeds(options: Options) -> list[list[str]]:
    """The saved pages into an empty home, with and without the index, against the start of the command alone."""
    files = [str(path) for path in sorted(needed(options.data / "seeds").glob("*.txt"))]

    def command(*arguments: str) -> None:
        with temporary_home() as home:
            run(["-m", "broadsheet", *arguments], home)

    timings = interleaved(
        {
            "`broadsheet import`, all together": lambda: command("import", *files),
            "`broadsheet import --no-index`": lambda: command("import", "--no-index", *files),
            _START: lambda: command("stats"),
        },
        options.rounds,
    )
    return [
        [name, figure(timing.wall), figure(timing.cpu), ratio(timing.wall, timings[_START].wall)]
        for name, timing in timings.items()
    ]


if __name__ == "__main__":
    main()

"""How fast intake stores papers, against Django storing the same rows with nothing asked and nothing compared.

The papers have the texts of the collection, again and again under names and titles of their own, with what arXiv says
of a paper beside its text. Each round is a process and a home of its own: new papers into an empty catalogue, the same
again, new ones into a catalogue that holds eight times as many, and a changed version of these. The peer gets the
finished rows of the same papers (``bulk_create``, the same settings of the database, as many papers in a transaction)
and only stores them.
"""

from __future__ import annotations

import json

from benchmarks.instance import run, temporary_home
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import Timing, median_timing

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "broadsheet.site.settings"}
_STAGES = (
    ("peer: `bulk_create` of finished rows", "peer"),
    ("new papers, empty catalogue", "empty"),
    ("the same again (nothing changes)", "again"),
    ("new papers, catalogue of eight times as many", "held"),
    ("a changed version of these", "changed"),
)


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=3)
    told = []
    with options.corpus() as corpus:
        for _ in range(options.rounds):
            with temporary_home() as home:
                told.append(json.loads(run(["-m", "benchmarks.storing_round", str(corpus)], home, _SETTINGS)))
    papers = told[0]["papers"]
    timings = {name: median_timing([Timing(**one["stages"][name]) for one in told]) for _, name in _STAGES}
    rows = []
    for title, name in _STAGES:
        timing = timings[name]
        own = papers / timing.cpu
        rows.append(
            [
                title,
                figure(papers / timing.wall),
                figure(timing.cpu * 1000 / papers),
                ratio(own, papers / timings["peer"].cpu),
            ]
        )
    print_table(["step", "papers/s", "CPU ms a paper", "papers a CPU second against peer"], rows)
    print_source("storing")


if __name__ == "__main__":
    main()

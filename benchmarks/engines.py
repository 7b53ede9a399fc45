"""What a search costs at 10,000 to a million papers: ours against other engines, each in a process of its own.

Every engine indexes the same made corpus (see ``benchmarks.corpora``), is opened by a fresh process with one thread
where that can be told, and is asked the same questions of one to five words with the same vectors, ten answers each, in
turns with the others. The embedding of the question is nobody's work here. CPU time is that of the whole process and
of those that work for it, and divides by the questions; wall times are each question's median over the rounds. Recall
is the share of the ten exactly nearest that are among the ten of ``meaning``, for the questions and for whole sentences
(real queries of the given collections).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.contest import Outcome, ask_all, build
from benchmarks.corpora import corpora_folder, corpus_of
from benchmarks.options import SHARED
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rivals import RIVALS

LIMITS = ("all", "week", "year", "category", "code", "long")
WITHIN = LIMITS[1:-1]
NONE = "–"
BUILT = "{count} papers|build: CPU s a 1,000|wall s a 1,000|disk MB|resident MB|anonymous MB|not measured"


def main() -> None:
    """Print the tables of every size."""
    told = _options()
    names = told.only.split(",") if told.only else list(RIVALS)
    if unknown := set(names) - set(RIVALS):
        raise SystemExit(f"no engine is called {', '.join(sorted(unknown))}; there are {', '.join(RIVALS)}")
    folder, measured = corpora_folder(told.folder), {}
    for size in told.sizes.split(","):
        corpus = corpus_of(size, folder, told.data)
        built = folder / "built" / size
        folders = {name: built / name for name in names}
        limit = told.limit * max(1.0, corpus.count / 100_000)
        outcomes = {name: build(name, corpus.folder, folders[name], limit) for name in names}
        if not told.rounds:
            print_table(BUILT.format(count=f"{corpus.count:,}").split("|"), [_weight(one) for one in outcomes.values()])
            continue
        budget = {"rounds": told.rounds, "queries": told.queries, "seconds": told.seconds}
        ask_all(outcomes, corpus.folder, folders, LIMITS, **budget)
        measured[size] = outcomes
        if not told.keep:
            shutil.rmtree(built, ignore_errors=True)
        print_size(f"{corpus.count:,}", outcomes)
        sys.stdout.flush()
    print_growth(measured)
    print(f"Load average of the machine over the last 15 minutes: {os.getloadavg()[2]:.1f}.\n")
    print_source("engines")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of collections/")
    parser.add_argument("--folder", type=Path, help="folder of the corpora and what is built (BROADSHEET_BENCH_DIR)")
    parser.add_argument("--sizes", default="10k,100k,1m", help="names or numbers (10k,100k,1m; also 3m)")
    parser.add_argument("--only", help=f"some of {','.join(RIVALS)}")
    parser.add_argument("--rounds", type=int, default=3, help="how often every question is put (3); 0 only builds")
    parser.add_argument("--queries", type=int, default=200, help="how many questions (200)")
    parser.add_argument("--seconds", type=float, default=10, help="longest for one engine, mode and round (10)")
    parser.add_argument("--limit", type=float, default=600, help="longest for building 100,000 papers or fewer (600)")
    parser.add_argument("--keep", action="store_true", help="keep what is built, for the next run")
    return parser.parse_args()


def print_size(count: str, outcomes: Mapping[str, Outcome]) -> None:
    """Print the three tables of one size: questions, questions within limits, and what an engine takes."""
    modes = dict.fromkeys(mode for one in outcomes.values() for mode in one.modes) or {"hybrid": None}
    columns = [f"{count} papers, CPU ms a question", *modes, "hybrid p50 ms", "p95 ms"]
    columns += ["typed p50 ms", "p95 ms", "recall@10", "of sentences"]
    rows = [[*_costs(one, list(modes)), _hybrid_against(one, outcomes)] for one in outcomes.values()]
    print_table([*columns, "hybrid CPU against ours"], rows)
    columns = [f"{count} papers, hybrid: CPU ms / p95 ms / recall of meaning", *WITHIN, "outside the limits"]
    print_table(columns, [_within(one) for one in outcomes.values()])
    print_table(BUILT.format(count=count).split("|"), [_weight(one) for one in outcomes.values()])


def _costs(one: Outcome, modes: Sequence[str]) -> list[str]:
    costs = [figure(one.cells[mode, "all"].cpu_ms) if (mode, "all") in one.cells else NONE for mode in modes]
    asked = [one.cells.get((mode, "all")) for mode in ("hybrid", "typed")]
    walls = [figure(cell.wall_ms(percentile)) if cell else NONE for cell in asked for percentile in (50, 95)]
    recalls = [
        f"{one.cells['meaning', name].recall:.3f}" if one.recall and ("meaning", name) in one.cells else NONE
        for name in ("all", "long")
    ]
    return [RIVALS[one.name].title, *costs, *walls, *recalls]


def _hybrid_against(one: Outcome, outcomes: Mapping[str, Outcome]) -> str:
    ours, cell = outcomes.get("ours"), one.cells.get(("hybrid", "all"))
    base = ours.cells.get(("hybrid", "all")) if ours else None
    return ratio(cell.cpu_ms, base.cpu_ms) if cell and base else NONE


def _within(one: Outcome) -> list[str]:
    row = [RIVALS[one.name].title]
    for limit in WITHIN:
        hybrid, meaning = one.cells.get(("hybrid", limit)), one.cells.get(("meaning", limit))
        recall = f" / {meaning.recall:.3f}" if meaning and one.recall else ""
        row.append(f"{figure(hybrid.cpu_ms)} / {figure(hybrid.wall_ms(95))}{recall}" if hybrid else NONE)
    return [*row, str(sum(cell.wrong for cell in one.cells.values())) if one.cells else NONE]


def _weight(one: Outcome) -> list[str]:
    row = [RIVALS[one.name].title]
    if one.built:
        thousands = one.built["documents"] / 1000
        row += [figure(one.built["cpu"] / thousands), figure(one.built["wall"] / thousands), figure(one.built["disk"])]
    else:
        row += [NONE] * 3
    row += [figure(megabytes) if megabytes else NONE for megabytes in one.memory]
    asked = {len(walls) for cell in one.cells.values() for walls in cell.walls}
    few = f"some answers over only {min(asked)} questions" if len(asked) > 1 else ""
    return [*row, one.stopped or few or NONE]


def print_growth(measured: Mapping[str, Mapping[str, Outcome]]) -> None:
    """Print how the cost of a hybrid question grows from each size to the next, where there are several."""
    sizes = list(measured)
    if len(sizes) < 2:
        return
    rows = []
    for name in measured[sizes[0]]:
        cells = [measured[size][name].cells.get(("hybrid", "all")) for size in sizes]
        pairs = pairwise(cells)
        grown = [ratio(after.cpu_ms, before.cpu_ms) if before and after else NONE for before, after in pairs]
        rows.append([RIVALS[name].title, *grown])
    columns = [f"{before} to {after}" for before, after in pairwise(sizes)]
    print_table(["CPU of a hybrid question", *columns], rows)


if __name__ == "__main__":
    main()

"""How many pages a second, against a view that does nothing and against static files of the pages' sizes.

Measured twice: in one process with Django's test client, and through gunicorn as ``broadsheet run`` starts it, asked
over four connections by this process, which shares the processor with it. Pages are asked for as browsers do, with
gzip; the static files go out as they are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.addresses import addresses
from benchmarks.client import body, client
from benchmarks.instance import SERVER_SETTINGS, filled_home, open_here, temporary_home
from benchmarks.load import responses_per_second, server
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import Timing, interleaved, shuffled

GZIP = {"Accept-Encoding": "gzip"}
HELLO = "peer: hello"


def main() -> None:
    """Print both tables."""
    options = read_options(__doc__, rounds=3)
    with filled_home(options) as home, temporary_home() as files:
        os.environ["BENCHMARK_FILES"] = str(files)
        open_here(home, settings=SERVER_SETTINGS)
        kinds = addresses()
        sizes = _make_files(files, kinds)
        targets = kinds | {_peer(kind): [f"/{kind}.bin"] * len(asked) for kind, asked in kinds.items()}
        targets[HELLO] = ["/bench/hello"] * len(kinds["day"])
        alone = _in_one_process(targets, options.rounds)
        loaded = _through_the_server(home, files, targets, options.rounds, options.seconds)
    rates = {name: len(asked) / alone[name].wall for name, asked in targets.items()}
    costs = {name: alone[name].cpu * 1000 / len(asked) for name, asked in targets.items()}
    columns = ["pages/s", "rate against hello", "rate against a static file of the size"]
    print_table(["test client, one process", "CPU ms", *columns], _rows(rates, sizes, costs))
    print_table(["gunicorn, four connections", *columns], _rows(loaded, sizes))
    print_source("pages")


def _peer(kind: str) -> str:
    return f"peer: static file, size of a {kind}"


def _make_files(files: Path, kinds: dict[str, list[str]]) -> dict[str, int]:
    """A static file for each kind of page, with the median size of its pages in bytes, which is returned."""
    asking = client()
    sizes = {kind: int(median(len(body(asking, address)) for address in asked)) for kind, asked in kinds.items()}
    for kind, size in sizes.items():
        (files / f"{kind}.bin").write_bytes(os.urandom(size))
    return sizes


def _in_one_process(targets: dict[str, list[str]], rounds: int) -> dict[str, Timing]:
    asking = client()

    def pass_over(asked: Sequence[str]) -> Callable[[], object]:
        return lambda: [body(asking, address, GZIP) for address in asked]

    return interleaved({name: pass_over(asked) for name, asked in targets.items()}, rounds)


def _through_the_server(
    home: Path, files: Path, targets: dict[str, list[str]], rounds: int, seconds: float
) -> dict[str, float]:
    """Answers a second by target: the median over the rounds, after a short first one that is thrown away."""
    measured: dict[str, list[float]] = {name: [] for name in targets}
    with server(home, files) as port:
        for asked in targets.values():
            responses_per_second(port, asked, seconds / 10, GZIP)
        for number in range(rounds):
            print(f"load on the server, round {number + 1} of {rounds}", file=sys.stderr)
            for name in shuffled(list(targets), number):
                measured[name].append(responses_per_second(port, targets[name], seconds, GZIP))
    return {name: median(rates) for name, rates in measured.items()}


def _rows(rates: dict[str, float], sizes: dict[str, int], costs: dict[str, float] | None = None) -> list[list[str]]:
    rows = []
    for name, rate in rates.items():
        cost = [figure(costs[name])] if costs else []
        static = ratio(rate, rates[_peer(name)]) if name in sizes else "–"
        rows.append([name, *cost, figure(rate), ratio(rate, rates[HELLO]), static])
    return rows


if __name__ == "__main__":
    main()

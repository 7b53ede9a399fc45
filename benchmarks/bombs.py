"""What XML bombs cost whoever reads them: our two readers against the parsers that lie below them.

Every bomb is read in a process of its own, which the kernel stops after ``--seconds`` of processor time or 2 GB. Memory
is what the process takes beyond what it had with the bomb in its hands.
"""

from __future__ import annotations

import io
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio
from tests.sources.bombs import BOMBS

MOST_MEMORY = 2_000_000_000
PEERS = {"`parse_xml`": "peer: `xml.etree`", "`guard_feed`": "peer: `feedparser`"}
Reader = Callable[[bytes], object]


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=3)
    told = {
        name: {bomb: _costs(reader, bomb, options.rounds, options.seconds) for bomb in BOMBS}
        for name, reader in _readers().items()
    }
    totals = {name: sum(seconds for seconds, _, _ in costs.values()) for name, costs in told.items()}
    rows = []
    for name, costs in told.items():
        peer = PEERS.get(name, name)
        seconds, sizes = [cost[0] for cost in costs.values()], [cost[1] for cost in costs.values()]
        refused = sum(how == "refused" for _, _, how in costs.values())
        rows.append(
            [
                name,
                str(refused),
                str(sum(how == "stopped" for _, _, how in costs.values())),
                figure(totals[name] * 1e3),
                figure(max(seconds) * 1e3),
                figure(max(sizes) / 1e6),
                ratio(totals[name], totals[peer]),
            ]
        )
    print_table(
        [
            f"reader of {len(BOMBS)} bombs",
            "refused",
            "stopped by the kernel",
            "CPU ms (all)",
            "CPU ms (worst)",
            "MB (worst)",
            "CPU time against peer",
        ],
        rows,
    )
    print_source("bombs")


def _readers() -> dict[str, Reader]:
    # The subject is what happens without defusedxml, too.
    import xml.etree.ElementTree as ET

    import feedparser

    from broadsheet.sources.safe_xml import guard_feed, parse_xml

    return {
        "`parse_xml`": lambda bomb: parse_xml(bomb, "bomb"),
        "peer: `xml.etree`": ET.fromstring,
        "`guard_feed`": lambda bomb: guard_feed(bomb, "bomb"),
        "peer: `feedparser`": lambda bomb: feedparser.parse(io.BytesIO(bomb)),
    }


def _costs(reader: Reader, bomb: str, rounds: int, seconds: float) -> tuple[float, float, str]:
    """Processor seconds (median of the rounds), bytes (largest), and what became of it in the last round."""
    all_costs = [_cost(reader, bomb, seconds) for _ in range(rounds)]
    return median(cost[0] for cost in all_costs), max(cost[1] for cost in all_costs), all_costs[-1][2]


def _cost(reader: Reader, bomb: str, seconds: float) -> tuple[float, float, str]:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write_end, json.dumps(_read(reader, BOMBS[bomb](), seconds)).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return tuple(json.loads(told)) if told else (seconds, 0.0, "stopped")


def _read(reader: Reader, content: bytes, seconds: float) -> tuple[float, float, str]:
    allowed = int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    # From here on the kernel measures the peak anew: man 5 proc, clear_refs.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, began, how = _peak(), time.process_time(), "read"
    try:
        reader(content)
    except MemoryError:
        how = "stopped"
    except Exception:  # noqa: BLE001 - whatever a reader says to a bomb is a refusal
        how = "refused"
    return time.process_time() - began, float(_peak() - before), how


def _peak() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()

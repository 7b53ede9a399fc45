"""A benchmark's outcome as a Markdown table, with what it ran on and the command that gives it."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table and an empty line; the first column is text, the others are figures."""
    for cells in [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]:
        print(f"| {' | '.join(cells)} |")
    print()


def print_source(name: str) -> None:
    """Print what gave the tables: the command of the benchmark ``name``, the day and the machine."""
    print(f"`python -m benchmarks.{name}`, {datetime.now(UTC):%Y-%m-%d}, {machine()}.")


def machine() -> str:
    """The kind of machine: cores and family of the processor, and the Python; nothing that tells it from others."""
    return f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    told = dict(reversed([(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines)]))
    family = f", family {told['cpu family']}" if "cpu family" in told else ""
    return f"{platform.machine()}, {told.get('model name', 'unknown processor')}{family}"


def figure(value: float) -> str:
    """A measured figure with three digits that mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def ratio(ours: float, peer: float) -> str:
    """How many times the peer's figure ours is."""
    return f"{figure(ours / peer)}×" if peer else "–"

"""The sample catalogue: facts of real papers with summaries written for Broadsheet, as JSON lines."""

from __future__ import annotations

from pathlib import Path


def sample_files() -> list[Path]:
    """The files of the sample, in order."""
    return sorted(Path(__file__).parent.glob("*.jsonl"))

"""All commands: importing the modules registers them on ``app``."""

from __future__ import annotations

from broadsheet.cli import (
    auditing,
    bounces,
    calibrating,
    checking,
    collecting,
    digest,
    duplicates,
    finding,
    harvesting,
    merging,
    moving,
    people,
    ranking,
    serving,
    upkeep,
)
from broadsheet.cli.app import app

__all__ = [
    "app",
    "auditing",
    "bounces",
    "calibrating",
    "checking",
    "collecting",
    "digest",
    "duplicates",
    "finding",
    "harvesting",
    "merging",
    "moving",
    "people",
    "ranking",
    "serving",
    "upkeep",
]

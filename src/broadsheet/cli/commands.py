"""All commands: importing the modules registers them on ``app``."""

from __future__ import annotations

from broadsheet.cli import collecting, duplicates, finding, harvesting, merging, moving, serving, upkeep
from broadsheet.cli.app import app

__all__ = ["app", "collecting", "duplicates", "finding", "harvesting", "merging", "moving", "serving", "upkeep"]

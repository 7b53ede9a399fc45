"""Running commands in this process, and files for them to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from broadsheet.cli.commands import app

PAGE = """Daily Papers

{cards}
"""
CARD = """{title}

{abstract}

{count} authors
·
{day}
"""


def run(*arguments: object) -> Result:
    """What ``broadsheet ARGUMENTS`` prints and how it ends."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def run_json(*arguments: object) -> Any:
    """The JSON that a command prints that must succeed."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def write_lines(path: Path, *rows: Mapping[str, object] | str) -> Path:
    """A file of JSON lines; a text is written as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_page(path: Path, *titles: str) -> Path:
    """A saved page with these papers."""
    cards = [
        CARD.format(title=title, abstract=f"This is what {title.lower()} is about.", count=n, day=f"Oct {n}, 2025")
        for n, title in enumerate(titles, 1)
    ]
    path.write_text(PAGE.format(cards="\n".join(cards)), encoding="utf-8")
    return path

"""Reading the repository's own files."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {".git", ".venv", "var", "__pycache__", "build", "dist"}
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"(?<!\\)\|")


@cache
def own_files() -> tuple[Path, ...]:
    """Every file of the repository: tracked, or new and not ignored."""
    try:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        files = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        files = [path for path in ROOT.rglob("*") if not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in files if path.is_file()))


@cache
def text_of(path: Path) -> str:
    """The text of a file, empty when it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def markdown_files() -> list[Path]:
    """Every page of documentation."""
    return [path for path in own_files() if path.suffix == ".md"]


def page(name: str) -> str:
    """The text of a page in docs/."""
    return text_of(ROOT / "docs" / name)


def section(text: str, heading: str) -> str:
    """What stands under a heading of level 2, up to the next one."""
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    found = [part for part in parts if part.startswith(f"{heading}\n")]
    assert len(found) == 1, f"there is no section {heading!r}, or more than one"
    return found[0]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, without heads and rules."""
    lines = FENCE.sub("", text).splitlines()
    found = []
    for number, line in enumerate(lines):
        is_head = number + 1 < len(lines) and set(lines[number + 1]) <= set("|-: ") and "-" in lines[number + 1]
        if line.startswith("|") and not is_head and not set(line) <= set("|-: "):
            found.append([cell.strip() for cell in CELL.split(line)[1:-1]])
    return found


def codes(cell: str) -> list[str]:
    """What stands between single backticks."""
    return re.findall(r"`([^`]+)`", cell)

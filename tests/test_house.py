"""The house keeps its own rules: sizes, order of the rooms, words, migrations."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
# Written in two parts, so that this file does not break the rule that it holds.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def python_files() -> list[Path]:
    """Every module of the house."""
    return sorted(path for room in ("src", "tests", "benchmarks", "tools") for path in (ROOT / room).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # Without its decorators: a table of cases above a test is data.
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_it_has_files() -> None:
    assert len(python_files()) > 100


def test_it_has_no_file_of_more_than_400_lines() -> None:
    # Migrations are written by the framework, one a release, and read by it.
    paths = [path for path in python_files() if path.parent.name != "migrations"]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in paths}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_it_has_no_function_of_more_than_60_lines() -> None:
    lengths = dict(found for path in python_files() for found in functions(path))
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_it_has_no_room_for_everything() -> None:
    vague = re.compile(r"(utils?|helpers?|misc|common)(\.py)?")
    paths = [path for path in (ROOT / "src").rglob("*") if vague.fullmatch(path.name)]
    assert paths == []


def test_it_leaves_nothing_unfinished() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in python_files()}
    assert [path for path, text in texts.items() if UNFINISHED.search(text)] == []


def test_it_uses_no_signals() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")}
    assert [path for path, text in texts.items() if "django.dispatch" in text or "models.signals" in text] == []


def test_every_module_says_what_it_is_and_reads_its_annotations_late() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if not text.strip() or path.parent.name == "migrations":
            continue
        tree = ast.parse(text)
        assert ast.get_docstring(tree), path
        if any(isinstance(node, ast.FunctionDef | ast.AnnAssign) for node in ast.walk(tree)):
            assert "from __future__ import annotations" in text, path


def test_the_rooms_import_only_from_their_left() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    told = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=told)
    except SystemExit:
        pytest.fail(f"a migration is missing:\n{told.getvalue()}")

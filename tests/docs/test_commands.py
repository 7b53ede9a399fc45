"""docs/commands.md has every command and option as the commands themselves print them."""

from __future__ import annotations

import importlib.util
import json
import re
from types import ModuleType

import pytest
from typer.testing import CliRunner

from broadsheet.cli.commands import app
from tests.docs.reading import ROOT, markdown_files, page, rows, section, text_of

NAMED = re.compile(r"(?:`|bin/|^)broadsheet ([a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*)?)", re.MULTILINE)


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("commands_doc", ROOT / "tools" / "commands_doc.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_current(writer) -> None:
    text = page("commands.md")
    assert writer.page_with(text, writer.reference()) == text, "run: .venv/bin/python tools/commands_doc.py"


def test_a_page_without_marks_is_refused(writer) -> None:
    with pytest.raises(ValueError, match="lacks a mark"):
        writer.page_with("# Commands\n", writer.reference())


def test_the_reference_names_every_option(writer) -> None:
    reference = writer.reference()
    for command in ["import", "search", "show", "stats", "evaluate", "run", "worker", "check", "model install"]:
        told = CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=200)
        assert told.exit_code == 0
        part = reference.partition(f"### `broadsheet {command}`\n")[2].partition("\n### ")[0]
        assert part, command
        for option in set(re.findall(r"--[a-z-]+", told.stdout)) - {"--help"}:
            assert f"`{option}`" in part, f"{command} {option}"


@pytest.mark.django_db
def test_the_keys_of_stats_are_documented(index_dir) -> None:
    told = CliRunner().invoke(app, ["stats", "--json"])
    documented = [cells[0].strip("`") for cells in rows(section(page("commands.md"), "Examples"))]
    assert documented == list(json.loads(told.stdout))


def test_every_command_that_a_page_names_exists(writer) -> None:
    known = re.findall(r"^### `broadsheet ([a-z -]+)`$", writer.reference(), re.MULTILINE)
    for path in markdown_files():
        for named in re.findall(
            r"(?:`|bin/|^)broadsheet ([a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*)?)", text_of(path), re.MULTILINE
        ):
            words = named.split()
            assert named in known or words[0] in known, f"{path.name} names `broadsheet {named}`"
            if f"{words[0]} " in {f"{name.split()[0]} " for name in known if " " in name}:
                assert named in known, f"{path.name} names `broadsheet {named}`"

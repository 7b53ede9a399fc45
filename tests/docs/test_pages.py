"""What all pages of the documentation keep to: links lead somewhere, the README begins with the two commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import broadsheet
from tests.docs.reading import FENCE, ROOT, markdown_files, page, rows, text_of

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text_of(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", markdown_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(FENCE.sub("", text_of(path))):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        page_named = (path.parent / name).resolve() if name else path
        assert page_named.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(page_named), f"{target}: no such heading"


def test_files_that_a_page_names_exist() -> None:
    for path in markdown_files():
        for name in re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|sh|md|toml|jsonl?))`", text_of(path)):
            places = [ROOT / name, ROOT / "src" / "broadsheet" / name]
            assert any(place.is_file() for place in places), f"{path.name} names {name}"


def test_make_targets_that_a_page_names_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for path in markdown_files():
        named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text_of(path), re.MULTILINE))
        assert named <= targets, f"{path.name} names {named - targets}"


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md" or not path.is_file():
            continue
        reached.add(path)
        targets = [target.partition("#")[0] for target in LINK.findall(text_of(path)) if "://" not in target]
        waiting += [(path.parent / target).resolve() for target in targets if target]
    lonely = {str(path.relative_to(ROOT)) for path in markdown_files()} - {
        str(path.relative_to(ROOT)) for path in reached
    }
    assert not lonely


def test_no_picture_comes_from_elsewhere() -> None:
    for path in markdown_files():
        assert not re.search(r"!\[[^\]]*\]\(\w+:|<img", FENCE.sub("", text_of(path))), path.name


def test_the_readme_names_the_two_commands_before_anything_else_that_runs() -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```", text_of(ROOT / "README.md"), re.MULTILINE | re.DOTALL)
    assert [block.strip() for block in blocks[:2]] == ["make run", "make test"]


def test_the_changelog_has_this_version_or_what_leads_to_it() -> None:
    heads = re.findall(r"^## \[([^\]]+)\]", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert heads
    assert heads[0] in ("Unreleased", broadsheet.__version__)


def test_every_promise_names_tests_that_exist() -> None:
    promises = rows(page("promises.md"))
    assert len(promises) > 10
    for cells in promises:
        files = re.findall(r"`(tests/[^`]+)`", cells[-1])
        assert files, f"no test holds: {cells[0]}"
        for name in files:
            assert (ROOT / name).is_file(), f"{name} does not exist"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_says_what_it_costs(path: Path) -> None:
    text = text_of(path)
    assert text.startswith(f"# {path.stem[:4]}: ")
    assert [f"**{part}.**" in text for part in ("Context", "Decision", "Cost")] == [True, True, True]


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.stem[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))

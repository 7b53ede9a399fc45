"""Invariants over the real texts that may lie beside the project; skipped where they do not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from broadsheet.catalogue.text import find_links, fold, normalise_title, safe_url, split_lead, to_html, to_plain

from .checks import assert_safe

ATOM = "{http://www.w3.org/2005/Atom}"


def _read_json_lines(path: Path, keys: tuple[str, str], step: int) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % step == 0:
                record = json.loads(line)
                yield from (record[key] for key in keys)


def _read_seeds(shared: Path) -> list[str]:
    pages = sorted((shared / "seeds").glob("*.txt"))
    return sorted({line for page in pages for line in page.read_text(encoding="utf-8").splitlines() if len(line) > 14})


def _read_others(shared: Path) -> list[str]:
    kaggle = shared / "captures" / "kaggle_arxiv" / "arxiv-metadata-oai-snapshot.head200.jsonl"
    daily = shared / "collections" / "hf-daily-2024-2025" / "corpus.jsonl"
    texts = [*_read_json_lines(kaggle, ("title", "abstract"), 1), *_read_json_lines(daily, ("title", "text"), 17)]
    for answer in sorted((shared / "captures" / "arxiv_api").glob("*.xml")):
        for entry in ET.parse(answer).getroot().iter(f"{ATOM}entry"):
            texts += [entry.findtext(f"{ATOM}title", ""), entry.findtext(f"{ATOM}summary", "")]
    return texts


@pytest.fixture(scope="module")
def seeds(shared: Path) -> list[str]:
    return _read_seeds(shared)


@pytest.fixture(scope="module")
def others(shared: Path) -> list[str]:
    return _read_others(shared)


def test_every_text_is_set_within_the_allow_list(seeds: list[str], others: list[str]) -> None:
    assert len(seeds) > 800
    for text in [*seeds, *others]:
        inspector = assert_safe(to_html(text))
        assert all(safe_url(link) for link in inspector.links)
        assert all(safe_url(link.url) for link in find_links(text))


def test_no_command_is_left_in_plain_text(seeds: list[str], others: list[str]) -> None:
    left = [text for text in [*seeds, *others] if "\\" in to_plain(text)]
    assert left == []


def test_readings_are_stable(seeds: list[str], others: list[str]) -> None:
    texts = [*seeds, *others]
    assert [text for text in texts if fold(fold(text)) != fold(text)] == []
    # "R\^2" is read as printed once and as a script the second time; there is one such title.
    assert sum(to_plain(to_plain(text)) != to_plain(text) for text in texts) <= 2


def test_only_known_syntax_is_left_in_the_seeds(seeds: list[str]) -> None:
    plain = " ".join(to_plain(text) for text in seeds)
    assert re.findall(r"mathcal|mathbb|textbf|\\|``|\dtimes|rangle|langle", plain) == []
    # Glued on the left to another letter, where no repair is sure: "widetildeTheta", "nLvarepsilon", "proptoleft(".
    assert set(re.findall(r"[A-Za-z]*(?:varepsilon|proptoleft|widetilde)[A-Za-z]*", plain)) <= {
        "nLvarepsilon", "proptoleft", "widetilde", "widetildeTheta",
    }  # fmt: skip


def test_code_links_of_the_seeds(seeds: list[str]) -> None:
    found = {link for text in seeds for link in find_links(text)}
    assert {link.url.split("/")[2] for link in found if link.kind == "code"} >= {"github.com"}
    with_code = [text for text in seeds if any(link.kind == "code" for link in find_links(text))]
    assert len(with_code) >= 67
    assert not any("barry1" in link.url for link in found)
    assert any(link.url == "https://github.com/Maunil/LsrGAN" for link in found)


def test_leads_join_again_and_title_keys_exist(seeds: list[str]) -> None:
    for text in seeds:
        lead, rest = split_lead(text, 280)
        assert (f"{lead} {rest}" if rest else lead) == text
        assert len(lead) <= 360 or not rest
        assert normalise_title(text)

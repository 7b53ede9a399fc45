"""The example of docs/write-a-source.md, installed as it says, is a source like any other."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from broadsheet.sources import registry
from broadsheet.sources.door import StatusError
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.protocol import HarvestRequest, Source
from broadsheet.sources.record import AuthorRecord, BadRecord, IdentifierRecord, ListingRecord, SourceError
from tests.sources.network.fake_door import FakeDoor

PAGE = Path(__file__).resolve().parents[3] / "docs" / "write-a-source.md"
SITE = "https://kites.example.org/api"
DAY = date(2025, 10, 14)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What pip would put into a folder of packages: the module, and where its entry point leads."""
    (code,), (toml,) = blocks("python"), blocks("toml")
    (point,) = re.findall(r"^kites = \"(.+)\"$", toml, re.MULTILINE)
    (tmp_path / f"{point.partition(':')[0]}.py").write_text(code, encoding="utf-8")
    info = tmp_path / "kite_archive-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kite-archive\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[broadsheet.sources]\nkites = {point}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    registry._from_entry_points.cache_clear()
    yield
    registry._from_entry_points.cache_clear()
    sys.modules.pop("kite_archive", None)


@pytest.fixture
def source(installed: None) -> Source:
    return registry.source_named("kites:tails").source


def paper(number: int) -> dict[str, Any]:
    return {
        "doi": f"10.5555/kites.{number}",
        "title": f"Kite {number}",
        "authors": ["Ada Example"],
        "subjects": ["tails"],
        "listed": "2025-10-14",
    }


def module(source: Source) -> ModuleType:
    return sys.modules[type(source).__module__]


def test_it_is_found_by_its_entry_point(source: Source) -> None:
    assert source.title == "Kite Archive"
    assert registry.source_named("kites:tails").categories == ("tails",)
    assert source.name in {known.name for known in registry.sources_for({"doi"})}
    assert registry.broken_sources() == []


def test_it_is_harvested_and_goes_on_where_it_stopped(source: Source) -> None:
    door = FakeDoor(
        {
            f"{SITE}/2025-10-14?page=1": [paper(1), {"doi": "10.5555/x"}],
            f"{SITE}/2025-10-14?page=2": [paper(2)],
            f"{SITE}/2025-10-14?page=3": [],
            f"{SITE}/2025-10-15?page=1": [],
        }
    )
    pages = list(source.harvest(door, HarvestRequest(since=DAY, until=date(2025, 10, 15)), None))
    assert [len(page.records) for page in pages] == [2, 1, 0]
    first, bad = pages[0].records
    assert (first.title, first.authors) == ("Kite 1", (AuthorRecord(name="Ada Example"),))
    assert first.identifiers == (IdentifierRecord(scheme="doi", value="10.5555/kites.1"),)
    assert first.listing == ListingRecord(listed_on=DAY)
    assert bad == BadRecord(where="kites 2025-10-14 page 1: item 2", reason="KeyError: 'title'")
    rest = source.harvest(door, HarvestRequest(), json.loads(json.dumps(pages[0].checkpoint)))
    assert [[record.ref for record in page.records] for page in rest] == [["10.5555/kites.2"], []]


def test_it_is_asked_by_identifier(source: Source) -> None:
    door = FakeDoor(
        {f"{SITE}/papers/10.5555%2Fkites.1": paper(1), f"{SITE}/papers/10.5555%2Ffault": StatusError("", 500)}
    )
    asked = [parse_identifier(name) for name in ("10.5555/kites.1", "10.5555/unknown", "arXiv:2501.00001")]
    assert [record.title for record in source.fetch(door, asked)] == ["Kite 1"]
    with pytest.raises(StatusError):
        list(source.fetch(door, [parse_identifier("10.5555/fault")]))


def test_it_refuses_what_is_no_answer(source: Source) -> None:
    with pytest.raises(SourceError, match="saved: not JSON"):
        list(module(source).read_kites(b"<html>", "saved"))

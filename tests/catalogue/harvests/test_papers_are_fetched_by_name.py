"""Papers are looked up by name at one source after the other, until one knows them."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.harvests import fetch_papers
from broadsheet.catalogue.models import Paper
from broadsheet.sources.door import FetchError
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.record import BadRecord
from tests.catalogue.harvests.made import MadeSource, NoDoor, paper

pytestmark = pytest.mark.django_db


def named(number: int, scheme: str = "arxiv") -> ParsedIdentifier:
    return ParsedIdentifier(scheme=scheme, value=f"2510.{number:05}")


def test_each_paper_is_asked_for_until_one_source_knows_it() -> None:
    first = MadeSource(slug="one", papers={"2510.00001": paper(1)})
    second = MadeSource(slug="two", papers={"2510.00001": paper(1), "2510.00002": paper(2)})
    result = fetch_papers([named(1), named(2), named(3), named(1)], [first, second], NoDoor())
    assert (first.looked_up, second.looked_up) == (
        ["2510.00001", "2510.00002", "2510.00003"],
        ["2510.00002", "2510.00003"],
    )
    assert result.found == {named(1): "2510.00001", named(2): "2510.00002"}
    assert (result.unknown, result.errors, result.intake.created) == ([named(3)], [], 2)


def test_a_source_is_only_asked_for_names_that_it_looks_up() -> None:
    source = MadeSource(papers={"2510.00001": paper(1)})
    result = fetch_papers([named(1, "pmid")], [source], NoDoor())
    assert (source.looked_up, result.unknown) == ([], [named(1, "pmid")])


def test_what_came_before_an_error_is_kept_and_the_next_source_is_asked() -> None:
    failing = MadeSource(slug="one", papers={"2510.00001": paper(1), "2510.00002": FetchError("no route")})
    other = MadeSource(slug="two", papers={"2510.00002": paper(2)})
    result = fetch_papers([named(1), named(2)], [failing, other], NoDoor())
    assert result.errors == ["made: no route"]
    assert (set(result.found), result.unknown) == ({named(1), named(2)}, [])
    assert Paper.objects.count() == 2


def test_a_paper_that_is_refused_is_neither_found_nor_lost_without_a_word() -> None:
    source = MadeSource(papers={"2510.00001": BadRecord(where="made:1", reason="no title")})
    result = fetch_papers([named(1)], [source], NoDoor())
    assert (result.found, result.unknown, len(result.intake.refused)) == ({}, [named(1)], 1)

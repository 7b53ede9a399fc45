"""The next request overlaps the last complete harvest by a day, and never leaves a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from broadsheet.catalogue.harvests import next_request
from broadsheet.catalogue.models import Harvest, Source
from broadsheet.sources.protocol import HarvestRequest
from tests.catalogue.batches.ledger import Weekdays
from tests.catalogue.harvests.made import MadeSource

pytestmark = pytest.mark.django_db

SOURCE = MadeSource()


def done(day: int, since: int | None = None, *categories: str, state: str = "complete", **fields: object) -> None:
    """A harvest of a day in October."""
    Harvest.objects.create(
        name="made",
        source=Source.objects.get_or_create(slug="made")[0],
        since=date(2025, 10, since) if since else None,
        started_at=datetime(2025, 10, day, 5, tzinfo=UTC),
        categories=list(categories),
        state=state,
        **fields,
    )


def since(*categories: str) -> int | None:
    asked = next_request(SOURCE, categories)
    assert (asked.categories, asked.until) == (categories, None)
    return asked.since.day if asked.since else None


def test_the_first_asks_for_everything_or_since_a_day() -> None:
    assert next_request(SOURCE) == HarvestRequest()
    assert next_request(SOURCE, ["b", "a"], first=date(2025, 10, 1)) == HarvestRequest(
        since=date(2025, 10, 1), categories=("a", "b")
    )


def test_a_later_one_overlaps_by_a_day() -> None:
    done(10)
    assert since() == 9
    done(12, 9)
    assert since() == 11


def test_an_unfinished_one_goes_first() -> None:
    done(10)
    done(12, 9, state="running")
    assert since() == 9


def test_a_failed_one_counts_for_nothing() -> None:
    done(10)
    done(12, 9, state="failed")
    assert since() == 9


def test_one_that_left_a_gap_counts_for_nothing() -> None:
    done(5)
    done(12, 11)
    assert since() == 4


def test_one_with_an_end_counts_for_nothing() -> None:
    done(5)
    done(12, 4, until=date(2025, 10, 8))
    assert since() == 4


def test_only_categories_that_were_asked_for_are_reached() -> None:
    done(10, None, "a", "b")
    assert (since("a"), since("a", "b"), since("c"), since()) == (9, 9, None, None)
    done(12)
    assert (since("c"), since()) == (11, 11)


def test_a_source_of_batches_is_asked_for_the_newest() -> None:
    done(10)
    source = MadeSource(calendar=Weekdays())
    assert next_request(source, ["a"], first=date(2025, 10, 1)) == HarvestRequest(categories=("a",))
    done(12, 9, "a", state="running")
    assert next_request(source, ["a"]) == HarvestRequest(since=date(2025, 10, 9), categories=("a",))

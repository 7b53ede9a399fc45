"""The page of the sources says how each stands, and gives no secret away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from broadsheet.catalogue.models import Batch, Harvest, Source
from broadsheet.catalogue.standing import GRACE, source_standings
from broadsheet.web.sources_page import STATES, without_secrets
from tests.web.ledgers import NOW, TODAY, batch, job
from tests.web.reading import Element, Reader

HOUR = timedelta(hours=1)


def states(page: Element) -> dict[str, str]:
    """The title of each source and its state as shown."""
    items = page.one("ul", class_="standings").all("li")
    return {item.one("h2").text: item.one("p", class_="state").text for item in items}


def facts(item: Element) -> dict[str, str]:
    told = item.one("dl")
    return dict(zip([t.text for t in told.all("dt")], [d.text for d in told.all("dd")], strict=True))


@pytest.fixture
def now() -> datetime:
    with time_machine.travel(NOW, tick=False):
        yield NOW


def test_without_sources_it_says_how_to_name_some(reader: Reader) -> None:
    assert "BROADSHEET_SOURCES" in reader.open("/sources").one("main").text


def test_a_source_tells_when_it_was_asked_and_will_be_next(reader: Reader, now: datetime) -> None:
    source = Source.objects.create(slug="biorxiv")
    for name, count in [("biorxiv", 2), ("biorxiv", 3), ("medrxiv", 4)]:
        Harvest.objects.create(source=source, name=name, created_count=count, started_at=NOW)
    job("biorxiv:neuroscience")
    item = reader.open("/sources").one("ul", class_="standings").one("li")
    assert facts(item) == {
        "Setting": "biorxiv:neuroscience",
        "New papers": "5",
        "Last asked": "Tue 4 Nov 2025, 02:00 UTC",
        "Last success": "Tue 4 Nov 2025, 02:00 UTC",
        "Next": "Wed 5 Nov 2025, 02:00 UTC",
        "Result": "81 papers",
    }


def test_each_state_is_told_by_a_mark_and_words(reader: Reader, now: datetime, settings) -> None:
    settings.SOURCES = ["nonsense", "huggingface"]
    job("biorxiv")
    job("medrxiv", last_succeeded_at=None)
    job("huggingface", last_succeeded_at=NOW - 75 * HOUR)
    job("pubmed", last_error="429: come back later")
    job("openreview", failures_count=2, last_error="it broke")
    job("feed:https://a.example/rss", claimed_by="somebody", claimed_until=NOW + HOUR)
    job("follow:https://b.example", is_enabled=False, last_succeeded_at=NOW - 99 * HOUR)
    told = states(reader.open("/sources"))
    assert list(told.values()) == [
        "✗ failing",
        "✓ up to date",
        "→ being asked now",
        "! behind for 3 days",
        "· not asked yet",
        "✗ failing",
        "… asked to wait",
        "○ switched off",
    ]
    assert set(STATES) == {one.state for one in source_standings(now)}


def test_a_source_that_cannot_be_used_says_why(reader: Reader, settings) -> None:
    settings.SOURCES = ["nonsense"]
    item = reader.open("/sources").one("ul", class_="standings").one("li")
    assert facts(item)["Error"].startswith("unknown source 'nonsense'; known: ")


def test_a_source_is_behind_since_its_oldest_batch_that_is_not_in_order(db: None, now: datetime) -> None:
    job("biorxiv")
    source = Source.objects.create(slug="biorxiv")
    for days, state in [(1, "late"), (3, "short"), (9, "complete")]:
        row = batch(source, "neuroscience", TODAY - timedelta(days=days), 5)
        Batch.objects.filter(pk=row.pk).update(state=state)
    standing = source_standings(now)[0]
    assert (standing.state, standing.behind) == ("behind", timedelta(days=3, hours=13))


def test_a_run_that_is_just_due_is_no_delay(reader: Reader, now: datetime) -> None:
    due_at = NOW.replace(hour=2)
    job("biorxiv", last_succeeded_at=due_at - HOUR)
    assert source_standings(due_at + GRACE - timedelta(seconds=1))[0].behind is None
    assert source_standings(due_at + GRACE)[0].behind == GRACE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("feed:https://u:word@a.example/rss?token=1#x", "feed:https://a.example/rss?…"),
        ("https://a.example/p?k=1: the server answered 502", "https://a.example/p?…: the server answered 502"),
        ("see http://a.example, and (http://b.example/x).", "see http://a.example, and (http://b.example/x)."),
        ("http://[broken: no address", "…: no address"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_addresses_are_shown_without_what_may_be_secret(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


def test_no_secret_of_a_setting_is_on_the_page(reader: Reader, settings) -> None:
    settings.SOURCES = ["feed:https://user:hidden@a.example/rss?token=hidden"]
    job("follow:https://user:hidden@b.example", failures_count=1, last_error="https://x:hidden@b.example/?hidden: no")
    content = reader.get("/sources").content.decode()
    assert "a.example" in content
    assert "b.example" in content
    assert "hidden" not in content.replace("aria-hidden", "")

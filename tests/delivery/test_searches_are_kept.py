"""Saved searches and their webhooks through the functions that pages and the API call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.models import SavedSearch, SentPaper, Subscription
from broadsheet.delivery import searches, subscribing
from broadsheet.delivery.lookback import lookback
from broadsheet.delivery.values import MOST_IN_A_SECTION
from broadsheet.delivery.webhooks import keeping, targets
from broadsheet.search.engines.base import EngineGoneError
from broadsheet.search.find import Found, find
from broadsheet.search.query import PaperQuery
from tests.builders import record, take
from tests.delivery.webhooks.hooks import delivery
from tests.people import person, suspended

pytestmark = pytest.mark.django_db
HERONS = PaperQuery(words="herons")
ADDRESS = targets.Address(format="json", url="https://93.184.216.34/services/0123456789")


def hook_of(search: SavedSearch, often: keeping.Often = "daily", address: targets.Address = ADDRESS) -> Subscription:
    wish = keeping.wish_for(search, keeping.Rhythm(often=often), count=MOST_IN_A_SECTION)
    return keeping.make_webhook(search, address, wish)


def test_somebody_who_is_suspended_saves_and_posts_nothing() -> None:
    sue = suspended()
    with pytest.raises(RefusedError, match="cannot save"):
        searches.save_search(sue, HERONS)
    search = SavedSearch.objects.create(account=sue, name="x", query="q=herons", made_at=timezone.now())
    with pytest.raises(RefusedError, match="cannot have webhooks"):
        hook_of(search)


@pytest.mark.parametrize(
    ("often", "rhythm", "days"), [("at once", "at once", 127), ("daily", "days", 127), ("weekly", "days", 1)]
)
def test_a_webhook_is_due_as_it_is_wanted(often: keeping.Often, rhythm: str, days: int) -> None:
    row = hook_of(searches.save_search(person(), HERONS), often)
    assert (row.rhythm, row.days, keeping.often_of(row)) == (rhythm, days, often)
    assert row.due_at is not None
    assert row.confirmed_at is not None


def test_an_unknown_rhythm_is_refused() -> None:
    search = searches.save_search(person(), HERONS)
    with pytest.raises(RefusedError, match="how often"):
        keeping.wish_for(search, keeping.Rhythm(often="hourly"), count=1)  # type: ignore[arg-type]


def test_webhooks_and_letters_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_SUBSCRIPTIONS", 2)
    search = searches.save_search(person(), HERONS)
    hook_of(search)
    searches.mail_search(search, keeping.wish_for(search, keeping.Rhythm(), count=5))
    with pytest.raises(RefusedError, match="end one first"):
        hook_of(search)


def test_no_more_papers_are_asked_for_than_a_format_has_room_for() -> None:
    search = searches.save_search(person(), HERONS)
    row = hook_of(search)
    assert subscribing.wish_of(row).sections[0].count == 100
    chat = targets.Address(format="discord", url=ADDRESS.url)
    assert keeping.change_webhook(row, chat, subscribing.wish_of(row)) is False
    assert subscribing.wish_of(row).sections[0].count == keeping.MOST_PAPERS["discord"]
    assert (row.search, row.signing_secret) == (search, "")
    assert keeping.change_webhook(row, ADDRESS, subscribing.wish_of(row)) is True
    assert subscribing.wish_of(row).sections[0].count == 100


def test_what_was_sent_stays_sent_when_the_search_is_deleted() -> None:
    search = searches.save_search(person(), HERONS)
    row = searches.mail_search(search, keeping.wish_for(search, keeping.Rhythm(), count=5))
    sent = delivery(row, state="sent")
    SentPaper.objects.create(recipient="account 1", paper=Paper.objects.get(), delivery=sent)
    searches.forget_search(search)
    row.refresh_from_db()
    assert row.ended_at is not None
    assert row.search is None
    assert SentPaper.objects.count() == 1


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("https://hooks.example/services/T0/B0/abcdefgh", "https://hooks.example/…efgh"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1/…"),
        ("https://hooks.example", "https://hooks.example/"),
    ],
)
def test_of_an_address_only_host_and_end_are_shown(target: str, shown: str) -> None:
    assert targets.masked(target) == shown


def test_days_are_not_counted_while_no_engine_can(monkeypatch: pytest.MonkeyPatch, index_dir: object) -> None:
    take(*(record(f"The {n}. heron", on=timezone.localdate() - timedelta(days=n)) for n in range(8)))

    def gone(*_: object) -> None:
        raise EngineGoneError("nobody answers")

    assert sum(count for _, count in lookback(PaperQuery(words="heron", mode="words")).counts) == 8

    def found_just_before_it_went(*asked: Any, **more: Any) -> Found:
        told = find(*asked, **more)
        monkeypatch.setattr("broadsheet.search.engines.database.DatabaseEngine.among", gone)
        return told

    monkeypatch.setattr("broadsheet.delivery.lookback.find", found_just_before_it_went)
    seen = lookback(PaperQuery(words="heron", mode="words", sort="newest"), first=2)
    assert seen.counts == ()
    assert len(seen.found.papers) == 2

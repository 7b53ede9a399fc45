"""A WebSub hub is told of each feed that has something new, once, and again only when there is more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Comment
from broadsheet.sources.door import BusyError, FetchError, StatusError
from broadsheet.worker.jobs import errands
from broadsheet.worker.pinging import LEAST_GAP, PINGING, ping
from tests.builders import WEDNESDAY, many, record, take
from tests.fakes.servers import FakeServer, answer
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 10, 15, 12, tzinfo=UTC)
LATER = timedelta(seconds=LEAST_GAP + 1)
SITE = "https://papers.example"


@pytest.fixture
def hub(settings: Any, tmp_path: Path) -> Iterator[FakeServer]:
    with FakeServer() as server:
        settings.HOME, settings.INTRANET, settings.BASE_URL = tmp_path, ["127.0.0.1"], SITE
        settings.WEBSUB = f"{server.url}/hub"
        server.on("/hub", answer(b"", 204))
        cache.clear()
        take(*many(3, on=WEDNESDAY))
        yield server
        cache.clear()


def told(server: FakeServer) -> list[str]:
    """The addresses that the last request names."""
    request = server.requests[-1]
    pairs = parse_qsl(request.body.decode())
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert pairs[0] == ("hub.mode", "publish")
    assert {name for name, _ in pairs[1:]} == {"hub.url"}
    return [address.removeprefix(SITE) for _, address in pairs[1:]]


def round_at(moment: datetime) -> str | None:
    with time_machine.travel(moment, tick=False):
        return ping(lambda: False)


def test_each_feed_is_told_of_once(hub: FakeServer) -> None:
    round_at(NOW)
    first = told(hub)
    assert {"/feed.rss", "/feed.atom", "/feed.json?sort=newest", "/feed.atom?cat=cs.CL", "/comments/feed.rss"} <= set(
        first
    )
    assert round_at(NOW + LATER) == "0 feeds"
    assert len(hub.requests) == 1


def test_a_new_paper_is_told_of_where_it_stands_and_not_too_often(hub: FakeServer) -> None:
    round_at(NOW)
    take(record("One more", on=WEDNESDAY, categories=("cs.CL",)))
    assert round_at(NOW + timedelta(minutes=5)) == "0 feeds", "so soon nothing is told of again"
    round_at(NOW + LATER)
    assert {"/feed.atom", "/feed.atom?cat=cs.CL"} <= set(told(hub))
    assert "/feed.atom?cat=stat.ML" not in told(hub)
    assert "/comments/feed.atom" not in told(hub)


def test_a_comment_is_told_of(hub: FakeServer) -> None:
    round_at(NOW)
    Comment.objects.create(paper=Paper.objects.first(), account=person(), text="Yes.", written_at=timezone.now())
    round_at(NOW + LATER)
    assert told(hub) == [f"/comments/feed.{kind}" for kind in ("rss", "atom", "json")]


def test_what_the_hub_did_not_take_is_told_of_again(hub: FakeServer) -> None:
    hub.on("/hub", answer(b"no", 500), answer(b"", 503, Retry_After="120"), answer(b"", 202))
    with pytest.raises(StatusError):
        round_at(NOW)
    with pytest.raises(BusyError) as busy:
        round_at(NOW + timedelta(minutes=5))
    assert busy.value.retry_after == 120
    assert round_at(NOW + timedelta(minutes=10)) != "0 feeds"


def test_a_hub_that_is_gone_is_a_failure_of_the_job(hub: FakeServer, settings: Any) -> None:
    settings.INTRANET = []
    with pytest.raises(FetchError):
        round_at(NOW)


def test_another_hub_is_told_of_everything(hub: FakeServer, settings: Any) -> None:
    round_at(NOW)
    settings.WEBSUB = f"{hub.url}/other"
    hub.on("/other", answer(b"", 204))
    assert round_at(NOW + timedelta(minutes=1)) != "0 feeds"


def test_a_worker_that_ends_leaves_the_rest(hub: FakeServer) -> None:
    assert ping(lambda: True) is None
    assert not hub.requests


def test_without_a_hub_there_is_no_job_and_no_feed_names_one(settings: Any, client: Client) -> None:
    settings.WEBSUB = ""
    assert PINGING not in [errand.name for errand in errands()]
    assert b"hub" not in client.get("/feed.atom").content


def test_only_feeds_that_the_hub_is_told_of_name_it(hub: FakeServer, settings: Any, client: Client) -> None:
    assert PINGING in [errand.name for errand in errands()]
    round_at(NOW)
    for path in told(hub):
        response = client.get(path)
        content = response.content
        assert response["Link"] == f'<{settings.WEBSUB}>; rel="hub", <{SITE}{path}>; rel="self"'
        assert settings.WEBSUB.encode() in content, path
        assert f"{SITE}{path}".encode() in content, "its own address is the one that the hub is told"
    for path in ("/feed.atom?q=words", "/feed.atom?cat=cs.CL&cat=stat.ML", "/feed.rss?date=2025-10-15"):
        assert settings.WEBSUB.encode() not in client.get(path).content, path

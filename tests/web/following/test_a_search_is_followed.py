"""Any search can be followed: what it would have brought, saved, as a feed, by mail and by webhook."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community import library, rules
from broadsheet.community.models import Account, Delivery, SavedSearch, Subscription
from broadsheet.delivery import searches
from tests.builders import record, take_and_index
from tests.fakes.servers import FakeServer, answer
from tests.people import person

pytestmark = pytest.mark.django_db
PUBLIC = "https://93.184.216.34/hook"
HOOK = {"format": "json", "url": PUBLIC, "often": "daily", "at": "07:00"}


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any, tmp_path: Path) -> None:
    settings.MODE, settings.HOME, settings.SENDS_MAIL = "open", tmp_path, True


@pytest.fixture
def today(db: None) -> date:
    """Herons of today, of a week ago and of long ago, and something else."""
    on = timezone.localdate()
    take_and_index(
        record("The grey heron", on=on, arxiv="2603.00001", votes_count=1),
        record("The night heron", on=on - timedelta(days=7), arxiv="2603.00002", votes_count=9),
        record("The goliath heron", on=on - timedelta(days=60), arxiv="2603.00003"),
        record("A pump", on=on, arxiv="2603.00004"),
    )
    return on


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[:500])
    return str(response.content.decode())


def test_a_search_page_leads_to_what_it_would_have_brought(today: date) -> None:
    client = Client()
    assert "/search/follow?q=heron&amp;sort=newest" in text_of(client.get("/search?q=heron&sort=newest"))
    told = text_of(client.get("/search/follow?q=heron&sort=newest"))
    assert "2 papers in the last 14 days" in told
    assert told.index("The grey heron") < told.index("The night heron")
    assert "goliath" not in told
    counts = [int(count) for count in re.findall(r"</th><td>(\d+)</td>", told)]
    assert len(counts) == 14
    assert [counts[0], counts[7], sum(counts)] == [1, 1, 2]
    assert "/feed.atom?q=heron&amp;sort=newest" in told
    assert "<form method" not in told


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/search/follow?sort=votes", 3),
        ("/search/follow?last=day&sort=trending", 3),
        ("/search/follow?q=nothinglikeit", 0),
    ],
)
def test_lists_without_words_are_counted_as_well(today: date, path: str, count: int) -> None:
    assert f"{count} paper" in text_of(Client().get(path))


def test_days_that_end_are_told_of(today: date) -> None:
    told = text_of(Client().get(f"/search/follow?q=heron&date={today - timedelta(days=7)}"))
    assert "nothing new will come" in told
    assert 'href="/search/follow?q=heron"' in told


def test_looking_asks_the_database_little(today: date, django_assert_max_num_queries: Any) -> None:
    Client().get("/search/follow?q=heron")
    for path in ("/search/follow?q=heron", "/search/follow?cat=cs.CL&sort=votes"):
        with django_assert_max_num_queries(10):
            assert len(Client().get(path).content) < 60_000


def test_what_cannot_be_asked_is_refused(today: date) -> None:
    assert Client().get("/search/follow?date=yesterday").status_code == 400
    assert Client().get("/search/follow").headers["Location"] == "/search"
    assert "/accounts/login/" in Client().get("/search/follow?inside=saved").headers["Location"]


def test_it_is_saved_once_with_feeds_of_its_own(today: date) -> None:
    client = signed_in(person())
    for name in ("Herons", "Other herons"):
        sent = client.post("/search/follow", {"question": "q=heron", "way": "keep", "name": name})
    search = SavedSearch.objects.get()
    assert sent.headers["Location"] == f"/searches/{search.key}"
    assert (search.name, search.query) == ("Herons", "q=heron")
    told = text_of(client.get(sent.headers["Location"]))
    assert f"/feeds/search/{search.secret}.rss" in told
    assert "Herons" in text_of(client.get("/searches"))


def test_an_order_is_the_same_on_the_page_in_the_feeds_and_by_the_api(today: date) -> None:
    client = signed_in(person())
    client.post("/search/follow", {"question": "q=heron&sort=votes", "way": "keep", "name": "Herons"})
    search = SavedSearch.objects.get()
    page = re.findall(r'href="/papers/(2603\.\d+)"', text_of(client.get("/search?q=heron&sort=votes")))
    feed = json.loads(text_of(Client().get(f"/feeds/search/{search.secret}.json")))
    api = client.get(f"/api/v1/searches/{search.key}/papers").json()
    expected = ["2603.00002", "2603.00001", "2603.00003"]
    assert list(dict.fromkeys(page)) == expected
    assert [entry["url"].rpartition("/")[2] for entry in feed["items"]] == expected
    assert [paper["id"] for paper in api["papers"]] == expected


def test_a_private_feed_brings_what_is_the_persons_own_and_ends_with_a_new_address(today: date) -> None:
    alice = person()
    library.save(alice, Paper.objects.get(title="The night heron"))
    client = signed_in(alice)
    client.post("/search/follow", {"question": "inside=saved", "way": "keep", "name": "Mine"})
    search = SavedSearch.objects.get()
    path = f"/feeds/search/{search.secret}.atom"
    answer_ = Client().get(path)
    told = text_of(answer_)
    assert "The night heron" in told
    assert "The grey heron" not in told
    assert "no-store" in answer_.headers["Cache-Control"]
    assert answer_.headers["X-Robots-Tag"] == "noindex"
    client.post(f"/searches/{search.key}/feeds")
    assert Client().get(path).status_code == 404
    search.refresh_from_db()
    Account.objects.update(is_active=False)
    assert Client().get(f"/feeds/search/{search.secret}.atom").status_code == 404


def test_a_feed_whose_collection_is_gone_says_so(today: date) -> None:
    alice = person()
    search = SavedSearch.objects.create(account=alice, name="Gone", query="collection=abc", made_at=timezone.now())
    assert Client().get(f"/feeds/search/{search.secret}.rss").status_code == 410
    assert "cannot be asked any more" in text_of(signed_in(alice).get("/searches"))


def test_it_is_sent_by_mail(today: date) -> None:
    client = signed_in(person())
    sent = client.post(
        "/search/follow", {"question": "q=heron", "way": "mail", "name": "Herons", "mail-often": "weekly"}
    )
    row = Subscription.objects.get()
    assert (row.outlet, row.rhythm, row.days) == ("mail", "days", 1)
    assert row.search == SavedSearch.objects.get()
    assert f"/subscriptions/{row.key}" in text_of(client.get(sent.headers["Location"]))


def test_mail_that_would_reach_nobody_is_refused_and_nothing_is_saved(today: date, settings: Any) -> None:
    settings.SENDS_MAIL = False
    sent = {"question": "q=heron", "way": "mail", "name": "Herons", "mail-often": "daily"}
    assert "No letter would reach you" in text_of(signed_in(person()).post("/search/follow", sent), 400)
    assert not SavedSearch.objects.exists()


def test_a_webhook_shows_its_secret_once(today: date) -> None:
    client = signed_in(person())
    told = text_of(client.post("/search/follow", {"question": "q=heron", "way": "webhook", "name": "Herons", **HOOK}))
    row = Subscription.objects.get()
    assert (row.outlet, row.format, row.target) == ("webhook", "json", PUBLIC)
    assert row.signing_secret.startswith("whsec_")
    assert row.signing_secret.replace("+", "&#x2B;") in told.replace("+", "&#x2B;")
    again = text_of(client.get(f"/webhooks/{row.key}"))
    assert "whsec_" not in again
    assert PUBLIC not in again
    assert "https://93.184.216.34/" in again
    renewed = text_of(client.post(f"/webhooks/{row.key}/act", {"do": "secret"}))
    before = row.signing_secret
    row.refresh_from_db()
    assert row.signing_secret != before
    assert "whsec_" in renewed


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"url": ""}, "begins with https"),
        ({"url": "ftp://example.org/x"}, "only http and https"),
        ({"url": "http://127.0.0.1/x"}, "not an address of the public internet"),
        ({"url": "http://[::1]/x"}, "not an address of the public internet"),
        ({"url": "http://169.254.169.254/latest"}, "not an address of the public internet"),
        ({"url": "https://user:word@93.184.216.34/x"}, "user name or password"),
        ({"url": PUBLIC, "format": "carrier pigeon"}, "Select a valid choice"),
        ({"url": PUBLIC, "format": "matrix", "room": "!r:example.org"}, "access token"),
        ({"url": PUBLIC, "format": "matrix", "room": "#r:example.org", "token": "syt_x"}, "internal ID"),
        ({"url": PUBLIC, "often": "hourly"}, "Select a valid choice"),
        ({"url": PUBLIC, "at": "late"}, "valid time"),
    ],
)
def test_an_address_that_cannot_be_posted_to_is_refused(today: date, changed: dict[str, str], where: str) -> None:
    client = signed_in(person())
    search = searches.save_search(Account.objects.get(), searches.parse({"q": "heron"}), "Herons")
    told = text_of(client.post(f"/searches/{search.key}/webhooks", HOOK | changed), 400)
    assert where in told
    assert "syt_x" not in told
    assert not Subscription.objects.exists()
    sent = {"question": "q=heron", "way": "webhook", "name": "Herons", **HOOK, **changed}
    assert where in text_of(client.post("/search/follow", sent), 400)


def test_addresses_are_not_looked_up_without_end(today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.LIMITS, "name a webhook", (rules.Limit(4, rules.HOUR),))
    client = signed_in(person())
    sent = {"question": "q=heron", "way": "webhook", "name": "Herons", **HOOK}
    client.post("/search/follow", sent)
    row, inside = Subscription.objects.get(), {"url": "http://10.0.0.1/x"}
    assert client.post("/search/follow", sent | inside).status_code == 400
    assert client.post(f"/searches/{row.search.key}/webhooks", HOOK | inside).status_code == 400
    assert client.post(f"/webhooks/{row.key}", HOOK | inside).status_code == 400
    for path in ("/search/follow", f"/searches/{row.search.key}/webhooks", f"/webhooks/{row.key}"):
        assert client.post(path, sent).status_code == 429
    changed = {"data": {"target": PUBLIC}, "content_type": "application/json"}
    assert client.patch(f"/api/v1/subscriptions/{row.key}", **changed).status_code == 429
    assert Subscription.objects.count() == 1


def test_a_matrix_room_is_kept_as_the_address_to_send_to(today: date) -> None:
    client = signed_in(person())
    sent = {"question": "q=heron", "way": "webhook", "name": "", **HOOK}
    sent |= {"format": "matrix", "url": "https://93.184.216.34/", "room": "!r:example.org", "token": "syt_x"}
    assert "whsec_" not in text_of(client.post("/search/follow", sent))
    row = Subscription.objects.get()
    assert row.target == "https://93.184.216.34/_matrix/client/v3/rooms/%21r%3Aexample.org/send/m.room.message"
    assert row.signing_secret == "syt_x"


@pytest.fixture
def hook(today: date, settings: Any) -> Any:
    """A webhook of Alice's to a receiver that answers."""
    settings.INTRANET = ["127.0.0.1"]
    with FakeServer() as server:
        client = signed_in(person())
        sent = {"question": "q=heron&sort=newest", "way": "webhook", "name": "Herons", **HOOK}
        client.post("/search/follow", sent | {"url": f"{server.url}/hook"})
        yield server, client, Subscription.objects.get()


def test_a_test_is_posted_and_its_answer_shown(hook: Any) -> None:
    server, client, row = hook
    server.on("/hook", answer(b"thank you"), answer(b"no such hook", status=404))
    told = text_of(client.post(f"/webhooks/{row.key}/act", {"do": "test"}))
    assert "200 thank you" in told
    sent = json.loads(server.requests[0].body)["data"]
    assert sent["is_test"] is True
    assert [paper["title"] for paper in sent["sections"][0]["papers"]] == ["The grey heron", "The night heron"]
    assert "404 no such hook" in text_of(client.post(f"/webhooks/{row.key}/act", {"do": "test"}))
    assert not Delivery.objects.exists()
    for _ in range(8):
        client.post(f"/webhooks/{row.key}/act", {"do": "test"})
    assert client.post(f"/webhooks/{row.key}/act", {"do": "test"}).status_code == 429
    assert len(server.requests) == 10


def test_a_webhook_is_changed_switched_and_ended(hook: Any) -> None:
    server, client, row = hook
    client.post(f"/webhooks/{row.key}", {"format": "json", "url": "", "often": "weekly", "at": "18:30"})
    secret = row.signing_secret
    row.refresh_from_db()
    assert (row.days, row.minute, row.target) == (1, 18 * 60 + 30, f"{server.url}/hook")
    assert row.signing_secret == secret
    sent = {"format": "slack", "url": "", "often": "weekly", "at": "18:30"}
    assert "begins with https" in text_of(client.post(f"/webhooks/{row.key}", sent), 400)
    client.post(f"/webhooks/{row.key}", sent | {"url": f"{server.url}/slack"})
    row.refresh_from_db()
    assert (row.format, row.target, row.signing_secret) == ("slack", f"{server.url}/slack", "")
    assert client.post(f"/webhooks/{row.key}/act", {"do": "secret"}).status_code == 403
    client.post(f"/webhooks/{row.key}/act", {"do": "off"})
    row.refresh_from_db()
    assert not row.is_on
    assert "It is switched off." in text_of(client.get(f"/webhooks/{row.key}"))
    client.post(f"/webhooks/{row.key}/act", {"do": "on"})
    row.refresh_from_db()
    assert row.is_on
    assert client.post(f"/webhooks/{row.key}/act", {"do": "dance"}).status_code == 403
    client.post(f"/webhooks/{row.key}/act", {"do": "end"})
    assert client.get(f"/webhooks/{row.key}").status_code == 404


def test_what_became_of_posts_is_shown(hook: Any) -> None:
    _, client, row = hook
    now = timezone.now()
    states = (("sent", "200 ok"), ("failed", "404 no"), ("in doubt", "No answer"), ("planned", ""))
    for number, (state, said) in enumerate(states):
        Delivery.objects.create(
            subscription=row, issue=str(number), state=state, answer=said, due_at=now, planned_at=now
        )
    told = text_of(client.get(f"/webhooks/{row.key}"))
    assert all(words in told for words in ("200 ok", "404 no", "in doubt", "waits"))


def test_a_question_is_changed_in_all_that_hangs_on_it(hook: Any) -> None:
    _, client, row = hook
    search = SavedSearch.objects.get()
    path = f"/searches/{search.key}/edit"
    assert "q=heron" in text_of(client.get(path))
    client.post(path, {"name": "Pumps", "question": "http://testserver/search?q=pump&p=2"})
    search.refresh_from_db()
    row.refresh_from_db()
    assert (search.name, search.query) == ("Pumps", "q=pump")
    assert (row.name, row.sections[0]["query"]) == ("Pumps", "q=pump")
    for question in ("http://testserver/search", "date=yesterday", ""):
        text_of(client.post(path, {"name": "Pumps", "question": question}), 400)
    other = searches.save_search(search.account, searches.parse({"q": "egret"}), "Egrets")
    assert "saved this question already" in text_of(client.post(path, {"name": "x", "question": "q=egret"}), 400)
    assert SavedSearch.objects.filter(pk=other.pk, query="q=egret").exists()


def test_deleting_ends_what_hangs_on_it_and_keeps_the_ledger(hook: Any) -> None:
    _, client, row = hook
    now = timezone.now()
    Delivery.objects.create(subscription=row, issue="1", state="sent", due_at=now, planned_at=now)
    search = SavedSearch.objects.get()
    assert "every day" in text_of(client.get(f"/searches/{search.key}/delete"))
    client.post(f"/searches/{search.key}/delete")
    assert not SavedSearch.objects.exists()
    row.refresh_from_db()
    assert row.ended_at is not None
    assert Delivery.objects.count() == 1


def test_there_is_an_end_to_saving(today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.community.rules.MOST_SEARCHES", 1)
    client = signed_in(person())
    sent = {"question": "q=heron", "way": "keep", "name": ""}
    client.post("/search/follow", sent)
    assert SavedSearch.objects.get().name == "heron"
    assert "already" in text_of(client.post("/search/follow", sent | {"question": "q=pump"}), 400)
    assert client.post("/search/follow", sent | {"way": "pigeon"}).status_code == 403
    assert client.post("/search/follow", sent | {"question": "date=x"}).status_code == 400

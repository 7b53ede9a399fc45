"""A person puts a letter together by a form, looks at it first, changes, pauses, tries and ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from broadsheet.catalogue.models import Category
from broadsheet.community.models import (
    Account,
    Collection,
    Delivery,
    Follow,
    Group,
    Membership,
    SavedSearch,
    Subscription,
)
from broadsheet.delivery import subscribing
from broadsheet.delivery.subscribing import Wish
from broadsheet.delivery.suppressing import suppress
from broadsheet.delivery.values import Section
from tests.builders import many, take_and_index
from tests.people import person
from tests.web.reading import Reader, parse_html
from tests.web.subscribing.forms import fields_of, number_of

pytestmark = pytest.mark.django_db
NEW = "/subscriptions/new"


@pytest.fixture(autouse=True)
def an_instance_with_mail(settings: Any) -> None:
    settings.MODE, settings.SENDS_MAIL = "open", True


@pytest.fixture
def alice() -> Account:
    return person(zone="Europe/Berlin")


@pytest.fixture
def desk(alice: Account, client: Client) -> Reader:
    client.force_login(alice)
    return Reader(client)


def begun(desk: Reader, path: str = NEW) -> dict[str, Any]:
    return fields_of(desk.open(path).one("form", class_="digest"))


def made(desk: Reader) -> Subscription:
    assert desk.client.post(NEW, begun(desk)).status_code == 302
    return Subscription.objects.get()


def test_the_form_begins_with_the_morning_paper_in_the_readers_zone(desk: Reader) -> None:
    row = made(desk)
    assert (row.name, row.zone, row.days, row.minute, row.abstracts) == (
        "The morning paper",
        "Europe/Berlin",
        127,
        420,
        "short",
    )
    assert row.sections == [
        {"kind": "query", "query": "last=day&sort=trending", "title": "The morning paper", "count": 15}
    ]
    page = desk.open("/subscriptions")
    assert "Every day at 07:00 (Europe/Berlin)" in page.text
    assert "alice@example.org" in page.text
    assert "nothing sent yet" in page.text


def test_everything_of_ones_own_can_be_ticked_and_put_in_order(desk: Reader, alice: Account) -> None:
    now = timezone.now()
    group = Group.objects.create(slug="circle", name="Circle", created_at=now)
    Membership.objects.create(group=group, account=alice, role="owner", invited_at=now, joined_at=now)
    reading = Collection.objects.create(
        title="R", group=group, visibility="group", is_reading_list=True, created_at=now, changed_at=now
    )
    SavedSearch.objects.create(account=alice, name="Herons & reeds", query="q=herons", made_at=now)
    Follow.objects.create(follower=alice, category=Category.objects.create(code="cs.CL"), followed_at=now)
    form = desk.open(NEW).one("form", class_="digest")
    sent = fields_of(form)
    del sent["on-1"]
    for place, label in enumerate(
        ("Reading list of Circle", "Herons & reeds", "For you", "What you follow", "Your categories"), start=1
    ):
        number = number_of(form, label)
        sent |= {f"on-{number}": "on", f"place-{number}": str(place), f"count-{number}": str(place)}
    sent |= {"categories": "stat.ML, q-bio.*", "search": "reed beds -survey", "rhythm": "weekly", "weekday": "4"}
    assert desk.client.post(NEW, sent).status_code == 302
    row = Subscription.objects.get()
    assert [(one["kind"], one["query"], one["count"]) for one in row.sections] == [
        ("query", f"collection={reading.key}", 1),
        ("query", "q=herons", 2),
        ("for you", "", 3),
        ("query", "inside=followed&sort=newest", 4),
        ("query", "cat=cs.CL&last=week", 5),
        ("query", "cat=stat.ML&cat=q-bio.%2A&last=week", 10),
        ("query", "q=reed+beds+-survey", 10),
    ]
    assert (row.days, row.rhythm) == (16, "days")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("https://papers.example.org/search?q=herons&code=1", "q=herons&code=1"),
        ("/trending?cat=cs.CL&sort=trending", "cat=cs.CL&sort=trending"),
        ("?q=herons", "q=herons"),
        ("cat=cs.CL", "cat=cs.CL"),
        ("herons", "q=herons"),
    ],
)
def test_a_question_is_taken_as_words_or_as_an_address(asked: str, kept: str, desk: Reader) -> None:
    desk.client.post(NEW, begun(desk) | {"search": asked})
    assert Subscription.objects.get().sections[1]["query"] == kept


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"time": "25:00"}, "time of day"),
        ({"time": "soon"}, "time of day"),
        ({"zone": "Atlantis"}, "Atlantis"),
        ({"rhythm": "chosen", "day": []}, "at least one day"),
        ({"rhythm": "weekly", "weekday": "9"}, "at least one day"),
        ({"rhythm": ""}, "at least one day"),
        ({"count-1": "1000"}, "1 to 100"),
        ({"count-1": "²"}, "1 to 100"),
        ({"abstracts": "some"}, "abstracts"),
        ({"muted": "not-a-code!"}, "not-a-code!"),
        ({"search": "https://papers.example.org/about"}, "no question"),
        ({"search": "mode=guess"}, "mode"),
        ({"query-1": "inside=nothing"}, "inside"),
        ({"line": []}, "at least one"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(sent: dict[str, Any], words: str, desk: Reader) -> None:
    answer = desk.client.post(NEW, begun(desk) | {"categories": "cs.CL" if "line" not in sent else ""} | sent)
    assert answer.status_code == 400
    page = parse_html(answer.content.decode())
    assert words in page.one(role="alert").text
    assert fields_of(page.one("form", class_="digest")).get("name", "") == sent.get("name", "The morning paper")
    assert not Subscription.objects.exists()


def test_a_link_brings_a_question_along(desk: Reader) -> None:
    sent = begun(desk, f"{NEW}?brings=q%3Dherons&name=Herons")
    assert (sent["name"], sent["query-1"]) == ("Herons", "q=herons")
    assert begun(desk, f"{NEW}?brings=for+you")["kind-1"] == "for you"
    assert desk.client.get(f"{NEW}?brings=mode%3Dguess").status_code == 200


def test_it_can_be_looked_at_before_it_is_kept(desk: Reader) -> None:
    take_and_index(*many(3, on=timezone.localdate(), days=1))
    answer = desk.client.post(NEW, begun(desk) | {"do": "preview"})
    assert b"This letter would bring 3 papers now." in answer.content
    assert not Subscription.objects.exists()
    row = made(desk)
    assert len(desk.open(f"/subscriptions/{row.key}/preview").all("li")) >= 3
    assert not Delivery.objects.exists()


def test_nothing_new_is_said_where_there_is_nothing(desk: Reader) -> None:
    row = made(desk)
    assert "no letter would be sent" in desk.open(f"/subscriptions/{row.key}/preview").text


def test_it_is_changed_and_mutes_a_category(desk: Reader) -> None:
    row = made(desk)
    path = f"/subscriptions/{row.key}"
    sent = begun(desk, path) | {"muted": "cs.CV, cs.RO", "rhythm": "chosen", "day": ["0", "6"], "time": "18:30"}
    assert desk.client.post(path, sent).status_code == 302
    row.refresh_from_db()
    assert (row.muted, row.days, row.minute) == (["cs.CV", "cs.RO"], 65, 1110)
    again = begun(desk, path)
    assert (again["muted"], again["rhythm"], again["time"], again["day"]) == (
        "cs.CV cs.RO",
        "chosen",
        "18:30",
        ["0", "6"],
    )
    desk.client.post(path, again)
    assert "Nothing was changed." in desk.open("/subscriptions").text


def test_a_part_is_taken_out_by_not_ticking_it(desk: Reader) -> None:
    row = made(desk)
    path = f"/subscriptions/{row.key}"
    desk.client.post(path, begun(desk, path) | {"search": "herons"})
    sent = begun(desk, path)
    del sent["on-1"]
    desk.client.post(path, sent)
    row.refresh_from_db()
    assert [one["query"] for one in row.sections] == ["q=herons"]


def test_the_list_of_a_group_that_was_left_can_be_taken_out(desk: Reader) -> None:
    row = made(desk)
    Subscription.objects.update(
        sections=[*row.sections, {"kind": "query", "query": "collection=gone", "title": "", "count": 5}]
    )
    path = f"/subscriptions/{row.key}"
    assert "not yours any more" in desk.open(path).text
    sent = begun(desk, path)
    assert desk.client.post(path, sent).status_code == 400
    del sent["on-2"]
    assert desk.client.post(path, sent).status_code == 302


def test_it_waits_goes_on_and_ends(desk: Reader) -> None:
    row = made(desk)
    act = f"/subscriptions/{row.key}/act"
    desk.client.post(act, {"do": "pause"})
    assert "Paused by you" in desk.open("/subscriptions").text
    Subscription.objects.update(paused_because="mail came back")
    assert "Paused: mail came back" in desk.open("/subscriptions").text
    desk.client.post(act, {"do": "resume"})
    assert "Next:" in desk.open("/subscriptions").text
    assert desk.client.post(act, {"do": "explode"}).status_code == 403
    assert desk.client.get(f"/subscriptions/{row.key}/end").status_code == 200
    row.refresh_from_db()
    assert row.ended_at is None
    desk.client.post(f"/subscriptions/{row.key}/end")
    assert "Nothing is sent to you yet." in desk.open("/subscriptions").text
    assert desk.client.get(f"/subscriptions/{row.key}").status_code == 404


def test_a_letter_can_be_tried_and_is_in_no_ledger(desk: Reader) -> None:
    row = made(desk)
    act = f"/subscriptions/{row.key}/act"
    desk.client.post(act, {"do": "test"})
    assert not mail.outbox
    assert "no letter was sent" in desk.open("/subscriptions").text
    take_and_index(*many(3, on=timezone.localdate(), days=1))
    desk.client.post(act, {"do": "test"})
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert not Delivery.objects.exists()
    for _ in range(4):
        assert desk.client.post(act, {"do": "test"}).status_code == 302
    assert desk.client.post(act, {"do": "test"}).status_code == 429
    assert len(mail.outbox) == 5


def test_the_last_letter_is_told(desk: Reader) -> None:
    row, now = made(desk), timezone.now()
    told = {"subscription": row, "due_at": now, "planned_at": now}
    Delivery.objects.create(issue="1", state="sent", handed_over_at=now - timedelta(days=1), **told)
    Delivery.objects.create(issue="2", state="failed", handed_over_at=now, **told)
    assert "last sent" in desk.open("/subscriptions").text


def test_it_is_told_where_no_letter_arrives(desk: Reader, alice: Account, settings: Any) -> None:
    row = made(desk)
    settings.SENDS_MAIL = False
    assert "sends no mail" in desk.open("/subscriptions").text
    assert desk.client.post(f"/subscriptions/{row.key}/act", {"do": "test"}).status_code == 403
    settings.SENDS_MAIL = True
    suppress("alice@example.org", "bounced")
    page = desk.open("/subscriptions")
    assert "mail to it came back" in page.text
    assert desk.client.post("/subscriptions/write-again").status_code == 302
    assert "/subscriptions/write-again/" in mail.outbox[-1].body
    alice.emailaddress_set.all().delete()
    assert "no confirmed address" in desk.open("/subscriptions").text


def test_the_list_costs_the_same_however_long_it_is(desk: Reader, django_assert_max_num_queries: Any) -> None:
    made(desk)
    for _ in range(9):
        desk.client.post(NEW, begun(desk))
    with django_assert_max_num_queries(16):
        desk.open("/subscriptions")
    with django_assert_max_num_queries(16):
        desk.open(f"/subscriptions/{Subscription.objects.earliest('pk').key}")


SECTIONS = st.builds(
    Section,
    query=st.sampled_from(["last=day&sort=trending", "q=herons", "cat=cs.CL", "inside=saved", "sort=rising", "code=1"]),
    title=st.sampled_from(["", "Mine", "A <b>heading</b> & more"]),
    count=st.integers(1, 100),
)
WISHES = st.builds(
    Wish,
    name=st.sampled_from(["Morning", "“Quoted” & more"]),
    sections=st.lists(SECTIONS, min_size=1, max_size=6, unique_by=lambda one: one.query).map(tuple),
    muted=st.sampled_from([(), ("cs.CV",), ("stat.*", "q-bio.PE")]),
    abstracts=st.sampled_from(["full", "short", "none"]),
    rhythm=st.just("days"),
    days=st.integers(1, 127),
    minute=st.integers(0, 1439),
    zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/Argentina/Buenos_Aires"]),
)


@hypothesis.settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(wish=WISHES)
def test_a_form_that_is_sent_as_it_stands_says_what_it_showed(wish: Wish, desk: Reader, alice: Account) -> None:
    """Headings that were left to their questions alone may be filled in by what a ready-made part is called."""
    row = subscribing.subscribe(alice, wish)
    path = f"/subscriptions/{row.key}"
    assert desk.client.post(path, begun(desk, path)).status_code == 302
    row.refresh_from_db()
    kept = subscribing.wish_of(row)
    ready = {"last=day&sort=trending": "The morning paper", "sort=rising": "Rising"}
    sections = tuple(replace(one, title=one.title or ready.get(one.query, "")) for one in wish.sections)
    assert kept == replace(wish, sections=sections)
    subscribing.end(row.secret, "page")

"""The admins' page of deliveries: what it tells, what its forms do, and that it names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from broadsheet.community.models import Deed, Delivery, Suppression
from broadsheet.delivery import pausing
from broadsheet.delivery.suppressing import is_suppressed, suppress
from tests.delivery.bounces.letters import letter, subscription
from tests.people import admin, moderator

pytestmark = pytest.mark.django_db
ADDRESS = "alice@reader.example"


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    pausing.forget_what_was_seen()
    yield
    pausing.forget_what_was_seen()


@pytest.fixture
def desk(client: Client, settings: Any) -> Client:
    settings.SENDS_MAIL = True
    client.force_login(admin())
    return client


def page(desk: Client) -> str:
    return desk.get("/deliveries").content.decode()


def post(desk: Client, path: str, **told: str) -> str:
    return desk.post(path, told, follow=True).content.decode()


def test_it_tells_states_failures_and_doubts_without_an_address(desk: Client) -> None:
    now = timezone.now()
    row = subscription()
    for state in ("sent", "sent", "empty", "suppressed"):
        letter(row, left_at=now, state=state)
    letter(row, left_at=now - timedelta(hours=1), state="planned")
    failed = letter(row, left_at=now, state="failed")
    Delivery.objects.filter(pk=failed.pk).update(answer=f"552 5.2.2 <{ADDRESS}> is full")
    letter(row, left_at=now, state="in doubt")
    text = page(desk)
    assert "alice" not in text
    assert "552 5.2.2 (address) is full" in text
    assert text.count("reader.example") >= 2
    assert "One is due and has not left" in text
    assert "<b>Letters are sent.</b>" in text
    assert "Send again" in text


def test_it_asks_the_database_as_often_with_many_rows(desk: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            page(desk)
        return len(questions)

    letter(left_at=timezone.now(), state="in doubt")
    few = asked()
    for number in range(8):
        row = subscription(f"reader{number}@example.org")
        for state in ("in doubt", "failed", "bounced", "sent"):
            letter(row, left_at=timezone.now(), state=state)
    assert asked() <= few <= 16


def test_nothing_is_said_where_nothing_is(desk: Client, settings: Any) -> None:
    text = page(desk)
    for words in ("Nothing is in doubt.", "Nothing was due in the last fourteen days.", "0 addresses are suppressed."):
        assert words in text
    settings.SENDS_MAIL = False
    assert "This instance sends no mail." in page(desk)


def test_an_admin_pauses_and_resumes(desk: Client) -> None:
    assert "No letters are sent until somebody resumes" in post(
        desk, "/deliveries/sending", do="pause", why=" too \x00 many "
    )
    assert pausing.why_paused(timezone.now()) == "too many"
    assert "too many" in page(desk)
    assert "Letters are sent again" in post(desk, "/deliveries/sending", do="resume")
    assert pausing.why_paused(timezone.now()) == ""


def test_doubts_are_decided_one_by_one_or_all(desk: Client) -> None:
    row = subscription()
    one, two, three = (letter(row, left_at=timezone.now(), state="in doubt") for _ in range(3))
    assert "1 letter is sent again." in post(desk, "/deliveries/doubts", key=one.key, do="resend")
    assert "Nothing of that is in doubt any more." in post(desk, "/deliveries/doubts", key=one.key, do="give up")
    assert "2 letters are given up." in post(desk, "/deliveries/doubts", key="all", do="give up")
    states = {row.pk: row.state for row in Delivery.objects.all()}
    assert [states[each.pk] for each in (one, two, three)] == ["planned", "failed", "failed"]
    assert list(Deed.objects.order_by("pk").values_list("verb", flat=True)) == ["delivery.resend", "delivery.give up"]


def test_an_address_is_looked_up_and_lifted_but_never_after_a_complaint(desk: Client) -> None:
    assert "may be written to" in post(desk, "/deliveries/address", address=ADDRESS)
    suppress(ADDRESS, "bounced", "550 5.1.1 no such user")
    text = post(desk, "/deliveries/address", address="ALICE@reader.example")
    assert "is not written to since" in text
    assert "550 5.1.1 no such user" in text
    assert "Write to it again" in text
    assert "is written to again" in post(desk, "/deliveries/address", address=ADDRESS, do="lift")
    assert "written to already" in post(desk, "/deliveries/address", address=ADDRESS, do="lift")
    assert "It was not until" in post(desk, "/deliveries/address", address=ADDRESS)
    suppress(ADDRESS, "complained")
    text = post(desk, "/deliveries/address", address=ADDRESS)
    assert "A complaint is never lifted." in text
    assert "Write to it again" not in text
    assert "Its reader complained" in post(desk, "/deliveries/address", address=ADDRESS, do="lift")
    assert is_suppressed(ADDRESS)
    assert "That is no address" in post(desk, "/deliveries/address", address="nobody")


def test_a_list_is_suppressed(desk: Client) -> None:
    text = post(
        desk, "/deliveries/suppress", addresses="a@example.org\r\nnobody\r\nb@example.org", why="from elsewhere"
    )
    assert "2 addresses are suppressed now; 0 were before." in text
    assert "No address stands in line 2." in text
    assert set(Suppression.objects.values_list("reason", "answer")) == {("admin", "from elsewhere")}
    assert "Give an address on each line." in post(desk, "/deliveries/suppress", addresses=" ")
    assert Deed.objects.get().private["details"] == {"added": 2, "known": 0}


def test_a_moderator_sees_nothing_of_it(client: Client) -> None:
    client.force_login(moderator())
    assert client.get("/deliveries").status_code == 404
    assert client.post("/deliveries/suppress", {"addresses": "a@example.org"}).status_code == 404
    assert "/deliveries" not in client.get("/moderation").content.decode()

"""One try to post: what each answer, and none, makes of a delivery, and when a webhook is switched off."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import socket
from datetime import timedelta
from typing import Any

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, Notification, Subscription
from broadsheet.community.notice_words import spoken
from broadsheet.delivery.values import Contents, Fate
from broadsheet.delivery.webhooks import body_of, keeping, post
from broadsheet.delivery.webhooks.formats import plain_json
from tests.delivery.webhooks.hooks import NOW, SECRET, delivery, webhook
from tests.fakes.servers import FakeServer, Reply, answer, hang_up, redirect
from tests.people import suspended

pytestmark = pytest.mark.django_db


def hmac_by_hand(key: bytes, message: bytes) -> bytes:
    """RFC 2104, step by step."""
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


def test_a_signature_is_that_of_standard_webhooks(receiver: FakeServer) -> None:
    receiver.on("/hook", answer(b"ok"))
    row = delivery(webhook(f"{receiver.url}/hook"))
    assert post(row).fate is Fate.SENT
    [request] = receiver.requests
    sent = request.headers
    assert (request.method, sent["content-type"], sent["webhook-id"]) == ("POST", "application/json", row.key)
    message = f"{row.key}.{sent['webhook-timestamp']}.".encode() + request.body
    digest = hmac_by_hand(base64.b64decode(SECRET.removeprefix("whsec_")), message)
    assert sent["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert json.loads(request.body)["data"]["sections"][0]["papers"][0]["title"] == "The grey heron"
    assert request.body == body_of(row.subscription, Contents.from_json(row.contents), row)


def test_the_signature_of_the_specifications_own_example() -> None:
    headers = plain_json.signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


ANSWERS: list[tuple[int, Fate, float | None]] = [
    (200, Fate.SENT, None),
    (204, Fate.SENT, None),
    (301, Fate.FAILED, None),
    (400, Fate.FAILED, None),
    (401, Fate.FAILED, None),
    (404, Fate.FAILED, None),
    (408, Fate.LATER, 90.0),
    (410, Fate.FAILED, None),
    (413, Fate.FAILED, None),
    (425, Fate.LATER, 90.0),
    (429, Fate.LATER, 90.0),
    (500, Fate.LATER, 90.0),
    (503, Fate.LATER, 90.0),
]


@pytest.mark.parametrize(("status", "fate", "wait"), ANSWERS)
def test_each_status_has_its_fate(receiver: FakeServer, status: int, fate: Fate, wait: float | None) -> None:
    receiver.on("/hook", answer(b"so it is", status=status, **{"retry-after": "90"}))
    outcome = post(delivery(webhook(f"{receiver.url}/hook")), now=NOW)
    assert (outcome.fate, outcome.retry_after) == (fate, wait)
    assert outcome.answer.startswith(str(status))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("kind", ["slack", "discord", "mattermost", "matrix"])
def test_chats_are_posted_to(receiver: FakeServer, kind: str) -> None:
    receiver.otherwise(lambda request: answer(b"ok"))
    assert post(delivery(webhook(f"{receiver.url}/hook", kind))).fate is Fate.SENT
    [request] = receiver.requests
    assert "The grey heron" in request.body.decode()
    assert request.target == ("/hook?wait=true" if kind == "discord" else "/hook")
    assert "webhook-signature" not in request.headers


def test_a_matrix_room_is_written_to_with_a_transaction_of_the_deliverys_name(receiver: FakeServer) -> None:
    path = "/_matrix/client/v3/rooms/!r%3Aexample.org/send/m.room.message"
    receiver.otherwise(lambda request: answer(b'{"event_id": "$1"}'))
    row = delivery(webhook(receiver.url + path, "matrix", signing_secret="syt_secret"))
    assert post(row).fate is Fate.SENT
    [request] = receiver.requests
    assert (request.method, request.target) == ("PUT", f"{path}/{row.key}")
    assert request.headers["authorization"] == "Bearer syt_secret"


def test_an_old_matrix_server_says_in_the_body_how_long_to_wait(receiver: FakeServer) -> None:
    receiver.otherwise(lambda request: answer(b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}', status=429))
    row = delivery(webhook(f"{receiver.url}/_matrix/client/v3/x", "matrix", signing_secret="syt_secret"))
    assert post(row).retry_after == 2.5


@pytest.mark.parametrize(
    ("kind", "secret", "fate"),
    [
        ("json", SECRET, Fate.LATER),
        ("matrix", "syt_secret", Fate.LATER),
        ("matrix", "", Fate.IN_DOUBT),
        ("slack", "", Fate.IN_DOUBT),
        ("discord", "", Fate.IN_DOUBT),
        ("mattermost", "", Fate.IN_DOUBT),
    ],
)
def test_without_an_answer_only_what_can_be_repeated_is(
    receiver: FakeServer, kind: str, secret: str, fate: Fate
) -> None:
    receiver.otherwise(lambda request: hang_up)
    assert post(delivery(webhook(f"{receiver.url}/hook", kind, signing_secret=secret))).fate is fate
    assert len(receiver.requests) == 1


def test_nobody_at_home_is_tried_later(receiver: FakeServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = post(delivery(webhook(f"http://127.0.0.1:{taken.getsockname()[1]}/hook", "slack")))
    assert outcome.fate is Fate.LATER


def test_a_private_address_is_not_posted_to(receiver: FakeServer, settings: Any) -> None:
    settings.INTRANET = []
    outcome = post(delivery(webhook(f"{receiver.url}/hook")))
    assert outcome.fate is Fate.FAILED
    assert "not an address of the public internet" in outcome.answer
    assert receiver.requests == []


def test_a_redirect_is_not_followed(receiver: FakeServer) -> None:
    receiver.on("/hook", redirect("/elsewhere", status=307))
    assert post(delivery(webhook(f"{receiver.url}/hook"))).fate is Fate.FAILED
    assert [request.path for request in receiver.requests] == ["/hook"]


def test_what_was_hidden_meanwhile_is_not_told(receiver: FakeServer) -> None:
    receiver.otherwise(lambda request: answer(b"ok"))
    row = delivery(webhook(f"{receiver.url}/hook", "slack"), "The grey heron", "The night heron")
    Paper.objects.filter(title="The grey heron").update(is_hidden=True)
    assert post(row).fate is Fate.SENT
    assert "grey" not in receiver.requests[0].body.decode()
    Paper.objects.update(is_hidden=True)
    assert post(row).fate is Fate.FAILED
    assert len(receiver.requests) == 1


def test_nothing_is_posted_for_somebody_who_is_suspended(receiver: FakeServer) -> None:
    outcome = post(delivery(webhook(f"{receiver.url}/hook", account=suspended())))
    assert (outcome.fate, receiver.requests) == (Fate.FAILED, [])


def test_neither_answers_nor_logs_hold_an_address_or_a_secret(
    receiver: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = "/services/T0001/B0002/abcdefghijklmnopqrstuvwx"

    def echo(request: Any) -> Reply:
        told = f"no such hook: {receiver.url}{path} or {path}, {request.headers.get('authorization')}"
        return answer(told.encode(), status=404)

    receiver.otherwise(echo)
    outcomes = [post(delivery(webhook(receiver.url + path, kind), issue=kind)) for kind in ("slack", "json")]
    outcomes.append(post(delivery(webhook(receiver.url + path, "matrix", signing_secret="syt_0123456789"))))
    outcomes.append(post(delivery(webhook(f"http://127.0.0.1:9{path}", "slack"))))
    for text in (*(outcome.answer for outcome in outcomes), caplog.text):
        assert "abcdefghijklmnopqrstuvwx" not in text
        assert "syt_0123456789" not in text
        assert SECRET not in text


def test_what_is_gone_is_switched_off_and_its_owner_told(receiver: FakeServer) -> None:
    receiver.on("/hook", answer(b"archived", status=410))
    row = delivery(webhook(f"{receiver.url}/hook", "slack"))
    assert post(row, now=NOW).fate is Fate.FAILED
    hook = Subscription.objects.get()
    assert not hook.is_on
    assert "gone for good" in hook.paused_because
    [told] = Notification.objects.filter(account=hook.account)
    assert told.kind == Notification.Kind.DELIVERY
    assert "“Herons” was switched off" in told.words
    assert spoken(told).path == f"/webhooks/{hook.key}"


def failed(hook: Subscription, count: int, *, days_ago: float = 0.0) -> None:
    for number in range(count):
        at = NOW - timedelta(days=days_ago, minutes=count - number)
        Delivery.objects.create(
            subscription=hook,
            issue=f"{days_ago} {number}",
            state=Delivery.State.FAILED,
            due_at=at,
            planned_at=at,
            ended_at=at,
        )


@pytest.mark.parametrize(
    ("count", "days_ago", "is_on"), [(8, 0.0, True), (9, 0.0, False), (1, 6.0, True), (1, 7.1, False)]
)
def test_ten_failures_or_a_week_of_them_switch_off(
    receiver: FakeServer, count: int, days_ago: float, is_on: bool
) -> None:
    receiver.on("/hook", answer(b"no", status=404))
    hook = webhook(f"{receiver.url}/hook", changed_at=NOW - timedelta(days=30))
    failed(hook, count, days_ago=days_ago)
    post(delivery(hook), now=NOW)
    hook.refresh_from_db()
    assert hook.is_on is is_on
    assert Notification.objects.exists() is not is_on


def test_failures_of_before_a_success_or_a_change_do_not_count(receiver: FakeServer) -> None:
    receiver.on("/hook", answer(b"no", status=404))
    hook = webhook(f"{receiver.url}/hook", changed_at=NOW - timedelta(days=30))
    failed(hook, 20, days_ago=1)
    Delivery.objects.create(
        subscription=hook, issue="well", state="sent", due_at=NOW, planned_at=NOW, ended_at=NOW - timedelta(hours=1)
    )
    post(delivery(hook), now=NOW)
    hook.refresh_from_db()
    assert hook.is_on
    Delivery.objects.filter(state="sent").delete()
    Subscription.objects.update(is_on=False)
    hook.refresh_from_db()
    assert keeping.switch_on(hook)
    post(delivery(hook, issue="next"), now=NOW)
    hook.refresh_from_db()
    assert hook.is_on

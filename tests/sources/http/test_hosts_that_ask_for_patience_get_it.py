"""Retry-After, backoff and the circuit: kept in the folder, so that every process holds to them."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.door import BusyError, StatusError
from broadsheet.sources.http import Limits
from broadsheet.sources.http.guard import BrokenConnectionError
from broadsheet.sources.http.waiting import backoff, retry_after
from tests.fakes import servers
from tests.fakes.servers import FakeServer, answer
from tests.sources.http.lines import Hands, Line, Make, Names

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT

WISHES = [
    ({}, None),
    ({"retry-after": ""}, None),
    ({"retry-after": "soon"}, None),
    ({"retry-after": "-5"}, None),
    ({"retry-after": "5 minutes"}, None),
    ({"retry-after": "١٢٠"}, None),
    ({"retry-after": "Tue, 99 Nov 2023 22:13:50 GMT"}, None),
    ({"retry-after": "0"}, 0.0),
    ({"retry-after": "120"}, 120.0),
    ({"retry-after": " 120 "}, 120.0),
    ({"retry-after": "2.5"}, 2.5),
    ({"retry-after": "86400"}, 86_400.0),
    ({"retry-after": "86401"}, 86_400.0),
    ({"retry-after": "999999999999"}, 86_400.0),
    ({"retry-after": "9" * 400}, None),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:50"}, 30.0),
    ({"retry-after": "Tue, 14 Nov 2023 23:13:50 +0100"}, 30.0),
    ({"retry-after": "Tuesday, 14-Nov-23 22:13:50 GMT"}, 30.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:00 GMT"}, 0.0),
    ({"retry-after": "Fri, 14 Nov 2053 22:13:00 GMT"}, 86_400.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT", "date": "Tue, 14 Nov 2023 22:13:40 GMT"}, 10.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT", "date": "nonsense"}, 30.0),
    ({"retry-after": "40", "date": "Tue, 14 Nov 2023 22:13:40 GMT"}, 40.0),
]


@pytest.mark.parametrize(("headers", "seconds"), WISHES)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_wish_is_a_time_within_a_day_or_none(wish: str, date: str) -> None:
    seconds = retry_after({"retry-after": wish, "date": date}, NOW)
    assert seconds is None or 0 <= seconds <= 86_400


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_date_is_one(moment: datetime) -> None:
    seconds = retry_after({"retry-after": format_datetime(moment, usegmt=True)}, NOW)
    assert seconds is not None
    assert 0 <= seconds <= 86_400


@given(st.integers(0, 10_000), st.integers())
def test_backoff_doubles_from_a_minute_to_six_hours(failures: int, seed: int) -> None:
    seconds = backoff(failures, random.Random(seed))
    plain = 0.0 if failures < 1 else 60.0 * 2.0 ** min(failures - 1, 30)
    assert min(0.8 * plain, 21_600) <= seconds <= min(1.2 * plain, 21_600)


def test_backoff_differs_by_chance() -> None:
    assert len({backoff(3, random.Random(seed)) for seed in range(20)}) == 20


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wish", ["5", "Tue, 14 Nov 2023 22:13:25 GMT"])
def test_a_short_wait_is_waited_for(make_door: Make, server: FakeServer, hands: Hands, status: int, wish: str) -> None:
    server.on("/", answer("later", status, Retry_After=wish), answer("good"))
    assert make_door(clock=hands.clock()).get(server.url).content == b"good"
    assert hands.slept == pytest.approx(5.0)


def test_many_short_waits_are_normal_and_no_failure(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/", *[answer("later", 503, Retry_After="5")] * 9, answer("good"))
    assert make_door(clock=hands.clock()).get(server.url).content == b"good"
    assert hands.slept == pytest.approx(45.0)


def test_a_long_wait_is_told_and_everybody_keeps_to_it(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/", answer("later", 503, Retry_After="3600"), answer("good"))
    with pytest.raises(BusyError, match="3600") as caught:
        make_door(clock=hands.clock()).get(server.url)
    assert (caught.value.status, caught.value.retry_after) == (503, 3600.0)
    hands.move(1800)
    with pytest.raises(BusyError) as caught:
        make_door(clock=hands.clock()).get(f"{server.url}/other")
    assert (caught.value.status, caught.value.retry_after) == (503, 1800.0)
    assert len(server.requests) == 1
    assert hands.sleeps == []
    hands.move(1800)
    assert make_door(clock=hands.clock()).get(server.url).content == b"good"


def test_patience_is_for_the_whole_call(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/", answer("later", 503, Retry_After="25"))
    with pytest.raises(BusyError):
        make_door(clock=hands.clock()).get(server.url)
    assert hands.slept == pytest.approx(50.0)
    assert len(server.requests) == 3


def test_a_server_that_wants_no_wait_is_not_asked_for_ever(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("later", 503, Retry_After="0"))
    with pytest.raises(BusyError):
        make_door().get(server.url)
    assert len(server.requests) < 50


def test_without_a_wish_a_busy_host_is_left_alone_for_a_minute_and_more(
    make_door: Make, server: FakeServer, hands: Hands
) -> None:
    server.on("/", answer("later", 429))
    waits = []
    for _ in range(3):
        with pytest.raises(BusyError) as caught:
            make_door(clock=hands.clock(), patience=0.0).get(server.url)
        waits.append(caught.value.retry_after)
        hands.move(waits[-1])
    assert [round(wait / 60) for wait in waits] in ([1, 2, 4], [1, 2, 5], [1, 2, 3])
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [500, 502, 504, 520, 524])
def test_a_passing_fault_is_tried_again(make_door: Make, server: FakeServer, hands: Hands, status: int) -> None:
    server.on("/", answer("oh", status), answer("oh", status), answer("good"))
    assert make_door(clock=hands.clock()).get(server.url).content == b"good"
    assert 1.0 <= hands.slept <= 3.0


@pytest.mark.parametrize("status", [501, 505, 511])
def test_a_lasting_fault_is_not(make_door: Make, server: FakeServer, status: int) -> None:
    server.on("/", answer("no", status))
    with pytest.raises(StatusError) as caught:
        make_door().get(server.url)
    assert (caught.value.status, caught.value.content, len(server.requests)) == (status, b"no", 1)


def test_one_bad_page_does_not_close_the_host(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/bad", answer("oh", 500)).on("/", answer("good"))
    door = make_door(clock=hands.clock())
    for _ in range(4):
        with pytest.raises(StatusError, match="500"):
            door.get(f"{server.url}/bad")
        assert door.get(server.url).content == b"good"
    assert hands.slept < 20


def fail_until_open(door, url: str) -> None:
    for _ in range(5):
        with pytest.raises((StatusError, BrokenConnectionError)) as caught:
            door.get(url)
        assert not isinstance(caught.value, BusyError)


def test_five_failed_calls_open_the_circuit_for_all(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/", answer("oh", 500))
    fail_until_open(make_door(clock=hands.clock(), patience=10_000.0), server.url)
    assert len(server.requests) == 15
    slept = hands.slept
    for url in (server.url, f"{server.url}/other"):
        with pytest.raises(BusyError, match="5 times in a row") as caught:
            make_door(clock=hands.clock(), patience=10_000.0).get(url)
        assert 0.8 * 480 <= caught.value.retry_after <= 1.2 * 480
        assert caught.value.status == 500
    assert (hands.slept, len(server.requests)) == (slept, 15)


def test_an_open_circuit_is_looked_at_once_when_its_time_has_come(
    make_door: Make, server: FakeServer, hands: Hands
) -> None:
    server.on("/", answer("oh", 500))
    door = make_door(clock=hands.clock(), patience=10_000.0)
    fail_until_open(door, server.url)
    hands.move(600)
    with pytest.raises(StatusError):
        door.get(server.url)
    assert len(server.requests) == 16
    with pytest.raises(BusyError, match="6 times in a row") as caught:
        door.get(server.url)
    assert caught.value.retry_after >= 0.8 * 960
    hands.move(1_200)
    server.on("/", answer("good"))
    assert door.get(server.url).content == b"good"
    server.on("/", answer("oh", 500), answer("good"))
    assert door.get(server.url).content == b"good"


def test_a_host_that_is_away_opens_the_circuit_too(make_door: Make, hands: Hands) -> None:
    line = Line()
    door = make_door(clock=hands.clock(), patience=10_000.0, resolve=Names(), backend=line)
    fail_until_open(door, "http://papers.example.org/")
    with pytest.raises(BusyError):
        door.get("http://papers.example.org/")
    assert len(line.opened) == 15


def test_a_slow_host_is_not_tried_again_at_once(make_door: Make, server: FakeServer, hands: Hands) -> None:
    server.on("/", servers.silence)
    door = make_door(clock=hands.clock(), limits=Limits(read=0.05), patience=0.0)
    for _ in range(2):
        with pytest.raises(Exception, match="no answer in time"):
            door.get(server.url)
    with pytest.raises(BusyError):
        door.get(server.url)
    assert len(server.requests) == 2


class TestPost:
    def test_sends_json_and_brings_the_answer(self, make_door: Make, server: FakeServer) -> None:
        server.on("/", answer(b'{"ok": true}', content_type="application/json"))
        told = make_door().post(server.url, json={"ids": ["a", "é"]}, headers={"X-Api-Key": "word"})
        (request,) = server.requests
        assert told.media_type == "application/json"
        assert (request.method, request.body) == ("POST", b'{"ids": ["a", "\\u00e9"]}')
        assert request.headers["content-type"] == "application/json"
        assert request.headers["x-api-key"] == "word"

    @pytest.mark.parametrize(
        "reply",
        [
            answer("oh", 500),
            answer("later", 503, Retry_After="1"),
            answer("later", 429),
            servers.hang_up,
            servers.cut_off(b"xyz", 1),
            servers.redirect("/elsewhere", 307),
            servers.redirect("/elsewhere", 302),
            answer("no", 404),
        ],
    )
    def test_is_never_repeated_once_the_server_has_it(self, make_door: Make, server: FakeServer, reply) -> None:
        server.on("/", reply)
        with pytest.raises((StatusError, BrokenConnectionError)):
            make_door().post(server.url, json={})
        assert len(server.requests) == 1

    def test_is_repeated_when_nobody_could_be_reached(self, make_door: Make) -> None:
        line = Line()
        with pytest.raises(BrokenConnectionError):
            make_door(resolve=Names(), backend=line).post("http://papers.example.org/", json={})
        assert len(line.opened) == 3

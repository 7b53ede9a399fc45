"""Conditional requests: "nothing new" comes back for answers that the caller has in a safe place, and for no others."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from broadsheet.sources.door import Answer, StatusError
from broadsheet.sources.http import validators
from tests.fakes import servers
from tests.fakes.servers import FakeServer, Reply, Request, answer
from tests.sources.http.lines import Hands, Make

FIRST, SECOND = "Tue, 14 Nov 2023 00:00:00 GMT", "Wed, 15 Nov 2023 00:00:00 GMT"


def as_told(etag: str = "", modified: str = "") -> Callable[[Request], Reply]:
    """A server that goes by RFC 9110: If-None-Match first, and If-Modified-Since only without it."""
    headers = {name: value for name, value in {"ETag": etag, "Last-Modified": modified}.items() if value}

    def handle(request: Request) -> Reply:
        match, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
        is_same = match == etag if match is not None else since is not None and since == modified
        return answer(b"", 304, **headers) if is_same else answer("papers", **headers)

    return handle


# What the server said first and what it says now, as ETag and Last-Modified, and whether that is the same.
TABLE = [
    (("", ""), ("", ""), False),
    (('"1"', ""), ('"1"', ""), True),
    (('"1"', ""), ('"2"', ""), False),
    (('W/"1"', ""), ('W/"1"', ""), True),
    (("", FIRST), ("", FIRST), True),
    (("", FIRST), ("", SECOND), False),
    (('"1"', FIRST), ('"1"', FIRST), True),
    (('"1"', FIRST), ('"2"', SECOND), False),
    (('"1"', FIRST), ('"1"', SECOND), True),
    (('"1"', FIRST), ('"2"', FIRST), False),
    (('"1"', ""), ("", FIRST), False),
    (("", FIRST), ('"1"', ""), False),
    (('"é"', ""), ('"é"', ""), False),
    (('"' + "x" * 2_000 + '"', ""), ('"' + "x" * 2_000 + '"', ""), False),
    (("", FIRST + " "), ("", FIRST), True),
]


@pytest.mark.parametrize(("before", "now", "is_unchanged"), TABLE)
def test_what_is_unchanged_is_told(
    make_door: Make, server: FakeServer, before: tuple[str, str], now: tuple[str, str], is_unchanged: bool
) -> None:
    door = make_door()
    server.otherwise(as_told(*before))
    first = door.get(server.url, is_conditional=True)
    assert (first.content, first.is_unchanged) == (b"papers", False)
    door.remember(first)
    server.otherwise(as_told(*now))
    again = door.get(server.url, is_conditional=True)
    assert again.is_unchanged == is_unchanged
    assert again.content == (b"" if is_unchanged else b"papers")
    assert again.status == (304 if is_unchanged else 200)


def test_an_answer_that_was_lost_comes_again(make_door: Make, server: FakeServer) -> None:
    """The process died before the papers were stored: nobody said that they are safe."""
    server.otherwise(as_told('"1"', FIRST))
    for _ in range(3):
        assert make_door().get(server.url, is_conditional=True).content == b"papers"
    assert not any("if-none-match" in request.headers for request in server.requests)


def test_a_later_answer_that_was_lost_comes_again(make_door: Make, server: FakeServer) -> None:
    door = make_door()
    server.otherwise(as_told('"1"'))
    door.remember(door.get(server.url, is_conditional=True))
    server.otherwise(as_told('"2"'))
    for _ in range(2):
        assert make_door().get(server.url, is_conditional=True).content == b"papers"
    assert [request.headers.get("if-none-match") for request in server.requests] == [None, '"1"', '"1"']


def test_remembering_that_nothing_is_new_changes_nothing(make_door: Make, server: FakeServer, hands: Hands) -> None:
    door = make_door(clock=hands.clock())
    server.otherwise(as_told('"1"'))
    door.remember(door.get(server.url, is_conditional=True))
    for _ in range(3):
        hands.move(20_000)
        answer_now = door.get(server.url, is_conditional=True)
        assert answer_now.is_unchanged
        door.remember(answer_now)
    hands.move(30_000)
    # A day after the last whole answer it comes whole again.
    assert door.get(server.url, is_conditional=True).content == b"papers"


@pytest.mark.parametrize("seconds", [86_400.0, 10_000_000.0, -1.0, -86_400.0])
def test_validators_of_another_time_are_not_used(
    make_door: Make, server: FakeServer, hands: Hands, seconds: float
) -> None:
    door = make_door(clock=hands.clock())
    server.otherwise(as_told('"1"'))
    door.remember(door.get(server.url, is_conditional=True))
    hands.wall += seconds
    assert door.get(server.url, is_conditional=True).content == b"papers"


def test_validators_do_not_outlast_the_machine(make_door: Make, server: FakeServer, hands: Hands) -> None:
    """The power went off: what the database stored last may be gone, and only a whole answer brings it back."""
    door = make_door(clock=hands.clock())
    server.otherwise(as_told('"1"'))
    door.remember(door.get(server.url, is_conditional=True))
    assert door.get(server.url, is_conditional=True).is_unchanged
    hands.boot = "second"
    assert door.get(server.url, is_conditional=True).content == b"papers"


def test_a_plain_request_sends_no_validators(make_door: Make, server: FakeServer) -> None:
    door = make_door()
    server.otherwise(as_told('"1"', FIRST))
    door.remember(door.get(server.url, is_conditional=True))
    assert door.get(server.url).content == b"papers"
    assert "if-none-match" not in server.requests[-1].headers
    assert "if-modified-since" not in server.requests[-1].headers


def test_unasked_for_it_is_no_answer(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer(b"", 304))
    with pytest.raises(StatusError, match="304"):
        make_door().get(server.url, is_conditional=True)


def test_each_reader_sees_every_change(make_door: Make, server: FakeServer) -> None:
    server.otherwise(as_told('"1"'))
    one, other = make_door(), make_door(reader="listing")
    one.remember(one.get(server.url, is_conditional=True))
    assert other.get(server.url, is_conditional=True).content == b"papers"
    assert make_door().get(server.url, is_conditional=True).is_unchanged


def test_without_a_reader_everything_comes_whole(make_door: Make, server: FakeServer) -> None:
    """A person who asks for a source again, having forgotten all that it brought, gets all of it."""
    server.otherwise(as_told('"1"'))
    worker, person = make_door(reader="feed"), make_door(reader="")
    for door in (worker, person):
        door.remember(door.get(server.url, is_conditional=True))
    assert person.get(server.url, is_conditional=True).content == b"papers"
    assert worker.get(server.url, is_conditional=True).is_unchanged


def test_each_address_has_its_own(make_door: Make, server: FakeServer) -> None:
    server.otherwise(as_told('"1"'))
    door = make_door()
    door.remember(door.get(server.url, params={"page": "1"}, is_conditional=True))
    assert door.get(server.url, params={"page": "2"}, is_conditional=True).content == b"papers"
    assert door.get(server.url, params={"page": "1"}, is_conditional=True).is_unchanged


def test_behind_a_redirect_it_is_asked_of_the_place_that_answers(make_door: Make, server: FakeServer) -> None:
    server.on("/old", servers.redirect("/new")).otherwise(as_told('"1"'))
    door = make_door()
    first = door.get(f"{server.url}/old", is_conditional=True)
    assert first.url == f"{server.url}/new"
    door.remember(first)
    assert door.get(f"{server.url}/old", is_conditional=True).is_unchanged
    assert [request.headers.get("if-none-match") for request in server.asked("/old")] == [None, None]


def test_an_answer_without_validators_takes_the_old_ones_away(make_door: Make, server: FakeServer) -> None:
    door = make_door()
    server.otherwise(as_told('"1"'))
    door.remember(door.get(server.url, is_conditional=True))
    server.otherwise(as_told())
    door.remember(door.get(server.url, is_conditional=True))
    server.otherwise(as_told('"1"'))
    assert door.get(server.url, is_conditional=True).content == b"papers"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"at": "now"}', b"\xff\xfe", b'{"url": "elsewhere", "at": 1}'])
def test_a_damaged_file_costs_a_whole_answer(
    make_door: Make, server: FakeServer, tmp_path: Path, content: bytes
) -> None:
    door = make_door()
    server.otherwise(as_told('"1"'))
    door.remember(door.get(server.url, is_conditional=True))
    (path,) = (tmp_path / "politeness" / "validators").rglob("*.json")
    assert json.loads(path.read_bytes())["etag"] == '"1"'
    path.write_bytes(content)
    assert door.get(server.url, is_conditional=True).content == b"papers"


def test_a_folder_that_cannot_be_written_costs_whole_answers(
    make_door: Make, server: FakeServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "politeness").mkdir()
    (tmp_path / "politeness" / "validators").write_text("a file")
    server.otherwise(as_told('"1"'))
    door = make_door()
    with caplog.at_level(logging.WARNING):
        door.remember(door.get(server.url, is_conditional=True))
    assert "cannot be kept" in caplog.text
    assert door.get(server.url, is_conditional=True).content == b"papers"


def test_the_store_does_not_grow_without_end(tmp_path: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validators, "MOST", 40)
    store = validators.Validators(tmp_path, "feed", hands.clock())
    for number in range(200):
        store.keep(Answer(url=f"https://papers.example.org/{number}", headers={"etag": f'"{number}"'}))
    assert len(list(tmp_path.rglob("*.json"))) <= 40
    assert store.headers_for("https://papers.example.org/199") == {"If-None-Match": '"199"'}


def test_the_server_keeps_dates_as_they_are_written(make_door: Make, server: FakeServer) -> None:
    date = formatdate(0, usegmt=True)
    server.otherwise(as_told("", date))
    door = make_door()
    door.remember(door.get(server.url, is_conditional=True))
    assert door.get(server.url, is_conditional=True).is_unchanged
    assert server.requests[-1].headers["if-modified-since"] == date

"""What a name stands for is looked at once, and that is what is connected to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from broadsheet.sources.door import FetchError, RefusedAddressError
from broadsheet.sources.http import Limits
from broadsheet.sources.http.addresses import AddressRules
from tests.fakes.servers import FakeServer, answer, redirect
from tests.sources.http.lines import OTHER_PUBLIC, PUBLIC, Line, Make, Names

NAME = "papers.example.org"


@pytest.mark.parametrize(
    "answers",
    [
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC, OTHER_PUBLIC, "::1"],
        [PUBLIC, "::ffff:127.0.0.1"],
        [PUBLIC, "64:ff9b::7f00:1"],
        [OTHER_PUBLIC, "fe80::1%eth0"],
    ],
)
def test_a_name_with_one_private_address_among_public_ones_is_refused(make_door: Make, answers: list[str]) -> None:
    line = Line()
    with pytest.raises(RefusedAddressError):
        make_door(allowed=[], resolve=Names({NAME: [answers]}), backend=line).get(f"http://{NAME}/")
    assert line.opened == []


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_judged(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("good"))
    names, line = Names({NAME: [[PUBLIC], ["127.0.0.1"]]}), Line(server.port)
    door = make_door(allowed=[], resolve=names, backend=line)
    assert door.get(f"http://{NAME}/").content == b"good"
    assert line.opened == [(PUBLIC, 80)]
    assert names.asked == [NAME]
    with pytest.raises(RefusedAddressError):
        door.get(f"http://{NAME}/")
    assert line.opened == [(PUBLIC, 80)]


def test_a_name_that_changes_its_mind_between_two_tries_is_judged_again(make_door: Make) -> None:
    line = Line()
    door = make_door(allowed=[], resolve=Names({NAME: [[PUBLIC], ["127.0.0.1"]]}), backend=line)
    with pytest.raises(RefusedAddressError):
        door.get(f"http://{NAME}/")
    assert line.opened == [(PUBLIC, 80)]


def test_a_socket_that_ends_up_elsewhere_is_closed(make_door: Make, server: FakeServer) -> None:
    door = make_door(resolve=Names(), backend=Line(server.port, peer="10.0.0.1"))
    with pytest.raises(RefusedAddressError, match=r"connected to 10\.0\.0\.1"):
        door.get(f"http://{NAME}/")
    assert server.requests == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:6379/",
        "http://[::1]/",
        "http://2130706433/",
        "http://inside.example.org/",
        "//10.0.0.1/x",
        "http://user:word@papers.example.org/",
        "file:///etc/passwd",
        "gopher://papers.example.org/",
        "http://papers.example.org:25/",
        "http://１２７.０.０.１/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_a_redirect_to_a_private_place_is_not_followed(make_door: Make, server: FakeServer, location: str) -> None:
    server.on("/", redirect(location.encode().decode("latin-1")))
    names = Names({"inside.example.org": [["192.168.0.7"]]})
    line = Line(server.port)
    with pytest.raises(RefusedAddressError):
        make_door(allowed=[], resolve=names, backend=line).get(f"http://{NAME}/")
    assert line.opened == [(PUBLIC, 80)]


def test_the_second_of_two_redirects_is_judged_too(make_door: Make, server: FakeServer) -> None:
    server.on("/", redirect("http://other.example.org/on")).on("/on", redirect("http://10.0.0.1/"))
    line = Line(server.port)
    with pytest.raises(RefusedAddressError):
        make_door(allowed=[], resolve=Names(), backend=line).get(f"http://{NAME}/")
    assert len(line.opened) == 2


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("10.1.2.3", "papers.intra", "10.1.2.3"),
        ("10.1.0.0/16", "papers.intra", "10.1.2.3"),
        ("fd00::/8", "papers.intra", "fd00::7"),
        ("papers.intra", "papers.intra", "10.1.2.3"),
        ("PAPERS.intra.", "papers.INTRA.", "10.1.2.3"),
        ("*.intra", "papers.intra", "10.1.2.3"),
        ("[::1]", "papers.intra", "::1"),
        ("10.1.2.3", "papers.intra", "::ffff:10.1.2.3"),
    ],
)
def test_the_intranet_list_opens_what_it_names(
    make_door: Make, server: FakeServer, allowed: str, host: str, address: str
) -> None:
    server.on("/", answer("inside"))
    line = Line(server.port)
    door = make_door(allowed=[allowed], resolve=lambda host, port: [address], backend=line)
    assert door.get(f"http://{host}:81/").content == b"inside"
    assert line.opened == [(str(ip_address(address)), 81)]


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("10.1.2.3", "papers.intra", "10.1.2.4"),
        ("10.1.0.0/16", "papers.intra", "10.2.0.1"),
        ("papers.intra", "other.intra", "10.1.2.3"),
        ("papers.intra", "papers.intra.example.org", "10.1.2.3"),
        ("*.intra", "intra", "10.1.2.3"),
        ("*.intra", "notintra", "10.1.2.3"),
        ("papers.intra", "papers.intra", "169.254.169.254"),
        ("papers.intra", "papers.intra", "::ffff:169.254.169.254"),
        ("papers.intra", "papers.intra", "0.0.0.0"),
        ("127.0.0.1", "papers.intra", "64:ff9b::7f00:2"),
    ],
)
def test_and_nothing_else(make_door: Make, allowed: str, host: str, address: str) -> None:
    line = Line()
    door = make_door(allowed=[allowed], resolve=lambda host, port: [address], backend=line)
    with pytest.raises(RefusedAddressError):
        door.get(f"http://{host}/")
    assert line.opened == []


@pytest.mark.parametrize(
    "entry", ["10.0.0.0/33", "http://papers.intra", "127.0.0.1:80", "127.1", "", "*", "a b", "0x7f"]
)
def test_an_entry_that_means_nothing_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="expected a host name, an address or a network"):
        AddressRules([entry])


def test_the_next_address_is_tried_where_one_does_not_answer(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("good"))
    line = Line(server.port, dead={OTHER_PUBLIC})
    door = make_door(resolve=Names({NAME: [[OTHER_PUBLIC, PUBLIC]]}), backend=line)
    assert door.get(f"https://{NAME}/").content == b"good"
    assert line.opened == [(OTHER_PUBLIC, 443), (PUBLIC, 443)]


def test_a_name_that_nobody_has_is_told_at_once(make_door: Make) -> None:
    asked: list[str] = []

    def nobody(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchError, match=r"there is no host papers\.example\.org"):
        make_door(resolve=nobody).get(f"http://{NAME}/")
    assert len(asked) == 1


def test_a_name_service_that_is_away_is_asked_again(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("good"))
    failures: list[Exception] = [socket.gaierror(socket.EAI_AGAIN, "try again"), OSError("no route")]

    def late(host: str, port: int) -> Sequence[str]:
        if failures:
            raise failures.pop()
        return [PUBLIC]

    assert make_door(resolve=late, backend=Line(server.port)).get(f"http://{NAME}/").content == b"good"


def test_a_name_service_that_does_not_answer_is_left(make_door: Make) -> None:
    is_over = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        is_over.wait(10)
        return []

    with pytest.raises(FetchError, match="not resolved"):
        make_door(resolve=stuck, limits=Limits(connect=0.05)).get(f"http://{NAME}/")
    is_over.set()


@pytest.mark.parametrize("told", [[], ["nonsense"], UnicodeError("label too long")])
def test_a_name_service_that_talks_nonsense_is_an_error_of_its_own(make_door: Make, told: object) -> None:
    def odd(host: str, port: int) -> Sequence[str]:
        if isinstance(told, Exception):
            raise told
        return told  # type: ignore[return-value]

    with pytest.raises(FetchError):
        make_door(resolve=odd).get(f"http://{NAME}/")

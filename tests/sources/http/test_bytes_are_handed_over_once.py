"""What a person's own receiver is sent: once, as it is, nowhere else, and with the truth about what came of it."""

from __future__ import annotations

import socket

import httpcore2
import pytest

from broadsheet.sources.door import FetchError, RefusedAddressError, TooSlowError, UnansweredError
from broadsheet.sources.http import Limits
from broadsheet.sources.http.guard import BrokenConnectionError, UnknownHostError
from tests.fakes.servers import FakeServer, answer, cut_off, hang_up, redirect, silence
from tests.sources.http.lines import Hands, Line, Make, Names

BODY = '{"title": "Störche"}'.encode()


@pytest.mark.parametrize("status", [200, 204, 302, 404, 410, 429, 500, 503])
def test_every_status_is_returned(make_door: Make, server: FakeServer, hands: Hands, status: int) -> None:
    server.on("/hook", answer(b"", status=status, **{"retry-after": "9"}))
    reply = make_door(clock=hands.clock()).send(f"{server.url}/hook", content=BODY, headers={"X-Mark": "1"})
    assert (reply.status, reply.headers["retry-after"]) == (status, "9")
    [request] = server.requests
    assert (request.method, request.body, request.headers["x-mark"]) == ("POST", BODY, "1")
    assert hands.sleeps == []


def test_it_may_be_put(make_door: Make, server: FakeServer) -> None:
    server.on("/room/1", answer(b"{}"))
    make_door().send(f"{server.url}/room/1", content=BODY, headers={}, method="PUT")
    assert server.requests[0].method == "PUT"


def test_a_redirect_is_an_answer(make_door: Make, server: FakeServer) -> None:
    server.on("/hook", redirect("/elsewhere", status=308)).on("/elsewhere", answer(b"mine"))
    assert make_door().send(f"{server.url}/hook", content=BODY, headers={}).status == 308
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [hang_up, silence, cut_off(b"x" * 100, after=50)], ids=["hangs up", "silent", "cut"])
def test_no_whole_answer_leaves_it_open(make_door: Make, server: FakeServer, reply: object) -> None:
    server.on("/hook", reply)  # type: ignore[arg-type]
    door = make_door(limits=Limits(connect=0.3, read=0.3, total=0.3))
    with pytest.raises(UnansweredError):
        door.send(f"{server.url}/hook", content=BODY, headers={})
    assert len(server.requests) == 1


def test_nobody_there_has_surely_taken_nothing(make_door: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(BrokenConnectionError) as told:
            make_door().send(f"http://127.0.0.1:{taken.getsockname()[1]}/", content=BODY, headers={})
    assert not isinstance(told.value, UnansweredError)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/x", "ftp://example.org/x", "http://a:b@example.org/", "http://[::1]/"]
)
def test_what_is_not_open_is_refused_before_anything_is_sent(make_door: Make, url: str) -> None:
    line = Line()
    door = make_door(allowed=[], backend=line)
    for act in (lambda: door.send(url, content=BODY, headers={}), lambda: door.judge(url)):
        with pytest.raises(RefusedAddressError):
            act()
    assert line.opened == []


def test_a_name_is_judged_by_all_its_addresses_without_connecting(make_door: Make) -> None:
    line = Line()
    names = Names({"inside.example": [["93.184.216.34", "10.0.0.1"]], "nobody.example": [[]]})
    door = make_door(allowed=[], backend=line, resolve=names)
    door.judge("https://hooks.example/services/1")
    with pytest.raises(RefusedAddressError, match=r"10\.0\.0\.1"):
        door.judge("https://inside.example/")
    with pytest.raises(UnknownHostError):
        door.judge("https://nobody.example/")
    assert line.opened == []


def test_a_name_service_that_is_out_of_order_is_not_a_refusal(make_door: Make) -> None:
    def broken(host: str, port: int) -> list[str]:
        raise OSError("the name service is out of order")

    with pytest.raises(FetchError, match="out of order") as told:
        make_door(resolve=broken).judge("https://hooks.example/")
    assert not isinstance(told.value, RefusedAddressError | TooSlowError)


def test_a_connection_that_breaks_before_anything_is_sent_is_told_from_one_after(make_door: Make) -> None:
    class Breaking(Line):
        def connect_tcp(self, *args: object, **kwargs: object) -> httpcore2.NetworkStream:
            raise httpcore2.ConnectTimeout("too far")

    with pytest.raises(FetchError) as told:
        make_door(backend=Breaking()).send("https://hooks.example/", content=BODY, headers={})
    assert not isinstance(told.value, UnansweredError)

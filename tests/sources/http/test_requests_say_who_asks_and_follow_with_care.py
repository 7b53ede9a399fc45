"""What is sent, and what is sent on when a server says to go elsewhere."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable

import httpcore2
import pytest

from broadsheet import __version__
from broadsheet.sources.door import Door, FetchError, RefusedAddressError
from broadsheet.sources.http import HttpDoor, Limits
from broadsheet.sources.http.guard import BrokenConnectionError, GuardedBackend, Meter
from broadsheet.sources.http.http_door import user_agent, with_params
from tests.fakes import servers
from tests.fakes.servers import FakeServer, answer, redirect
from tests.sources.http.lines import Line, Make, Names

PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]


def test_it_is_a_door(make_door: Make) -> None:
    door: Door = make_door()
    assert isinstance(door, HttpDoor)


def test_a_request_says_who_asks(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("good"))
    make_door(contact="https://papers.example.org; mailto:editor@example.org").get(server.url)
    (request,) = server.requests
    assert request.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": f"Broadsheet/{__version__} (+https://papers.example.org; mailto:editor@example.org)",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate",
        "connection": "close",
    }


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("a\r\nX-Evil: yes", "aX-Evil: yes"),
        ("Zoë (editor) \\", "Zo editor"),
        ("", ""),
        ("x" * 500, "x" * 300),
    ],
)
def test_the_contact_cannot_break_the_header(contact: str, told: str) -> None:
    assert user_agent(contact) == f"Broadsheet/{__version__} (+{told})"


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("/p", "a=1&b=x+y%26"),
        ("/p?", "a=1&b=x+y%26"),
        ("/p?c=2", "c=2&a=1&b=x+y%26"),
        ("/p?c=2&", "c=2&a=1&b=x+y%26"),
        ("/p?c=2#part", "c=2&a=1&b=x+y%26"),
    ],
)
def test_parameters_are_added_to_the_query(make_door: Make, server: FakeServer, url: str, query: str) -> None:
    server.on("/p", answer("good"))
    make_door().get(server.url + url, params={"a": "1", "b": "x y&"})
    assert server.requests[0].target == f"/p?{query}"
    assert with_params(url, {}) == url


def test_headers_of_the_caller_are_sent(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("good"))
    make_door().get(server.url, headers={"Accept": "application/json", "X-Api-Key": "word"})
    assert server.requests[0].headers["accept"] == "application/json"
    assert server.requests[0].headers["x-api-key"] == "word"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: yes", "a\nb", "é", "\0"])
def test_a_header_that_cannot_be_is_not_sent(make_door: Make, server: FakeServer, value: str) -> None:
    with pytest.raises(FetchError):
        make_door().get(server.url, headers={"X-Api-Key": value})
    assert server.requests == []


def test_proxies_of_the_environment_are_not_used(
    make_door: Make, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy connects to wherever it likes; the door judged the address for nothing then."""
    with FakeServer() as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        server.on("/", answer("good"))
        assert make_door().get(server.url).content == b"good"
        assert proxy.requests == []


def test_no_cookie_is_sent_back(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("good", Set_Cookie="a=b"))
    door = make_door()
    door.get(server.url)
    door.get(server.url)
    assert "cookie" not in server.requests[1].headers


def test_repeated_headers_are_joined(make_door: Make, server: FakeServer) -> None:
    server.on("/", servers.raw(b"HTTP/1.1 200 OK\r\nLink: <a>\r\nLINK: <b>\r\nContent-Length: 0\r\n\r\n"))
    assert make_door().get(server.url).headers["link"] == "<a>, <b>"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(make_door: Make, server: FakeServer, status: int) -> None:
    server.on("/a/old", redirect("../b/new?x=1#part", status)).on("/b/new", answer("good"))
    told = make_door().get(f"{server.url}/a/old")
    assert (told.content, told.url) == (b"good", f"{server.url}/b/new?x=1")


def test_five_redirects_are_followed_and_no_sixth(make_door: Make, server: FakeServer) -> None:
    for step in range(6):
        server.on(f"/{step}", redirect(f"/{step + 1}"))
    server.on("/6", answer("good"))
    assert make_door().get(f"{server.url}/1").content == b"good"
    with pytest.raises(FetchError, match="more than 5 redirects"):
        make_door().get(f"{server.url}/0")
    with pytest.raises(FetchError, match="more than 0 redirects"):
        make_door(limits=Limits(redirects=0)).get(f"{server.url}/5")


@pytest.mark.parametrize("location", ["", "http://", "http://[bad", "http://papers.example.org:99999/"])
def test_a_redirect_to_nowhere_is_an_error(make_door: Make, server: FakeServer, location: str) -> None:
    server.on("/", redirect(location))
    with pytest.raises(FetchError):
        make_door().get(server.url)


def test_a_redirect_without_an_address_is_an_error(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("", 302))
    with pytest.raises(FetchError, match="nowhere"):
        make_door().get(server.url)


@pytest.mark.parametrize(
    ("location", "is_sent"),
    [
        ("/new", True),
        ("http://papers.example.org/new", True),
        ("http://papers.example.org:80/new", True),
        ("http://papers.example.org:8080/new", False),
        ("https://papers.example.org/new", False),
        ("http://other.example.org/new", False),
    ],
)
def test_keys_stay_with_the_site_they_were_given_for(
    make_door: Make, server: FakeServer, location: str, is_sent: bool
) -> None:
    server.on("/old", redirect(location)).on("/new", answer("good"))
    door = make_door(resolve=Names(), backend=Line(server.port))
    headers = {"Accept": "application/json", "Authorization": "Bearer word", "X-Api-Key": "word"}
    door.get("http://papers.example.org/old", headers=headers)
    (request,) = server.asked("/new")
    assert request.headers["accept"] == "application/json"
    assert ("authorization" in request.headers, "x-api-key" in request.headers) == (is_sent, is_sent)


def test_no_redirect_leads_from_https_to_http(make_door: Make, server: FakeServer) -> None:
    server.on("/old", redirect("http://papers.example.org/new")).on("/new", answer("good"))
    door = make_door(resolve=Names(), backend=Line(server.port))
    with pytest.raises(RefusedAddressError, match="not encrypted"):
        door.get("https://papers.example.org/old")
    assert server.asked("/new") == []


def test_the_time_is_for_all_of_them_together(make_door: Make, server: FakeServer) -> None:
    late = servers.after(0.15, redirect("/"))
    server.on("/", late)
    with pytest.raises(FetchError, match=r"no answer in time|not complete"):
        make_door(limits=Limits(read=0.2, total=0.4), clock=None).get(server.url)
    assert len(server.requests) <= 4


class BadCertificate(Line):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        self.opened.append((host, port))
        raise httpcore2.ConnectError("certificate has expired") from ssl.SSLCertVerificationError("expired")


def test_a_bad_certificate_is_told_and_not_tried_again(make_door: Make) -> None:
    line = BadCertificate()
    with pytest.raises(FetchError, match="certificate is not valid"):
        make_door(resolve=Names(), backend=line).get("https://papers.example.org/")
    assert len(line.opened) == 1


def test_a_server_that_knows_no_tls_is_an_error(make_door: Make, server: FakeServer) -> None:
    """A real handshake, which the plain server does not understand."""
    server.on("/", answer("good"))
    with pytest.raises(BrokenConnectionError, match="cannot connect"):
        make_door(limits=Limits(connect=1.0), patience=0.0).get(f"https://127.0.0.1:{server.port}/")


def test_doors_may_be_used_by_threads(make_door: Make, server: FakeServer) -> None:
    server.on("/", answer("good"))
    door, got = make_door(clock=None, patience=30.0), []
    threads = [threading.Thread(target=lambda: got.append(door.get(server.url).content)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [b"good"] * 8
    # The server may see the end of one connection only after the beginning of the next.
    assert server.most_at_once <= 2


def test_the_backend_knows_no_files(make_door: Make) -> None:
    meter = Meter(seconds=1.0, most=1, on_progress=lambda: None)
    backend = GuardedBackend(make_door()._rules, meter, resolve=Names(), backend=Line())
    with pytest.raises(RefusedAddressError):
        backend.connect_unix_socket("/run/anything.sock")

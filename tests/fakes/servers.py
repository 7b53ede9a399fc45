"""A web server on a raw loopback socket that behaves as badly as it is told to, and writes down who came when.

``with FakeServer() as server:`` starts it. ``server.on("/path", answer(b"..."), ...)`` scripts a path: the n-th request
gets the n-th reply, later ones the last. A reply is any function that writes to the connection; the functions below
make the usual ones. Where the answer depends on the request, give ``server.otherwise(handler)`` a function from
``Request`` to a reply. ``server.requests`` holds what arrived, with ``at`` (``time.monotonic``) when it was accepted.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

Reply = Callable[["Connection"], None]
LONGEST = 30.0
"""Seconds after which a reply that never ends gives up, so that no thread outlives the tests."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. Header names are in lower case; ``at`` is ``time.monotonic()`` when it was let in."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(slots=True)
class Connection:
    """The server's end of one connection, for replies to write to."""

    socket: socket.socket
    request: Request
    is_stopping: threading.Event

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def pause(self, seconds: float) -> bool:
        """Wait; False when the server is stopping."""
        return not self.is_stopping.wait(seconds)

    def hang_up(self) -> None:
        """Close with a reset, as a crashed server does."""
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self.socket.close()


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and the headers."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unheard Of"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(
    body: bytes | str = b"", status: int = 200, content_type: str = "text/plain; charset=utf-8", **headers: str
) -> Reply:
    """A good answer. Further headers by name, with underscores for hyphens: ``Retry_After="3"``."""
    content = body.encode() if isinstance(body, str) else body
    given = {name.replace("_", "-"): value for name, value in headers.items()}

    def reply(connection: Connection) -> None:
        told = {"Content-Type": content_type, "Content-Length": str(len(content)), "Connection": "close"} | given
        is_bodiless = status in {204, 304} or connection.request.method == "HEAD"
        if status in {204, 304}:
            del told["Content-Length"]
        connection.send(head(status, told) + (b"" if is_bodiless else content))

    return reply


def redirect(location: str, status: int = 302) -> Reply:
    """Send the caller elsewhere."""
    return answer(b"", status, Location=location)


def not_modified_if(etag: str, otherwise: Reply, **headers: str) -> Reply:
    """304 for a request that names ``etag``, else the other reply."""

    def reply(connection: Connection) -> None:
        is_known = connection.request.headers.get("if-none-match") == etag
        (answer(b"", 304, ETag=etag, **headers) if is_known else otherwise)(connection)

    return reply


def raw(content: bytes) -> Reply:
    """These bytes and no others."""
    return lambda connection: connection.send(content)


def gzipped(body: bytes, **headers: str) -> Reply:
    """A good answer, compressed."""
    return answer(gzip.compress(body, mtime=0), Content_Encoding="gzip", **headers)


def gzip_bomb(size: int = 200 * 2**20) -> Reply:
    """``size`` zero bytes once decompressed, about a thousandth of it on the way."""
    bomb = gzip.compress(bytes(size), 9, mtime=0)
    return answer(bomb, content_type="application/xml", Content_Encoding="gzip")


def slow_body(body: bytes, pause: float, step: int = 1) -> Reply:
    """Send the head at once and then ``step`` bytes of the body after every ``pause`` seconds."""

    def reply(connection: Connection) -> None:
        connection.send(head(200, {"Content-Type": "text/plain", "Content-Length": str(len(body))}))
        for start in range(0, len(body), step):
            if not connection.pause(pause):
                return
            connection.send(body[start : start + step])

    return reply


def slow_head(pause: float) -> Reply:
    """Send header lines for ever, one after every ``pause`` seconds."""

    def reply(connection: Connection) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\n")
        end = time.monotonic() + LONGEST
        while time.monotonic() < end and connection.pause(pause):
            connection.send(b"X-More: yes\r\n")

    return reply


def endless_chunks(chunk: bytes = b"x" * 4096, pause: float = 0.0) -> Reply:
    """A chunked body that never ends."""

    def reply(connection: Connection) -> None:
        connection.send(head(200, {"Content-Type": "text/plain", "Transfer-Encoding": "chunked"}))
        end = time.monotonic() + LONGEST
        while time.monotonic() < end and not connection.is_stopping.is_set():
            connection.send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            if pause and not connection.pause(pause):
                return

    return reply


def endless(content: bytes) -> Reply:
    """The same bytes again and again."""

    def reply(connection: Connection) -> None:
        end = time.monotonic() + LONGEST
        while time.monotonic() < end and not connection.is_stopping.is_set():
            connection.send(content)

    return reply


def wrong_length(body: bytes, stated: int) -> Reply:
    """An answer whose Content-Length is ``stated``, whatever is sent."""
    return lambda connection: connection.send(
        head(200, {"Content-Type": "text/plain", "Content-Length": str(stated), "Connection": "close"}) + body
    )


def cut_off(body: bytes, after: int) -> Reply:
    """Promise the whole body, send ``after`` bytes of it and hang up."""

    def reply(connection: Connection) -> None:
        connection.send(head(200, {"Content-Type": "text/plain", "Content-Length": str(len(body))}) + body[:after])
        connection.hang_up()

    return reply


def hang_up(connection: Connection) -> None:
    """Close without a word."""
    connection.hang_up()


def silence(connection: Connection) -> None:
    """Take the request and say nothing until the server stops."""
    connection.pause(LONGEST)


def after(pause: float, then: Reply) -> Reply:
    """The other reply, ``pause`` seconds later."""

    def reply(connection: Connection) -> None:
        if connection.pause(pause):
            then(connection)

    return reply


@dataclass(slots=True)
class FakeServer:
    """The server; a context manager. Unscripted paths answer 404."""

    host: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)
    most_at_once: int = 0
    port: int = 0
    _scripts: dict[str, list[Reply]] = field(default_factory=dict)
    _otherwise: Callable[[Request], Reply] = field(default=lambda request: answer("no such page", 404))
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_stopping: threading.Event = field(default_factory=threading.Event)
    _socket: socket.socket | None = None
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of its root, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    @property
    def arrivals(self) -> list[float]:
        """When each request arrived, in order."""
        return sorted(request.at for request in self.requests)

    def on(self, path: str, *replies: Reply) -> Self:
        """Script a path: one reply a request, the last one for all that follow."""
        self._scripts[path] = list(replies)
        return self

    def otherwise(self, handler: Callable[[Request], Reply]) -> Self:
        """Answer all paths without a script by what the function makes of the request."""
        self._otherwise = handler
        return self

    def asked(self, path: str) -> list[Request]:
        """The requests for one path, in order."""
        return [request for request in self.requests if request.path == path]

    def __enter__(self) -> Self:
        self._socket = socket.create_server((self.host, 0), backlog=64)
        self._socket.settimeout(0.05)
        self.port = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, name="fake-server", daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_stopping.set()
        for thread in self._threads:
            thread.join(5)
        assert self._socket is not None
        self._socket.close()

    def _accept(self) -> None:
        assert self._socket is not None
        while not self._is_stopping.is_set():
            try:
                peer, _ = self._socket.accept()
            except TimeoutError:
                continue
            at = time.monotonic()
            thread = threading.Thread(target=self._serve, args=(peer, at), name="fake-connection", daemon=True)
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def _serve(self, peer: socket.socket, at: float) -> None:
        with peer, suppress(OSError):
            peer.settimeout(LONGEST)
            with self._lock:
                self._open += 1
                self.most_at_once = max(self.most_at_once, self._open)
            try:
                request = _read_request(peer, at)
                if request is None:
                    return
                with self._lock:
                    self.requests.append(request)
                    reply = self._reply_to(request)
                reply(Connection(peer, request, self._is_stopping))
                # Closing with unread or unsent bytes would reset the connection under the reader.
                peer.shutdown(socket.SHUT_WR)
                peer.settimeout(1.0)
                while peer.recv(65536):
                    pass
            finally:
                with self._lock:
                    self._open -= 1

    def _reply_to(self, request: Request) -> Reply:
        script = self._scripts.get(request.path)
        if not script:
            return self._otherwise(request)
        return script.pop(0) if len(script) > 1 else script[0]


def _read_request(peer: socket.socket, at: float) -> Request | None:
    received = b""
    while b"\r\n\r\n" not in received:
        more = peer.recv(65536)
        if not more:
            return None
        received += more
    top, _, body = received.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += peer.recv(65536)
    return Request(method, target, headers, body, at)

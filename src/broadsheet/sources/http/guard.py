"""The socket end of the door: resolves names itself, judges every address, and connects to one that was judged.

A name is resolved once for a connection, and the connection goes to the very address that was looked at, so a name
that means something else a moment later (DNS rebinding) leads nowhere. Everything that is read or written is held to a
deadline and a size, so a server that sends one byte a second, or header lines without end, is left in time.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore2

from broadsheet.sources.door import FetchError, RefusedAddressError, TooLargeError, TooSlowError
from broadsheet.sources.http.addresses import Address, AddressRules, literal

Resolve = Callable[[str, int], Sequence[str]]
"""From a host's name and a port to numeric addresses, best first. Raises ``OSError`` when there is none."""

_LONGEST_HEAD = 128 * 1024


class BrokenConnectionError(FetchError):
    """The connection could not be made, or broke; ``is_sent`` tells whether the server may have the request."""

    def __init__(self, message: str, *, is_sent: bool) -> None:
        super().__init__(message)
        self.is_sent = is_sent


class UnknownHostError(FetchError):
    """There is no host of this name."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for a name's addresses."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Meter:
    """What one exchange has used up: time until ``ends_at`` (``time.monotonic``), bytes received of ``most``.

    ``on_progress`` is called when the connection stands, after everything that is sent, and at the first answer.
    """

    def __init__(self, *, seconds: float, most: int, on_progress: Callable[[], None]) -> None:
        self._seconds, self._most, self._on_progress = seconds, most, on_progress
        self._ends_at = time.monotonic() + seconds
        self.received = 0
        self.is_sent = False
        self.head = bytearray()

    def left(self, at_most: float | None = None) -> float:
        """Seconds that remain, at most so many. Raises ``TooSlowError`` when there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TooSlowError(f"not complete after {self._seconds:g} s")
        return left if at_most is None else min(left, at_most)

    def connected(self) -> None:
        """Note that there is a connection."""
        self._on_progress()

    def sent(self) -> None:
        """Note that something was sent."""
        self.is_sent = True
        self._on_progress()

    def got(self, content: bytes) -> None:
        """Note what was received. Raises ``TooLargeError`` when it is too much in all, whatever it is."""
        if not self.received:
            self._on_progress()
        self.received += len(content)
        if self.received > self._most:
            raise TooLargeError(f"more than {self._most:,} bytes were sent")
        if len(self.head) < _LONGEST_HEAD and b"\r\n\r\n" not in self.head:
            self.head += content[:_LONGEST_HEAD]

    def surplus(self, stated: int) -> int:
        """How many bytes came beyond the head and a body of ``stated`` bytes; 0 where that cannot be told."""
        end = self.head.find(b"\r\n\r\n")
        # An interim answer (1xx) has a head of its own before the one that counts.
        if end < 0 or self.head[9:10] == b"1":
            return 0
        return max(0, self.received - end - 4 - stated)


class GuardedBackend(httpcore2.NetworkBackend):
    """Makes the connections of one exchange; each exchange has its own, as it has its own meter."""

    def __init__(
        self, rules: AddressRules, meter: Meter, *, resolve: Resolve, backend: httpcore2.NetworkBackend
    ) -> None:
        self._rules, self._meter, self._resolve, self._backend = rules, meter, resolve, backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - the signature is httpcore2's
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        """Resolve, judge, connect to the first address that answers, and make sure that it is the one."""
        ends_at = time.monotonic() + (timeout or 10.0)
        addresses = self.judged(host, port, self._meter.left(timeout))
        failure: Exception | None = None
        for count, address in enumerate(addresses):
            # An address that does not answer must not use up the time of those behind it.
            share = (ends_at - time.monotonic()) / (len(addresses) - count)
            if share <= 0:
                break
            try:
                stream = self._backend.connect_tcp(str(address), port, self._meter.left(share))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            _check_peer(stream, host, address)
            self._meter.connected()
            return GuardedStream(stream, self._meter)
        raise failure or httpcore2.ConnectTimeout(f"{host} did not answer")

    def judged(self, host: str, port: int, seconds: float) -> list[Address]:
        """The addresses that a host's name stands for, all of which may be connected to.

        Raises ``RefusedAddressError`` where one may not, ``UnknownHostError`` where there is no such host, and
        ``httpcore2.ConnectError`` or ``ConnectTimeout`` where that cannot be found out now.
        """
        addresses = self._addresses(host, port, seconds)
        self._rules.check(host, port, addresses)
        return addresses

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        """Never: the door leads to the internet."""
        raise RefusedAddressError(f"{path}: only web addresses are fetched")

    def _addresses(self, host: str, port: int, seconds: float) -> list[Address]:
        address = literal(host)
        if address is not None:
            return [address]
        found = _within(seconds, self._resolve, host, port)
        try:
            return [ip_address(text) for text in found]
        except ValueError as error:
            raise UnknownHostError(f"{host} has an address that is none: {error}") from error


class GuardedStream(httpcore2.NetworkStream):
    """A connection whose every read and write is held to the meter."""

    def __init__(self, stream: httpcore2.NetworkStream, meter: Meter) -> None:
        self._stream, self._meter = stream, meter

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        content = self._stream.read(max_bytes, self._meter.left(timeout))
        self._meter.got(content)
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        try:
            self._stream.write(buffer, self._meter.left(timeout))
        finally:
            # Also when it fails: a part may have arrived.
            self._meter.sent()

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Shake hands; the certificate must be that of the host's name, not of the address."""
        stream = self._stream.start_tls(ssl_context, server_hostname, self._meter.left(timeout))
        return GuardedStream(stream, self._meter)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


def _check_peer(stream: httpcore2.NetworkStream, host: str, address: Address) -> None:
    peer = stream.get_extra_info("server_addr")
    if peer is not None and literal(str(peer[0])) != address:
        stream.close()
        raise RefusedAddressError(f"{host}: connected to {peer[0]} instead of {address}")


def _within(seconds: float, resolve: Resolve, host: str, port: int) -> Sequence[str]:
    """The addresses of a name. The system's resolver takes no time limit, so it has a thread that is left behind."""
    told: list[Sequence[str] | BaseException] = []

    def ask() -> None:
        try:
            told.append(resolve(host, port))
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
            told.append(error)

    thread = threading.Thread(target=ask, name=f"resolve-{host}", daemon=True)
    thread.start()
    thread.join(seconds)
    if not told:
        raise httpcore2.ConnectTimeout(f"the name {host} was not resolved in {seconds:.0f} s")
    if isinstance(told[0], socket.gaierror) and told[0].errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", 0)}:
        raise UnknownHostError(f"there is no host {host}") from told[0]
    if isinstance(told[0], UnicodeError):
        raise UnknownHostError(f"{host} is not a host name") from told[0]
    if isinstance(told[0], OSError):
        raise httpcore2.ConnectError(f"the name {host} cannot be resolved: {told[0]}") from told[0]
    if isinstance(told[0], BaseException):
        raise told[0]
    if not told[0]:
        raise UnknownHostError(f"there is no host {host}")
    return told[0]

"""Stand-ins for what the door stands on: the name service, the sockets, the clocks."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpcore2

from broadsheet.sources.http import Clock, HttpDoor

PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "2606:4700::6810:84e5"


@dataclass
class Line(httpcore2.NetworkBackend):
    """Sockets that are counted. With ``port``, every public address leads to the loopback server on that port."""

    port: int = 0
    opened: list[tuple[str, int]] = field(default_factory=list)
    peer: str = ""
    dead: set[str] = field(default_factory=set)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        self.opened.append((host, port))
        if not self.port or host in self.dead:
            raise httpcore2.ConnectError("nobody is there")
        stream = httpcore2.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout)
        return Disguised(stream, self.peer or host, port)


@dataclass
class Disguised(httpcore2.NetworkStream):
    """A connection to the loopback server that looks as if it went elsewhere, and takes TLS for granted."""

    stream: httpcore2.NetworkStream
    host: str
    port: int

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, timeout)

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return (self.host, self.port) if info == "server_addr" else self.stream.get_extra_info(info)


@dataclass
class Names:
    """A name service: each name has its answers, one a question, the last for all that follow."""

    answers: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        script = self.answers.get(host, [[PUBLIC]])
        return script.pop(0) if len(script) > 1 else script[0]


@dataclass
class Hands:
    """Clocks that are set by hand; sleeping moves both."""

    wall: float = 1_700_000_000.0
    steady: float = 5_000.0
    boot: str = "first"
    sleeps: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.move(seconds)

    def move(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    @property
    def slept(self) -> float:
        return sum(self.sleeps)

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.wall, steady=lambda: self.steady, sleep=self.sleep, boot=lambda: self.boot)


Make = Callable[..., HttpDoor]


def doors(folder: Path) -> Iterator[Make]:
    """Makes doors that know the loopback address and do not dawdle; each option can be given anew."""

    def make(**options: Any) -> HttpDoor:
        usual: dict[str, Any] = {
            "contact": "mailto:editor@example.org",
            "allowed": ["127.0.0.1"],
            "interval": 0.0,
            "reader": "feed",
            "clock": Hands().clock(),
            "chance": random.Random(4),
        }
        return HttpDoor(folder, **(usual | options))

    yield make

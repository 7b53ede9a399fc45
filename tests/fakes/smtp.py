"""A mail server on a loopback port that answers as it is told to, and keeps what it took.

``with FakeSmtp({"RCPT": ["451 4.7.1 greylisted", "250 ok"]}) as server:`` scripts a step: the n-th time it comes gets
the n-th answer, later times the last. A function instead of a list is given what the client said and returns the
answer. Steps are ``connect``, ``greeting``, the names of commands, ``body`` (the first line of a letter has come) and
``end`` (its last dot has come). Answers are lines, ``HANG_UP``, or ``SILENCE``.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HANG_UP = "\0hang up"
SILENCE = "\0silence"
LONGEST = 30.0
USUAL = {
    "greeting": "220 fake.example.org ESMTP",
    "HELO": "250 fake.example.org",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "end": "250 2.0.0 taken",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
    "AUTH": "235 2.7.0 welcome",
    "STARTTLS": "220 2.0.0 go on",
}
Script = Mapping[str, Sequence[str] | Callable[[str], str]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that the server said yes to."""

    sender: str
    recipient: str
    raw: bytes


class HungUpError(Exception):
    """The server closes the connection."""


class FakeSmtp:
    """The server; ``extensions`` are what EHLO offers, ``tls`` what STARTTLS begins (or, if ``is_tls``, each line)."""

    def __init__(
        self,
        script: Script | None = None,
        *,
        extensions: Sequence[str] = ("SIZE 1000000", "8BITMIME"),
        tls: ssl.SSLContext | None = None,
        is_tls: bool = False,
    ) -> None:
        self.script = dict(script or {})
        self.extensions = list(extensions)
        self.taken: list[Taken] = []
        self.said: list[str] = []
        self.in_clear: list[str] = []
        self.connections = 0
        self.tls, self.is_tls = tls, is_tls
        self.has_hung_up = threading.Event()
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(LONGEST)

    def answer(self, step: str, said: str = "") -> str:
        """What the script has for a step this time."""
        with self._lock:
            told = self.script.get(step)
            number = self._times[step]
            self._times[step] += 1
        if told is None:
            return USUAL.get(step, "500 5.5.1 what?")
        return told(said) if callable(told) else told[min(number, len(told) - 1)]

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        session = _Session(self, connection, self._stopping)
        with suppress(HungUpError, OSError):
            session.talk()
        with suppress(OSError):
            session.socket.close()
        self.has_hung_up.set()


class _Session:
    """One connection."""

    def __init__(self, server: FakeSmtp, connection: socket.socket, stopping: threading.Event) -> None:
        self.server, self.socket, self.stopping = server, connection, stopping
        self.rest = b""
        self.sender = self.recipient = ""
        self.is_secure = False

    def talk(self) -> None:
        self.socket.settimeout(0.02)
        if self.server.script.get("connect"):
            self.say("connect")
        if self.server.is_tls:
            self.encrypt()
        self.say("greeting")
        while True:
            line = self.line().decode("utf-8", "replace").rstrip("\r\n")
            self.server.said.append(line)
            if not self.is_secure:
                self.server.in_clear.append(line)
            self.obey(line)

    def obey(self, line: str) -> None:
        verb = line.split(" ", 1)[0].split(":", 1)[0].upper()
        if verb == "EHLO" and "EHLO" not in self.server.script:
            extensions = [one for one in self.server.extensions if not (self.is_secure and one == "STARTTLS")]
            lines = ["fake.example.org", *extensions]
            self.send("\r\n".join(f"250{' ' if one is lines[-1] else '-'}{one}" for one in lines))
            return
        answer = self.say(verb, line)
        if verb == "MAIL":
            self.sender = line.partition("<")[2].partition(">")[0]
        if verb == "RCPT":
            self.recipient = line.partition("<")[2].partition(">")[0]
        if verb == "DATA" and answer.startswith("354"):
            self.take()
        if verb == "STARTTLS" and answer.startswith("220"):
            self.encrypt()
        if verb == "QUIT":
            raise HungUpError

    def take(self) -> None:
        lines = []
        while (line := self.line()) != b".\r\n":
            if not lines and "body" in self.server.script:
                self.say("body")
            lines.append(line.removeprefix(b"."))
        answer = self.say("end", self.recipient)
        if answer.startswith("2"):
            self.server.taken.append(Taken(self.sender, self.recipient, b"".join(lines)))

    def encrypt(self) -> None:
        if self.server.tls is None:
            # What the client gets instead of a handshake.
            self.send("no TLS to be had")
            raise HungUpError
        self.socket.settimeout(LONGEST)
        self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
        self.socket.settimeout(0.02)
        self.rest, self.is_secure = b"", True

    def say(self, step: str, said: str = "") -> str:
        answer = self.server.answer(step, said)
        if answer == SILENCE:
            self.stopping.wait(LONGEST)
        if answer in (HANG_UP, SILENCE):
            raise HungUpError
        self.send(answer)
        return answer

    def send(self, text: str) -> None:
        if text:
            self.socket.sendall(text.encode("utf-8") + b"\r\n")

    def line(self) -> bytes:
        while b"\n" not in self.rest:
            if self.stopping.is_set():
                raise HungUpError
            try:
                more = self.socket.recv(65_536)
            except TimeoutError:
                continue
            if not more:
                raise HungUpError
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line + b"\n"

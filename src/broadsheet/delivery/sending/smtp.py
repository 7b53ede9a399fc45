"""A connection to the mail server, by smtplib, that hands letters over step by step and knows how far each came.

One connection serves many letters and is renewed after a hundred, or where something broke. Where the settings ask for
TLS it is TLS or nothing: a server that does not offer STARTTLS, or fails at it, is not spoken to in clear (RFC 3207).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail.utils import DNS_NAME

from broadsheet.delivery.sending.verdicts import CLOSING, Reply, Stage, broken, is_fine, verdict
from broadsheet.delivery.values import Fate, Outcome

COMMAND_SECONDS = 30.0
LETTER_SECONDS = 600.0
LETTERS_A_CONNECTION = 100
CHUNK = 65_536
AT_ONCE = 4_096
LINE_END = re.compile(rb"\r\n|\r|\n")


class UnreachableError(Exception):
    """The mail server cannot be spoken to: no connection, no greeting, no TLS, no login. No letter is to blame."""


class _Lines:
    """What the server says, by lines, each within a time: a drop now and then does not keep us for ever."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = b""
        self.until = time.monotonic() + COMMAND_SECONDS

    def readline(self, limit: int) -> bytes:
        """A line with its end, or what came before the connection closed; ``TimeoutError`` when the time is over."""
        while b"\n" not in self._rest[:limit] and len(self._rest) < limit:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
            more = self._sock.recv(AT_ONCE)
            if not more:
                break
            self._rest += more
        end = self._rest.find(b"\n", 0, limit) + 1 or min(limit, len(self._rest))
        line, self._rest = self._rest[:end], self._rest[end:]
        return line

    def close(self) -> None:
        """Nothing of its own is open."""


class _Connection(smtplib.SMTP):
    """smtplib's, with a time for each answer and each letter."""

    file: _Lines | None
    letter_until = float("inf")
    is_ending = False

    def command_until(self) -> float:
        """When the command that begins now is over.

        The answer to a whole letter is waited for as long as the letter may take: the server looks through it, and who
        hangs up too soon is left in doubt (RFC 5321, 4.5.3.2.6).
        """
        return self.letter_until if self.is_ending else min(time.monotonic() + COMMAND_SECONDS, self.letter_until)

    def getreply(self) -> tuple[int, bytes]:
        """The answer to a command."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock)
        if self.file is not None:
            self.file.until = self.command_until()
        return super().getreply()

    def send_all(self, raw: bytes) -> None:
        """Send some of a letter; each part has the time of a command."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        for start in range(0, len(raw), CHUNK):
            self.sock.settimeout(max(0.001, self.command_until() - time.monotonic()))
            self.sock.sendall(raw[start : start + CHUNK])

    def is_hung_up(self) -> bool:
        """Whether the server is seen to have closed the connection, or said something without being asked."""
        if self.sock is None or isinstance(self.sock, ssl.SSLSocket):
            return self.sock is None
        self.sock.settimeout(0)
        try:
            self.sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


class _SecureConnection(_Connection, smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""


class Line:
    """Django's mail server, spoken to as long as there are letters."""

    def __init__(self) -> None:
        self._connection: _Connection | None = None
        self._count = 0

    def open(self) -> None:
        """Be connected, greeted, encrypted and signed in, as the settings ask.

        Raises ``UnreachableError`` where that is not to be had.
        """
        if self._connection is not None and self._count < LETTERS_A_CONNECTION:
            return
        self.close()
        connection: _Connection | None = None
        try:
            connection = _connected()
            _introduce(connection)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if connection is not None:
                connection.close()
            raise UnreachableError(f"the mail server cannot be used: {_told(error)}") from error
        self._connection, self._count = connection, 0

    def hand_over(self, raw: bytes, sender: str, recipient: str, mark: Callable[[], bool]) -> Outcome | None:
        """Hand a letter over (lines ending in CR LF); says what became of it, or None where ``mark`` said no.

        ``mark`` is called when the server has the whole letter but its end: up to then it must not take it (RFC 5321,
        4.1.1.4), and from then on it may. Raises ``UnreachableError`` before anything was said about the letter, and
        whatever ``mark`` raises; the letter is not taken then.
        """
        self.open()
        is_used = self._count > 0
        outcome, is_worn = self._try(raw, sender, recipient, mark)
        if is_worn and is_used:
            # The server had closed a connection that was idle or has had enough letters: that says nothing of this one.
            self.open()
            outcome, _ = self._try(raw, sender, recipient, mark)
        return outcome

    def close(self) -> None:
        """Say goodbye, whatever the answer."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.letter_until, connection.is_ending = float("inf"), False
            with suppress(OSError, smtplib.SMTPException, ValueError):
                connection.quit()
            connection.close()

    def _drop(self) -> None:
        """Hang up without a word: where a letter is under way, that is what keeps it from being taken."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _try(self, raw: bytes, sender: str, recipient: str, mark: Callable[[], bool]) -> tuple[Outcome | None, bool]:
        """One try; and whether the connection had come to its end before anything was said about the letter."""
        connection = self._connection
        if connection is None:
            raise UnreachableError("the mail server is gone")
        self._count += 1
        is_wide = not (sender + recipient).isascii()
        if is_wide and not connection.has_extn("smtputf8"):
            return Outcome(Fate.FAILED, "the mail server takes no addresses in other letters than ASCII"), False
        connection.command_encoding = "utf-8" if is_wide else "ascii"
        connection.letter_until, connection.is_ending = time.monotonic() + LETTER_SECONDS, False
        stage, is_marked = Stage.MAIL, False
        try:
            for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA):
                reply = _say(connection, stage, raw, sender, recipient)
                if not is_fine(stage, reply):
                    return self._refused(stage, reply), stage is Stage.MAIL and reply.code == CLOSING
            stage = Stage.BODY
            connection.send_all(_stuffed(raw))
            is_mine = mark()
            if not is_mine:
                self._drop()
                return None, False
            if connection.is_hung_up():
                raise smtplib.SMTPServerDisconnected("closed before the letter's end")
            stage, is_marked, connection.is_ending = Stage.END, True, True
            connection.send_all(b".\r\n")
            reply = Reply.of(*connection.getreply())
            return self._refused(stage, reply), False
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._drop()
            # smtplib says that the connection is closed where no answer came in time.
            is_late = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
            return broken(stage, is_marked, error), stage is Stage.MAIL and not is_late
        except BaseException:
            self._drop()
            raise

    def _refused(self, stage: Stage, reply: Reply) -> Outcome:
        """What an answer that ends the try means; the connection is cleared for the next letter, or given up."""
        is_clear = stage is Stage.END and 200 <= reply.code < 600
        if reply.code == CLOSING or not 200 <= reply.code < 600 or (stage is Stage.DATA and reply.code < 400):
            self._drop()
        elif not is_clear and self._connection is not None:
            try:
                code, _ = self._connection.rset()
            except (OSError, smtplib.SMTPException, ValueError):
                code = 0
            if code != 250:
                self._drop()
        return verdict(stage, reply)


def _connected() -> _Connection:
    """A connection whose server has greeted."""
    connect: type[_Connection] = _Connection
    told: dict[str, Any] = {"local_hostname": DNS_NAME.get_fqdn(), "timeout": COMMAND_SECONDS}
    if settings.EMAIL_USE_SSL:
        connect, told["context"] = _SecureConnection, _context()
    connection = connect(settings.EMAIL_HOST, settings.EMAIL_PORT or 0, **told)
    if connection.sock is not None:
        # The end of a letter is a packet of its own and must not wait for the answer to the one before.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _introduce(connection: _Connection) -> None:
    """Say who we are, encrypt and sign in, as the settings ask."""
    connection.ehlo_or_helo_if_needed()
    if settings.EMAIL_USE_TLS:
        code, text = connection.starttls(context=_context())
        if code != 220:
            raise smtplib.SMTPResponseException(code, text)
        connection.ehlo_or_helo_if_needed()
    if settings.EMAIL_HOST_USER and settings.EMAIL_HOST_PASSWORD:
        connection.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)


def _say(connection: _Connection, stage: Stage, raw: bytes, sender: str, recipient: str) -> Reply:
    """The command of a stage, and its answer."""
    if stage is Stage.MAIL:
        options = [f"SIZE={len(raw)}"] if connection.has_extn("size") else []
        options += ["BODY=8BITMIME"] if not raw.isascii() and connection.has_extn("8bitmime") else []
        options += ["SMTPUTF8"] if connection.command_encoding == "utf-8" else []
        return Reply.of(*connection.docmd("MAIL", " ".join([f"FROM:<{sender}>", *options])))
    if stage is Stage.RCPT:
        return Reply.of(*connection.docmd("RCPT", f"TO:<{recipient}>"))
    return Reply.of(*connection.docmd("DATA"))


def _stuffed(raw: bytes) -> bytes:
    """The text of a letter as it travels (RFC 5321, 4.5.2): another dot before each at the start of a line."""
    text = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        # Some servers take a bare CR or LF for the end of a line, and then what follows for something of ours.
        text = LINE_END.sub(b"\r\n", text)
    text = text.replace(b"\r\n.", b"\r\n..")
    return b"." + text if text.startswith(b".") else text


def _context() -> ssl.SSLContext:
    """TLS as Django's own backend has it: certificates are checked, and ours is shown where the settings name one."""
    context = ssl.create_default_context()
    if settings.EMAIL_SSL_CERTFILE:
        context.load_cert_chain(settings.EMAIL_SSL_CERTFILE, settings.EMAIL_SSL_KEYFILE)
    return context


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(Reply.of(error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""))
    return f"{type(error).__name__}: {error}"

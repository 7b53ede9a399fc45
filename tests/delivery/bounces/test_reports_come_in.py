"""By a listener, a mailbox, a file or the clock: what was accepted is on the disk, and is taken once."""

from __future__ import annotations

import asyncio
import smtplib
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from broadsheet.community.models import MailEvent
from broadsheet.delivery.bounces import return_path
from broadsheet.delivery.bounces.listening import listen
from broadsheet.delivery.bounces.mailboxes import MailboxError, collect
from broadsheet.delivery.bounces.reading import LARGEST
from broadsheet.delivery.bounces.spool import Spool, SpoolFullError
from broadsheet.delivery.bounces.taking import Taken
from broadsheet.worker.bouncing import bouncing_errands, collect_and_take
from tests.delivery.bounces.letters import letter, report

REPORT = b"From: mailer-daemon@mx.example.net\r\nSubject: undeliverable\r\n\r\nNobody.\r\n.a line with a dot\r\n"
HARD = "hard-postfix-unknown-user"


@contextmanager
def listening(spool: Spool, *, is_lmtp: bool = True) -> Iterator[int]:
    """A listener in a thread of its own; yields its port."""
    ready: list[int] = []
    started = threading.Event()
    stop: list[Callable[[], object]] = []

    async def run() -> None:
        ending = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ending.set))

        def on_ready(port: int) -> None:
            ready.append(port)
            started.set()

        await listen("127.0.0.1", 0, spool=spool, is_lmtp=is_lmtp, on_ready=on_ready, stopped=ending)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(20)
    try:
        yield ready[0]
    finally:
        stop[0]()
        thread.join(20)


def stored(spool: Spool) -> list[bytes]:
    return [path.read_bytes() for path in sorted(spool.new.iterdir())]


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "bounces")


def test_lmtp_answers_for_each_recipient_once_it_is_on_the_disk(spool: Spool) -> None:
    with listening(spool) as port, smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo_or_helo_if_needed()
        assert client.mail("<>")[0] == 250
        assert client.rcpt("bounces+1@papers.example.org")[0] == 250
        assert client.rcpt("bounces+2@papers.example.org")[0] == 250
        assert client.data(REPORT)[0] == 250
        assert client.getreply()[0] == 250
        assert client.noop()[0] == 250
    assert stored(spool) == [
        b"X-Original-To: bounces+1@papers.example.org\r\nX-Original-To: bounces+2@papers.example.org\r\n" + REPORT
    ]
    assert not list(spool.drafts.iterdir())


def test_smtp_is_spoken_too_and_what_is_too_large_is_refused(spool: Spool) -> None:
    with listening(spool, is_lmtp=False) as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail("", ["bounces@papers.example.org"], REPORT)
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            client.sendmail("", ["bounces@papers.example.org"], b"x" * (LARGEST + 1_000))
        assert refused.value.smtp_code == 552
    assert len(stored(spool)) == 1


def test_a_full_folder_asks_for_patience(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.delivery.bounces.spool.MOST_WAITING", 0)
    with pytest.raises(SpoolFullError):
        spool.store(REPORT)
    with listening(spool) as port, smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("<>")
        client.rcpt("bounces@papers.example.org")
        assert client.data(REPORT)[0] == 452


@pytest.mark.django_db
def test_what_waits_is_taken_and_gone(spool: Spool) -> None:
    delivery = letter(left_at=timezone.now())
    raw = report(HARD, delivery, to="bounces@papers.example.org")
    spool.store(raw, [return_path(delivery)])
    spool.store(raw, [return_path(delivery)])
    assert spool.take_all() == {"hard bounce": 1, "": 1}
    assert not stored(spool)
    assert MailEvent.objects.count() == 1


def test_what_cannot_be_taken_now_waits_and_what_never_can_is_put_aside(spool: Spool) -> None:
    spool.store(REPORT)

    def busy(raw: bytes) -> Taken:
        raise OperationalError("locked")

    def broken(raw: bytes) -> Taken:
        raise ZeroDivisionError

    with pytest.raises(OperationalError):
        spool.take_all(take=busy)
    assert stored(spool) == [REPORT]
    assert spool.take_all(lambda: True) == {}
    assert spool.take_all(take=broken) == {}
    assert not stored(spool)
    assert [path.read_bytes() for path in spool.unread.iterdir()] == [REPORT]


def test_a_recipient_cannot_add_headers(spool: Spool) -> None:
    spool.store(REPORT, ["a@b.example\r\nX-Evil: 1"])
    assert b"\nX-Evil" not in stored(spool)[0]


def test_a_maildir_is_emptied(spool: Spool, tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1").write_bytes(REPORT)
    (tmp_path / "box" / "cur" / "2:2,S").write_bytes(REPORT + b"seen")
    (tmp_path / "box" / "tmp" / "3").write_bytes(b"half")
    assert collect(f"maildir:{tmp_path / 'box'}", spool) == 2
    assert sorted(stored(spool)) == sorted([REPORT, REPORT + b"seen"])
    assert [path.name for path in (tmp_path / "box").rglob("*") if path.is_file()] == ["3"]
    with pytest.raises(MailboxError, match="no Maildir"):
        collect(f"maildir:{tmp_path}", spool)


@pytest.mark.django_db
def test_the_clock_reads_the_mailbox(settings: object, tmp_path: Path) -> None:
    assert bouncing_errands() == []
    (tmp_path / "box" / "new").mkdir(parents=True)
    settings.BOUNCES = f"maildir:{tmp_path / 'box'}"  # type: ignore[attr-defined]
    settings.HOME = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "box" / "new" / "1").write_bytes(report(HARD, letter(left_at=timezone.now())))
    [errand] = bouncing_errands()
    assert errand.do(lambda: False) == "reports: 1 hard bounce"
    assert errand.do(lambda: False) == "reports: none"
    settings.BOUNCES = f"maildir:{tmp_path / 'none'}"  # type: ignore[attr-defined]
    Spool().store(report(HARD, letter(left_at=timezone.now())))
    with pytest.raises(MailboxError):
        collect_and_take(Spool(), lambda: False)
    assert not stored(Spool())


class Scripted(socketserver.StreamRequestHandler):
    """A mail server that knows a name, a password and some letters, and as much of a protocol as is needed."""

    greeting: bytes
    letters: dict[int, bytes]
    said: list[str]

    def send(self, *lines: bytes) -> None:
        self.wfile.write(b"".join(line + b"\r\n" for line in lines))

    def handle(self) -> None:
        self.send(self.greeting)
        for line in self.rfile:
            words = line.decode().strip()
            self.said.append(words)
            if not self.answer(words):
                return

    def answer(self, words: str) -> bool:
        raise NotImplementedError


class Imap(Scripted):
    greeting = b"* OK [CAPABILITY IMAP4rev1] ready"

    def answer(self, words: str) -> bool:
        tag, command, *rest = words.split(" ", 2)
        told, done, more = " ".join(rest), tag.encode() + b" OK done", b""
        kind = f"{command} {told.partition(' ')[0]}" if command == "UID" else command
        if kind == "CAPABILITY":
            more = b"* CAPABILITY IMAP4rev1\r\n"
        elif kind == "LOGIN" and told != 'reader "a word"':
            done = tag.encode() + b" NO wrong word: a word"
        elif kind == "SELECT":
            more = b"* %d EXISTS\r\n" % len(self.letters)
        elif kind == "UID SEARCH":
            more = b"* SEARCH " + b" ".join(b"%d" % number for number in self.letters) + b"\r\n"
        elif kind == "UID FETCH":
            number = int(told.split(" ")[1])
            raw = self.letters[number]
            more = b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (number, len(raw)) + raw + b")\r\n"
        elif kind == "UID STORE":
            self.letters[int(told.split(" ")[1])] = b""
        elif kind == "EXPUNGE":
            for number in [number for number, raw in self.letters.items() if not raw]:
                del self.letters[number]
        self.wfile.write(more)
        self.send(done)
        return kind != "LOGOUT"


class Pop(Scripted):
    greeting = b"+OK ready"

    def answer(self, words: str) -> bool:
        command, _, told = words.partition(" ")
        if command == "PASS" and told != "a word":
            self.send(b"-ERR wrong word")
        elif command == "LIST":
            sizes = (b"%d %d" % (number, len(raw)) for number, raw in self.letters.items())
            self.send(b"+OK", *sizes, b".")
        elif command in {"RETR", "TOP"}:
            lines = self.letters[int(told.split(" ")[0])].split(b"\r\n")[:-1]
            self.send(b"+OK", *(b"." + line if line.startswith(b".") else line for line in lines), b".")
        elif command == "DELE":
            self.letters[int(told)] = b""
            self.send(b"+OK")
        else:
            if command == "QUIT":
                for number in [number for number, raw in self.letters.items() if not raw]:
                    del self.letters[number]
            self.send(b"+OK")
        return command != "QUIT"


@contextmanager
def mail_server(kind: type[Scripted], letters: dict[int, bytes]) -> Iterator[int]:
    handler = type("Handler", (kind,), {"letters": letters, "said": []})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(20)


@pytest.mark.parametrize(("scheme", "kind"), [("imap", Imap), ("pop", Pop)])
def test_a_mailbox_is_emptied_once_its_letters_are_on_the_disk(scheme: str, kind: type[Scripted], spool: Spool) -> None:
    letters = {3: REPORT, 7: REPORT + b"again\r\n"}
    with mail_server(kind, letters) as port:
        address = f"{scheme}://reader:a%20word@127.0.0.1:{port}/INBOX"
        assert collect(address, spool) == 2
        assert collect(address, spool) == 0
    assert letters == {}
    assert [raw.rstrip() for raw in stored(spool)] == [REPORT.rstrip(), (REPORT + b"again").rstrip()]


@pytest.mark.parametrize(("scheme", "kind"), [("imap", Imap), ("pop", Pop)])
def test_a_mailbox_that_cannot_be_read_is_named_without_its_password(
    scheme: str, kind: type[Scripted], spool: Spool
) -> None:
    with mail_server(kind, {1: REPORT}) as port, pytest.raises(MailboxError, match=r"127\.0\.0\.1") as refused:
        collect(f"{scheme}://reader:another%20word@127.0.0.1:{port}/INBOX", spool)
    assert "another word" not in str(refused.value)
    with pytest.raises(MailboxError):
        collect(f"{scheme}://reader:word@127.0.0.1:9/INBOX", spool)
    assert not stored(spool)

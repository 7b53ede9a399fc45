"""The table of faults: what a mail server answers at each stage, and where the letter stands then."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from broadsheet.community.models import Delivery
from broadsheet.delivery.sending import UnreachableError, smtp
from broadsheet.delivery.sending.ledger import Ledger
from broadsheet.delivery.suppressing import is_suppressed
from tests.delivery.certificates import write_certificate
from tests.delivery.sending_to import NOW, due_to, mail_server, send
from tests.fakes.smtp import HANG_UP, SILENCE

pytestmark = pytest.mark.django_db
READER = "reader@example.net"
GARBAGE = "what is it that you want"
TLS, LOGIN = {"EMAIL_USE_TLS": True}, {"EMAIL_HOST_USER": "broadsheet", "EMAIL_HOST_PASSWORD": "heron"}
OFFERS_TLS, OFFERS_LOGIN = {"extensions": ["STARTTLS"]}, {"extensions": ["AUTH PLAIN"]}
WAITS, LATER = "waits", "planned"
"""The letter is planned: without a try that was counted, as no server could be reached; or for later."""


@dataclass(frozen=True)
class Fault:
    """One row: a script of the server, the settings, and the state in the end."""

    name: str
    script: dict[str, Any]
    state: str
    settings: dict[str, Any] = field(default_factory=dict)
    server: dict[str, Any] = field(default_factory=dict)
    takes: bool = False
    suppresses: bool = False


def faults_of_all(stage: str, *, then: str) -> list[Fault]:
    """What may happen at every stage at which a server may still say anything without having taken a letter."""
    return [
        Fault(f"{stage} hangs up", {stage: [HANG_UP]}, then),
        Fault(f"{stage} says nothing", {stage: [SILENCE]}, then),
        Fault(f"{stage} speaks no SMTP", {stage: [GARBAGE]}, then),
        Fault(f"{stage} 421 closing", {stage: ["421 4.3.2 going down"]}, then),
    ]


TABLE = [
    Fault("connect hangs up", {"connect": [HANG_UP]}, WAITS),
    Fault("connect says nothing", {"connect": [SILENCE]}, WAITS),
    Fault("greeting 554", {"greeting": ["554 5.3.2 no mail today"]}, WAITS),
    Fault("greeting speaks no SMTP", {"greeting": [GARBAGE]}, WAITS),
    Fault("greeting 421", {"greeting": ["421 4.3.2 too busy"]}, WAITS),
    *faults_of_all("EHLO", then=WAITS)[:2],
    Fault("EHLO and HELO 550", {"EHLO": ["550 no"], "HELO": ["550 no"]}, WAITS),
    Fault("EHLO unknown, HELO known", {"EHLO": ["502 5.5.1 what?"]}, "sent", takes=True),
    Fault("STARTTLS not offered", {}, WAITS, TLS),
    Fault("STARTTLS 454", {"STARTTLS": ["454 4.7.0 not now"]}, WAITS, TLS, OFFERS_TLS),
    Fault("STARTTLS 501", {"STARTTLS": ["501 5.5.4 no"]}, WAITS, TLS, OFFERS_TLS),
    Fault("STARTTLS hangs up", {"STARTTLS": [HANG_UP]}, WAITS, TLS, OFFERS_TLS),
    Fault("STARTTLS no handshake", {}, WAITS, TLS, OFFERS_TLS),
    Fault("AUTH not offered", {}, WAITS, LOGIN),
    Fault("AUTH 535", {"AUTH": ["535 5.7.8 wrong word"]}, WAITS, LOGIN, OFFERS_LOGIN),
    Fault("AUTH 454", {"AUTH": ["454 4.7.0 ask later"]}, WAITS, LOGIN, OFFERS_LOGIN),
    Fault("AUTH hangs up", {"AUTH": [HANG_UP]}, WAITS, LOGIN, OFFERS_LOGIN),
    *faults_of_all("MAIL", then=LATER),
    Fault("MAIL 451", {"MAIL": ["451 4.3.0 trouble"]}, LATER),
    Fault("MAIL 452 disk full", {"MAIL": ["452 4.3.1 no space"]}, LATER),
    Fault("MAIL 550 sender refused", {"MAIL": ["550 5.7.1 who are you"]}, LATER),
    Fault("MAIL 530 sign in first", {"MAIL": ["530 5.7.0 sign in"]}, LATER),
    Fault("MAIL 552 too large", {"MAIL": ["552 5.3.4 too large"]}, "failed"),
    *faults_of_all("RCPT", then=LATER),
    Fault("RCPT 450 greylisted", {"RCPT": ["450 4.7.1 greylisted"]}, LATER),
    Fault("RCPT 452 full", {"RCPT": ["452 4.2.2 full"]}, LATER),
    Fault("RCPT 550 unknown", {"RCPT": ["550 5.1.1 no such heron"]}, "bounced", suppresses=True),
    Fault("RCPT 550 bare", {"RCPT": ["550 no such user"]}, "bounced", suppresses=True),
    Fault("RCPT 550 takes no mail", {"RCPT": ["550 5.1.10 null MX"]}, "bounced", suppresses=True),
    Fault("RCPT 552 full for good", {"RCPT": ["552 5.2.2 mailbox is full"]}, "bounced"),
    Fault("RCPT 554 we are blocked", {"RCPT": ["554 5.7.1 blocked by a list"]}, "failed"),
    Fault("RCPT 530 sign in first", {"RCPT": ["530 5.7.0 sign in"]}, "failed"),
    *faults_of_all("DATA", then=LATER),
    Fault("DATA 451", {"DATA": ["451 4.3.0 trouble"]}, LATER),
    Fault("DATA 554", {"DATA": ["554 5.5.1 no"]}, "failed"),
    Fault("DATA 250 instead of 354", {"DATA": ["250 ok"]}, LATER),
    Fault("end hangs up", {"end": [HANG_UP]}, "in doubt"),
    Fault("end says nothing", {"end": [SILENCE]}, "in doubt"),
    Fault("end speaks no SMTP", {"end": [GARBAGE]}, "in doubt"),
    Fault("end 354 again", {"end": ["354 go on"]}, "in doubt"),
    Fault("end 421", {"end": ["421 4.3.2 going down"]}, LATER),
    Fault("end 451", {"end": ["451 4.3.0 trouble"]}, LATER),
    Fault("end 452 full", {"end": ["452 4.2.2 full"]}, LATER),
    Fault("end 550 spam", {"end": ["550 5.7.1 looks like spam"]}, "failed"),
    Fault("end 552 too large", {"end": ["552 5.3.4 too large"]}, "failed"),
    Fault("end 550 unknown", {"end": ["550 5.1.1 no such heron"]}, "bounced", suppresses=True),
    Fault("end 250 without words", {"end": ["250"]}, "sent", takes=True),
    Fault("QUIT 500", {"QUIT": ["500 what?"]}, "sent", takes=True),
    Fault("QUIT hangs up", {"QUIT": [HANG_UP]}, "sent", takes=True),
    Fault("QUIT says nothing", {"QUIT": [SILENCE]}, "sent", takes=True),
]


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
def test_a_fault_ends_in_its_state(fault: Fault, settings, monkeypatch) -> None:
    if [SILENCE] in fault.script.values():
        # Only there: a busy machine may be slow to say something.
        monkeypatch.setattr(smtp, "COMMAND_SECONDS", 0.5)
        monkeypatch.setattr(smtp, "LETTER_SECONDS", 2.0)
    [row] = due_to(READER)
    with mail_server(settings, fault.script, **fault.server) as server:
        for name, value in fault.settings.items():
            setattr(settings, name, value)
        if fault.state == WAITS:
            with pytest.raises(UnreachableError):
                send()
        else:
            send()
    row.refresh_from_db()
    assert row.state == ("planned" if fault.state == WAITS else fault.state)
    assert row.attempts_count == (0 if fault.state == WAITS else 1)
    assert bool(server.taken) == fault.takes
    assert is_suppressed(READER) == fault.suppresses
    assert (row.due_at > NOW) == (fault.state == LATER)
    assert (row.ended_at is not None) == (row.state != "planned")
    if fault.settings.get("EMAIL_USE_TLS"):
        assert not [line for line in server.in_clear if line.startswith(("MAIL", "AUTH"))]


def test_the_table_has_at_least_thirty_rows_each_of_its_own() -> None:
    assert len({fault.name for fault in TABLE}) == len(TABLE) >= 30


def test_a_server_that_hangs_up_before_the_end_of_a_letter_has_not_taken_it(settings, monkeypatch) -> None:
    """Seen between the mark and the end."""
    [row] = due_to(READER)
    with mail_server(settings, {"body": [HANG_UP]}) as server:
        mark = Ledger.mark

        def wait(ledger: Ledger, one: Delivery, now: datetime) -> bool:
            assert server.has_hung_up.wait(20)
            return mark(ledger, one, now)

        monkeypatch.setattr(Ledger, "mark", wait)
        assert send() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts_count, server.taken) == ("planned", 1, [])


def test_nobody_listens(settings) -> None:
    [row] = due_to(READER)
    with mail_server(settings):
        pass
    with pytest.raises(UnreachableError):
        send()
    row.refresh_from_db()
    assert (row.state, row.attempts_count, row.claimed_by) == ("planned", 0, "")


@pytest.mark.parametrize("answer", ["450 4.7.1 greylisted", "421 4.7.0 try again", HANG_UP])
def test_what_was_refused_for_now_is_sent_later_once(answer: str, settings) -> None:
    [row] = due_to(READER)
    with mail_server(settings, {"RCPT": [answer, "250 ok"]}) as server:
        assert send() == 0
        assert send(NOW + timedelta(seconds=40)) == 0
        assert send(NOW + timedelta(seconds=73)) == 1
        assert send(NOW + timedelta(days=1)) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts_count, len(server.taken)) == ("sent", 2, 1)


def test_it_is_given_up_after_a_day(settings) -> None:
    [row] = due_to(READER)
    moment = NOW
    with mail_server(settings, {"RCPT": ["451 4.3.0 trouble"]}):
        while row.state == "planned":
            send(moment)
            row.refresh_from_db()
            moment = max(moment, row.due_at)
    assert row.state == "failed"
    assert "451 4.3.0 trouble" in row.answer
    assert timedelta(hours=16) < row.ended_at - NOW < timedelta(hours=28)


class TestEncryption:
    """With a certificate that is trusted, and one that is not."""

    @pytest.fixture
    def tls(self, tmp_path: Path) -> ssl.SSLContext:
        path = write_certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    @pytest.fixture
    def trusted(self, tls: ssl.SSLContext, tmp_path: Path, monkeypatch) -> ssl.SSLContext:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        return tls

    def test_starttls(self, trusted: ssl.SSLContext, settings) -> None:
        due_to(READER)
        with mail_server(settings, tls=trusted, extensions=["STARTTLS", "AUTH PLAIN"]) as server:
            settings.EMAIL_USE_TLS = True
            settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "broadsheet", "heron"
            assert send() == 1
        assert [line.split()[0].upper() for line in server.in_clear] == ["EHLO", "STARTTLS"]
        assert any(line.startswith("AUTH PLAIN") for line in server.said)

    def test_from_the_first_byte(self, trusted: ssl.SSLContext, settings) -> None:
        due_to(READER)
        with mail_server(settings, tls=trusted, is_tls=True) as server:
            settings.EMAIL_USE_SSL = True
            assert send() == 1
        assert server.in_clear == []

    def test_a_certificate_of_nobody_is_not_taken(self, tls: ssl.SSLContext, settings) -> None:
        [row] = due_to(READER)
        with mail_server(settings, tls=tls, extensions=["STARTTLS"]) as server:
            settings.EMAIL_USE_TLS = True
            with pytest.raises(UnreachableError, match="certificate"):
                send()
        row.refresh_from_db()
        assert (row.state, server.taken) == (Delivery.State.PLANNED, [])

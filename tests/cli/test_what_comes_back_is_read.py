"""``broadsheet bounces`` and ``broadsheet check``: reports and addresses from files, and how mail stands."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from broadsheet.delivery import pausing
from broadsheet.delivery.mailcheck import resolving
from broadsheet.delivery.suppressing import is_suppressed
from tests.cli.running import run, run_json
from tests.delivery.bounces.letters import ADDRESS, letter, report
from tests.delivery.mailcheck.names import LETTER, Names, sound
from tests.people import admin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sends(settings: Any, tmp_path: Path) -> None:
    settings.BOUNCE_ADDRESS, settings.HOME, settings.SENDS_MAIL = "bounces@papers.example.org", tmp_path, True
    settings.DEFAULT_FROM_EMAIL = "Papers <papers@example.org>"


def test_one_report_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "report.eml"
    path.write_bytes(report("hard-postfix-unknown-user", letter(left_at=timezone.now())))
    assert run("bounces", "read", path).stdout.startswith("hard bounce: 550 5.1.1 (address)")
    assert run_json("bounces", "read", path) == {"kind": "", "why": "it was counted before"}
    assert run("bounces", "read", tmp_path / "none").exit_code == 1


def test_the_mailbox_is_read(settings: Any, tmp_path: Path) -> None:
    assert "Nothing came back." in run("bounces", "read").stdout
    (tmp_path / "box" / "new").mkdir(parents=True)
    settings.BOUNCES = f"maildir:{tmp_path / 'box'}"
    (tmp_path / "box" / "new" / "1").write_bytes(b"hello")
    assert run_json("bounces", "read") == {"": 1}
    settings.BOUNCES = "maildir:/nowhere"
    failed = run("bounces", "read")
    assert failed.exit_code == 1
    assert "no Maildir" in failed.stderr


def test_addresses_are_suppressed_from_a_file_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{ADDRESS}\nnobody\n")
    failed = run("bounces", "suppress", path, "--why", "elsewhere")
    assert "1 addresses are suppressed now, 0 were before" in failed.stdout
    assert failed.exit_code == 1
    assert "1 lines hold no address: 2" in failed.stderr
    assert is_suppressed(ADDRESS)
    assert run_json("bounces", "suppressed")["admin"] == 1
    assert "admin        1" in run("bounces", "suppressed").stdout
    assert run("bounces", "suppress", tmp_path / "none").exit_code == 1


def test_a_listener_needs_an_address_to_listen_on() -> None:
    assert run("bounces", "serve", "--at", "8024").exit_code == 2
    assert run("bounces", "serve", "--at", "192.0.2.1:8024").exit_code == 1


def test_a_check_tells_what_delivery_waits_for() -> None:
    assert run("check").stdout.count("\n") == 1
    letter(left_at=timezone.now() - timedelta(hours=1), state="planned")
    letter(left_at=timezone.now(), state="in doubt")
    pausing.pause("too many came back", admin())
    told = run("check").stdout
    assert "1 deliveries are due and have not left" in told
    assert "1 deliveries are in doubt" in told
    assert "too many came back" in told


def test_mail_is_explained(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "mx.example.org"
    monkeypatch.setattr(resolving, "Dns", sound)
    result = run("check", "mail", "--selector", "mail")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("GOOD") == 8
    monkeypatch.setattr(resolving, "Dns", Names)
    result = run("check", "mail")
    assert result.exit_code == 1
    assert "should be: one TXT record of papers.example.org" in result.stdout
    told = run("check", "mail", "--json")
    assert '"verdict": "bad"' in told.stdout


def test_a_received_letter_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resolving, "Dns", Names)
    path = tmp_path / "test.eml"
    path.write_bytes(LETTER)
    result = run("check", "mail", "--received", path)
    assert result.exit_code == 1
    assert "BAD       DKIM: it is not signed" in result.stdout
    path.write_bytes(b"no letter")
    assert "save the letter with all its headers" in run("check", "mail", "--received", path).stderr
    assert run("check", "mail", "--received", tmp_path / "none").exit_code == 1


def test_a_test_letter_goes_out_as_digests_do(settings: Any) -> None:
    assert "on its way" in run("check", "mail", "--to", "box@receiver.example").stdout
    sent = mail.outbox[0].message()
    assert sent["From"] == "Papers <papers@example.org>"
    assert mail.outbox[0].from_email == "bounces@papers.example.org"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert run("check", "mail", "--to", "nobody").exit_code == 1
    settings.SENDS_MAIL = False
    assert "sends no mail" in run("check", "mail", "--to", "box@receiver.example").stderr


def test_without_the_extra_mail_cannot_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns.resolver", None)
    result = run("check", "mail")
    assert result.exit_code == 1
    assert "broadsheet[mailcheck]" in result.stderr

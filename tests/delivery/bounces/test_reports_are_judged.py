"""Each shape of report ends as its file is named: hard, soft, a complaint, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.community.models import BounceScore, MailEvent, Suppression
from broadsheet.delivery.bounces import return_path, take_report
from broadsheet.delivery.bounces.reading import LARGEST, Told, read
from broadsheet.delivery.bounces.statuses import Severity, severity
from broadsheet.delivery.suppressing import is_suppressed
from tests.delivery.bounces.letters import ADDRESS, NOW, RETURNED, letter, report

NAMES = sorted(path.stem for path in RETURNED.glob("*.eml"))
KINDS = {"hard": "hard bounce", "soft": "soft bounce", "complaint": "complaint", "nothing": ""}
STATES = {"hard": "bounced", "soft": "failed", "complaint": "sent", "nothing": "sent"}


def test_there_are_enough_shapes() -> None:
    assert len([name for name in NAMES if not name.startswith("complaint")]) >= 25


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db
def test_a_report_counts_as_its_name_says(name: str) -> None:
    delivery = letter()
    outcome = name.partition("-")[0]
    taken = take_report(report(name, delivery), now=NOW)
    assert taken.kind == KINDS[outcome], taken.why
    delivery.refresh_from_db()
    assert delivery.state == STATES[outcome]
    assert is_suppressed(ADDRESS) == (outcome in {"hard", "complaint"})
    assert MailEvent.objects.count() == (outcome != "nothing")
    assert BounceScore.objects.count() == (outcome == "soft")
    subscription = delivery.subscription
    subscription.refresh_from_db()
    assert (subscription.ended_at is not None) == (outcome == "complaint")
    assert bool(subscription.paused_because) == (outcome == "hard")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("nothing")])
@pytest.mark.django_db
def test_no_address_is_kept_in_clear(name: str) -> None:
    take_report(report(name, letter()), now=NOW)
    event = MailEvent.objects.get()
    assert "@" not in event.answer
    assert all("@" not in row.answer for row in Suppression.objects.all())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("nothing")])
@pytest.mark.django_db
def test_a_forged_report_does_nothing(name: str) -> None:
    delivery = letter()
    right = return_path(delivery)
    local, _, domain = right.rpartition("@")
    wrong = f"{local[:-1]}{'0' if local[-1] != '0' else '1'}@{domain}"
    for to in (wrong, f"bounces+{delivery.key}@{domain}", f"{local}@elsewhere.example", f"x{right}"):
        taken = take_report(report(name, delivery, to=to), now=NOW)
        assert (taken.kind, MailEvent.objects.count(), is_suppressed(ADDRESS)) == ("", 0, False)


@pytest.mark.parametrize(
    ("status", "words", "expected"),
    [
        ("5.1.1", "", Severity.HARD),
        ("5.1.2", "", Severity.HARD),
        ("5.1.6", "mailbox has moved", Severity.HARD),
        ("5.1.7", "bad sender's mailbox address", Severity.SOFT),
        ("5.1.8", "sender's domain does not resolve", Severity.SOFT),
        ("5.2.2", "", Severity.SOFT),
        ("5.4.4", "unable to route", Severity.SOFT),
        ("5.4.6", "routing loop", Severity.SOFT),
        ("5.7.1", "delivery not authorised", Severity.SOFT),
        ("4.2.2", "", Severity.SOFT),
        ("4.7.1", "greylisted", Severity.SOFT),
        ("4.1.1", "user unknown for now", Severity.SOFT),
        ("", "550 mailbox name not allowed", Severity.HARD),
        ("", "451 try again later", Severity.SOFT),
        ("", "554 transaction failed", Severity.SOFT),
        ("5.0.0", "550 5.1.1 gone", Severity.HARD),
        ("5.0.0", "smtp; 550 5.2.2 over quota", Severity.SOFT),
        ("5.5.0", "550 Requested action not taken: mailbox unavailable", Severity.HARD),
        ("5.3.0", "550 no such user: alice", Severity.HARD),
        ("", "the server 192.5.1.1 said nothing", Severity.SOFT),
        ("", "550 5.1.1.", Severity.HARD),
    ],
)
def test_codes_and_words_are_weighed(status: str, words: str, expected: Severity) -> None:
    assert severity(status, words) is expected


@pytest.mark.django_db
def test_what_is_too_large_is_not_read() -> None:
    delivery = letter()
    raw = report("hard-postfix-unknown-user", delivery) + b"x" * LARGEST
    assert take_report(raw, now=NOW).why == "it is too large"


def test_bombs_of_parts_tell_nothing() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000))
    assert read(nested).answer == "it has too many parts"
    assert read(b"a: b\n\n" * 50_000).answer == "it has too many lines"
    params = b"Content-Type: multipart/mixed;\n" + b" a=b;\n" * 20_000
    assert read(params).answer == "it has headers that are too long"
    encoded = b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n" + (b"M" + b"#" * 60 + b"\n") * 10_000
    assert read(b"From: postmaster@x.example\nSubject: undeliverable\n" + encoded).told is Told.SOFT
    flat = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 200_000
    assert read(flat).told is Told.NOTHING
    long_line = b"From: mailer-daemon@x.example\nSubject: failed\n\n" + b"delivery " * 100_000
    assert read(long_line).told in Told
    assert read(b"To: " + b"a" * 1_000_000 + b"\nFrom: postmaster@x.example\n\nundeliverable").addressed_to == ()


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_without_a_fault(raw: bytes) -> None:
    assert read(raw).told in Told


@given(st.sampled_from(NAMES), st.data())
def test_any_damage_to_a_report_is_borne(name: str, data: st.DataObject) -> None:
    raw = bytearray((RETURNED / f"{name}.eml").read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert read(bytes(raw)).told in Told

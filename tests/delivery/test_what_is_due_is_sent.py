"""A round of a sender: what it sends, what it leaves out, what waits, and what does not hold the others up."""

from __future__ import annotations

import fcntl
import time
from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core import mail

from broadsheet.community.models import Delivery, SentPaper, Subscription
from broadsheet.delivery.sending import UnreachableError, owners, send_due, smtp
from broadsheet.delivery.suppressing import suppress
from broadsheet.delivery.values import Fate, Outcome
from tests.delivery.sending_to import NOW, contents, delivery, due_to, mail_server, send, states, subscription
from tests.fakes.smtp import HANG_UP, SILENCE
from tests.people import person, suspended

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = "one@example.net", "two@example.org", "three@example.com"


def test_a_letter_goes_out_whole_and_once(settings) -> None:
    [row] = due_to(ONE)
    with mail_server(settings) as server:
        assert send() == 1
        assert send() == 0
    [taken] = server.taken
    letter = message_from_bytes(taken.raw)
    assert (taken.recipient, letter["To"]) == (ONE, ONE)
    assert row.key in letter["Message-ID"]
    assert taken.raw.isascii()
    assert max(map(len, taken.raw.split(b"\r\n"))) <= 998
    row.refresh_from_db()
    assert (row.state, row.handed_over_at, row.ended_at) == ("sent", NOW, NOW)


def test_a_second_try_has_the_same_name(settings) -> None:
    due_to(ONE)
    with mail_server(settings, {"end": ["451 4.3.0 trouble", "250 ok"]}) as server:
        send()
        send(NOW + timedelta(minutes=2))
        names = [message_from_bytes(one.raw)["Message-ID"] for one in server.taken]
    [row] = Delivery.objects.all()
    assert len(names) == 1
    assert (row.state, row.attempts_count) == ("sent", 2)
    assert row.key in names[0]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"confirmed_at": None}, "not confirmed"),
        ({"ended_at": NOW}, "ended or paused"),
        ({"is_on": False}, "ended or paused"),
    ],
)
def test_what_must_not_be_sent_is_suppressed(fields: dict[str, object], why: str, settings) -> None:
    row = delivery(subscription(ONE, **fields), contents())
    with mail_server(settings) as server:
        assert send() == 0
    row.refresh_from_db()
    assert (row.state, server.taken) == ("suppressed", [])
    assert why in row.answer


def test_accounts_that_are_not_written_to(settings) -> None:
    unconfirmed = person("alice")
    unconfirmed.emailaddress_set.update(verified=False)
    rows = [delivery(subscription(account=one), contents()) for one in (unconfirmed, suspended())]
    with mail_server(settings) as server:
        assert send() == 0
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["suppressed", "suppressed"]
    assert server.taken == []


def test_suppressed_addresses_get_nothing(settings) -> None:
    due_to(ONE, TWO)
    suppress(ONE, "complained")
    with mail_server(settings) as server:
        assert send() == 1
    assert [one.recipient for one in server.taken] == [TWO]
    assert states() == {ONE: "suppressed", TWO: "sent"}


def test_a_subscription_that_ends_meanwhile_gets_no_letter(settings) -> None:
    """While the letter before is handed over."""
    due_to(ONE, TWO)

    def end_the_other(_row: Delivery, _outcome: Outcome) -> None:
        Subscription.objects.filter(address=TWO).update(ended_at=NOW)

    with mail_server(settings) as server:
        assert send(told=end_the_other) == 1
    assert [one.recipient for one in server.taken] == [ONE]
    assert states() == {ONE: "sent", TWO: "suppressed"}


def test_a_day_without_papers_brings_nothing(settings) -> None:
    row = delivery(subscription(ONE, sections=[]), None)
    with mail_server(settings) as server:
        assert send() == 0
    row.refresh_from_db()
    assert (row.state, server.taken) == ("empty", [])


def test_papers_of_a_letter_that_reached_nobody_may_come_again(settings) -> None:
    [row] = due_to(ONE)
    numbers = row.contents[0]["papers"]
    SentPaper.objects.bulk_create(SentPaper(recipient="x", paper_id=n, delivery=row) for n in numbers)
    with mail_server(settings, {"RCPT": ["550 5.1.1 unknown"]}):
        send()
    assert not SentPaper.objects.exists()


def test_while_sending_is_paused_letters_wait(settings, monkeypatch) -> None:
    due_to(ONE)
    monkeypatch.setattr("broadsheet.delivery.sending.rounds.why_paused", lambda _now: "too many bounces")
    with mail_server(settings) as server:
        assert send() == 0
    assert (server.connections, states()) == (0, {ONE: "planned"})


def test_without_a_mail_server_letters_wait(settings) -> None:
    due_to(ONE)
    settings.SENDS_MAIL = False
    assert send() == 0
    assert states() == {ONE: "planned"}


def test_one_bad_address_delays_the_others_by_its_own_timeout_alone(settings, monkeypatch) -> None:
    monkeypatch.setattr(smtp, "COMMAND_SECONDS", 0.3)
    due_to(ONE, TWO, THREE)

    def answer(said: str) -> str:
        return SILENCE if ONE in said else "250 ok"

    with mail_server(settings, {"RCPT": answer}) as server:
        began = time.monotonic()
        assert send() == 2
        assert time.monotonic() - began < 20
    assert [one.recipient for one in server.taken] == [TWO, THREE]
    assert states() == {ONE: "planned", TWO: "sent", THREE: "sent"}


def test_a_server_that_looks_through_a_letter_is_waited_for(settings, monkeypatch) -> None:
    """Longer than for a command: hanging up too soon would leave each letter in doubt."""
    monkeypatch.setattr(smtp, "COMMAND_SECONDS", 1.0)
    due_to(ONE)

    def look_through(_said: str) -> str:
        time.sleep(1.5)
        return "250 ok"

    with mail_server(settings, {"end": look_through}):
        assert send() == 1


def test_one_connection_serves_many_letters_and_is_renewed(settings, monkeypatch) -> None:
    monkeypatch.setattr(smtp, "LETTERS_A_CONNECTION", 2)
    filled = contents()
    for number in range(5):
        delivery(subscription(f"reader{number}@example.net"), filled)
    with mail_server(settings, {"RCPT": ["250 ok", "550 5.1.1 unknown", "250 ok"]}) as server:
        assert send() == 4
    assert server.connections == 3
    assert [line.split()[0].upper() for line in server.said].count("RSET") == 1


def test_a_connection_that_was_closed_while_idle_costs_nothing(settings) -> None:
    due_to(ONE, TWO)
    with mail_server(settings, {"MAIL": ["250 ok", "421 4.4.2 idle for too long", "250 ok"]}) as server:
        assert send() == 2
    assert server.connections == 2
    assert set(Delivery.objects.values_list("attempts_count", flat=True)) == {1}


def test_a_server_that_goes_away_in_the_middle_leaves_the_others_as_they_were(settings) -> None:
    due_to(ONE, TWO, THREE)
    script = {"greeting": ["220 hello", HANG_UP], "RCPT": ["250 ok", HANG_UP]}
    with mail_server(settings, script), pytest.raises(UnreachableError):
        send()
    assert states() == {ONE: "sent", TWO: "planned", THREE: "planned"}
    assert list(Delivery.objects.order_by("id").values_list("attempts_count", flat=True)) == [1, 1, 0]


class TestRates:
    """``BROADSHEET_EMAIL_RATE``."""

    def test_only_that_domain_waits(self, settings) -> None:
        settings.EMAIL_RATE = 2
        filled = contents()
        for number in range(4):
            delivery(subscription(f"reader{number}@example.net"), filled)
        delivery(subscription(TWO), filled)
        with mail_server(settings) as server:
            assert send() == 3
            assert [one.recipient.partition("@")[2] for one in server.taken] == ["example.net"] * 2 + ["example.org"]
            waiting = Delivery.objects.filter(state="planned").order_by("id")
            assert [row.due_at - NOW for row in waiting] == [timedelta(seconds=30), timedelta(seconds=60)]
            assert [row.attempts_count for row in waiting] == [0, 0]
            assert send(NOW + timedelta(seconds=31)) == 0
            assert send(NOW + timedelta(seconds=150)) == 2
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}

    def test_what_waits_already_goes_first(self, settings) -> None:
        settings.EMAIL_RATE = 1
        filled = contents()
        rows = [delivery(subscription(f"reader{number}@example.net"), filled) for number in range(3)]
        with mail_server(settings):
            send()
        dues = [Delivery.objects.get(pk=row.pk).due_at for row in rows]
        assert dues == [NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)]


class TestOtherBackends:
    """Django's own, here the one of the tests."""

    def test_sent(self, settings) -> None:
        settings.SENDS_MAIL = True
        [row] = due_to(ONE)
        assert send() == 1
        [letter] = mail.outbox
        assert (letter.to, row.key in letter.extra_headers["Message-ID"]) == ([ONE], True)
        assert letter.alternatives[0][1] == "text/html"

    @pytest.mark.parametrize(
        ("status", "state"), [(429, "planned"), (400, "failed"), (503, "in doubt"), (None, "in doubt")]
    )
    def test_an_error_that_does_not_say_no_is_a_doubt(self, status, state: str, settings, monkeypatch) -> None:
        settings.SENDS_MAIL = True
        due_to(ONE)

        def fail(*_: object) -> None:
            error = RuntimeError("the provider says no")
            error.status_code = status  # type: ignore[attr-defined]
            raise error

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
        assert send() == 0
        assert states() == {ONE: state}


class TestWebhooks:
    """Through the same ledger."""

    @pytest.fixture
    def hook(self) -> Delivery:
        row = subscription(
            account=person("alice"), outlet=Subscription.Outlet.WEBHOOK, target="https://hook.example.net/x"
        )
        return delivery(row, contents())

    @pytest.mark.parametrize(
        ("outcome", "state"),
        [
            (Outcome(Fate.SENT, "204"), "sent"),
            (Outcome(Fate.LATER, "503", 600.0), "planned"),
            (Outcome(Fate.FAILED, "404"), "failed"),
            (Outcome(Fate.IN_DOUBT, "timed out"), "in doubt"),
        ],
    )
    def test_outcomes(self, outcome: Outcome, state: str, hook: Delivery, monkeypatch) -> None:
        seen = []

        def post(row: Delivery) -> Outcome:
            seen.append(Delivery.objects.get(pk=row.pk).state)
            return outcome

        monkeypatch.setattr("broadsheet.delivery.sending.posting.post", post)
        assert send() == (state == "sent")
        hook.refresh_from_db()
        assert (seen, hook.state) == (["handing over"], state)
        if state == "planned":
            assert hook.due_at - NOW >= timedelta(minutes=10)

    def test_they_go_out_when_the_mail_server_is_gone(self, hook: Delivery, settings, monkeypatch) -> None:
        monkeypatch.setattr("broadsheet.delivery.sending.posting.post", lambda _row: Outcome(Fate.SENT))
        due_to(ONE)
        with mail_server(settings):
            pass
        with pytest.raises(UnreachableError):
            send()
        hook.refresh_from_db()
        assert hook.state == "sent"

    def test_a_fault_of_ours_is_a_doubt_and_stops_nobody(self, hook: Delivery, settings, monkeypatch) -> None:
        def post(_row: Delivery) -> Outcome:
            raise RuntimeError("a fault")

        monkeypatch.setattr("broadsheet.delivery.sending.posting.post", post)
        due_to(ONE)
        with mail_server(settings):
            assert send() == 1
        hook.refresh_from_db()
        assert (hook.state, "a fault" in hook.answer) == ("in doubt", True)


def test_a_sender_that_is_told_to_stop_gives_back_what_it_has(settings) -> None:
    due_to(ONE, TWO, THREE)
    sent: list[str] = []
    with mail_server(settings):
        assert send_due(lambda: bool(sent), now=NOW, told=lambda row, _: sent.append(row.key)) == 1
    assert states() == {ONE: "sent", TWO: "planned", THREE: "planned"}


def test_faults_of_our_own_end_a_round_when_they_do_not_end(settings, monkeypatch) -> None:
    filled = contents()
    for number in range(12):
        delivery(subscription(f"reader{number}@example.net"), filled)

    def fail(*_: object) -> None:
        raise LookupError("a fault")

    monkeypatch.setattr("broadsheet.delivery.letters.Letters.message", fail)
    with mail_server(settings), pytest.raises(LookupError):
        send()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"planned"}
    assert Delivery.objects.filter(attempts_count=0).count() == 3


class TestOwners:
    """Who of the senders of a home is alive."""

    def test_the_living_are_not_gone(self, tmp_path) -> None:
        with owners.alive(tmp_path), owners.gone(tmp_path) as gone:
            assert gone == []

    def test_the_killed_are_found_once(self, tmp_path) -> None:
        (tmp_path / "1234-killed").touch()
        with owners.gone(tmp_path) as gone, owners.gone(tmp_path) as again:
            assert (gone, again) == (["1234-killed"], [])
        with owners.gone(tmp_path) as gone:
            assert gone == []

    def test_what_was_not_dealt_with_is_found_again(self, tmp_path) -> None:
        (tmp_path / "1234-killed").touch()
        with pytest.raises(LookupError), owners.gone(tmp_path):
            raise LookupError
        with owners.gone(tmp_path) as gone:
            assert gone == ["1234-killed"]

    def test_what_a_killed_one_had_is_sent_at_once(self, settings) -> None:
        [row] = due_to(ONE)
        folder = settings.HOME / "senders"
        folder.mkdir(exist_ok=True)
        (folder / "1234-killed").touch()
        later = NOW + timedelta(hours=1)
        Delivery.objects.filter(pk=row.pk).update(state="claimed", claimed_by="1234-killed", claimed_until=later)
        with mail_server(settings):
            assert send() == 1

    def test_what_a_living_one_has_is_left_alone(self, settings) -> None:
        [row] = due_to(ONE)
        folder = settings.HOME / "senders"
        folder.mkdir(exist_ok=True)
        later = NOW + timedelta(hours=1)
        with (folder / "1234-alive").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            Delivery.objects.filter(pk=row.pk).update(state="claimed", claimed_by="1234-alive", claimed_until=later)
            with mail_server(settings):
                assert send() == 0
        (folder / "1234-alive").unlink()

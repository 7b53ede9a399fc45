"""From what is told of a letter to its delivery, its address and its subscriptions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from broadsheet.community.models import BounceScore, Delivery, MailEvent, Subscription, Suppression
from broadsheet.delivery import subscribing
from broadsheet.delivery.bounces import return_path, take_report
from broadsheet.delivery.bounces.returning import key_in
from broadsheet.delivery.bounces.taking import forget_old_scores, take_event, take_refusal
from broadsheet.delivery.suppressing import is_suppressed, lift, suppress
from tests.delivery.bounces.letters import ADDRESS, NOW, letter, report, subscription
from tests.people import person

pytestmark = pytest.mark.django_db
HARD, SOFT = "hard-postfix-unknown-user", "soft-mailbox-full-5-2-2"
DAY = timedelta(days=1)


def test_a_return_address_holds_in_any_case_and_under_another_secret_key(settings: object) -> None:
    delivery = letter()
    address = return_path(delivery)
    assert address.startswith(f"bounces+{delivery.key}.")
    assert address.endswith("@papers.example.org")
    assert len(address.partition("@")[0]) <= 64
    settings.SECRET_KEY = "another " * 10  # type: ignore[attr-defined]
    assert key_in([address.upper()]) == key_in([address]) == delivery.key


def test_without_a_bounce_address_letters_come_back_to_the_sender_and_are_known_by_name(settings: object) -> None:
    settings.BOUNCE_ADDRESS = ""  # type: ignore[attr-defined]
    settings.DEFAULT_FROM_EMAIL = "Papers <papers@example.org>"  # type: ignore[attr-defined]
    delivery = letter()
    assert return_path(delivery) == "papers@example.org"
    assert take_report(report(HARD, delivery), now=NOW).kind == "hard bounce"
    forged = report(HARD, delivery).replace(delivery.key.encode(), b"0123456789abcdef")
    assert take_report(forged, now=NOW).kind == ""


def test_a_report_counts_once_however_it_comes() -> None:
    delivery = letter()
    raw = report(SOFT, delivery)
    assert take_report(raw, now=NOW).kind == "soft bounce"
    assert take_report(raw, now=NOW + DAY).kind == ""
    assert take_report(b"Received: from elsewhere\n" + raw, now=NOW + 2 * DAY).why == "it was counted before"
    assert (MailEvent.objects.count(), BounceScore.objects.count()) == (1, 1)


def test_the_envelope_may_name_the_letter_where_the_head_does_not() -> None:
    delivery = letter()
    raw = report(HARD, delivery, to="bounces@papers.example.org")
    assert take_report(raw, now=NOW).kind == ""
    assert take_report(raw, return_path(delivery), NOW).kind == "hard bounce"


@pytest.mark.parametrize(
    ("name", "after", "expected"),
    [
        (HARD, timedelta(days=13), "hard bounce"),
        (HARD, timedelta(days=15), ""),
        ("complaint-abuse", timedelta(days=80), "complaint"),
        ("complaint-abuse", timedelta(days=91), ""),
    ],
)
def test_what_comes_too_late_is_not_heard(name: str, after: timedelta, expected: str) -> None:
    delivery = letter(left_at=NOW - after)
    assert take_report(report(name, delivery), now=NOW).kind == expected


def test_a_letter_in_doubt_that_comes_back_is_in_doubt_no_more() -> None:
    delivery = letter(state="in doubt")
    take_report(report(HARD, delivery), now=NOW)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.ended_at) == ("bounced", NOW)
    assert "User unknown" in delivery.answer


@pytest.mark.parametrize("state", ["planned", "claimed", "suppressed", "failed", "empty"])
def test_a_report_does_not_change_what_never_left(state: str) -> None:
    delivery = letter(state=state)
    take_report(report(HARD, delivery), now=NOW)
    delivery.refresh_from_db()
    assert delivery.state == state


def test_soft_bounces_count_once_a_day_and_pause_after_five_days() -> None:
    row = subscription()
    for day in range(4):
        for _ in range(3):
            take_event(letter(row), MailEvent.Kind.SOFT, "full", "told", now=NOW + day * DAY)
    row.refresh_from_db()
    assert (row.is_on, BounceScore.objects.count()) == (True, 4)
    take_event(letter(row), MailEvent.Kind.SOFT, "full", "told", now=NOW + 4 * DAY)
    row.refresh_from_db()
    assert (row.is_on, row.ended_at, is_suppressed(ADDRESS)) == (False, None, False)
    assert "several days" in row.paused_because


def test_five_days_that_lie_far_apart_pause_nothing() -> None:
    row = subscription()
    for week in range(6):
        take_event(letter(row), MailEvent.Kind.SOFT, "full", "told", now=NOW + week * 8 * DAY)
    row.refresh_from_db()
    assert row.is_on
    assert forget_old_scores(NOW + 400 * DAY) == BounceScore.objects.count() + 4


def test_a_resumed_subscription_is_probed_with_one_letter() -> None:
    row = subscription()
    for day in range(5):
        take_event(letter(row), MailEvent.Kind.SOFT, "full", "told", now=NOW + day * DAY)
    subscribing.resume(row, NOW + 5 * DAY)
    assert row.is_on
    take_event(letter(row), MailEvent.Kind.SOFT, "full", "told", now=NOW + 6 * DAY)
    row.refresh_from_db()
    assert not row.is_on


def test_a_complaint_ends_all_that_is_sent_there_and_is_never_lifted() -> None:
    account = person("alice")
    rows = [subscription(account=account) for _ in range(2)]
    hook = subscription(account=account)
    Subscription.objects.filter(pk=hook.pk).update(outlet="webhook")
    take_report(report("complaint-abuse", letter(rows[0])), now=NOW)
    assert [Subscription.objects.get(pk=row.pk).ended_at for row in rows] == [NOW, NOW]
    assert Subscription.objects.get(pk=hook.pk).ended_at is None
    assert not lift("alice@example.org")
    account.delete()
    assert is_suppressed("Alice@EXAMPLE.org")


def test_a_report_does_not_reach_an_address_that_came_later() -> None:
    account = person("alice")
    delivery = letter(subscription(account=account), domain="old.example")
    raw = report(HARD, delivery).replace(b"alice@reader.example", b"alice@old.example")
    take_report(raw, now=NOW)
    assert not is_suppressed("alice@example.org")
    assert Delivery.objects.get().state == "bounced"


def test_a_report_cannot_suppress_somebody_else() -> None:
    account = person("alice")
    delivery = letter(subscription(account=account))
    take_report(report(HARD, delivery).replace(b"alice@reader.example", b"bob@example.org"), now=NOW)
    assert not is_suppressed("bob@example.org")
    # It names another address of the domain, so that it is not sure that it is about this one.
    assert not is_suppressed("alice@example.org")
    assert BounceScore.objects.count() == 1


def test_a_report_about_an_older_address_of_the_same_person_is_about_that_one() -> None:
    account = person("alice")
    EmailAddress.objects.create(user=account, email="alice@reader.example", verified=True, primary=False)
    take_report(report(HARD, letter(subscription(account=account))), now=NOW)
    assert is_suppressed("alice@reader.example")
    assert not is_suppressed("alice@example.org")


def test_a_forwarded_letter_that_bounces_elsewhere_counts_for_the_address_it_was_sent_to() -> None:
    account = person("alice")
    take_report(report(HARD, letter(subscription(account=account))), now=NOW)
    assert is_suppressed("alice@example.org")


def test_an_address_refused_while_handing_over_is_suppressed_at_once() -> None:
    delivery = letter(state="bounced")
    assert take_refusal(delivery, ADDRESS, f"550 5.1.1 <{ADDRESS}> no such user", NOW)
    assert not take_refusal(delivery, ADDRESS, "550 5.1.1 no such user", NOW)
    assert is_suppressed(ADDRESS)
    assert {MailEvent.objects.get().answer, Suppression.objects.get().answer} == {"550 5.1.1 (address) no such user"}
    assert not Subscription.objects.get().is_on


def test_an_address_refused_for_the_time_being_counts_as_soft_and_the_state_is_the_senders() -> None:
    delivery = letter(state="handing over")
    assert take_refusal(delivery, ADDRESS, "552 5.2.2 full", NOW)
    assert (is_suppressed(ADDRESS), BounceScore.objects.count()) == (False, 1)
    delivery.refresh_from_db()
    assert delivery.state == "handing over"


def test_an_unsubscription_told_by_a_provider_ends_without_suppressing() -> None:
    take_event(letter(), MailEvent.Kind.UNSUBSCRIBED, "", "event 1", now=NOW)
    assert Subscription.objects.get().ended_at == NOW
    assert not is_suppressed(ADDRESS)


class Addresses(RuleBasedStateMachine):
    """One address, whatever is told of it in whatever order; the model is what the rules say in one line each."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.row = NOW, subscription()
        self.soft_days: set[int] = set()
        self.reason, self.has_complained, self.number = "", False, 0

    def teardown(self) -> None:
        for model in (MailEvent, Subscription, Suppression, BounceScore):
            model.objects.all().delete()

    def _told(self, kind: MailEvent.Kind) -> None:
        self.number += 1
        take_event(letter(self.row, left_at=self.now), kind, "told", f"{self.number}", now=self.now)

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        self.now += days * DAY

    @rule()
    def hard(self) -> None:
        self._told(MailEvent.Kind.HARD)
        self.reason = self.reason or "bounced"

    @rule()
    def soft(self) -> None:
        self._told(MailEvent.Kind.SOFT)
        self.soft_days.add((self.now - NOW).days)

    @rule()
    def complaint(self) -> None:
        self._told(MailEvent.Kind.COMPLAINT)
        self.reason, self.has_complained = "complained", True

    @rule(reason=st.sampled_from(["admin", "asked"]))
    def asked(self, reason: str) -> None:
        suppress(ADDRESS, reason, now=self.now)
        self.reason = self.reason or reason

    @rule()
    def confirmed_anew(self) -> None:
        assert lift(ADDRESS, self.now) == (not self.has_complained)
        if not self.has_complained:
            self.reason, self.soft_days = "", set()

    @precondition(lambda self: not self.has_complained)
    @rule()
    def resumed(self) -> None:
        self.row.refresh_from_db()
        subscribing.resume(self.row, self.now)

    @invariant()
    def it_is_as_the_rules_say(self) -> None:
        assert is_suppressed(ADDRESS) == bool(self.reason)
        row = Suppression.objects.filter(lifted_at=None).first()
        assert (row.reason if row else "") == self.reason
        self.row.refresh_from_db()
        assert (self.row.ended_at is not None) == self.has_complained
        today = (self.now - NOW).days
        counted = {day for day in self.soft_days if day > today - 30}
        scores = BounceScore.objects.filter(bounced_on__gt=(self.now - 30 * DAY).date())
        assert scores.count() == len(counted)


def test_whatever_is_told_in_whatever_order() -> None:
    run_state_machine_as_test(Addresses, settings=profile(max_examples=20, stateful_step_count=20, deadline=None))


ENOUGH = b"From: somebody@elsewhere.example\nTo: {to}\nSubject: {subject}\n\nNo more, please.\n"


def enough(to: str, subject: str = "unsubscribe") -> bytes:
    return ENOUGH.replace(b"{to}", to.encode()).replace(b"{subject}", subject.encode())


def test_a_letter_to_the_signed_address_ends_that_subscription_at_any_time() -> None:
    mine = subscription()
    other = subscription()
    delivery = letter(mine)
    for to, subject in ((return_path(delivery), "Re: your letter"), ("bounces@papers.example.org", "unsubscribe")):
        assert take_report(enough(to, subject), now=NOW).kind == ""
    wrong = return_path(delivery).replace("+", "+0", 1)
    assert take_report(enough(wrong), now=NOW).kind == ""
    assert not Subscription.objects.filter(ended_at__isnull=False).exists()
    told = take_report(enough(return_path(delivery), " Unsubscribe"), now=NOW + 400 * DAY)
    assert told.kind == "unsubscribed"
    assert take_report(enough(return_path(delivery)), now=NOW + 401 * DAY).kind == ""
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.ended_at == NOW + 400 * DAY
    assert other.ended_at is None
    assert not is_suppressed(ADDRESS)

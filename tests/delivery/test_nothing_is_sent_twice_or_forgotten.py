"""Whatever happens in whatever order, each delivery stands somewhere, and none is handed over twice by itself."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.doubts import give_up, in_doubt, resend
from broadsheet.delivery.sending.ledger import LEASE, Ledger, release_vanished
from broadsheet.delivery.values import Fate, Outcome
from tests.delivery.sending_to import NOW, delivery, subscription

MAIL = Subscription.Outlet.MAIL
State = Delivery.State
SENDERS = ("ada", "bo")
senders = st.sampled_from(SENDERS)
FILLED: list[dict[str, object]] = []


class Sending(RuleBasedStateMachine):
    """Two senders step by step, a mail server that does what it likes, vanishing senders, and an admin."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.hands: dict[str, list[Delivery]] = {name: [] for name in SENDERS}
        self.marked: dict[str, Delivery | None] = dict.fromkeys(SENDERS)
        self.taken: Counter[int] = Counter()
        self.may_come_again: Counter[int] = Counter()
        self.count = 0

    @initialize(count=st.integers(1, 6))
    def plan(self, count: int) -> None:
        Subscription.objects.all().delete()
        for number in range(count):
            delivery(subscription(f"reader{number}@example.net"), FILLED)
        self.count = count

    @rule(name=senders, most=st.integers(1, 3))
    def claim(self, name: str, most: int) -> None:
        self.hands[name] += Ledger(name).claim(self.now, MAIL, most)

    @rule(name=senders)
    def mark(self, name: str) -> None:
        if self.marked[name] is None and self.hands[name]:
            one = self.hands[name].pop(0)
            if Ledger(name).mark(one, self.now):
                self.marked[name] = one

    @rule(name=senders, is_taken=st.booleans())
    def hand_over_and_vanish(self, name: str, is_taken: bool) -> None:
        """Killed right before or right behind the server's yes."""
        one = self.marked[name]
        if one is not None and is_taken:
            self.taken[one.pk] += 1
        self.hands[name], self.marked[name] = [], None
        release_vanished(self.now, [name])

    @rule(name=senders, fate=st.sampled_from(list(Fate)))
    def hand_over(self, name: str, fate: Fate) -> None:
        one = self.marked[name]
        if one is not None:
            self.taken[one.pk] += fate is Fate.SENT
            Ledger(name).record(one, Outcome(fate, "said so"), self.now)
            self.marked[name] = None

    @rule(name=senders, fate=st.sampled_from([Fate.LATER, Fate.BOUNCED, Fate.FAILED]))
    def be_refused_before_the_mark(self, name: str, fate: Fate) -> None:
        if self.hands[name]:
            Ledger(name).record(self.hands[name].pop(0), Outcome(fate, "said so"), self.now)

    @rule(name=senders)
    def suppress(self, name: str) -> None:
        if self.hands[name]:
            Ledger(name).suppress(self.hands[name].pop(0), "no address", self.now)

    @rule(name=senders)
    def put_back(self, name: str) -> None:
        Ledger(name).put_back(self.hands[name])
        self.hands[name] = []

    @rule(minutes=st.integers(-90, 300))
    def let_time_pass(self, minutes: int) -> None:
        """Clocks jump, backwards too."""
        self.now += timedelta(minutes=minutes)

    @rule()
    def take_over(self) -> None:
        """A third sender comes by; what leases are over, of living senders too."""
        release_vanished(self.now)

    @rule(number=st.integers(0, 5))
    def end_subscription(self, number: int) -> None:
        Subscription.objects.filter(address=f"reader{number}@example.net").update(ended_at=self.now)

    @rule(again=st.booleans())
    def decide(self, again: bool) -> None:
        """An admin decides about a doubt; sent again it may come twice, which is then what was asked for."""
        if (one := in_doubt().first()) is not None:
            self.may_come_again[one.pk] += again
            assert (resend if again else give_up)(one, self.now)
            assert not resend(one, self.now)

    @invariant()
    def each_stands_somewhere(self) -> None:
        counts = Counter(Delivery.objects.values_list("state", flat=True))
        assert set(counts) <= set(State.values)
        assert sum(counts.values()) == self.count

    @invariant()
    def nothing_comes_twice_by_itself(self) -> None:
        for number, times in self.taken.items():
            assert times <= 1 + self.may_come_again[number]

    @invariant()
    def what_was_taken_is_sent_or_in_doubt(self) -> None:
        """And what is called sent was taken."""
        for one in Delivery.objects.all():
            if one.state == State.SENT:
                assert self.taken[one.pk]
            elif self.taken[one.pk] and not self.may_come_again[one.pk]:
                assert one.state in (State.IN_DOUBT, State.HANDING_OVER) or one.answer.startswith("in doubt")

    @invariant()
    def only_what_is_under_way_is_held(self) -> None:
        held = Delivery.objects.filter(state__in=(State.CLAIMED, State.HANDING_OVER))
        assert not held.filter(claimed_until=None).exists()
        assert not Delivery.objects.filter(state=State.PLANNED).exclude(claimed_by="").exists()


class TestLedger(TestCase):
    """On the database of the tests, each example in a transaction of its own."""

    def test_any_order(self) -> None:
        machine = Sending.TestCase()
        machine.settings = hypothesis_settings(max_examples=60, stateful_step_count=30)
        machine.runTest()


@pytest.mark.django_db
def test_a_slow_sender_still_tells_what_became_of_it() -> None:
    """Its lease was over, but nobody has decided in the meantime."""
    row = delivery(subscription(), FILLED)
    slow = Ledger("slow")
    [one] = slow.claim(NOW, MAIL, 1)
    assert slow.mark(one, NOW)
    assert release_vanished(NOW + LEASE + timedelta(minutes=1)) == (0, 1)
    assert slow.record(one, Outcome(Fate.SENT, "250 ok"), NOW + LEASE * 2)
    row.refresh_from_db()
    assert row.state == State.SENT


@pytest.mark.django_db
def test_what_another_one_took_over_is_let_go_of() -> None:
    row = delivery(subscription(), FILLED)
    slow, quick = Ledger("slow"), Ledger("quick")
    [one] = slow.claim(NOW, MAIL, 1)
    assert release_vanished(NOW + LEASE * 2) == (1, 0)
    [same] = quick.claim(NOW, MAIL, 1)
    assert same.pk == row.pk
    assert not slow.mark(one, NOW)
    assert quick.mark(same, NOW)
    assert not slow.record(one, Outcome(Fate.LATER), NOW)


@pytest.mark.django_db
def test_the_setting_sends_again_what_is_in_doubt(settings) -> None:
    settings.IN_DOUBT = "resend"
    row = delivery(subscription(), FILLED)
    sender = Ledger("one")
    [one] = sender.claim(NOW, MAIL, 1)
    assert sender.mark(one, NOW)
    assert release_vanished(NOW, ["one"]) == (1, 0)
    [one] = sender.claim(NOW, MAIL, 1)
    assert sender.mark(one, NOW)
    assert sender.record(one, Outcome(Fate.IN_DOUBT, "timed out"), NOW)
    row.refresh_from_db()
    assert (row.state, row.attempts_count) == (State.PLANNED, 2)
    assert row.due_at > NOW

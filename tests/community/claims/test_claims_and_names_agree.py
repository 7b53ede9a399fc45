"""Whatever is claimed, decided, taken back and described anew: who holds a name has a verified claim, and one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import claims
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Claim
from tests.builders import record, take
from tests.people import moderator, person

NAMES = ["Ada Reader", "Ben Núñez", "Chi Editor"]
PRINTED = {"Ada Reader": "Reader, Ada", "Ben Núñez": "Ben Nunez", "Chi Editor": "Chi  Editor"}
PLACES = st.integers(0, 3)
PEOPLE = st.integers(0, 2)


class Claiming(RuleBasedStateMachine):
    """Three people, three names, one moderator."""

    people: Sequence[Account]
    mo: Account
    told: int = 0

    @initialize()
    def begin(self) -> None:
        for table in (Claim, Paper, Account):
            table.objects.all().delete()
        self.people, self.mo = [person(f"person{n}") for n in range(3)], moderator()
        self.describe(NAMES, is_other_print=False)

    @rule(names=st.permutations(NAMES), is_other_print=st.booleans())
    def describe(self, names: Sequence[str], is_other_print: bool) -> None:
        self.told += 1
        printed = [PRINTED[name] if is_other_print else name for name in names]
        longer = "We say more than before. " * self.told
        take(record("A paper with people", authors=printed, arxiv="2510.00001", abstract=longer), source="x")

    @rule(who=PEOPLE, place=PLACES)
    def claim(self, who: int, place: int) -> None:
        try:
            claims.claim(self.people[who], Paper.objects.get(), place)
        except RefusedError:
            return

    @rule(is_verified=st.booleans())
    def decide(self, is_verified: bool) -> None:
        if (waiting := claims.waiting().first()) is not None:
            try:
                claims.decide(waiting, self.mo, is_verified=is_verified)
            except RefusedError:
                claims.decide(waiting, self.mo, is_verified=False)

    @rule(who=PEOPLE, is_moderated=st.booleans())
    def revoke(self, who: int, is_moderated: bool) -> None:
        if (row := Claim.objects.filter(account=self.people[who]).first()) is not None:
            claims.revoke(row, self.mo if is_moderated else self.people[who])

    @invariant()
    def names_and_claims_agree(self) -> None:
        holders = Counter(Authorship.objects.exclude(account=None).values_list("account_id", flat=True))
        verified = set(Claim.objects.filter(state=Claim.State.VERIFIED).values_list("account_id", flat=True))
        assert set(holders) == verified
        assert all(count == 1 for count in holders.values())


class TestClaiming(TestCase):
    def test_they_agree(self) -> None:
        run_state_machine_as_test(Claiming, settings=settings(max_examples=12, stateful_step_count=14, deadline=None))

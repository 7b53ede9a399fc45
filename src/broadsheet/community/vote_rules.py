"""Which votes are held: two rules that compare votes with what chance explains. Pure functions on plain rows.

*Alike*: of the votes for a paper, more than chance explains come from people who have something in common: one
network, one day or network of sign-up, or having begun to vote only now, above all where they voted
for nothing else. Chance is the share that these
people have among the votes for all other papers, so a site of one laboratory, or of newcomers only, suspects nobody.

*Ring*: a group of people, of whom each votes together with several others, more often than chance explains from how
popular the papers are and from which fields each of the two reads.

Both take an upper bound of the tail (Chernoff 1952; Hoeffding 1963, theorem 1) for its probability, which holds fewer
votes than the exact one would.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from broadsheet.community import rules
from broadsheet.community.models import Vote

# Pairs grow with the square of a paper's votes; what so many people vote for says nothing of any two of them.
MOST_VOTES_FOR_PAIRS = 300
Rule = Vote.Rule
Trait = Callable[["Ballot"], Hashable]


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as the rules see it. ``field`` is the paper's primary category; empty texts are unknown.

    ``papers_count`` is for how many papers the account voted in all, ``voting_since`` when it first did.
    """

    vote: int
    account: int
    paper: int
    cast_at: datetime
    joined_at: datetime
    network: str = ""
    signed_up_from: str = ""
    field: str = ""
    papers_count: int = 0
    voting_since: datetime | None = None


def _is_newcomer(ballot: Ballot) -> bool:
    return ballot.cast_at - (ballot.voting_since or ballot.joined_at) < rules.NEWCOMER_FOR


_TRAITS: Mapping[Rule, tuple[Trait, ...]] = {
    Rule.NETWORK: (lambda it: it.network,),
    Rule.SIGN_UP: (lambda it: it.signed_up_from, lambda it: it.joined_at.date()),
    Rule.ONLY_THIS: (lambda it: _is_newcomer(it) and it.papers_count == 1,),
    Rule.NEWCOMERS: (_is_newcomer,),
}
ALIKE = tuple(_TRAITS)
"""The rules of votes that are alike, the plainest first."""
_OF_PEOPLE = frozenset({Rule.RING, Rule.NETWORK, Rule.SIGN_UP})
"""The rules that rest on what few people have in common; being new, or voting once, is no mark of anybody."""


def alike(ballots: Sequence[Ballot], rule: Rule) -> set[int]:
    """The votes that are alike in what a rule looks at, beyond chance."""
    return set().union(*(_alike_by(ballots, trait) for trait in _TRAITS[rule]))


def with_company(ballots: Sequence[Ballot], suspects: set[int], rule: Rule) -> set[int]:
    """Suspected votes, and what else the same people voted for at the time, which may be there to hide them."""
    if rule not in _OF_PEOPLE:
        return suspects
    moments: dict[int, list[datetime]] = defaultdict(list)
    for ballot in ballots:
        if ballot.vote in suspects:
            moments[ballot.account].append(ballot.cast_at)
    return suspects | {
        ballot.vote
        for ballot in ballots
        if any(abs(ballot.cast_at - moment) <= rules.COMPANY_WITHIN for moment in moments.get(ballot.account, ()))
    }


def _alike_by(ballots: Sequence[Ballot], trait: Trait) -> set[int]:
    values = [(ballot, trait(ballot)) for ballot in ballots]
    of_all: Counter[Hashable] = Counter(value for _, value in values if value)
    by_paper: dict[int, list[tuple[Ballot, Hashable]]] = defaultdict(list)
    for ballot, value in values:
        by_paper[ballot.paper].append((ballot, value))
    suspects: set[int] = set()
    for its in by_paper.values():
        here: Counter[Hashable] = Counter(value for _, value in its if value)
        for value, count in here.items():
            if count < rules.ALIKE_VOTES:
                continue
            share = (of_all[value] - count + 1) / (len(values) - len(its) + 2)
            if binomial_tail(count, len(its), share) <= rules.CHANCE_OF_ALIKE:
                suspects |= {ballot.vote for ballot, it in its if it == value}
    return suspects


def binomial_tail(count: int, of: int, share: float) -> float:
    """An upper bound of the chance that ``count`` or more of ``of`` fall where a ``share`` (0 to 1) of all fall."""
    seen = count / of
    if seen <= share:
        return 1.0
    distance = seen * math.log(seen / share)
    if seen < 1:
        distance += (1 - seen) * math.log((1 - seen) / (1 - share))
    return math.exp(-of * distance)


def poisson_tail(count: int, expected: float) -> float:
    """An upper bound of the chance of ``count`` or more where ``expected`` are expected."""
    if count <= expected:
        return 1.0
    return math.exp(count - expected - count * math.log(count / expected))


def rings(ballots: Sequence[Ballot]) -> list[set[int]]:
    """Groups of accounts that vote together beyond chance."""
    partners: dict[int, set[int]] = defaultdict(set)
    for one, other in _pairs_together(ballots):
        partners[one].add(other)
        partners[other].add(one)
    return _groups(_core(partners, rules.RING_PEOPLE - 1))


def of_rings(ballots: Sequence[Ballot], found: Iterable[set[int]]) -> set[int]:
    """The votes of rings for the papers that several of their people voted for."""
    suspects: set[int] = set()
    for ring in found:
        its = [ballot for ballot in ballots if ballot.account in ring]
        voters = Counter(ballot.paper for ballot in its)
        suspects |= {ballot.vote for ballot in its if voters[ballot.paper] >= rules.RING_PEOPLE}
    return suspects


def _pairs_together(ballots: Sequence[Ballot]) -> list[tuple[int, int]]:
    by_paper: dict[int, list[Ballot]] = defaultdict(list)
    for ballot in ballots:
        by_paper[ballot.paper].append(ballot)
    shared: Counter[tuple[int, int]] = Counter()
    close: Counter[tuple[int, int]] = Counter()
    for its in by_paper.values():
        if len(its) > MOST_VOTES_FOR_PAIRS:
            continue
        for one, other in combinations(sorted(its, key=lambda it: it.account), 2):
            pair = one.account, other.account
            shared[pair] += 1
            close[pair] += abs(one.cast_at - other.cast_at) <= rules.RING_WITHIN
    of_account = Counter(ballot.account for ballot in ballots)
    expected = _Expectation(ballots)
    closeness = (close.total() + 1) / (shared.total() + 2)
    together = []
    for pair, count in shared.items():
        if count < rules.RING_PAPERS:
            continue
        is_close = close[pair] >= rules.RING_PAPERS
        is_most = 2 * count >= max(of_account[pair[0]], of_account[pair[1]])
        if not is_close and not is_most:
            continue
        chance = expected.of(pair)
        if (is_close and poisson_tail(close[pair], chance * closeness) <= rules.CHANCE_OF_PAIR) or (
            is_most and poisson_tail(count, chance) <= rules.CHANCE_OF_PAIR
        ):
            together.append(pair)
    return together


class _Expectation:
    """How many papers two people would share if each chose by popularity within the fields that each reads."""

    def __init__(self, ballots: Sequence[Ballot]) -> None:
        field_of = {ballot.paper: ballot.field for ballot in ballots}
        votes = Counter(ballot.paper for ballot in ballots)
        self._of_account: Mapping[int, Counter[str]] = defaultdict(Counter)
        for ballot in ballots:
            self._of_account[ballot.account][ballot.field] += 1
        self._in_field: dict[str, list[int]] = defaultdict(list)
        for paper, count in votes.items():
            self._in_field[field_of[paper]].append(count)
        self._total = {field: sum(counts) for field, counts in self._in_field.items()}
        self._squares = {
            field: sum(count * count for count in counts) / self._total[field] ** 2
            for field, counts in self._in_field.items()
        }

    def of(self, pair: tuple[int, int]) -> float:
        """The expected number, never 0."""
        one, other = (self._of_account[account] for account in pair)
        return sum(one[field] * other[field] * self._squares[field] for field in one.keys() & other.keys()) + 1e-9


def _core(partners: Mapping[int, set[int]], least: int) -> dict[int, set[int]]:
    """The largest part of a graph in which each has at least ``least`` partners (Seidman 1983)."""
    left = {one: set(others) for one, others in partners.items()}
    while loose := [one for one, others in left.items() if len(others) < least]:
        for one in loose:
            for other in left.pop(one):
                if other in left:
                    left[other].discard(one)
    return left


def _groups(partners: Mapping[int, set[int]]) -> list[set[int]]:
    """The connected parts of a graph."""
    groups: list[set[int]] = []
    seen: set[int] = set()
    for start in partners:
        if start in seen:
            continue
        group, edge = {start}, [start]
        while edge:
            new = partners[edge.pop()] - group
            group |= new
            edge.extend(new)
        seen |= group
        groups.append(group)
    return groups

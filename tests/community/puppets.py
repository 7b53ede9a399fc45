"""A day's page of a hundred papers, the people who vote honestly on it, and those who do not.

Everything is drawn from a seed. Honest people read one or two fields, come once or several times in the day, vote for
what is popular in their fields, and some of them share networks, joined lately, or vote only once. Dishonest ones
follow a strategy. ``moved`` plays a day twice, with and without them, and tells by how many places each paper moved.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from broadsheet.community import vote_rules
from broadsheet.community.models import Vote
from broadsheet.community.vote_rules import Ballot

PAPERS, FIELDS = 100, 8
MORNING = datetime(2026, 3, 4, 6, tzinfo=UTC)
PUPPETS, RING = 50, 10
Attack = Callable[[random.Random, int], list[Ballot]]


@dataclass(frozen=True)
class Outcome:
    """How far any paper moved, how far the target did, and what became of honest and of other votes.

    ``for_target`` is how many false votes for the target were not held, ``false_counted`` how many for any paper.
    """

    furthest: int
    target_moved: int
    honest_held: int
    honest: int
    for_target: int
    false_counted: int
    false: int


def field_of(paper: int) -> str:
    return f"field {paper % FIELDS}"


def honest(rng: random.Random, people: int = 300) -> list[Ballot]:
    """Votes of honest people: accounts from 1 on."""
    worth = [1 / (1 + rng.randrange(PAPERS)) for _ in range(PAPERS)]
    universities = [f"university {n}" for n in range(12)]
    ballots: list[Ballot] = []
    for account in range(1, people + 1):
        network = rng.choice(universities) if rng.random() < 0.4 else f"home {account}"
        joined = MORNING - timedelta(days=rng.uniform(1, 3 if rng.random() < 0.1 else 600))
        since = MORNING if rng.random() < 0.1 else MORNING - (MORNING - joined) * rng.random()
        fields = rng.sample(range(FIELDS), rng.choice((1, 1, 2)))
        readable = [paper for paper in range(PAPERS) if paper % FIELDS in fields]
        wanted = min(len(readable), 1 + int(rng.expovariate(1 / 5)))
        session = MORNING + timedelta(hours=rng.choice((2, 3, 3, 4, 8, 12)) + rng.random())
        chosen: set[int] = set()
        while len(chosen) < wanted:
            chosen |= set(rng.choices(readable, [worth[paper] for paper in readable]))
        for n, paper in enumerate(sorted(chosen)):
            at = session + timedelta(minutes=n * rng.uniform(0.5, 4))
            ballots.append(_ballot(account, paper, at, joined, network, since))
    return ballots


def _ballot(account: int, paper: int, at: datetime, joined: datetime, network: str, since: datetime) -> Ballot:
    return Ballot(
        vote=account * 1_000 + paper,
        account=account,
        paper=paper,
        cast_at=at,
        joined_at=joined,
        network=network,
        field=field_of(paper),
        voting_since=since,
    )


def _at(rng: random.Random) -> datetime:
    return MORNING + timedelta(hours=rng.uniform(1, 15))


def _aged(rng: random.Random) -> datetime:
    return MORNING - timedelta(days=rng.uniform(30, 600))


def _puppets(
    rng: random.Random,
    target: int,
    *,
    joined: Callable[[random.Random], datetime] = _aged,
    network: Callable[[int], str] = lambda n: f"proxy {n}",
    at: Callable[[random.Random], datetime] = _at,
    camouflage: int = 0,
    have_history: bool = False,
) -> list[Ballot]:
    ballots = []
    for n in range(PUPPETS):
        account, made = 10_000 + n, joined(rng)
        since = made if have_history else MORNING
        others = rng.sample([paper for paper in range(PAPERS) if paper != target], camouflage)
        ballots += [_ballot(account, paper, at(rng), made, network(n), since) for paper in (target, *others)]
    return ballots


def _ring(
    rng: random.Random, target: int, *, at: Callable[[random.Random, int], datetime], camouflage: int
) -> list[Ballot]:
    """Ten people of whom each wants a paper forward, and who all vote for all ten."""
    wanted = [(target + n * 7) % PAPERS for n in range(RING)]
    ballots = []
    for n in range(RING):
        others = rng.sample([paper for paper in range(PAPERS) if paper not in wanted], camouflage)
        made = _aged(rng)
        ballots += [_ballot(20_000 + n, paper, at(rng, paper), made, f"ring {n}", made) for paper in (*wanted, *others)]
    return ballots


def _within(minutes: float) -> Callable[[random.Random, int], datetime]:
    return lambda rng, paper: MORNING + timedelta(hours=5, minutes=paper % 7 + rng.uniform(0, minutes))


STOPPED: dict[str, Attack] = {
    "fresh accounts at once": lambda rng, target: _puppets(
        rng, target, joined=lambda r: MORNING + timedelta(minutes=r.uniform(0, 30))
    ),
    "aged accounts of one network": lambda rng, target: _puppets(rng, target, network=lambda n: "farm"),
    "aged accounts of one network with camouflage": lambda rng, target: _puppets(
        rng, target, network=lambda n: "farm", camouflage=6
    ),
    "accounts of one day long ago, with camouflage": lambda rng, target: _puppets(
        rng, target, joined=lambda r: MORNING - timedelta(days=200, hours=r.uniform(7, 20)), camouflage=5
    ),
    "a ring that votes within minutes": lambda rng, target: _ring(rng, target, at=_within(8), camouflage=0),
    "a ring that votes within minutes, with camouflage": lambda rng, target: _ring(
        rng, target, at=_within(8), camouflage=8
    ),
    "a ring that takes the day": lambda rng, target: _ring(rng, target, at=lambda r, paper: _at(r), camouflage=0),
}
"""What the rules stop."""

BLUNTED: dict[str, Attack] = {
    "aged accounts of many networks, one target": lambda rng, target: _puppets(rng, target),
    "fresh accounts, each its network, with camouflage": lambda rng, target: _puppets(
        rng, target, joined=lambda r: MORNING - timedelta(days=r.uniform(1.1, 5)), camouflage=4
    ),
    "aged accounts, four to a network, with camouflage": lambda rng, target: _puppets(
        rng, target, network=lambda n: f"proxy {n // 4}", camouflage=5
    ),
}
"""What does not lift its target, but does harm: its camouflage counts, as being new is no reason to hold all that
somebody does, and now and then an honest newcomer's vote for the target is held with the others."""

BEYOND: dict[str, Attack] = {
    "people of long standing, four to a network, with camouflage": lambda rng, target: _puppets(
        rng, target, network=lambda n: f"proxy {n // 4}", camouflage=5, have_history=True
    ),
    "a ring that takes the day, with as much camouflage": lambda rng, target: _ring(
        rng, target, at=lambda r, paper: _at(r), camouflage=12
    ),
}
"""What nothing that is known tells from honest people; how close it comes is reported and not asserted."""


def judged(ballots: Sequence[Ballot]) -> set[int]:
    """The votes that the rules hold, in the order in which ``rings.hold_suspects`` applies them."""
    papers = Counter(ballot.account for ballot in ballots)
    left = [replace(ballot, papers_count=papers[ballot.account]) for ballot in ballots]
    held = vote_rules.with_company(left, vote_rules.of_rings(left, vote_rules.rings(left)), Vote.Rule.RING)
    for rule in vote_rules.ALIKE:
        left = [ballot for ballot in left if ballot.vote not in held]
        held |= vote_rules.with_company(left, vote_rules.alike(left, rule), rule)
    return held


def places(ballots: Sequence[Ballot]) -> list[int]:
    """The papers as the day's page has them: most votes first; ties by row id as the page decides in the end."""
    counts = Counter(ballot.paper for ballot in ballots)
    return sorted(range(PAPERS), key=lambda paper: (-counts[paper], paper))


def moved(attack: Attack, seed: int) -> Outcome:
    """Play a day with and without an attack on a paper from the middle of the page."""
    rng = random.Random(seed)
    good = honest(rng)
    before = places(good)
    target = before[PAPERS // 2]
    bad = attack(rng, target)
    held = judged([*good, *bad])
    after = places([ballot for ballot in (*good, *bad) if ballot.vote not in held])
    moves = [abs(before.index(paper) - after.index(paper)) for paper in range(PAPERS)]
    return Outcome(
        furthest=max(moves),
        target_moved=moves[target],
        honest_held=sum(ballot.vote in held for ballot in good),
        honest=len(good),
        for_target=sum(ballot.vote not in held for ballot in bad if ballot.paper == target),
        false_counted=sum(ballot.vote not in held for ballot in bad),
        false=len(bad),
    )


def with_network(ballot: Ballot, network: str) -> Ballot:
    """The same vote from another network."""
    return replace(ballot, network=network)

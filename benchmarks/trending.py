"""How long it takes to tell what is trending, against the formula of Hacker News in one statement of SQL.

An instance of 100,000 papers of three months (``--papers``), in forty fields, with four votes of people a paper, votes
elsewhere, comments and saves. Ours computes all trends for the first time, after a thousand new votes, and when nothing
is new, which the worker sees before it computes anything. The peer is (votes - 1) / (hours + 2) ** 1.8 over the same
votes, written to a table with an index, as a site would that sorts by it: one figure a paper, without fields, decay of
each vote, components or rising.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table, ratio

PAPERS, PEOPLE, FIELDS, DAYS = 100_000, 5_000, 40, 85
VOTES_A_PAPER, NEW_VOTES = 4, 1_000
AT_ONCE = 10_000
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PEER = """
INSERT INTO peer_trend (paper_id, score)
SELECT p.id, (p.votes_elsewhere_count + COUNT(v.id) - 1)
    / POWER((JULIANDAY('2026-03-04 12:00') - JULIANDAY(p.first_listed_on)) * 24 + 2, 1.8)
FROM catalogue_paper p LEFT JOIN community_vote v ON v.paper_id = p.id AND v.state = 'counted' AND v.group_id IS NULL
GROUP BY p.id
ON CONFLICT (paper_id) DO UPDATE SET score = excluded.score
"""


def main() -> None:
    """Print one table."""
    options = read_options(__doc__, rounds=3)
    count = options.papers or PAPERS
    with temporary_home() as home:
        open_here(home)
        fill(count)
        rows = _measured(count, options.rounds)
    print_table([f"{count:,} papers, {count * VOTES_A_PAPER:,} votes", "seconds", "rows written", "against peer"], rows)
    print_source("trending")


def _measured(count: int, rounds: int) -> list[list[str]]:
    from django.db import connection

    from broadsheet.ranking.trending.computing import compute_trends
    from broadsheet.ranking.trending.news import fingerprint

    def ask_peer() -> int:
        with connection.cursor() as cursor:
            cursor.execute(PEER)
        return count

    def compute() -> int:
        return compute_trends(NOW).written

    def look() -> int:
        fingerprint(NOW)
        return 0

    def compute_after(seed: int) -> Callable[[], int]:
        vote(count, NEW_VOTES, seed)
        return compute

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE peer_trend (paper_id INTEGER PRIMARY KEY, score REAL)")
        cursor.execute("CREATE INDEX peer_order ON peer_trend (score)")
    _timed(ask_peer, 1)
    first = _timed(compute, 1)
    again = _timed(compute, rounds)
    looked = _timed(look, rounds)
    peer = _timed(ask_peer, rounds)
    new = min(_timed(compute_after(seed), 1) for seed in range(1, rounds + 1))
    named = {
        "computed for the first time": first,
        f"after {NEW_VOTES:,} new votes": new,
        "computed though nothing is new": again,
        "seen that nothing is new": looked,
        "peer: one statement": peer,
    }
    return [
        [name, figure(seconds), f"{written:,}", ratio(seconds, peer[0])] for name, (seconds, written) in named.items()
    ]


def _timed(do: Callable[[], int], rounds: int) -> tuple[float, int]:
    """The least seconds of some rounds, and what the last one wrote."""
    best, written = float("inf"), 0
    for _ in range(rounds):
        began = time.perf_counter()
        written = do()
        best = min(best, time.perf_counter() - began)
    return best, written


def fill(count: int) -> None:
    """Papers, people, and what these did."""
    from broadsheet.catalogue.models import Category, Listing, Paper, PaperCategory, Source
    from broadsheet.community.models import Account, Comment, Shelved

    rng = random.Random(1)
    source = Source.objects.create(slug="benchmark")
    fields = [Category.objects.create(code=f"cs.{n}") for n in range(FIELDS)]
    Account.objects.bulk_create([Account(username=f"person{n}", email=f"{n}@example.org") for n in range(PEOPLE)])
    people = list(Account.objects.values_list("pk", flat=True))
    for start in range(0, count, AT_ONCE):
        papers = Paper.objects.bulk_create(
            [
                Paper(
                    key=f"paper{n}",
                    title=f"Paper {n}",
                    first_listed_on=(NOW - timedelta(days=rng.randrange(DAYS))).date(),
                    votes_elsewhere_count=int(rng.paretovariate(1)) - 1,
                    changed_at=NOW,
                )
                for n in range(start, min(count, start + AT_ONCE))
            ]
        )
        PaperCategory.objects.bulk_create(
            [PaperCategory(paper=paper, category=rng.choice(fields), position=0) for paper in papers]
        )
        Listing.objects.bulk_create(
            [Listing(paper=paper, source=source, listed_on=paper.first_listed_on) for paper in papers]
        )
        some = papers[: len(papers) // 10]
        Comment.objects.bulk_create(
            [
                Comment(paper=paper, account_id=rng.choice(people), text="Words", written_at=_time(rng))
                for paper in some
                for _ in range(3)
            ]
        )
        Shelved.objects.bulk_create(
            [
                Shelved(paper=paper, account_id=who, saved_at=_time(rng))
                for paper in some
                for who in rng.sample(people, 4)
            ]
        )
    vote(count, count * VOTES_A_PAPER, 0)


def vote(papers: int, votes: int, seed: int) -> None:
    """Votes of people drawn by lot, for papers of which few get many."""
    from broadsheet.catalogue.models import Paper
    from broadsheet.community.models import Account, Vote

    rng = random.Random(seed)
    people = list(Account.objects.values_list("pk", flat=True))
    ids = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, votes, AT_ONCE):
        Vote.objects.bulk_create(
            [
                Vote(account_id=rng.choice(people), paper_id=ids[int(papers * rng.random() ** 2)], cast_at=_time(rng))
                for _ in range(min(AT_ONCE, votes - start))
            ],
            ignore_conflicts=True,
        )


def _time(rng: random.Random) -> datetime:
    return NOW - timedelta(days=rng.expovariate(1 / 20))


if __name__ == "__main__":
    main()

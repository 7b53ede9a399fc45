"""From votes, comments, saves, stars and pins in the database to the trends that lists are sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.catalogue.attention import hide
from broadsheet.catalogue.enrichment.figures import VOTES, keep_stars
from broadsheet.catalogue.models import FigureSample, Paper, Trend
from broadsheet.community.models import Account, Comment, Deed, Pin, RankingWeights, Shelved, Vote
from broadsheet.ranking.trending.computing import Computed, compute_trends, trend_of
from broadsheet.ranking.trending.preview import preview
from broadsheet.ranking.trending.reading import WINDOW
from broadsheet.ranking.trending.weighing import weigh, weights_now
from broadsheet.ranking.trending.weights import Weights, WeightsError
from broadsheet.ranking.trending.why import why_of
from tests.builders import WEDNESDAY, many, record, take

pytestmark = pytest.mark.django_db
NOON = datetime(WEDNESDAY.year, WEDNESDAY.month, WEDNESDAY.day, 12, tzinfo=UTC)
State = Vote.State


@pytest.fixture
def papers() -> Sequence[Paper]:
    take(*(record(f"A quiet paper, number {n}", arxiv=f"2510.1{n:04}") for n in range(4)))
    return list(Paper.objects.order_by("pk"))


@pytest.fixture
def people() -> Sequence[Account]:
    return Account.objects.bulk_create([Account(username=f"reader{n}", email=f"r{n}@example.org") for n in range(6)])


def vote(people: Sequence[Account], paper: Paper, at: datetime = NOON, **told: object) -> None:
    Vote.objects.bulk_create([Vote(account=who, paper=paper, cast_at=at, **told) for who in people])


def comment(who: Account, paper: Paper, **told: object) -> None:
    Comment.objects.create(account=who, paper=paper, text="Words", written_at=NOON, **told)


def counts(paper: Paper) -> dict[str, int]:
    why = why_of([paper.pk]).get(paper.pk)
    return {told.part.value: told.count for told in why.parts} if why else {}


def by(sort: str) -> list[int]:
    return list(Trend.objects.order_by(f"-{sort}", "paper_id").values_list("paper_id", flat=True))


def test_it_puts_what_people_voted_for_first(papers, people) -> None:
    vote(people[:2], papers[1])
    vote(people[:5], papers[2])
    compute_trends(NOON)
    assert by("score")[:2] == [papers[2].pk, papers[1].pk]
    assert counts(papers[2]) == {"votes_here": 5}
    assert trend_of(papers[0]) is None
    assert not why_of([papers[0].pk])


def test_votes_that_are_not_counted_are_none(papers, people) -> None:
    for number, state in enumerate((State.WAITING, State.HELD, State.REJECTED, State.ASIDE, State.WITHDRAWN)):
        vote([people[number]], papers[0], state=state)
    compute_trends(NOON)
    assert trend_of(papers[0]) is None


def test_one_person_is_one_however_much_is_said(papers, people) -> None:
    for _ in range(5):
        comment(people[0], papers[0])
    comment(people[0], papers[1])
    compute_trends(NOON)
    assert counts(papers[0]) == {"comments_here": 1}
    assert Trend.objects.get(paper=papers[0]).score == Trend.objects.get(paper=papers[1]).score


def test_what_counts_nothing_for_votes_counts_nothing_at_all(papers, people) -> None:
    """Of people whose votes are held, or who are suspended, neither comments nor saves are counted."""
    vote(people[:2], papers[3], state=State.HELD)
    Account.objects.filter(pk=people[2].pk).update(suspended_at=NOON)
    for who in people[:3]:
        comment(who, papers[0])
        Shelved.objects.create(account=who, paper=papers[0], saved_at=NOON)
    comment(people[4], papers[1], state=Comment.State.WAITING)
    compute_trends(NOON)
    assert not Trend.objects.exists()


def test_few_saves_are_not_told_and_many_only_as_a_number(papers, people) -> None:
    for who in people[:2]:
        Shelved.objects.create(account=who, paper=papers[0], saved_at=NOON)
    for who in people[:4]:
        Shelved.objects.create(account=who, paper=papers[1], saved_at=NOON)
        Shelved.objects.create(account=who, paper=papers[2], note="only a note")
    compute_trends(NOON)
    assert by("score") == [papers[1].pk]
    assert counts(papers[1]) == {"saves": 4}


def test_it_counts_new_stars_and_not_old_ones(papers) -> None:
    for day, (old, new) in {8: (900, 10), 0: (900, 41)}.items():
        keep_stars({papers[0].pk: old, papers[1].pk: new}, WEDNESDAY - timedelta(days=day))
    compute_trends(NOON)
    assert by("score") == [papers[1].pk]
    assert counts(papers[1]) == {"stars": 27}


def test_a_pin_lifts_a_paper(papers, people) -> None:
    vote(people[:1], papers[0])
    Pin.objects.create(paper=papers[1], listed_on=WEDNESDAY, pinned_at=NOON, pinned_by=people[0])
    compute_trends(NOON)
    assert by("score") == [papers[1].pk, papers[0].pk]


def test_votes_elsewhere_are_dated_by_the_days_on_which_they_were_seen() -> None:
    take(record("A paper of yesterday", on=WEDNESDAY - timedelta(days=6), arxiv="2510.20001", votes_count=10))
    take(record("A paper that grows", on=WEDNESDAY - timedelta(days=6), arxiv="2510.20002", votes_count=2))
    compute_trends(NOON - timedelta(days=6))
    take(record("A paper that grows", on=WEDNESDAY - timedelta(days=6), arxiv="2510.20002", votes_count=10))
    take(record("A paper of today", on=WEDNESDAY, arxiv="2510.20003"))
    compute_trends(NOON)
    kept, grown, _ = Paper.objects.order_by("pk")
    assert list(FigureSample.objects.filter(paper=grown, name=VOTES).values_list("value", flat=True)) == [2, 10]
    assert by("score") == [grown.pk, kept.pk]
    whys = why_of([kept.pk, grown.pk])
    assert whys[kept.pk].parts[0].middle_on < whys[grown.pk].parts[0].middle_on


def test_a_second_look_writes_nothing_and_later_only_what_is_new(papers, people) -> None:
    vote(people[:3], papers[0], NOON - timedelta(days=1))
    vote(people[:2], papers[1], NOON - timedelta(days=1))
    Paper.objects.update(first_listed_on=WEDNESDAY - timedelta(days=10))
    assert compute_trends(NOON) == Computed(papers=2, written=2, gone=0)
    assert compute_trends(NOON) == Computed(papers=2, written=0, gone=0)
    vote(people[3:4], papers[0])
    assert compute_trends(NOON + timedelta(hours=5)).written == 1


def test_what_nobody_looks_at_for_long_is_no_trend(papers, people) -> None:
    vote(people[:3], papers[0])
    compute_trends(NOON)
    later = NOON + WINDOW + timedelta(days=1)
    vote(people[:1], papers[1], later)
    assert compute_trends(later).gone == 1
    assert by("score") == [papers[1].pk]


def test_hidden_papers_have_none(papers, people) -> None:
    vote(people[:3], papers[0])
    compute_trends(NOON)
    hide(papers[0].pk, is_hidden=True)
    compute_trends(NOON)
    assert not Trend.objects.exists()


def test_an_archive_shows_what_was_trending_when_it_ended(papers, people) -> None:
    vote(people, papers[0])
    compute_trends(NOON + timedelta(days=2_000))
    assert by("rising") == [papers[0].pk]
    assert Trend.objects.get().rising > 0


def test_a_paper_rises_by_unusual_attention_in_its_first_week(people) -> None:
    take(*many(30, on=WEDNESDAY - timedelta(days=20)))
    Paper.objects.update(votes_elsewhere_count=0)
    take(record("News", arxiv="2510.20001"), record("A slow start", arxiv="2510.20002"))
    news, slow = Paper.objects.order_by("-pk")[:2][::-1]
    vote(people, news)
    vote(people[:2], slow)
    compute_trends(NOON)
    why = why_of([news.pk, slow.pk])
    assert why[news.pk].rising > 0 == why[slow.pk].rising
    assert why[news.pk].early is not None
    assert why[news.pk].early[0] == 6
    assert why[news.pk].chance > 1


def test_weights_are_set_by_admins_in_public(papers, people) -> None:
    admin = Account.objects.create(username="ada", email="ada@example.org", role=Account.Role.ADMIN)
    vote(people[:1], papers[0])
    Pin.objects.create(paper=papers[1], listed_on=WEDNESDAY, pinned_at=NOON, pinned_by=admin)
    with pytest.raises(Exception, match="admins"):
        weigh({"pins": 0.5}, people[0])
    with pytest.raises(WeightsError):
        weigh({"pins": -1}, admin)
    assert weights_now() == Weights()
    assert weigh({"pins": 0.5}, admin) == weights_now() == Weights(pins=0.5)
    compute_trends(NOON)
    assert by("score") == [papers[0].pk, papers[1].pk]
    deed = Deed.objects.get(verb="ranking.weigh")
    assert (deed.is_public, deed.reason) == (True, "pins 0.5")
    assert RankingWeights.objects.get().weights == {"pins": 0.5}
    assert weigh({}, admin) == Weights()


def test_a_preview_looks_back_and_changes_nothing(papers, people) -> None:
    vote(people[:2], papers[0], NOON)
    for who in people[:3]:
        comment(who, papers[1])
    vote(people, papers[2], NOON + timedelta(days=9))
    shown = preview(Weights(), Weights(comments_here=9), WEDNESDAY, WEDNESDAY)
    assert [one.paper for one in shown.now] == [papers[0], papers[1]]
    assert [(one.paper, one.other) for one in shown.then] == [(papers[1], 2), (papers[0], 1)]
    assert shown.papers == 2
    assert not Trend.objects.exists()

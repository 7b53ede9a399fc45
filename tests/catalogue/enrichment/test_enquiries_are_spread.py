"""Who is asked about next: half old acquaintances, half new papers; the old and the vain less and less often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.enrichment import enquiries
from broadsheet.catalogue.enrichment.enquiries import LATEST, LATEST_IN_VAIN, SOONEST, papers_due, patience
from broadsheet.catalogue.models import Enquiry, Paper
from tests.builders import paper, record, take

NOW = datetime(2025, 10, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def dated(days_ago: int, **fields: int) -> Paper:
    return Paper(title="x", first_listed_on=NOW.date() - timedelta(days=days_ago), created_at=NOW, **fields)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 100))
def test_the_older_a_paper_the_longer_its_figures_may_stand(one: int, other: int, votes: int) -> None:
    waits = [patience(dated(age, votes_elsewhere_count=votes), NOW) for age in sorted((one, other))]
    assert SOONEST <= waits[0] <= waits[1] <= LATEST


def test_what_many_like_is_asked_about_more_often() -> None:
    assert patience(dated(90), NOW) == 9 * DAY
    assert patience(dated(90, votes_here_count=20), NOW) == 3 * DAY
    assert patience(dated(90, stars_count=500), NOW) == 3 * DAY
    assert patience(Paper(title="x", created_at=NOW - 20 * DAY), NOW) == 2 * DAY, "without a day since it came"


@pytest.mark.django_db
def test_each_failure_in_a_row_doubles_the_wait() -> None:
    one = paper("Ink", on=NOW.date())
    waits = []
    for _ in range(12):
        enquiries.in_vain("stars", [one], NOW)
        waits.append(Enquiry.objects.get().due_at - NOW)
    assert waits[:3] == [2 * DAY, 4 * DAY, 8 * DAY]
    assert waits[-1] == LATEST_IN_VAIN
    enquiries.answered("stars", [one], NOW)
    told = Enquiry.objects.get()
    assert (told.failures_count, told.due_at) == (0, NOW + DAY)


@pytest.mark.django_db
def test_half_are_due_and_half_are_new() -> None:
    take(*(record(f"Ink, part {n} of many", arxiv=f"2510.0000{n}") for n in range(8)))
    papers = list(Paper.objects.order_by("pk"))
    for number, one in enumerate(papers[:4]):
        enquiries.answered("stars", [one], NOW - timedelta(days=9 - number))
    due = papers_due("stars", Paper.objects.all(), NOW, 4)
    assert due == [papers[0], papers[1], papers[7], papers[6]]
    assert papers_due("citations", Paper.objects.all(), NOW, 99) == papers[::-1], "one kind is nothing to another"
    assert set(papers_due("stars", Paper.objects.all(), NOW, 99)) == set(papers)
    assert papers_due("stars", Paper.objects.filter(has_code=True), NOW, 99) == []


@pytest.mark.django_db
def test_what_is_not_due_is_not_asked_about() -> None:
    one = paper("Ink", on=NOW.date())
    enquiries.answered("stars", [one], NOW)
    assert papers_due("stars", Paper.objects.all(), NOW + DAY / 2, 9) == []
    assert papers_due("stars", Paper.objects.all(), NOW + DAY, 9) == [one]
    enquiries.settled("stars", one, "digest", NOW)
    assert papers_due("stars", Paper.objects.all(), NOW + 9_999 * DAY, 9) == []

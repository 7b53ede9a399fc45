"""Submissions: what is not known is looked for, by one worker at a time, until it is found or given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from broadsheet.catalogue.models import Job, Listing, Paper
from broadsheet.community.models import Comment, Notification, Submission
from broadsheet.community.submission_fetching import (
    JOB,
    LEASE,
    MOST_TRIES,
    fetch_one,
    is_worker_about,
    wake_worker,
)
from broadsheet.community.submissions import (
    confirm,
    submit,
)
from broadsheet.sources.door import BusyError, FetchError
from broadsheet.sources.record import BadRecord
from tests.catalogue.harvests.made import MadeSource, NoDoor
from tests.community.bringing import NOW, TODAY, fetch, known, made
from tests.people import person

pytestmark = pytest.mark.django_db
State = Submission.State


def test_a_paper_that_is_not_known_is_fetched_and_listed_when_it_is_confirmed() -> None:
    alice = person()
    mine = submit(alice, "arXiv:2603.00007", now=NOW)
    assert (mine.state, mine.paper) == (State.FETCHING, None)
    assert fetch(made()) == 1
    mine.refresh_from_db()
    assert mine.state == State.FOUND
    assert not Listing.objects.exists()
    assert Notification.objects.get(account=alice).kind == Notification.Kind.SUBMISSION
    assert confirm(alice, mine, words="", now=NOW).state == State.LISTED


def test_what_nobody_wants_to_look_at_is_listed_as_soon_as_it_is_found() -> None:
    alice = person()
    mine = submit(alice, "2603.00007", words="Cranes!", is_confirmed=True, now=NOW)
    fetch(made())
    mine.refresh_from_db()
    assert (mine.state, Listing.objects.count(), Comment.objects.count()) == (State.LISTED, 1, 1)
    known()
    assert submit(alice, "2603.00001", is_confirmed=True, now=NOW).state == State.LISTED


def test_what_was_fetched_and_refused_is_on_no_page(settings: Any) -> None:
    settings.SUBMIT_MAX_AGE = 14
    alice = person()
    mine = submit(alice, "2603.00007", is_confirmed=True, now=NOW)
    fetch(made(published_on=TODAY - timedelta(days=400)))
    mine.refresh_from_db()
    assert mine.state == State.REFUSED
    assert "at most 14 days old" in mine.refusal
    assert (Paper.objects.count(), Listing.objects.count()) == (1, 0)


def test_what_no_source_knows_is_refused_and_told() -> None:
    alice = person()
    mine = submit(alice, "2603.00009", now=NOW)
    fetch(made())
    mine.refresh_from_db()
    assert (mine.state, mine.refusal) == (
        State.REFUSED,
        "No source knows a paper of this name. Look whether it is complete.",
    )
    assert mine.refusal in Notification.objects.get(account=alice).words


def test_what_cannot_be_reached_is_tried_again_later_and_later_and_given_up() -> None:
    mine = submit(person(), "2603.00007", now=NOW)
    moment, pauses = NOW, []
    for _ in range(MOST_TRIES):
        assert fetch(MadeSource(papers={"2603.00007": FetchError("no route")}), moment) == 1
        mine.refresh_from_db()
        if mine.due_at is not None:
            pauses.append((mine.due_at - moment).total_seconds() / 60)
            assert fetch(made(), moment) == 0
            moment = mine.due_at
    assert pauses == [1, 2, 4, 8, 16]
    assert mine.state == State.REFUSED
    assert "no route" not in mine.refusal


def test_a_source_that_asks_for_patience_gets_it() -> None:
    mine = submit(person(), "2603.00007", now=NOW)
    fetch(MadeSource(papers={"2603.00007": BusyError("busy", 503, 1800)}))
    mine.refresh_from_db()
    assert mine.due_at == NOW + timedelta(minutes=30)
    assert fetch(made(), mine.due_at) == 1
    mine.refresh_from_db()
    assert (mine.state, mine.refusal) == (State.FOUND, "")


def test_what_a_source_tells_badly_is_refused_with_what_is_wrong() -> None:
    mine = submit(person(), "2603.00007", now=NOW)
    fetch(MadeSource(papers={"2603.00007": BadRecord(where="made:7", reason="it has no title")}))
    mine.refresh_from_db()
    assert mine.state == State.REFUSED
    assert "it has no title" in mine.refusal


def test_one_worker_at_a_time_looks_and_one_that_was_away_changes_nothing() -> None:
    mine = submit(person(), "2603.00007", now=NOW)

    class Slow(MadeSource):
        def fetch(self, door: object, identifiers: Any) -> Any:
            assert fetch_one(mine.pk, NoDoor(), sources=lambda schemes: [made()], now=NOW) is None
            other = fetch_one(mine.pk, NoDoor(), sources=lambda schemes: [made()], now=NOW + LEASE)
            assert other is not None
            assert other.state == State.FOUND
            return iter(())

    assert fetch_one(mine.pk, NoDoor(), sources=lambda schemes: [Slow()], now=NOW) is None
    mine.refresh_from_db()
    assert mine.state == State.FOUND


def test_what_arrived_by_other_ways_meanwhile_is_not_asked_for() -> None:
    mine = submit(person(), "2603.00001", now=NOW)
    paper, source = known(), made()
    fetch(source)
    mine.refresh_from_db()
    assert (mine.paper, source.looked_up) == (paper, [])


def test_whether_a_worker_is_about_is_known_and_it_can_be_woken() -> None:
    assert not is_worker_about(NOW)
    job = Job.objects.create(name=JOB, last_finished_at=NOW, due_at=NOW + timedelta(seconds=50))
    assert is_worker_about(NOW + timedelta(minutes=2))
    assert not is_worker_about(NOW + timedelta(minutes=5))
    wake_worker(NOW)
    job.refresh_from_db()
    assert job.due_at == NOW


def test_who_has_no_time_asks_no_further_source_and_does_not_give_up() -> None:
    mine = submit(person(), "2603.00007", now=NOW)
    source = made()
    done = fetch_one(mine.pk, NoDoor(), sources=lambda schemes: [source], now=NOW, seconds=0)
    assert done is not None
    assert (done.state, source.looked_up) == (State.FETCHING, [])
    assert done.due_at == NOW + timedelta(minutes=1)

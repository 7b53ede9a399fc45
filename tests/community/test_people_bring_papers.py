"""Submissions: what people bring is shown to them and listed, and the rules of the instance hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as told
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Authorship, Listing
from broadsheet.catalogue.placing import put_on_day, rename_submitter, take_off
from broadsheet.community.access import RefusedError
from broadsheet.community.comments import write_comment
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Claim, Comment, Deed, Notification, Submission
from broadsheet.community.rules import LIMITS
from broadsheet.community.submission_rules import in_words
from broadsheet.community.submissions import (
    AlreadyHereError,
    UnreadableError,
    approve,
    confirm,
    submit,
    take_back,
    turn_down,
    waiting,
)
from tests.builders import record, take
from tests.catalogue.harvests.made import MadeSource
from tests.community.bringing import NOW, TODAY, fetch, known, made
from tests.people import curator, person, suspended

pytestmark = pytest.mark.django_db
State = Submission.State


def test_a_paper_that_is_known_is_found_shown_and_listed() -> None:
    alice, paper = person(), known()
    mine = submit(alice, "https://arxiv.org/abs/2603.00001v2", words="Read this.", now=NOW)
    assert (mine.state, mine.paper, Listing.objects.count()) == (State.FOUND, paper, 0)
    mine = confirm(alice, mine, words="Read this first.", now=NOW)
    assert (mine.state, mine.listed_on) == (State.LISTED, TODAY)
    listing = Listing.objects.get()
    assert (listing.paper, listing.source.slug, listing.listed_on, listing.submitted_by) == (
        paper,
        "submissions",
        TODAY,
        "alice",
    )
    paper.refresh_from_db()
    assert paper.first_listed_on == TODAY
    assert Comment.objects.get().text == "Read this first."


@pytest.mark.parametrize("text", ["", "herons", "https://example.org/x", "arxiv:\x00", "2603.00001\nx", "x" * 1_001])
def test_what_is_no_name_of_a_paper_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        submit(person(), text, now=NOW)
    assert not Submission.objects.exists()


def test_a_paper_that_was_on_a_page_leads_there() -> None:
    take(record("Listed Before", arxiv="2603.00003"))
    with pytest.raises(AlreadyHereError, match=r"Oct\. 15, 2025") as caught:
        submit(person(), "2603.00003", now=NOW)
    assert caught.value.paper.title == "Listed Before"


def test_of_two_who_bring_the_same_paper_one_lists_it() -> None:
    alice, bob, paper = person("alice"), person("bob"), known()
    mine, other = submit(alice, "2603.00001", now=NOW), submit(bob, paper.key, now=NOW)
    confirm(alice, mine, words="", now=NOW)
    with pytest.raises(AlreadyHereError):
        confirm(bob, other, words="", now=NOW)
    assert Listing.objects.get().submitted_by == "alice"


def test_the_same_again_is_the_same_submission() -> None:
    alice = person()
    known()
    assert submit(alice, "2603.00001", now=NOW) == submit(alice, "https://arxiv.org/pdf/2603.00001", now=NOW)
    assert submit(alice, "2603.00007", now=NOW) == submit(alice, "arXiv:2603.00007v3", now=NOW)


def test_who_says_it_again_may_say_more() -> None:
    alice = person()
    submit(alice, "2603.00007", now=NOW)
    submit(alice, "2603.00007", words="Cranes!", is_confirmed=True, now=NOW)
    fetch(made())
    assert Submission.objects.get().state == State.LISTED
    assert Comment.objects.get().text == "Cranes!"


@pytest.mark.parametrize("act", [attention.hide, attention.lock])
def test_hidden_and_locked_papers_are_refused_before_and_after(act: Any) -> None:
    alice, paper = person(), known()
    mine = submit(alice, "2603.00001", now=NOW)
    act(paper.pk, **{"is_hidden" if act is attention.hide else "is_locked": True})
    with pytest.raises(RefusedError, match="moderator"):
        confirm(alice, mine, words="", now=NOW)
    with pytest.raises(RefusedError, match="moderator"):
        submit(person("bob"), "2603.00001", now=NOW)
    assert not Listing.objects.exists()


def test_who_may_submit_is_a_setting(settings: Any) -> None:
    known()
    member, author, curated = person("alice"), person("arthur"), curator()
    other = known("By Arthur", 2)
    Claim.objects.create(account=author, paper=other, state=Claim.State.VERIFIED, claimed_at=NOW)

    def allowed() -> list[bool]:
        found = []
        for one in (member, author, curated):
            Submission.objects.all().delete()
            try:
                found.append(submit(one, "2603.00001", now=NOW).state == State.FOUND)
            except RefusedError:
                found.append(False)
        return found

    for who, expected in {
        "members": [True, True, True],
        "authors": [False, True, True],
        "curators": [False, False, True],
        "nobody": [False, False, False],
    }.items():
        settings.SUBMITTERS = who
        assert allowed() == expected, who


def test_the_printed_name_of_an_account_makes_an_author(settings: Any) -> None:
    settings.SUBMITTERS = "authors"
    alice, paper = person(), known(authors=("A. Heron",))
    with pytest.raises(RefusedError, match="claimed"):
        submit(alice, "2603.00001", now=NOW)
    Authorship.objects.filter(paper=paper).update(account=alice)
    assert submit(alice, "2603.00001", now=NOW).state == State.FOUND


def test_the_suspended_submit_nothing() -> None:
    with pytest.raises(RefusedError, match="suspended"):
        submit(suspended(), "2603.00001", now=NOW)


def test_papers_may_be_too_old(settings: Any) -> None:
    settings.SUBMIT_MAX_AGE = 14
    alice = person()
    known("Old", 1, published_on=TODAY - timedelta(days=15))
    known("Undated", 2)
    known("New", 3, published_on=TODAY - timedelta(days=14))
    with pytest.raises(RefusedError, match="at most 14 days old"):
        submit(alice, "2603.00001", now=NOW)
    with pytest.raises(RefusedError, match="when this paper was published"):
        submit(alice, "2603.00002", now=NOW)
    assert submit(alice, "2603.00003", now=NOW).state == State.FOUND


def test_weekends_may_be_off(settings: Any) -> None:
    settings.SUBMIT_WEEKENDS = False
    alice = person()
    known()
    with pytest.raises(RefusedError, match="Monday to Friday"):
        submit(alice, "2603.00001", now=NOW + timedelta(days=3))
    mine = submit(alice, "2603.00001", now=NOW)
    with pytest.raises(RefusedError, match="Monday to Friday"):
        confirm(alice, mine, words="", now=NOW + timedelta(days=4))


def test_a_day_has_so_many_papers_of_one_person(settings: Any) -> None:
    settings.SUBMIT_PER_DAY = 2
    alice, bob = person("alice"), person("bob")
    first = submit(alice, "2603.00001", now=NOW)
    submit(alice, "2603.00002", now=NOW)
    with pytest.raises(RefusedError, match="2 papers today"):
        submit(alice, "2603.00003", now=NOW)
    submit(bob, "2603.00003", now=NOW)
    take_back(alice, first, now=NOW)
    submit(alice, "2603.00003", now=NOW)
    submit(alice, "2603.00004", now=NOW + timedelta(days=1))


def test_trying_again_and_again_is_slowed_down() -> None:
    alice = person()
    for _ in range(LIMITS["submit"][0].times):
        with pytest.raises(UnreadableError):
            submit(alice, "nothing", now=NOW)
    with pytest.raises(TooManyError):
        submit(alice, "2603.00007", now=NOW)
    assert not Submission.objects.exists()


def test_a_curator_looks_first_where_the_instance_wants_it(settings: Any) -> None:
    settings.SUBMIT_APPROVAL = True
    alice, cora, paper = person(), curator(), known()
    mine = confirm(alice, submit(alice, "2603.00001", now=NOW), words="Look!", now=NOW)
    assert (mine.state, list(waiting()), Listing.objects.count()) == (State.WAITING, [mine], 0)
    mine = approve(cora, mine, now=NOW + timedelta(days=1))
    assert (mine.state, mine.listed_on, mine.decided_by) == (State.LISTED, TODAY + timedelta(days=1), cora)
    assert (Comment.objects.get().account, Listing.objects.get().submitted_by) == (alice, "alice")
    deed = Deed.objects.get(verb="submission.approve")
    assert (deed.actor, deed.subject, deed.is_public) == (cora, mine.key, True)
    note = Notification.objects.get(account=alice)
    assert (note.kind, note.paper, note.actor) == (Notification.Kind.SUBMISSION, paper, None)
    with pytest.raises(RefusedError, match="faster"):
        approve(cora, mine, now=NOW)
    with pytest.raises(RefusedError, match="faster"):
        turn_down(cora, mine, "Too late.", now=NOW)


def test_a_curator_refuses_with_a_reason(settings: Any) -> None:
    settings.SUBMIT_APPROVAL = True
    alice, cora = person(), curator()
    known()
    mine = confirm(alice, submit(alice, "2603.00001", now=NOW), words="", now=NOW)
    with pytest.raises(RefusedError, match="why"):
        turn_down(cora, mine, "  ", now=NOW)
    mine = turn_down(cora, mine, "Not of our field.", now=NOW)
    assert (mine.state, mine.refusal, Listing.objects.count()) == (State.REFUSED, "Not of our field.", 0)
    assert Deed.objects.get(verb="submission.refuse").reason == "Not of our field."
    assert "Not of our field." in Notification.objects.get(account=alice).words


def test_a_curators_own_papers_wait_for_nobody(settings: Any) -> None:
    settings.SUBMIT_APPROVAL = True
    cora = curator()
    known()
    assert submit(cora, "2603.00001", is_confirmed=True, now=NOW).state == State.LISTED


def test_what_waits_and_was_hidden_meanwhile_is_not_listed(settings: Any) -> None:
    settings.SUBMIT_APPROVAL = True
    alice, paper = person(), known()
    mine = confirm(alice, submit(alice, "2603.00001", now=NOW), words="", now=NOW)
    attention.hide(paper.pk, is_hidden=True)
    with pytest.raises(RefusedError, match="moderator"):
        approve(curator(), mine, now=NOW)


def test_others_can_do_nothing_with_it() -> None:
    alice, bob = person("alice"), person("bob")
    known()
    mine = submit(alice, "2603.00001", now=NOW)
    with pytest.raises(RefusedError):
        confirm(bob, mine, words="", now=NOW)
    with pytest.raises(RefusedError):
        take_back(bob, mine)
    take_back(alice, mine)
    with pytest.raises(RefusedError):
        take_back(alice, mine)
    with pytest.raises(RefusedError):
        confirm(alice, mine, words="", now=NOW)


def test_a_comment_that_cannot_be_written_does_not_keep_the_paper_away() -> None:
    alice = person()
    known()
    mine = submit(alice, "2603.00001", now=NOW)
    for number in range(6):
        other = known(f"Other {number}", 10 + number)
        write_comment(alice, other, f"Comment {number}", now=NOW)
    mine = confirm(alice, mine, words="One too many.", now=NOW)
    assert (mine.state, mine.words) == (State.LISTED, "One too many.")
    assert "wait" in mine.refusal


def test_comments_have_an_end() -> None:
    known()
    with pytest.raises(RefusedError, match="10,000"):
        submit(person(), "2603.00001", words="x" * 10_001, now=NOW)


def test_the_rules_are_told_in_words(settings: Any) -> None:
    settings.SUBMIT_MAX_AGE, settings.SUBMIT_WEEKENDS, settings.SUBMIT_APPROVAL = 14, False, True
    settings.SUBMITTERS, settings.SUBMIT_PER_DAY = "authors", 3
    words = " ".join(in_words())
    for part in ("claimed", "3 papers a day", "14 days", "Saturdays", "curator looks"):
        assert part in words
    settings.SUBMITTERS = "nobody"
    assert len(in_words()) == 1


def test_a_paper_is_put_on_a_page_once_and_can_be_taken_off() -> None:
    paper = known()
    assert put_on_day(paper.pk, TODAY, by="alice")
    assert not put_on_day(paper.pk, TODAY, by="bob")
    assert rename_submitter("alice", "") == 1
    assert Listing.objects.get().submitted_by == ""
    assert take_off(paper.pk)
    assert not take_off(paper.pk)
    paper.refresh_from_db()
    assert (paper.first_listed_on, Listing.objects.count()) == (None, 0)
    assert not put_on_day(paper.pk + 1, TODAY, by="alice")
    assert not take_off(paper.pk + 1)


class TheCapHolds(TestCase):
    """Whatever a person does in whatever order, no day has more of their papers than the cap."""

    @told(max_examples=20)
    @given(
        acts=st.lists(
            st.tuples(st.sampled_from(["submit", "confirm", "back", "fetch"]), st.integers(0, 5), st.integers(0, 2)),
            max_size=12,
        ),
        cap=st.integers(1, 3),
    )
    def test_in_any_order(self, acts: list[tuple[str, int, int]], cap: int) -> None:
        alice = Account.objects.create(username="alice")
        for number in range(3):
            known(f"Known {number}", number)
        source = MadeSource(
            papers={f"2603.{n:05}": record(f"Far {n}", arxiv=f"2603.{n:05}", on=None) for n in range(3, 6)}
        )
        with self.settings(SUBMIT_PER_DAY=cap):
            for act, number, day in sorted(acts, key=lambda one: one[2]):
                moment = NOW + timedelta(days=day)
                mine = Submission.objects.filter(named=f"2603.{number:05}").last()
                try:
                    if act == "submit":
                        submit(alice, f"2603.{number:05}", now=moment)
                    elif act == "fetch":
                        fetch(source, moment)
                    elif mine is not None and act == "confirm":
                        confirm(alice, mine, words="", now=moment)
                    elif mine is not None:
                        take_back(alice, mine, now=moment)
                except RefusedError:
                    pass
        for day in range(3):
            on = (NOW + timedelta(days=day)).date()
            rows = Submission.objects.filter(submitted_at__date=on).exclude(state__in=("refused", "taken back"))
            assert rows.count() <= cap
        listed = Listing.objects.values_list("paper", flat=True)
        assert len(listed) == len(set(listed)) == Submission.objects.filter(state=State.LISTED).count()

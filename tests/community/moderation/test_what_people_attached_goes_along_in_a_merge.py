"""Votes, comments, notes and lists go along when papers become one, and come back when that is undone."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.apps import apps
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue import attention
from broadsheet.catalogue.identity import merge_papers, undo_merge
from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Paper, PaperMerge
from broadsheet.community.carrying import RULES, recount
from broadsheet.community.models import (
    Claim,
    Collection,
    CollectionEntry,
    Comment,
    Deed,
    Delivery,
    Dismissal,
    Example,
    Impression,
    Notification,
    Pin,
    SentPaper,
    Shelved,
    Submission,
    Subscription,
    Unlearnt,
    Vote,
)
from broadsheet.sources.record import DeletedRecord
from tests.builders import WEDNESDAY, record, take
from tests.catalogue.content import scratch
from tests.people import LONG_AGO, admin, person

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def papers(*letters: str) -> list[Paper]:
    take(*(record(f"Paper {letter}", doi=f"10.5555/{letter}") for letter in letters))
    return [Paper.objects.get(title=f"Paper {letter}") for letter in letters]


def vote(account, paper, *, days: int = 0, **told: object) -> Vote:
    return Vote.objects.create(account=account, paper=paper, cast_at=LONG_AGO + timedelta(days=days), **told)


def say(account, paper, text: str, **told: object) -> Comment:
    return Comment.objects.create(account=account, paper=paper, text=text, written_at=NOW, **told)


def voters(paper: Paper) -> list[str]:
    return sorted(Vote.objects.filter(paper=paper).values_list("account__username", flat=True))


def test_every_table_that_names_a_paper_has_a_rule() -> None:
    naming = {
        model
        for model in apps.get_app_config("community").get_models()
        if any(field.is_relation and field.related_model is Paper for field in model._meta.concrete_fields)
    }
    assert naming == set(RULES)


def test_votes_unite_per_person_and_comments_move_with_their_threads() -> None:
    one, other = papers("a", "b")
    alice, bob = person(), person("bob")
    vote(alice, one, days=2)
    vote(alice, other, days=1)
    vote(bob, other)
    first = say(alice, other, "First")
    reply = say(bob, other, "A reply", parent=first)
    merged = merge_papers(one, other, "mo")
    merged.refresh_from_db()
    assert merged == one
    assert (voters(one), merged.votes_here_count, merged.comments_here_count) == (["alice", "bob"], 2, 2)
    assert Vote.objects.get(account=alice).cast_at == LONG_AGO + timedelta(days=1)

    later = say(alice, one, "Said of the merged paper, as an answer", parent=reply)
    alone = say(alice, one, "Said of the merged paper")
    back = undo_merge(PaperMerge.objects.get(), "mo")
    one.refresh_from_db()
    back.refresh_from_db()
    assert (voters(one), voters(back)) == (["alice"], ["alice", "bob"])
    assert set(back.comments.all()) == {first, reply, later}
    assert list(one.comments.all()) == [alone]
    assert (one.votes_here_count, one.comments_here_count) == (1, 1)
    assert (back.votes_here_count, back.comments_here_count) == (2, 3)


def test_what_lies_on_shelves_and_in_lists_is_united_and_parted() -> None:
    one, other = papers("a", "b")
    alice = person()
    for n, paper in enumerate((one, other)):
        Shelved.objects.create(account=alice, paper=paper, saved_at=LONG_AGO if n else None, note=f"note {n}")
        Dismissal.objects.create(account=alice, paper=paper, dismissed_at=NOW)
        Pin.objects.create(paper=paper, listed_on=WEDNESDAY, position=3 - n, words=f"words {n}", pinned_at=NOW)
        state = Claim.State.VERIFIED if n else Claim.State.WAITING
        Claim.objects.create(account=alice, paper=paper, claimed_at=NOW, state=state)
        Submission.objects.create(account=alice, paper=paper, named="x", submitted_at=NOW)
        Notification.objects.create(account=alice, paper=paper, kind="reply", about=f"{n}", made_at=NOW)
        told = {"account": alice, "paper": paper}
        Example.objects.create(**told, origin="orcid" if n else "picked", given_at=NOW - timedelta(days=n))
        Unlearnt.objects.create(**told, unlearnt_at=NOW - timedelta(days=n))
        Impression.objects.create(
            **told,
            surface="for you",
            shown="one list",
            position=1 - n,
            propensity=0.5 if n else 1,
            shown_at=NOW,
            opened_at=None if n else NOW,
        )
    subscription = Subscription.objects.create(account=alice, name="Mine", made_at=NOW, changed_at=NOW)
    letter = Delivery.objects.create(subscription=subscription, issue="2026-03-04", due_at=NOW, planned_at=NOW)
    for paper in (one, other):
        SentPaper.objects.create(recipient=f"account {alice.pk}", paper=paper, delivery=letter)
    lists = [Collection.objects.create(title=f"{n}", owner=alice, created_at=NOW, changed_at=NOW) for n in range(2)]
    for paper, collection in ((one, lists[0]), (other, lists[0]), (other, lists[1])):
        CollectionEntry.objects.create(collection=collection, paper=paper, position=0, added_at=NOW)

    merge_papers(other, one, "mo")
    shelved = Shelved.objects.get()
    assert (shelved.saved_at, shelved.note) == (LONG_AGO, "note 0\n\nnote 1")
    assert (Claim.objects.get().state, Pin.objects.get().position, Pin.objects.get().words) == (
        "verified",
        2,
        "words 0",
    )
    example, unlearnt, impression = Example.objects.get(), Unlearnt.objects.get(), Impression.objects.get()
    assert (example.origin, example.given_at, unlearnt.unlearnt_at) == ("orcid", *[NOW - timedelta(days=1)] * 2)
    assert (impression.position, impression.propensity, impression.opened_at) == (0, 0.5, NOW)
    assert [model.objects.filter(paper=one).count() for model in RULES] == [0, 1, 1, 2, 1, 1, 0, 2, 2, 1, 1, 1, 1]

    back = undo_merge(PaperMerge.objects.get(), "mo")
    assert [model.objects.filter(paper=one).count() for model in RULES] == [0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
    assert [model.objects.filter(paper=back).count() for model in RULES] == [0, 1, 1, 2, 1, 1, 0, 1, 1, 1, 1, 1, 1]


def test_the_note_of_a_merge_tells_of_no_person() -> None:
    one, other = papers("a", "b")
    alice = person("canary")
    vote(alice, one)
    vote(alice, other)
    Shelved.objects.create(account=alice, paper=other, note="canary")
    merge_papers(one, other, "mo")
    assert "canary" not in str(PaperMerge.objects.get().moved["attached"])


def test_a_person_who_was_erased_meanwhile_does_not_come_back() -> None:
    one, other = papers("a", "b")
    alice = person()
    Shelved.objects.create(account=alice, paper=one, note="x")
    Shelved.objects.create(account=alice, paper=other, note="y")
    merge_papers(one, other, "mo")
    alice.delete()
    undo_merge(PaperMerge.objects.get(), "mo")
    assert not Shelved.objects.exists()


def test_what_was_hidden_or_locked_stays_so() -> None:
    one, other = papers("a", "b")
    attention.hide(other.pk, is_hidden=True)
    attention.lock(other.pk, is_locked=True)
    merged = merge_papers(one, other, "mo")
    merged.refresh_from_db()
    assert merged.is_hidden
    assert merged.is_locked
    back = undo_merge(PaperMerge.objects.get(), "mo")
    one.refresh_from_db()
    back.refresh_from_db()
    assert (one.is_hidden, one.is_locked, back.is_hidden, back.is_locked) == (False, False, True, True)


def test_a_merge_by_intake_carries_them_as_well() -> None:
    one, other = papers("a", "b")
    vote(person(), other)
    take(record("Paper a", doi="10.5555/a", arxiv="2510.00001"), record("Paper b", doi="10.5555/b", arxiv="2510.00001"))
    survivor = Paper.objects.get()
    assert (survivor, survivor.votes_here_count, voters(survivor)) == (one, 1, ["alice"])


@settings(max_examples=8)
@given(st.data())
def test_any_tangle_of_merges_and_undoing_keeps_one_vote_each_and_true_counts(data: st.DataObject) -> None:
    with scratch():
        letters = "abcd"
        papers(*letters)
        people = [person(name) for name in ("alice", "bob", "carol")]
        said = {
            letter: {n for n in range(3) if data.draw(st.booleans(), label=f"{people[n]} votes for {letter}")}
            for letter in letters
        }
        for letter, days in zip(letters, count(), strict=False):
            for n in said[letter]:
                vote(people[n], Paper.objects.get(title=f"Paper {letter}"), days=days)
            say(people[0], Paper.objects.get(title=f"Paper {letter}"), letter)
        for paper in Paper.objects.all():
            recount(paper.pk)
        before = {letter: sorted(people[n].username for n in said[letter]) for letter in letters}
        for _ in range(data.draw(st.integers(1, 3), label="merges")):
            there = list(Paper.objects.order_by("pk"))
            first, second = data.draw(st.permutations(range(len(there))), label="which")[:2]
            merge_papers(there[first], there[second], "mo")
            _counts_are_true()
        for merge in PaperMerge.objects.order_by("-pk"):
            undo_merge(merge, "mo")
            _counts_are_true()
        assert {letter: voters(Paper.objects.get(title=f"Paper {letter}")) for letter in letters} == before
        assert {comment.text: comment.paper.title[-1] for comment in Comment.objects.all()} == dict(
            zip(letters, letters, strict=True)
        )


def _counts_are_true() -> None:
    for paper in Paper.objects.all():
        assert paper.votes_here_count == len(set(voters(paper))) == len(voters(paper))
        assert paper.comments_here_count == paper.comments.count()


class TestAPaperThatItsSourceRemoved:
    """It stays for those who wrote of it, in no list and without its text."""

    GONE = DeletedRecord(ref="a", deleted_on=None, where="page:1")

    @pytest.fixture
    def one(self) -> Paper:
        told = record("Paper a", ref="a", doi="10.5555/a", abstract="Removed words.", authors=["Ada Reader"])
        take(told, source="arxiv")
        return Paper.objects.get()

    def test_it_goes_where_nobody_wrote_of_it(self, one) -> None:
        vote(person(), one)
        Shelved.objects.create(account=admin(), paper=one, seen_at=NOW)
        take_in([self.GONE], source="arxiv")
        assert not Paper.objects.exists()
        assert not Vote.objects.exists()

    def test_it_stays_bare_and_hidden_where_somebody_did(self, one) -> None:
        first = say(person(), one, "A remark")
        say(person("bob"), one, "An answer", parent=first)
        take_in([self.GONE], source="arxiv")
        one.refresh_from_db()
        assert (one.is_hidden, one.title, one.abstract, one.votes_elsewhere_count) == (True, "Paper a", "", 0)
        assert not one.authorships.exists()
        assert not one.identifiers.exists()
        assert not one.source_records.exists()
        assert one.comments.count() == 2
        told = Deed.objects.get()
        assert (told.verb, told.subject, told.is_public, told.reason) == (
            "paper.hide",
            one.key,
            True,
            "removed by its source",
        )

    def test_it_is_another_paper_that_comes_from_elsewhere_later(self, one) -> None:
        say(person(), one, "A remark")
        take_in([self.GONE], source="arxiv")
        take(record("Paper a", doi="10.5555/a"), source="crossref")
        assert Paper.shown.get() != one

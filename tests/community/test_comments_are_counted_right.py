"""Whatever people do in whatever order: a paper's count of comments is what a recount gives, and no place dangles."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from broadsheet.catalogue.models import Paper
from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.comments import GONE, delete_comment, edit_comment, hide, show, write_comment
from broadsheet.community.models import Allowance, Comment, CommentEdit, Group, Membership, Reaction
from broadsheet.community.reactions import react
from broadsheet.community.threads import thread_of
from tests.builders import record, take
from tests.people import moderator, person

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
STATE = Comment.State


class Talk(RuleBasedStateMachine):
    """Three people, one of them a moderator, talk about two papers, in public and in a group."""

    def __init__(self) -> None:
        super().__init__()
        self.n = 0
        Comment.objects.update(parent=None)
        Comment.objects.all().delete()
        Paper.objects.update(comments_here_count=0)
        Allowance.objects.all().delete()

    @property
    def now(self) -> datetime:
        """Later each time, so that no limit is reached."""
        self.n += 1
        return NOW + timedelta(hours=self.n)

    def one(self, at: int) -> Comment | None:
        found = list(Comment.objects.order_by("pk"))
        return found[at % len(found)] if found else None

    @rule(who=st.integers(0, 2), about=st.booleans(), in_group=st.booleans(), parent=st.none() | st.integers(0, 9))
    def say(self, who: int, about: bool, in_group: bool, parent: int | None) -> None:
        answered = self.one(parent) if parent is not None else None
        with contextlib.suppress(RefusedError):
            write_comment(
                TalkTest.people[who],
                TalkTest.papers[about],
                f"@alice and @bob {self.n}",
                parent=answered,
                group=TalkTest.group if in_group else None,
                now=self.now,
            )

    @rule(who=st.integers(0, 2), at=st.integers(0, 9), is_same=st.booleans())
    def edit(self, who: int, at: int, is_same: bool) -> None:
        if comment := self.one(at):
            with contextlib.suppress(RefusedError):
                edit_comment(
                    TalkTest.people[who], comment, comment.text if is_same else f"Edited {self.n}", now=self.now
                )

    @rule(who=st.integers(0, 2), at=st.integers(0, 9))
    def delete(self, who: int, at: int) -> None:
        if comment := self.one(at):
            with contextlib.suppress(RefusedError):
                delete_comment(TalkTest.people[who], comment)

    @rule(who=st.integers(0, 2), at=st.integers(0, 9), is_shown=st.booleans())
    def moderate(self, who: int, at: int, is_shown: bool) -> None:
        if comment := self.one(at):
            with contextlib.suppress(RefusedError):
                if is_shown:
                    show(comment, TalkTest.people[who])
                else:
                    hide(comment, TalkTest.people[who], Comment.Reason.SPAM)

    @rule(who=st.integers(0, 2), at=st.integers(0, 9), sign=st.sampled_from(rules.REACTIONS[:2]))
    def sign(self, who: int, at: int, sign: str) -> None:
        if comment := self.one(at):
            with contextlib.suppress(RefusedError):
                react(TalkTest.people[who], comment, sign, now=self.now)

    @invariant()
    def counts_are_true(self) -> None:
        for paper in Paper.objects.order_by("pk"):
            said = [one for one in paper.comments.all() if one.group_id is None and one.state == STATE.VISIBLE]
            assert paper.comments_here_count == len(said)
            assert paper.comments_count == paper.comments_elsewhere_count + len(said)
            shown = thread_of(paper, TalkTest.reader).said
            assert {one.comment.pk for one in shown if one.is_open} == {one.pk for one in said}

    @invariant()
    def nothing_is_left_of_what_is_gone(self) -> None:
        gone = Comment.objects.filter(state__in=GONE)
        assert not gone.exclude(text="").exists()
        assert not CommentEdit.objects.filter(comment__in=gone).exists()
        assert not Reaction.objects.filter(comment__in=gone).exists()
        for place in gone:
            assert place.replies.exists()

    @invariant()
    def edits_are_as_many_as_are_told(self) -> None:
        for comment in Comment.objects.all():
            assert comment.edits.count() == comment.edits_count
            assert comment.parent is None or (comment.parent.paper_id, comment.parent.group_id) == (
                comment.paper_id,
                comment.group_id,
            )


class TalkTest(TestCase):
    """Runs the machine; the people and papers are made once."""

    @classmethod
    def setUpTestData(cls) -> None:
        take(record("One", arxiv="2510.10001"), record("Two", arxiv="2510.10002"))
        cls.papers = list(Paper.objects.order_by("pk"))
        cls.people = [person("alice"), person("bob"), moderator()]
        cls.reader = person("charlie")
        cls.group = Group.objects.create(slug="lab", name="Lab", created_at=NOW)
        for one in cls.people[:2]:
            Membership.objects.create(group=cls.group, account=one, invited_at=NOW, joined_at=NOW)

    def test_counts_equal_recounts(self) -> None:
        run_state_machine_as_test(Talk, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))

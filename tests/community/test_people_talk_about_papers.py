"""Comments: written, answered, edited, deleted, hidden, and signs under them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.comments import (
    delete_comment,
    edit_comment,
    hide,
    is_author_participating,
    may_edit,
    may_moderate,
    may_see,
    recount,
    show,
    write_comment,
)
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Comment, Deed, Group, Membership, Notification, Reaction
from broadsheet.community.reactions import react
from broadsheet.community.threads import newest, thread_of
from tests.builders import paper
from tests.people import moderator, person, suspended

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
State = Comment.State


@pytest.fixture
def about() -> Paper:
    return paper("A paper", arxiv="2510.10001")


def count_of(about: Paper) -> int:
    about.refresh_from_db()
    return about.comments_count


def group_of(*people: Account, name: str = "lab") -> Group:
    group = Group.objects.create(slug=name, name=name, created_at=NOW)
    for n, one in enumerate(people):
        role = Membership.Role.READER if n else Membership.Role.OWNER
        Membership.objects.create(group=group, account=one, role=role, invited_at=NOW, joined_at=NOW)
    return group


def test_a_comment_is_counted_and_told_of(about: Paper) -> None:
    alice, bob = person("alice"), person("bob")
    said = write_comment(alice, about, "  Good,\r\n@bob!\x00 ", now=NOW)
    assert (said.text, said.state, said.written_at) == ("Good,\n@bob!", State.VISIBLE, NOW)
    assert count_of(about) == 1
    assert [mention.account for mention in said.mentions.all()] == [bob]
    assert Notification.objects.get(comment=said).account == bob


def test_an_answer_stands_below_what_it_answers(about: Paper) -> None:
    alice, bob = person("alice"), person("bob")
    first = write_comment(alice, about, "First", now=NOW)
    second = write_comment(bob, about, "Second", now=NOW)
    answer = write_comment(bob, about, "Answer", parent=first, now=LATER)
    told = thread_of(about, alice).said
    assert [(one.comment, one.depth) for one in told] == [(first, 0), (answer, 1), (second, 0)]
    assert Notification.objects.get(comment=answer, account=alice).kind == Notification.Kind.REPLY


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (rules.LONGEST_COMMENT + 1)])
def test_no_words_and_too_many_are_refused(text: str, about: Paper) -> None:
    with pytest.raises(RefusedError, match=r"no words|characters"):
        write_comment(person(), about, text, now=NOW)
    assert count_of(about) == 0


def test_locked_and_hidden_papers_and_suspended_people_are_refused(about: Paper) -> None:
    alice, sue, new = person("alice"), suspended(), person("new", is_waiting=True)
    mine = write_comment(alice, about, "Mine", now=NOW)
    for who, why in ((sue, "suspended"), (new, "not in use")):
        with pytest.raises(RefusedError, match=why):
            write_comment(who, about, "Words", now=NOW)
    attention.lock(about.pk, is_locked=True)
    for act in (
        lambda: write_comment(alice, about, "Words", now=NOW),
        lambda: edit_comment(alice, mine, "Words", now=NOW),
        lambda: react(alice, mine, "🔥", now=NOW),
    ):
        with pytest.raises(RefusedError, match="locked"):
            act()
    attention.lock(about.pk, is_locked=False)
    attention.hide(about.pk, is_hidden=True)
    with pytest.raises(RefusedError, match="nothing here"):
        write_comment(alice, about, "Words", now=NOW)


def test_an_answer_needs_something_to_answer(about: Paper) -> None:
    alice, mo = person("alice"), moderator()
    gone = write_comment(alice, about, "Gone", now=NOW)
    elsewhere = write_comment(alice, paper("Other", arxiv="2510.10002"), "Elsewhere", now=NOW)
    hide(gone, mo, Comment.Reason.SPAM)
    for parent in (gone, elsewhere):
        with pytest.raises(RefusedError, match="not there any more"):
            write_comment(alice, about, "Answer", parent=parent, now=NOW)


def test_the_same_words_are_refused_twice(about: Paper) -> None:
    alice, other = person("alice"), paper("Other", arxiv="2510.10002")
    first = write_comment(alice, about, "Thanks!", now=NOW)
    long = "Come to my site, it has all that you ever wished to read about."
    write_comment(alice, about, long, now=NOW)
    with pytest.raises(RefusedError, match="already"):
        write_comment(alice, about, "Thanks!", now=LATER)
    with pytest.raises(RefusedError, match="already"):
        write_comment(alice, other, long, now=LATER)
    write_comment(alice, about, "Thanks!", parent=first, now=LATER)
    write_comment(alice, other, "Thanks!", now=LATER)
    write_comment(alice, other, long, now=NOW + timedelta(days=2))


def test_nobody_says_too_much_at_once(about: Paper) -> None:
    alice, limit = person("alice"), rules.LIMITS["comment"][0]
    for n in range(limit.times):
        write_comment(alice, about, f"Words {n}", now=NOW)
    with pytest.raises(TooManyError):
        write_comment(alice, about, "More words", now=NOW)
    assert count_of(about) == limit.times


@pytest.mark.parametrize("mode", ["open", "approval"])
def test_first_comments_of_new_people_wait_on_an_open_instance(mode: str, about: Paper, settings: object) -> None:
    settings.MODE = mode  # type: ignore[attr-defined]
    alice, bob, mo = person("alice"), person("bob"), moderator()
    first = write_comment(alice, about, "@bob look", now=NOW)
    assert (first.state, count_of(about)) == (State.WAITING, 0)
    assert not Notification.objects.filter(account=bob).exists()
    assert [bool(thread_of(about, who).said) for who in (alice, bob, mo)] == [True, False, True]
    show(first, mo)
    assert count_of(about) == 1
    assert Notification.objects.filter(account=bob).exists()
    for n in range(1, rules.FIRST_POSTS_REVIEWED):
        said = write_comment(alice, about, f"Words {n}", now=NOW)
        assert said.state == State.WAITING
        show(said, mo)
    assert write_comment(alice, about, "Known by now", now=NOW).state == State.VISIBLE
    assert write_comment(mo, about, "Mine", now=NOW).state == State.VISIBLE


def test_new_people_have_few_links_and_cannot_slip_them_in_later(about: Paper, settings: object) -> None:
    settings.MODE = "open"  # type: ignore[attr-defined]
    alice, mo = person("alice"), moderator()
    spam = "https://a.example https://b.example"
    with pytest.raises(RefusedError, match="may hold 1 link"):
        write_comment(alice, about, spam, now=NOW)
    said = write_comment(alice, about, "https://a.example", now=NOW)
    show(said, mo)
    with pytest.raises(RefusedError, match="may hold 1 link"):
        edit_comment(alice, said, spam, now=LATER)
    assert edit_comment(alice, said, "Other words", now=LATER).state == State.WAITING
    assert count_of(about) == 0


def test_an_edit_is_marked_and_kept(about: Paper) -> None:
    alice, bob = person("alice"), person("bob")
    said = write_comment(alice, about, "Frist", now=NOW)
    quick = edit_comment(alice, said, "First", now=NOW + timedelta(minutes=1))
    assert (quick.text, quick.edits_count, quick.edits.count()) == ("First", 0, 0)
    slow = edit_comment(alice, said, "Second @bob", now=LATER)
    assert (slow.edits_count, slow.edited_at, [edit.text for edit in slow.edits.all()]) == (1, LATER, ["First"])
    assert Notification.objects.filter(account=bob, comment=said).count() == 1
    assert edit_comment(alice, said, "Second @bob", now=LATER).edits_count == 1
    assert edit_comment(alice, said, "Third", now=LATER).mentions.count() == 0
    with pytest.raises(RefusedError, match="Only who wrote"):
        edit_comment(bob, said, "Bob's", now=LATER)


def test_a_quick_edit_below_an_answer_is_marked(about: Paper) -> None:
    alice, bob = person("alice"), person("bob")
    said = write_comment(alice, about, "I agree", now=NOW)
    write_comment(bob, about, "So do I", parent=said, now=NOW)
    assert edit_comment(alice, said, "I do not", now=NOW + timedelta(seconds=9)).edits_count == 1


def test_a_deleted_comment_leaves_nothing_or_its_place(about: Paper) -> None:
    alice, bob = person("alice"), person("bob")
    said = write_comment(alice, about, "Secret @bob", now=NOW)
    edit_comment(alice, said, "Another secret @bob", now=LATER)
    react(bob, said, "🔥", now=NOW)
    answer = write_comment(bob, about, "Answer", parent=said, now=NOW)
    with pytest.raises(RefusedError, match="Only who wrote"):
        delete_comment(bob, said)
    delete_comment(alice, said)
    said.refresh_from_db()
    assert (said.state, said.text, said.edits.count(), said.reactions.count()) == (State.DELETED, "", 0, 0)
    assert not Notification.objects.filter(comment=said).exists()
    assert count_of(about) == 1
    assert [(one.comment, one.is_open) for one in thread_of(about, bob).said] == [(said, False), (answer, True)]
    with pytest.raises(RefusedError):
        delete_comment(alice, said)
    delete_comment(bob, answer)
    assert not Comment.objects.exists()
    assert count_of(about) == 0


def test_suspended_people_may_take_their_words_back(about: Paper) -> None:
    alice = person("alice")
    said = write_comment(alice, about, "Words", now=NOW)
    Account.objects.filter(pk=alice.pk).update(suspended_at=NOW)
    alice.refresh_from_db()
    assert not may_edit(alice, said)
    delete_comment(alice, said)
    assert count_of(about) == 0


def test_a_moderator_hides_for_a_reason_that_all_see(about: Paper) -> None:
    alice, bob, mo = person("alice"), person("bob"), moderator()
    said = write_comment(alice, about, "Rude words", now=NOW)
    for who, reason in ((bob, Comment.Reason.ABUSE), (mo, "because")):
        with pytest.raises(RefusedError):
            hide(said, who, reason)
    hide(said, mo, Comment.Reason.ABUSE)
    hide(said, mo, Comment.Reason.ABUSE)
    said.refresh_from_db()
    assert (said.state, said.hidden_reason, count_of(about)) == (State.HIDDEN, "abuse", 0)
    deed = Deed.objects.get(verb="comment.hide")
    assert (deed.actor, deed.subject, deed.reason, deed.is_public) == (mo, said.key, "abuse", True)
    assert "abuse" in Notification.objects.get(account=alice).words
    assert [may_see(who, said) for who in (alice, bob, mo)] == [True, False, True]
    assert list(newest()) == []
    with pytest.raises(RefusedError):
        edit_comment(alice, said, "Kind words", now=LATER)
    show(said, mo)
    said.refresh_from_db()
    assert (said.hidden_reason, count_of(about)) == ("", 1)


def test_a_hidden_comment_keeps_its_place_above_answers(about: Paper) -> None:
    alice, bob = person("alice"), person("bob")
    said = write_comment(alice, about, "Rude", now=NOW)
    answer = write_comment(bob, about, "Answer", parent=said, now=NOW)
    hide(said, moderator(), Comment.Reason.ABUSE)
    assert [(one.comment, one.is_open) for one in thread_of(about, bob).said] == [(said, False), (answer, True)]


def test_what_is_said_in_a_group_stays_there(about: Paper) -> None:
    alice, bob, charlie, mo = person("alice"), person("bob"), person("charlie"), moderator()
    group = group_of(alice, bob)
    said = write_comment(alice, about, "@bob @charlie between us", group=group, now=NOW)
    assert count_of(about) == 0
    assert [mention.account for mention in said.mentions.all()] == [bob]
    assert [len(thread_of(about, who, group).said) for who in (alice, bob, charlie, mo)] == [1, 1, 0, 0]
    assert not thread_of(about, alice).said
    assert list(newest()) == []
    with pytest.raises(RefusedError):
        write_comment(charlie, about, "Me too", group=group, now=NOW)
    with pytest.raises(RefusedError):
        write_comment(bob, about, "In public", parent=said, now=NOW)
    assert [may_moderate(who, said) for who in (alice, bob, mo)] == [True, False, False]
    hide(said, alice, Comment.Reason.OFF_TOPIC)
    assert not Deed.objects.get().is_public
    Membership.objects.filter(account=bob).delete()
    with pytest.raises(RefusedError):
        react(bob, said, "🔥", now=NOW)


def test_signs_are_set_and_taken_away(about: Paper) -> None:
    alice, bob = person("alice"), person("bob")
    said = write_comment(alice, about, "Words", now=NOW)
    assert react(alice, said, "🔥", now=NOW)
    assert react(bob, said, "🔥", now=NOW)
    assert react(bob, said, "👀", now=NOW)
    (one,) = thread_of(about, alice).said
    assert [(sign.sign, sign.count, sign.is_mine) for sign in one.signs] == [("🔥", 2, True), ("👀", 1, False)]
    assert not react(bob, said, "🔥", now=NOW)
    assert Reaction.objects.count() == 2
    with pytest.raises(RefusedError, match="no such sign"):
        react(bob, said, "👎", now=NOW)
    hide(said, moderator(), Comment.Reason.SPAM)
    with pytest.raises(RefusedError, match="not there"):
        react(bob, said, "🚀", now=NOW)


def test_it_is_seen_that_an_author_speaks() -> None:
    about, alice, bob = paper("Ours", arxiv="2510.10001", authors=["A. Lice"]), person("alice"), person("bob")
    write_comment(bob, about, "A question", now=NOW)
    assert not is_author_participating(about)
    Authorship.objects.filter(paper=about).update(account=alice)
    write_comment(alice, about, "An answer", now=LATER)
    assert is_author_participating(about)
    assert [one.is_author for one in thread_of(about, bob).said] == [False, True]


def test_long_talk_is_read_by_pages_in_few_queries(about: Paper, django_assert_max_num_queries: object) -> None:
    alice, bob = person("alice"), person("bob")
    Comment.objects.bulk_create(
        Comment(paper=about, account=alice, text=f"@alice {n}", written_at=NOW + timedelta(seconds=n))
        for n in range(25)
    )
    recount(about.pk)
    about.refresh_from_db()
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        page = thread_of(about, bob, number=3, size=10)
    assert (page.number, page.pages, page.count, len(page.said), page.has_more) == (3, 3, 25, 5, False)
    key = Comment.objects.get(text="@alice 12").key
    assert thread_of(about, alice, at=key, size=10).number == 2
    rest = thread_of(about, alice, after=key, size=10)
    assert ([one.comment.text for one in rest.said[:1]], rest.has_more) == (["@alice 13"], True)
    assert thread_of(about, alice, number=99, size=10).number == 3

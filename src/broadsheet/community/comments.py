"""Writing, editing, deleting and hiding comments.

Everything happens with the paper's row locked, and ends with a count of what is there: ``Paper.comments_here_count`` is
always what a recount gives. What cannot be done now raises ``RefusedError`` with the reason for the person, and
``TooManyError`` where a limit is used up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import audit, notifications, rules
from broadsheet.community.access import (
    Person,
    RefusedError,
    is_curator,
    is_member,
    is_moderator,
    is_suspended,
    may_act,
    membership_of,
)
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Comment, CommentEdit, Group, Membership, Mention, Notification
from broadsheet.community.talk_text import known_in, links_in

State = Comment.State
GONE = (State.DELETED, State.ERASED)
"""States of a comment of which only the place is left."""
MOST_MENTIONS = 20
"""People that one comment can call; more would be a way to call everybody."""
_REVIEWING_MODES = ("approval", "open")
_SHORT = 40


def write_comment(
    account: Account,
    paper: Paper,
    text: str,
    *,
    parent: Comment | None = None,
    group: Group | None = None,
    now: datetime | None = None,
) -> Comment:
    """Write a comment on a paper, in public or in a group, as an answer to ``parent`` where that is given.

    It waits for a moderator's look (``Comment.State.WAITING``) where its writer is new on an instance that is open; it
    is told of (``notifications.tell_of_comment``) as soon as it can be read.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        held = Paper.objects.select_for_update().get(pk=paper.pk)
        _refuse_who(account, held, group)
        words = _fit(account, text, group)
        if parent is not None:
            parent = _answerable(parent, held, group)
        _refuse_same(account, held, words, parent, group, moment)
        spend("comment", account, moment)
        comment = Comment.objects.create(
            paper=held,
            account=account,
            group=group,
            parent=parent,
            text=words,
            state=State.WAITING if group is None and is_reviewed(account) else State.VISIBLE,
            written_at=moment,
        )
        _mention(comment)
        _published(comment)
    return comment


def edit_comment(account: Account, comment: Comment, text: str, *, now: datetime | None = None) -> Comment:
    """Say something else in a comment of one's own; what it said before stays readable, and it is marked as edited.

    Within ``rules.EDITED_WITHOUT_TRACE`` of writing, and as long as nobody has answered, it is only changed. The words
    of somebody whose posts are looked at first are looked at again.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        held, mine = _held(comment)
        _refuse_who(account, held, mine.group)
        if not may_edit(account, mine):
            raise RefusedError(_("Only who wrote a comment can edit it, as long as it is there."))
        words = _fit(account, text, mine.group)
        if words == mine.text:
            return mine
        spend("edit", account, moment)
        if moment - mine.written_at > rules.EDITED_WITHOUT_TRACE or mine.replies.exists():
            CommentEdit.objects.create(comment=mine, text=mine.text, edited_at=moment)
            mine.edited_at, mine.edits_count = moment, mine.edits_count + 1
        mine.text = words
        if mine.group_id is None and is_reviewed(account):
            mine.state = State.WAITING
        mine.save(update_fields=["text", "edited_at", "edits_count", "state"])
        _mention(mine)
        _published(mine)
    return mine


def delete_comment(account: Account, comment: Comment) -> None:
    """Take back a comment of one's own, with all that it ever said and the signs under it.

    Its place in the thread stays while there are answers to it; places that nobody needs any more go with it.
    """
    with transaction.atomic():
        held, mine = _held(comment)
        if not may_delete(account, mine):
            raise RefusedError(_("Only who wrote a comment can delete it."))
        mine.edits.all().delete()
        mine.mentions.all().delete()
        mine.reactions.all().delete()
        Notification.objects.filter(comment=mine).delete()
        Comment.objects.filter(pk=mine.pk).update(state=State.DELETED, text="", edited_at=None, edits_count=0)
        place: int | None = mine.pk
        while place is not None and not Comment.objects.filter(parent=place).exists():
            row = Comment.objects.filter(pk=place, state__in=GONE).first()
            place = row.parent_id if row is not None else None
            if row is not None:
                row.delete()
        recount(held.pk)


def hide(comment: Comment, by: Account, reason: str, *, network: str = "") -> None:
    """Take a comment out of sight for a reason (``Comment.Reason``), seen by everybody in the moderation log.

    Who wrote it is told. Also how a waiting one is refused. ``network`` is where the moderator sits, for the log.
    """
    if reason not in Comment.Reason.values:
        raise RefusedError(_("A comment is hidden for one of the reasons of the rules."))
    _moderate(comment, by, State.HIDDEN, reason, network)


def show(comment: Comment, by: Account, *, network: str = "") -> None:
    """Let a hidden comment, or one that waits for a look, be seen."""
    _moderate(comment, by, State.VISIBLE, "", network)


def recount(paper_id: int) -> int:
    """Count the public comments of a paper that can be read, and note the figure at the paper; returns it."""
    count = Comment.objects.filter(paper=paper_id, group__isnull=True, state=State.VISIBLE).count()
    attention.count_comments(paper_id, count)
    return count


def is_reviewed(account: Account) -> bool:
    """Whether a moderator looks at what this person writes before others see it."""
    if settings.MODE not in _REVIEWING_MODES or is_curator(account):
        return False
    read = Comment.objects.filter(account=account, group__isnull=True, state=State.VISIBLE)
    return read.count() < rules.FIRST_POSTS_REVIEWED


def authors_of(paper: Paper) -> set[int]:
    """Row ids of the accounts that proved to be an author of a paper."""
    return set(Authorship.objects.filter(paper=paper, account__isnull=False).values_list("account_id", flat=True))


def papers_with_their_author(paper_ids: Iterable[int]) -> set[int]:
    """Those of some papers (row ids) under which one of their authors speaks in public: one query."""
    said = Comment.objects.filter(paper__in=list(paper_ids), group__isnull=True, state=State.VISIBLE)
    theirs = said.filter(account__isnull=False, paper__authorships__account=F("account"))
    return set(theirs.values_list("paper_id", flat=True))


def is_author_participating(paper: Paper) -> bool:
    """Whether an author of the paper speaks under it in public."""
    return bool(papers_with_their_author([paper.pk]))


def may_comment(person: Person, paper: Paper, group: Group | None = None) -> bool:
    """Whether a person may write under a paper now."""
    return (
        may_act(person)
        and not paper.is_locked
        and not paper.is_hidden
        and (group is None or membership_of(person, group) is not None)
    )


def may_edit(person: Person, comment: Comment) -> bool:
    """Whether a person may say something else in a comment: its writer, while it is there."""
    return may_act(person) and comment.account_id == person.pk and comment.state in (State.VISIBLE, State.WAITING)


def may_delete(person: Person, comment: Comment) -> bool:
    """Whether a person may take a comment back: its writer, suspended or not, since words are their own."""
    return is_member(person) and comment.account_id == person.pk and comment.state not in GONE


def may_moderate(person: Person, comment: Comment) -> bool:
    """Whether a person may hide or show a comment: moderators in public, a group's owners in it."""
    if comment.state in GONE:
        return False
    if comment.group is None:
        return is_moderator(person)
    membership = membership_of(person, comment.group)
    return membership is not None and may_act(person) and membership.role == Membership.Role.OWNER


def may_see(person: Person, comment: Comment) -> bool:
    """Whether a person may read a comment, or what was left in its place; hidden ones stay open to who wrote them."""
    if comment.group is not None and membership_of(person, comment.group) is None:
        return False
    if comment.state in (State.HIDDEN, State.WAITING):
        return may_moderate(person, comment) or (is_member(person) and comment.account_id == person.pk)
    return True


def refuse_reaction(account: Account, comment: Comment) -> None:
    """Raises ``RefusedError`` where a person may not set signs under a comment."""
    _refuse_who(account, comment.paper, comment.group)
    if comment.state != State.VISIBLE:
        raise RefusedError(_("This comment is not there any more."))


def _held(comment: Comment) -> tuple[Paper, Comment]:
    """A comment's paper, locked until the transaction ends, and the comment as it is now."""
    held = Paper.objects.select_for_update().get(comments=comment.pk)
    return held, Comment.objects.select_related("group", "account", "parent", "paper").get(pk=comment.pk)


def _refuse_who(account: Account, paper: Paper, group: Group | None) -> None:
    if is_suspended(account):
        raise RefusedError(_("Your account is suspended: you can read, and take your data along."))
    if not may_act(account):
        raise RefusedError(_("Your account is not in use yet."))
    if paper.is_hidden or (group is not None and membership_of(account, group) is None):
        raise RefusedError(_("There is nothing here to write under."))
    if paper.is_locked:
        raise RefusedError(_("This paper is locked: it takes no more comments."))


def _fit(account: Account, text: str, group: Group | None) -> str:
    """The text as it is kept: with plain line breaks, and nothing around it."""
    words = text.replace("\r\n", "\n").replace("\x00", "").strip()
    words = words.encode("utf-8", "ignore").decode()
    if not words:
        raise RefusedError(_("There are no words in it."))
    if len(words) > rules.LONGEST_COMMENT:
        raise RefusedError(
            _("It has %(length)d characters; a comment may have %(most)d.")
            % {"length": len(words), "most": rules.LONGEST_COMMENT}
        )
    if group is None and is_reviewed(account) and links_in(words) > rules.LINKS_OF_NEW_PEOPLE:
        raise RefusedError(
            ngettext(
                "As long as your first comments are looked at, one may hold %(n)d link.",
                "As long as your first comments are looked at, one may hold %(n)d links.",
                rules.LINKS_OF_NEW_PEOPLE,
            )
            % {"n": rules.LINKS_OF_NEW_PEOPLE}
        )
    return words


def _answerable(parent: Comment, paper: Paper, group: Group | None) -> Comment:
    """The comment that is answered, as it is now."""
    now = Comment.objects.filter(pk=parent.pk, paper=paper, group=group, state=State.VISIBLE).first()
    if now is None:
        raise RefusedError(_("The comment that you answer is not there any more."))
    return now


def _refuse_same(
    account: Account, paper: Paper, words: str, parent: Comment | None, group: Group | None, now: datetime
) -> None:
    """The same words twice: a form that was sent twice, or somebody who says one thing everywhere."""
    mine = Comment.objects.filter(account=account, text=words).exclude(state__in=GONE)
    is_here = mine.filter(paper=paper, parent=parent, group=group).exists()
    if is_here or (len(words) > _SHORT and mine.filter(written_at__gt=now - rules.SAME_WORDS_REFUSED).exists()):
        raise RefusedError(_("You have said just this already."))


def _mention(comment: Comment) -> None:
    """Keep whom a comment names; in a group only those who belong to it."""
    names = list(known_in([comment.text]).people.values())
    people = Account.objects.filter(username__in=names, is_active=True, is_waiting=False)
    if comment.account_id is not None:
        people = people.exclude(pk=comment.account_id)
    if comment.group_id is not None:
        people = people.filter(memberships__group=comment.group_id, memberships__joined_at__isnull=False)
    named = list(people.order_by("pk")[:MOST_MENTIONS])
    comment.mentions.exclude(account__in=named).delete()
    Mention.objects.bulk_create([Mention(comment=comment, account=one) for one in named], ignore_conflicts=True)


def _published(comment: Comment) -> None:
    if comment.group_id is None:
        recount(comment.paper_id)
    if comment.state == State.VISIBLE:
        notifications.tell_of_comment(comment)


def _moderate(comment: Comment, by: Account, state: Comment.State, reason: str, network: str) -> None:
    with transaction.atomic():
        _paper, current = _held(comment)
        if not may_moderate(by, current):
            raise RefusedError(_("This is for moderators."))
        if current.state == state and current.hidden_reason == reason:
            return
        current.state, current.hidden_reason = state, reason
        current.save(update_fields=["state", "hidden_reason"])
        verb = "comment.hide" if state == State.HIDDEN else "comment.show"
        audit.note(
            verb,
            actor=by,
            subject_kind="comment",
            subject=current.key,
            reason=reason,
            network=network,
            is_public=current.group_id is None,
        )
        _published(current)
        if state == State.HIDDEN and current.account_id != by.pk:
            notifications.tell_of_decision(
                current.account,
                Notification.Kind.MODERATION,
                about=f"comment {current.key} hidden {reason}",
                words=_("Your comment was hidden: %(reason)s.") % {"reason": reason},
                paper=current.paper,
                comment=current,
            )

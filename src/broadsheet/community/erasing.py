"""Erases a person: afterwards nothing in the database or the index names it or holds its words.

What others did stays theirs: answers stand below "[removed]", counts stay right, the audit log's chain holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from broadsheet.catalogue.forgetting import REMOVED, forget_person
from broadsheet.community import audit, comments, votes
from broadsheet.community.access import RefusedError
from broadsheet.community.models import (
    Account,
    Collection,
    CollectionEntry,
    Comment,
    CommentEdit,
    Deed,
    Group,
    Invitation,
    MailEvent,
    Membership,
    Notification,
    Pin,
    Report,
    Submission,
    Subscription,
    Vote,
)

VotesLeft = Literal["anonymise", "withdraw"]

SWEPT: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Comment, ("text",)),
    (CommentEdit, ("text",)),
    (CollectionEntry, ("note",)),
    (Collection, ("title", "about")),
    (Group, ("name", "about")),
    (Pin, ("words",)),
    (Report, ("words",)),
    (Submission, ("words", "refusal")),
    (Notification, ("words",)),
    (Account, ("about",)),
)
"""Texts of others in which ``@name`` may stand where more than their writer reads it."""


def erase(account: Account, *, votes_are: VotesLeft) -> None:
    """Erase a person for good, in one transaction; ``votes_are`` tells what becomes of its counted public votes.

    On SQLite what is deleted is written over in the file as well. Raises ``RefusedError`` for the last admin. Whoever
    calls it has made sure that it is the person who asks.
    """
    with _written_over(), transaction.atomic():
        _refuse_last_admin(account)
        names = _names_of(account)
        _votes(account, votes_are)
        _words(account)
        _library(account)
        _groups(account)
        _letters(account, names)
        _mentions(account.username)
        forget_person(account.username)
        _log(account, names)
        _sessions(account, names)
        number = account.pk
        account.delete()
        audit.note("account.erase", subject_kind="account", subject=str(number))


@contextmanager
def _written_over() -> Iterator[None]:
    """Let SQLite leave nothing readable in freed pages (PRAGMA secure_delete) and in its log of writes."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=ON")
        yield
        cursor.execute("PRAGMA secure_delete=OFF")
        if not connection.in_atomic_block:
            # A reader who is not done yet keeps the log, which the next writers then write over.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _refuse_last_admin(account: Account) -> None:
    admins = set(Account.objects.select_for_update().filter(role=Account.Role.ADMIN).values_list("pk", flat=True))
    if admins == {account.pk}:
        raise RefusedError(_("This is the only admin: give somebody else the role first."))


def _names_of(account: Account) -> list[str]:
    """What tells of the person in records that others wrote: the user name and every address."""
    addresses = EmailAddress.objects.filter(user=account).values_list("email", flat=True)
    return sorted({account.username, account.email, *addresses} - {""})


def _votes(account: Account, votes_are: VotesLeft) -> None:
    mine = Vote.objects.filter(account=account)
    papers = set(mine.values_list("paper_id", flat=True))
    if votes_are == "anonymise":
        # Only what counts is worth leaving behind; nobody decides any more on what waits or is held.
        mine.filter(state=Vote.State.COUNTED, group__isnull=True).update(account=None, network="")
    Vote.objects.filter(account=account).delete()
    votes.recount(papers)


def _words(account: Account) -> None:
    mine = Comment.objects.filter(account=account)
    papers = sorted(set(mine.values_list("paper_id", flat=True)))
    CommentEdit.objects.filter(comment__account=account).delete()
    for comment in mine.order_by("pk"):
        comment.mentions.all().delete()
    Notification.objects.filter(Q(actor=account) | Q(comment__account=account)).delete()
    # Of new papers it is told whom of their authors the reader follows.
    Notification.objects.filter(kind=Notification.Kind.NEW_PAPER, words=account.username).update(words="")
    mine.update(state=Comment.State.ERASED, text="", hidden_reason="", account=None, edited_at=None, edits_count=0)
    for paper in papers:
        comments.recount(paper)
    Pin.objects.filter(pinned_by=account).update(words="")
    Report.objects.filter(reporter=account).update(words="")
    # Of what is told about the person itself there is nothing more to decide.
    Report.objects.filter(subject_kind="account", subject__in=(str(account.pk), account.username)).delete()
    brought = Submission.objects.filter(account=account)
    brought.exclude(state=Submission.State.LISTED, paper__isnull=False).delete()
    for submission in brought.select_related("paper"):
        submission.words, submission.refusal = "", ""
        submission.named = submission.paper.name if submission.paper else ""
        submission.save(update_fields=["words", "refusal", "named"])


def _library(account: Account) -> None:
    """What belongs to a group has no owner, and stays; notes in it that the person wrote go."""
    Collection.objects.filter(owner=account).exclude(is_reading_list=True).delete()
    CollectionEntry.objects.filter(added_by=account).update(note="")


def _groups(account: Account) -> None:
    """A group without anybody else goes; one without another owner is given to who joined first."""
    for group in Group.objects.filter(memberships__account=account).distinct().order_by("pk"):
        others = group.memberships.filter(joined_at__isnull=False).exclude(account=account).order_by("joined_at", "pk")
        first = others.first()
        if first is None:
            papers = set(Comment.objects.filter(group=group).values_list("paper_id", flat=True))
            # Answers hold what they answer, so that threads go from their ends.
            while leaves := list(
                Comment.objects.filter(group=group, replies__isnull=True).values_list("pk", flat=True)
            ):
                Comment.objects.filter(pk__in=leaves).delete()
            group.delete()
            for paper in sorted(papers):
                comments.recount(paper)
        elif not others.filter(role=Membership.Role.OWNER).exists():
            first.role = Membership.Role.OWNER
            first.save(update_fields=["role"])


def _letters(account: Account, names: list[str]) -> None:
    """Invitations by the person that nobody used; invitations and subscriptions of the person's addresses."""
    Invitation.objects.filter(invited_by=account, used_at__isnull=True).delete()
    to_me = Q(used_by=account)
    for name in names:
        to_me |= Q(email__iexact=name)
    Invitation.objects.filter(to_me).delete()
    mine = Q(account=account)
    for name in names:
        mine |= Q(account=None, address__iexact=name)
    subscriptions = Subscription.objects.filter(mine)
    MailEvent.objects.filter(delivery__subscription__in=subscriptions).update(answer="")
    subscriptions.delete()


def _mentions(username: str) -> None:
    """Write "[removed]" for ``@name`` in the texts of others."""
    called = re.compile(rf"(?<![\w@./])@{re.escape(username)}(?![\w@+-]|\.\w)", re.IGNORECASE)
    for model, fields in SWEPT:
        for field in fields:
            rows = model._default_manager.filter(**{f"{field}__icontains": f"@{username}"})  # noqa: SLF001
            for number, text in list(rows.values_list("pk", field)):
                told = called.sub(REMOVED, text)
                if told != text:
                    model._default_manager.filter(pk=number).update(**{field: told})  # noqa: SLF001


def _log(account: Account, names: list[str]) -> None:
    """Black out every line of the audit log that tells of the person, whoever wrote it."""
    audit.black_out(account)
    told = Deed.objects.annotate(told=Cast("private", TextField()))
    for name in names:
        # As it stands in JSON: whole, and in quotation marks.
        told.filter(told__contains=json.dumps(name, ensure_ascii=False)).update(private={})
        if not name.isascii():
            told.filter(told__contains=json.dumps(name)).update(private={})
    LogEntry.objects.filter(content_type__app_label="community", object_id=str(account.pk)).filter(
        content_type__model="account"
    ).delete()


def _sessions(account: Account, names: list[str]) -> None:
    """End every session of the person, and those in which somebody was just about to sign in as it."""
    ours = [session.session_key for session in _stored() if _tells_of(session, account, names)]
    Session.objects.filter(session_key__in=ours).delete()


def _stored() -> Iterator[Session]:
    return Session.objects.order_by("pk").iterator(500)


def _tells_of(session: Session, account: Account, names: list[str]) -> bool:
    held = session.get_decoded()
    if held.get("_auth_user_id") == str(account.pk):
        return True
    told = json.dumps(held, ensure_ascii=False, default=str)
    return any(json.dumps(name, ensure_ascii=False) in told for name in names)

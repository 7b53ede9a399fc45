"""Reports: what people tell moderators of, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.text import to_plain
from broadsheet.community import audit, comments, limits, moderation, notifications
from broadsheet.community.access import RefusedError, is_moderator, may_act, visible_collections
from broadsheet.community.models import Account, Collection, Comment, Notification, Report
from broadsheet.community.talk_text import plain_of

REASONS = {
    "spam": gettext_lazy("Spam or advertising"),
    "abuse": gettext_lazy("Abuse or harassment"),
    "graphic content": gettext_lazy("Graphic content"),
    "off-topic": gettext_lazy("Off-topic"),
    "wrong": gettext_lazy("Something is wrong: a duplicate, wrong authors, no paper at all"),
    "other": gettext_lazy("Something else, as I say below"),
}
LONGEST_WORDS = 1_000
LONGEST_EXCERPT = 280
_SHOWN_AS = {"wrong": Comment.Reason.OFF_TOPIC, "other": Comment.Reason.OFF_TOPIC}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about: its kind and name, a line of it, who is behind it, and whether it is out of sight."""

    kind: str
    name: str
    title: str
    account: Account | None = None
    what: Comment | Collection | object | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """All open reports of one subject, the oldest first; ``subject`` is None where it is gone."""

    kind: str
    name: str
    subject: Subject | None
    reports: Sequence[Report]


def subject_of(kind: str, name: str, reader: Account) -> Subject | None:
    """What a report would be about, as far as this person may see it; None for anything else."""
    find = _FINDERS.get(kind)
    return find(name, reader) if find else None


def _comment(name: str, reader: Account) -> Subject | None:
    comment = Comment.objects.select_related("account", "paper", "group", "parent").filter(key=name).first()
    if comment is None or comment.group_id is not None or not comments.may_see(reader, comment):
        return None
    is_hidden = comment.state == Comment.State.HIDDEN
    return Subject("comment", name, plain_of(comment.text)[:LONGEST_EXCERPT], comment.account, comment, is_hidden)


def _paper(name: str, reader: Account) -> Subject | None:
    paper = paper_named(name)
    if paper is None or (paper.is_hidden and not is_moderator(reader)):
        return None
    return Subject("paper", paper.key, to_plain(paper.title), None, paper, paper.is_hidden)


def _account(name: str, _reader: Account) -> Subject | None:
    account = Account.objects.filter(username=name, is_active=True, is_waiting=False).first()
    return Subject("account", name, account.shown_name, account, account) if account else None


def _collection(name: str, reader: Account) -> Subject | None:
    public = visible_collections(reader).filter(visibility=Collection.Visibility.PUBLIC)
    row = public.filter(key=name).select_related("owner").first()
    return Subject("collection", name, row.title, row.owner, row, row.is_hidden) if row else None


_FINDERS = {"comment": _comment, "paper": _paper, "account": _account, "collection": _collection}


def report(reporter: Account, subject: Subject, reason: str, words: str = "") -> Report:
    """Tell the moderators of something; who has done so already tells them the same again with newer words.

    Raises ``RefusedError`` for suspended people, what is one's own, and an unknown or empty reason; ``TooManyError``.
    """
    if not may_act(reporter):
        raise RefusedError(_("Your account is suspended: you can read, and take your data along."))
    if subject.account is not None and subject.account.pk == reporter.pk:
        raise RefusedError(_("This is your own."))
    said = words.replace("\x00", "").strip()[:LONGEST_WORDS]
    if reason not in REASONS:
        raise RefusedError(_("Choose what is wrong with it."))
    if reason == "other" and not said:
        raise RefusedError(_("Say in a few words what is wrong with it."))
    limits.spend("report", reporter)
    stored = _stored(subject)
    row = Report(
        reporter=reporter,
        subject_kind=subject.kind,
        subject=stored,
        reason=reason,
        words=said,
        reported_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        row = Report.objects.get(reporter=reporter, subject_kind=subject.kind, subject=stored, state=Report.State.OPEN)
        row.reason, row.words = reason, said
        row.save(update_fields=["reason", "words"])
    return row


def open_report(reporter: Account, subject: Subject) -> Report | None:
    """What a person has told of a subject and nobody has decided on yet."""
    mine = Report.objects.filter(reporter=reporter, state=Report.State.OPEN)
    return mine.filter(subject_kind=subject.kind, subject=_stored(subject)).first()


def cases(moderator: Account) -> list[Case]:
    """The open reports by what they are about, those that wait longest first."""
    found: dict[tuple[str, str], list[Report]] = {}
    for row in Report.objects.filter(state=Report.State.OPEN).select_related("reporter").order_by("pk"):
        found.setdefault((row.subject_kind, row.subject), []).append(row)
    return [Case(kind, name, _stored_subject(kind, name, moderator), rows) for (kind, name), rows in found.items()]


def decide(kind: str, name: str, by: Account, *, is_upheld: bool, reason: str = "", network: str = "") -> int:
    """Decide on all open reports of one subject: upheld takes it out of sight, dismissed leaves it; returns how many.

    Of an account nothing is hidden: suspending is a decision of its own. All who reported it are told, without who
    decided. Raises ``RefusedError`` for whoever is no moderator.
    """
    if not is_moderator(by):
        raise RefusedError(_("This is for moderators."))
    with transaction.atomic():
        rows = list(
            Report.objects.select_for_update(of=("self",))
            .filter(subject_kind=kind, subject=name, state=Report.State.OPEN)
            .select_related("reporter")
            .order_by("pk")
        )
        if not rows:
            return 0
        subject = _stored_subject(kind, name, by)
        if is_upheld and subject is not None:
            _take_away(subject, by, reason or str(REASONS.get(rows[0].reason, "")), rows[0].reason, network)
        state = Report.State.UPHELD if is_upheld else Report.State.DISMISSED
        Report.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=state, decided_by=by, decided_at=timezone.now()
        )
        audit.note(
            "report.uphold" if is_upheld else "report.dismiss",
            actor=by,
            subject_kind=kind,
            subject=name,
            reason=reason[: moderation.LONGEST_REASON],
            network=network,
            details={"reports": [row.pk for row in rows]},
        )
        for row in rows:
            notifications.tell_of_decision(
                row.reporter, Notification.Kind.MODERATION, about=f"report {row.pk} {state}", words=_told(state, reason)
            )
    return len(rows)


def _stored(subject: Subject) -> str:
    """By what a subject is kept: an account by its row id, since a name may change."""
    return str(subject.account.pk) if subject.kind == "account" and subject.account else subject.name


def _stored_subject(kind: str, name: str, reader: Account) -> Subject | None:
    """The subject of stored reports."""
    if kind == "account":
        account = Account.objects.filter(pk=int(name)).first() if name.isdigit() else None
        return Subject(kind, account.username, account.shown_name, account, account) if account else None
    return subject_of(kind, name, reader)


def _take_away(subject: Subject, by: Account, words: str, reason: str, network: str) -> None:
    if isinstance(subject.what, Comment):
        shown = _SHOWN_AS.get(reason, reason)
        comments.hide(subject.what, by, str(shown), network=network)
    elif isinstance(subject.what, Collection):
        moderation.change_collection(subject.what, by, words, is_hidden=True, network=network)
    elif subject.kind == "paper" and (paper := paper_named(subject.name)) is not None:
        moderation.change_paper(paper, "hide", by, words, network=network)


def _told(state: str, reason: str) -> str:
    told = (
        _("A moderator agreed with your report and acted on it.")
        if state == Report.State.UPHELD
        else _("A moderator looked at what you reported and left it as it is.")
    )
    return f"{told} {reason}".strip()

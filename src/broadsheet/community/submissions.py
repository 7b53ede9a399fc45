"""Papers that people bring: named, found, looked at, listed on a day's page.

What is known is found at once; what is not is fetched by a worker (``submission_fetching``). What was found is shown to
whoever brought it, and is listed once that is confirmed, by the rules of ``submission_rules``, after a curator's look
where the instance wants one. A paper is listed once: ``AlreadyHereError`` leads to the one that is there.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.placing import put_on_day
from broadsheet.community import audit, submission_rules
from broadsheet.community.access import RefusedError
from broadsheet.community.comments import write_comment
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import Account, Notification, Submission
from broadsheet.community.notifications import tell_of_decision
from broadsheet.community.rules import LONGEST_COMMENT
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier

State = Submission.State
OPEN = (State.FETCHING, State.FOUND, State.WAITING)
"""States of which more is to come."""
LONGEST_NAME = 1_000


class UnreadableError(RefusedError):
    """What was pasted is no identifier and no address of a paper."""


class AlreadyHereError(RefusedError):
    """The paper is on a day's page already; ``paper`` is the one that is there."""

    def __init__(self, paper: Paper, words: str) -> None:
        super().__init__(words)
        self.paper = paper


def submit(
    account: Account, named: str, *, words: str = "", is_confirmed: bool = False, now: datetime | None = None
) -> Submission:
    """Bring the paper that somebody named by an identifier or an address, with ``words`` as its first comment.

    What comes back is ``found`` where the paper is known, and ``fetching`` where it has yet to be looked for. With
    ``is_confirmed`` nobody wants to look at what is found: it is listed at once, or as soon as it is found. Who brings
    the same paper again while something is open gets that. Raises ``RefusedError`` with the reason for the person,
    ``UnreadableError`` and ``AlreadyHereError`` among it, and ``TooManyError``.
    """
    moment, text = now or timezone.now(), named.strip()
    refuse(submission_rules.refusal_of_person(account))
    spend("submit", account, moment)
    paper, parsed = _read(text)
    comment = _comment(words)
    if paper is not None:
        _refuse_paper(paper, moment)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        mine = _open_one(account, paper, parsed)
        if mine is None:
            refuse(submission_rules.refusal_of_moment(account, moment))
            mine = Submission.objects.create(
                account=account,
                named=text,
                words=comment,
                paper=paper,
                state=State.FETCHING if paper is None else State.FOUND,
                is_confirmed=is_confirmed,
                submitted_at=moment,
                due_at=moment if paper is None else None,
            )
        elif mine.state == State.FETCHING:
            mine.is_confirmed, mine.words = mine.is_confirmed or is_confirmed, comment or mine.words
            mine.save(update_fields=["is_confirmed", "words"])
    if mine.state == State.FOUND and is_confirmed:
        return confirm(account, mine, words=comment or mine.words, now=moment)
    return mine


def refuse(why: str) -> None:
    """Raise ``RefusedError`` with a reason, where there is one."""
    if why:
        raise RefusedError(why)


def _read(text: str) -> tuple[Paper | None, ParsedIdentifier | None]:
    """The paper of that name where it is known, and the name as it is looked for elsewhere."""
    paper = paper_named(text) if 0 < len(text) <= LONGEST_NAME else None
    parsed = parse_identifier(text) if len(text) <= LONGEST_NAME else None
    if paper is None and (parsed is None or storable_text(parsed.value) != parsed.value):
        raise UnreadableError(
            _("This is no identifier or address of a paper: paste an arXiv id, a DOI, or the address of its page.")
        )
    return paper, parsed


def _comment(words: str) -> str:
    text = storable_text(words).strip()
    if len(text) > LONGEST_COMMENT:
        raise RefusedError(_("A comment has at most %(n)s characters.") % {"n": f"{LONGEST_COMMENT:,}"})
    return text


def _refuse_paper(paper: Paper, now: datetime) -> None:
    """Raise where a paper may not be brought, be it that it is here already."""
    if not paper.is_hidden and (day := submission_rules.listed_on(paper)) is not None:
        _lead_to(paper, _("This paper is here already: it was on the page of %(day)s.") % {"day": date_format(day)})
    refuse(submission_rules.refusal_of_paper(paper, now))


def _lead_to(paper: Paper, words: str) -> NoReturn:
    raise AlreadyHereError(paper, words)


def _open_one(account: Account, paper: Paper | None, parsed: ParsedIdentifier | None) -> Submission | None:
    """What this person has brought of the same paper and is not through yet."""
    mine = Submission.objects.filter(account=account, state__in=OPEN).order_by("pk")
    if paper is not None:
        return mine.filter(paper=paper).first()
    same = (one for one in mine.filter(paper=None) if _is_same(parse_identifier(one.named), parsed))
    return next(same, None)


def _is_same(one: ParsedIdentifier | None, other: ParsedIdentifier | None) -> bool:
    """Whether two names are of one paper, whatever versions they name."""
    return one is not None and other is not None and (one.scheme, one.value) == (other.scheme, other.value)


def found(submission: Submission, paper: Paper, now: datetime) -> Submission:
    """Note that the paper that was looked for is here; it is refused where the rules forbid it, and then not listed."""
    try:
        _refuse_paper(paper, now)
    except RefusedError as error:
        return end(submission, str(error), now, paper=paper)
    row = _move(submission, State.FETCHING, state=State.FOUND, paper=paper, refusal="", due_at=None)
    if row.state == State.FOUND and row.is_confirmed and row.account is not None:
        try:
            return confirm(row.account, row, words=row.words, now=now)
        except RefusedError as error:
            return end(row, str(error), now, paper=paper)
    return row


def confirm(account: Account, submission: Submission, *, words: str, now: datetime | None = None) -> Submission:
    """Say that what was found is what was meant: it is listed, or waits for a curator.

    Raises ``RefusedError`` where it may not be listed (any more), or there is nothing to confirm.
    """
    moment, comment = now or timezone.now(), _comment(words)
    refuse(submission_rules.refusal_of_person(account))
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        row = _locked(submission)
        if row.account_id != account.pk or row.state != State.FOUND or row.paper is None:
            raise RefusedError(_("There is nothing to confirm: this submission is through."))
        _refuse_paper(row.paper, moment)
        refuse(submission_rules.refusal_of_moment(account, moment, but=row))
        row.words = comment
        if submission_rules.needs_approval(account):
            row.state = State.WAITING
            row.save(update_fields=["state", "words"])
            return row
        return _list(row, moment)


def take_back(account: Account, submission: Submission, now: datetime | None = None) -> Submission:
    """Leave off a submission of one's own that is not on a page yet. Raises ``RefusedError`` where it is."""
    with transaction.atomic():
        row = _locked(submission)
        if row.account_id != account.pk or row.state not in OPEN:
            raise RefusedError(_("This submission is through: it cannot be taken back."))
        row.state, row.decided_at, row.due_at = State.TAKEN_BACK, now or timezone.now(), None
        row.save(update_fields=["state", "decided_at", "due_at"])
    return row


def waiting() -> QuerySet[Submission]:
    """What waits for a curator, the oldest first."""
    rows = Submission.objects.filter(state=State.WAITING, paper__isnull=False)
    return rows.select_related("account", "paper").order_by("pk")


def approve(curator: Account, submission: Submission, *, network: str = "", now: datetime | None = None) -> Submission:
    """List what waits, on today's page. Raises ``RefusedError`` where it does not wait, or may not be listed now."""
    moment = now or timezone.now()
    with transaction.atomic():
        row = _locked(submission)
        if row.state != State.WAITING or row.paper is None:
            raise RefusedError(_("This submission does not wait any more: somebody was faster."))
        if row.paper.is_hidden or row.paper.is_locked:
            refuse(submission_rules.refusal_of_paper(row.paper, moment))
        row.decided_by = curator
        row = _list(row, moment)
        _note("submission.approve", curator, row, network)
    _tell(row, "listed", _("A curator put the paper that you brought on the page of the day."))
    return row


def turn_down(
    curator: Account, submission: Submission, reason: str, *, network: str = "", now: datetime | None = None
) -> Submission:
    """Refuse what waits, for a reason that whoever brought it reads. Raises ``RefusedError`` without one."""
    if not reason.strip():
        raise RefusedError(_("Say why: whoever brought the paper reads it."))
    with transaction.atomic():
        row = _locked(submission)
        if row.state != State.WAITING:
            raise RefusedError(_("This submission does not wait any more: somebody was faster."))
        row.state, row.refusal, row.decided_by = State.REFUSED, storable_text(reason).strip(), curator
        row.decided_at = now or timezone.now()
        row.save(update_fields=["state", "refusal", "decided_by", "decided_at"])
        _note("submission.refuse", curator, row, network)
    _tell(row, "refused", _("A curator did not list the paper that you brought: %(why)s") % {"why": row.refusal})
    return row


def end(submission: Submission, why: str, now: datetime, *, paper: Paper | None = None) -> Submission:
    """Note that nothing comes of a submission, for a reason in words; one that is through stays as it is."""
    told: dict[str, object] = {"state": State.REFUSED, "refusal": why, "decided_at": now, "due_at": None}
    return _move(submission, State.FETCHING, State.FOUND, **told, **({"paper": paper} if paper else {}))


def _list(row: Submission, now: datetime) -> Submission:
    """Put the paper on today's page, with its first comment. Within a transaction that has locked the row."""
    assert row.paper is not None, "only what was found is listed"
    by = row.account.username if row.account else ""
    today = timezone.localdate(now)
    if not put_on_day(row.paper.pk, today, by=by):
        _lead_to(row.paper, _("Somebody else has brought this paper in the meantime."))
    row.state, row.listed_on, row.decided_at = State.LISTED, today, now
    row.refusal = _speak(row, now)
    row.save(update_fields=["state", "words", "listed_on", "decided_at", "decided_by", "refusal"])
    return row


def _speak(row: Submission, now: datetime) -> str:
    """Write the first comment; why it could not be written, empty where it was. The paper is listed all the same."""
    if not row.words or row.account is None or row.paper is None:
        return ""
    try:
        with transaction.atomic():
            write_comment(row.account, row.paper, row.words, now=now)
    except (RefusedError, TooManyError) as error:
        return str(error)
    return ""


def _move(submission: Submission, *states: str, **told: object) -> Submission:
    """Change a submission that is in one of these states, and in no other; returns it as it is then."""
    Submission.objects.filter(pk=submission.pk, state__in=states).update(**told)
    return Submission.objects.select_related("account", "paper").get(pk=submission.pk)


def _locked(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",)).select_related("account", "paper")
    return rows.get(pk=submission.pk)


def _note(verb: str, curator: Account, row: Submission, network: str) -> None:
    details = {"paper": row.paper.name if row.paper else "", "by": row.account.username if row.account else ""}
    audit.note(
        verb,
        actor=curator,
        subject_kind="submission",
        subject=row.key,
        reason=row.refusal if row.state == State.REFUSED else "",
        network=network,
        details=details,
        is_public=True,
    )


def _tell(row: Submission, what: str, words: str) -> None:
    about = f"submission {row.key} {what}"
    tell_of_decision(row.account, Notification.Kind.SUBMISSION, about=about, words=words, paper=row.paper)

"""A person's library: papers saved for later, seen, read and noted. Nobody else ever learns of it.

Each paper has one row for a person (``Shelved``), which is there as long as anything of it is set. The row is locked
while it is changed, so that a note and a mark that are sent at once do not undo each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue import turns
from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.models import Paper
from broadsheet.community.access import RefusedError, may_act
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Shelved, Vote
from broadsheet.community.rules import LONGEST_NOTE, MOST_ON_THE_SHELF

_NOTHING = Q(saved_at=None, seen_at=None, read_at=None, note="")


def save(account: Account, paper: Paper) -> None:
    """Save a paper for later; again changes nothing. Whoever saves a paper has seen it.

    Raises ``RefusedError`` for somebody who may not act or whose shelf is full, and ``TooManyError``; so do the others.
    """
    _change(account, paper, lambda row, now: _set(row, now, "saved_at", "seen_at"))


def unsave(account: Account, paper: Paper) -> None:
    """Take a paper from those saved for later; what was noted of it stays."""
    _change(account, paper, lambda row, now: _unset(row, "saved_at"))


def mark_seen(account: Account, paper: Paper) -> None:
    """Note that a paper's page was opened; the first time is kept."""
    _change(account, paper, lambda row, now: _set(row, now, "seen_at"))


def mark_read(account: Account, paper: Paper) -> None:
    """Mark a paper as read."""
    _change(account, paper, lambda row, now: _set(row, now, "read_at", "seen_at"))


def mark_unread(account: Account, paper: Paper) -> None:
    """Undo ``mark_read``."""
    _change(account, paper, lambda row, now: _unset(row, "read_at"))


def write_note(account: Account, paper: Paper, text: str) -> None:
    """Keep a private note (Markdown) on a paper instead of what it said before; an empty one takes it away."""
    words = fitting(text, LONGEST_NOTE, _("A note"))

    def noted(row: Shelved, now: datetime) -> None:
        row.note, row.noted_at = words, now if words else None
        _set(row, now, "seen_at")

    _change(account, paper, noted)


def fitting(text: str, longest: int, what: str) -> str:
    """A text as it can be stored, without blanks around it; raises ``RefusedError`` if it is longer than ``longest``.

    ``what`` begins the sentence that says so.
    """
    words = storable_text(text.replace("\r\n", "\n")).strip()
    if len(words) > longest:
        told = {"what": what, "most": f"{longest:,}", "length": f"{len(words):,}"}
        raise RefusedError(_("%(what)s has at most %(most)s characters; this one has %(length)s.") % told)
    return words


def shelved(account: Account, paper: Paper) -> Shelved | None:
    """What a paper is to a person; None where nothing is set."""
    return Shelved.objects.filter(account=account, paper=paper).first()


def saved(account: Account) -> QuerySet[Shelved]:
    """What a person saved, unread papers first, and of those what was saved last."""
    rows = _shown(account).filter(saved_at__isnull=False)
    return rows.order_by(F("read_at").asc(nulls_first=True), "-saved_at", "-pk")


def read(account: Account) -> QuerySet[Shelved]:
    """What a person read, the last first."""
    return _shown(account).filter(read_at__isnull=False).order_by("-read_at", "-pk")


def noted(account: Account) -> QuerySet[Shelved]:
    """What a person noted something of, the newest note first."""
    return _shown(account).exclude(note="").order_by("-noted_at", "-pk")


def voted_paper_ids(account: Account) -> list[int]:
    """Row ids of the papers that a person voted for in public, the newest vote first."""
    votes = Vote.objects.filter(account=account, group=None).exclude(state=Vote.State.WITHDRAWN)
    return list(votes.order_by("-cast_at", "-pk").values_list("paper_id", flat=True))


def _shown(account: Account) -> QuerySet[Shelved]:
    return Shelved.objects.filter(account=account, paper__is_hidden=False)


def _change(account: Account, paper: Paper, change: Callable[[Shelved, datetime], None]) -> None:
    if not may_act(account):
        raise RefusedError(_("Your account cannot keep papers at the moment; it can read, and take its data along."))
    now = timezone.now()
    with turns.soon():
        spend("shelve", account, now)
        row = Shelved.objects.select_for_update().filter(account=account, paper=paper).first()
        if row is None:
            if Shelved.objects.filter(account=account).count() >= MOST_ON_THE_SHELF:
                raise RefusedError(_("A library holds at most %(most)s papers.") % {"most": f"{MOST_ON_THE_SHELF:,}"})
            Shelved.objects.bulk_create([Shelved(account=account, paper=paper)], ignore_conflicts=True)
            row = Shelved.objects.select_for_update().get(account=account, paper=paper)
        change(row, now)
        row.save()
        Shelved.objects.filter(_NOTHING, pk=row.pk).delete()


def _set(row: Shelved, now: datetime, *names: str) -> None:
    """Set times that are not set yet."""
    for name in names:
        setattr(row, name, getattr(row, name) or now)


def _unset(row: Shelved, name: str) -> None:
    setattr(row, name, None)

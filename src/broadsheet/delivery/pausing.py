"""Stopping all mail before it harms: when too many letters come back or are complained of, or an admin says so.

That sending is paused, by whom and why is written in the audit log and read from there, so it holds for all workers,
outlives them, and moves with the data. What counts are the last 24 hours, and after sending was resumed only what came
since: the same bounces do not stop it twice.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from broadsheet.community import audit
from broadsheet.community.models import Account, Deed, Delivery, MailEvent, Subscription

ISSUE_DAY = timedelta(hours=24)
MOST_BOUNCED = 0.05
FEWEST_LETTERS = 20
MOST_COMPLAINED = 0.003
FEWEST_COMPLAINTS = 2
PAUSED, RESUMED = "sending.pause", "sending.resume"
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Rates:
    """What came of the letters of the last issue day, since ``since``."""

    since: datetime
    letters: int
    bounced: int
    complaints: int

    @property
    def bounced_share(self) -> float:
        """How many of the letters bounced for good, from 0 to 1."""
        return self.bounced / self.letters if self.letters else 0.0

    @property
    def has_too_many_bounced(self) -> bool:
        """Whether more of them bounced than may."""
        return self.letters >= FEWEST_LETTERS and self.bounced_share > MOST_BOUNCED

    @property
    def has_too_many_complaints(self) -> bool:
        """Whether more people complained than may; two at least, so that one by mistake stops nobody's letters."""
        return self.complaints >= FEWEST_COMPLAINTS and self.complaints > MOST_COMPLAINED * self.letters


class _Looked(threading.local):
    """The minute in which this thread last found that sending may go on."""

    minute: datetime | None = None


_looked = _Looked()


def why_paused(now: datetime) -> str:
    """Why no mail is sent now, in words; empty: sending goes on.

    Cheap enough to ask before every letter: what goes on is looked at once a minute, what is paused every time.
    """
    minute = now.replace(second=0, microsecond=0)
    if _looked.minute == minute:
        return ""
    words = _look(now)
    _looked.minute = None if words else minute
    return words


def rates(now: datetime) -> Rates:
    """How many letters left, bounced and were complained of in the last issue day."""
    last = _last()
    since = now - ISSUE_DAY
    if last is not None and last.verb == RESUMED:
        since = max(since, last.done_at)
    ended = Delivery.objects.filter(ended_at__gt=since, ended_at__lte=now)
    counted = ended.filter(
        subscription__outlet=Subscription.Outlet.MAIL, state__in=(State.SENT, State.BOUNCED, State.IN_DOUBT)
    ).aggregate(letters=Count("pk"), bounced=Count("pk", filter=Q(state=State.BOUNCED)))
    events = MailEvent.objects.filter(kind=MailEvent.Kind.COMPLAINT, happened_at__gt=since, happened_at__lte=now)
    return Rates(since, counted["letters"], counted["bounced"], events.count())


def pause(why: str, actor: Account | None = None) -> bool:
    """Send no mail from now on, until an admin resumes; False where it is paused already."""
    return _write(PAUSED, why, actor)


def resume(actor: Account) -> bool:
    """Send mail again; what came back before counts no more. False where it was not paused."""
    return _write(RESUMED, "", actor)


def paused_since() -> Deed | None:
    """The line of the log by which sending is paused; None while it goes on."""
    last = _last()
    return last if last is not None and last.verb == PAUSED else None


def forget_what_was_seen() -> None:
    """Look anew when asked next, within the same minute too."""
    _looked.minute = None


def _look(now: datetime) -> str:
    line = paused_since()
    if line is None:
        found = rates(now)
        words = _words(found)
        if not words:
            return ""
        pause(words)
        line = paused_since()
    return line.reason if line is not None else ""


def _words(found: Rates) -> str:
    told = {"letters": found.letters, "bounced": found.bounced, "complaints": found.complaints}
    if found.has_too_many_bounced:
        return _("%(bounced)d of the last %(letters)d letters came back: more than 5 per cent.") % told
    if found.has_too_many_complaints:
        return _("%(complaints)d people complained of %(letters)d letters: more than 0.3 per cent.") % told
    return ""


def _last() -> Deed | None:
    return Deed.objects.filter(verb__in=(PAUSED, RESUMED)).order_by("-pk").first()


def _write(verb: str, why: str, actor: Account | None) -> bool:
    with transaction.atomic():
        last = _last()
        is_paused = last is not None and last.verb == PAUSED
        if is_paused == (verb == PAUSED):
            return False
        audit.note(verb, actor=actor, subject_kind="sending", reason=why)
    forget_what_was_seen()
    return True

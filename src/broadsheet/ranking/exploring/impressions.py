"""What a person was shown in lists, and what came of it: kept on this instance, for as long as it says, or not at all.

Nothing of this ever leaves the instance. It is kept for those who allow it (``Taste.is_logged``) and where the instance
keeps it (``IMPRESSIONS_DAYS`` above 0). What a person did counts for the list in which the paper was shown last.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from broadsheet.community.models import Account, Impression, Taste
from broadsheet.ranking.personal.kinds import Recommendation

# The same list again within this time is the same impression: whoever goes back to a page did not see it anew.
SAME_LIST_FOR = timedelta(minutes=30)
# So many impressions of one person are kept in that time; a script that leafs through everything tells nothing.
MOST_AT_ONCE = 500


def is_logged(account: Account) -> bool:
    """Whether impressions are kept of a person: unless the person, or the instance, does not want them."""
    return settings.IMPRESSIONS_DAYS > 0 and not Taste.objects.filter(account=account, is_logged=False).exists()


def note_shown(
    account: Account,
    surface: str,
    recommendations: Sequence[Recommendation],
    now: datetime,
    *,
    is_allowed: bool | None = None,
) -> str:
    """Note that these were shown to a person at once, in this order; returns the name of the list, "" if none is kept.

    ``surface`` is one of ``Impression.Surface``. ``is_allowed`` says whether the person allows it, where that is known
    already. Costs three queries at most, however long the list is. Raises ``ValueError`` for an unknown surface.
    """
    place = Impression.Surface(surface)
    once = list({one.paper_id: one for one in recommendations}.values())
    if not once or not (is_logged(account) if is_allowed is None else is_allowed and settings.IMPRESSIONS_DAYS > 0):
        return ""
    recent = Impression.objects.filter(account=account, shown_at__gt=now - SAME_LIST_FOR).order_by("-shown_at", "-pk")
    lately = list(recent.values_list("shown", "surface", "position", "paper_id")[:MOST_AT_ONCE])
    before = _last_list(lately, place)
    if before[1] == [one.paper_id for one in once]:
        return before[0]
    if len(lately) + len(once) > MOST_AT_ONCE:
        return ""
    shown = secrets.token_urlsafe(12)
    rows = [
        Impression(
            account=account,
            paper_id=one.paper_id,
            surface=place,
            shown=shown,
            position=position,
            propensity=one.propensity,
            is_exploring=one.is_exploring,
            score=one.score,
            interest=one.interest,
            shown_at=now,
        )
        for position, one in enumerate(once)
    ]
    # A paper or the account may have been deleted in the meantime: then nothing is kept of the list.
    with suppress(IntegrityError), transaction.atomic():
        Impression.objects.bulk_create(rows)
        return shown
    return ""


def note_opened(account: Account, paper_id: int, now: datetime) -> None:
    """Note that a person opened a paper's page; as with the others, the first time is kept."""
    _note(account, paper_id, "opened_at", now)


def note_saved(account: Account, paper_id: int, now: datetime) -> None:
    """Note that a person saved a paper."""
    _note(account, paper_id, "saved_at", now)


def note_voted(account: Account, paper_id: int, now: datetime) -> None:
    """Note that a person voted for a paper."""
    _note(account, paper_id, "voted_at", now)


def note_dismissed(account: Account, paper_id: int, now: datetime) -> None:
    """Note that a person is not interested in a paper."""
    _note(account, paper_id, "dismissed_at", now)


def note_unsaved(account: Account, paper_id: int) -> None:
    """Undo ``note_saved``, wherever the paper was shown."""
    _of(account, paper_id).exclude(saved_at=None).update(saved_at=None)


def note_unvoted(account: Account, paper_id: int) -> None:
    """Undo ``note_voted``."""
    _of(account, paper_id).exclude(voted_at=None).update(voted_at=None)


def note_undismissed(account: Account, paper_id: int) -> None:
    """Undo ``note_dismissed``."""
    _of(account, paper_id).exclude(dismissed_at=None).update(dismissed_at=None)


def impressions_of(account: Account) -> QuerySet[Impression]:
    """All that is kept of what a person was shown, the latest list first and each in its order, with the papers."""
    rows = Impression.objects.filter(account=account).select_related("paper")
    return rows.order_by("-shown_at", "shown", "position")


def forget_impressions(account: Account) -> int:
    """Delete all impressions of a person; how many there were. To be called when a person switches the log off."""
    return _deleted(Impression.objects.filter(account=account))


def forget_old_impressions(now: datetime) -> int:
    """Delete what is older than the instance keeps (all, where it keeps none); how many there were."""
    kept = timedelta(days=settings.IMPRESSIONS_DAYS)
    return _deleted(Impression.objects.filter(shown_at__lt=now - kept) if kept else Impression.objects.all())


def _last_list(lately: Sequence[tuple[str, str, int, int]], place: Impression.Surface) -> tuple[str, list[int]]:
    here = [row for row in lately if row[1] == place]
    shown = here[0][0] if here else ""
    return shown, [paper_id for _position, paper_id in sorted((row[2], row[3]) for row in here if row[0] == shown)]


def _of(account: Account, paper_id: int) -> QuerySet[Impression]:
    return Impression.objects.filter(account=account, paper_id=paper_id)


def _note(account: Account, paper_id: int, field: str, now: datetime) -> None:
    latest = _of(account, paper_id).order_by("-shown_at", "-pk").values("pk")[:1]
    Impression.objects.filter(pk__in=latest, **{f"{field}__isnull": True}).update(**{field: now})


def _deleted(rows: QuerySet[Impression]) -> int:
    return rows.delete()[0]

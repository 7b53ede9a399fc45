"""What curators put at the top of a day, and with which words."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Listing, Paper
from broadsheet.community import audit
from broadsheet.community.access import RefusedError, is_curator
from broadsheet.community.models import Account, Pin

MOST_PINS = 10
LONGEST_WORDS = 300


def pins_of(on: date) -> QuerySet[Pin]:
    """What is pinned on a day, in its order, without papers that are hidden."""
    return Pin.objects.filter(listed_on=on, paper__is_hidden=False).select_related("paper").order_by("position", "pk")


def pin(paper: Paper, on: date, by: Account, words: str = "", *, network: str = "") -> Pin:
    """Put a paper at the top of a day on which it is listed, behind what is pinned there, or give it other words.

    Raises ``RefusedError`` for whoever is no curator, a paper that is not listed on this day, and too many pins.
    """
    _require_curator(by)
    if paper.is_hidden or not Listing.objects.filter(paper=paper, listed_on=on).exists():
        raise RefusedError(_("This paper is not in the list of that day."))
    said = " ".join(words.replace("\x00", "").split())[:LONGEST_WORDS]
    with transaction.atomic():
        rows = list(Pin.objects.select_for_update().filter(listed_on=on).order_by("position", "pk"))
        known = next((row for row in rows if row.paper_id == paper.pk), None)
        if known is None and len(rows) >= MOST_PINS:
            raise RefusedError(_("There are %(most)d pinned papers on this day already.") % {"most": MOST_PINS})
        if known is None:
            position = rows[-1].position + 1 if rows else 0
            known = Pin(paper=paper, listed_on=on, position=position, pinned_at=timezone.now())
        known.words, known.pinned_by = said, by
        known.save()
        _note("paper.pin", paper, on, by, said, network)
    return known


def unpin(row: Pin, by: Account, *, network: str = "") -> None:
    """Take a paper from the top of its day. Raises ``RefusedError`` for whoever is no curator."""
    _require_curator(by)
    with transaction.atomic():
        row.delete()
        _note("paper.unpin", row.paper, row.listed_on, by, "", network)


def move_up(row: Pin, by: Account, *, network: str = "") -> None:
    """Let a pinned paper change places with the one before. Raises ``RefusedError`` for whoever is no curator."""
    _require_curator(by)
    with transaction.atomic():
        rows = list(Pin.objects.select_for_update().filter(listed_on=row.listed_on).order_by("position", "pk"))
        at = rows.index(row) if row in rows else 0
        if at:
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
            for position, one in enumerate(rows):
                Pin.objects.filter(pk=one.pk).update(position=position)
            _note("paper.pin", row.paper, row.listed_on, by, "", network)


def _require_curator(by: Account) -> None:
    if not is_curator(by):
        raise RefusedError(_("This is for curators."))


def _note(verb: str, paper: Paper, on: date, by: Account, reason: str, network: str) -> None:
    audit.note(
        verb,
        actor=by,
        subject_kind="paper",
        subject=paper.key,
        reason=reason,
        network=network,
        details={"day": on.isoformat()},
        is_public=True,
    )

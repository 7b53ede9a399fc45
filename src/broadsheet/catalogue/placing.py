"""Putting a paper that is here on a day's page, and taking it off again, for people of this instance.

As intake does for what sources tell: one writer at a time, and the paper's row is made anew of all that is known of it.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from broadsheet.catalogue import writing
from broadsheet.catalogue.drafts import Draft
from broadsheet.catalogue.figures import ListingDraft
from broadsheet.catalogue.intake import wait_for_other_writers
from broadsheet.catalogue.loading import load_drafts
from broadsheet.catalogue.models import Listing, Source

SUBMISSIONS = "submissions"
"""The source that listings by people of this instance have."""


def put_on_day(paper_id: int, on: date, *, by: str) -> bool:
    """List a paper on a day, brought by the person of that name, unless any source has listed it on any day.

    Returns whether it was put there: of several who bring it at once one does.
    """
    with transaction.atomic():
        wait_for_other_writers()
        draft = _draft(paper_id)
        if draft is None or draft.figures.listings:
            return False
        Source.objects.get_or_create(slug=SUBMISSIONS)
        draft.figures.place((SUBMISSIONS, on), ListingDraft(submitted_by=by))
        draft.is_touched = True
        writing.write([draft])
    return True


def take_off(paper_id: int) -> bool:
    """Take a paper off the pages that people of this instance put it on; returns whether it was on any."""
    with transaction.atomic():
        wait_for_other_writers()
        draft = _draft(paper_id)
        if draft is None:
            return False
        mine = [place for place in draft.figures.listings if place[0] == SUBMISSIONS]
        for place in mine:
            del draft.figures.listings[place]
        draft.is_touched = bool(mine)
        writing.write([draft])
    return bool(mine)


def rename_submitter(old: str, new: str) -> int:
    """Say of what a person of this instance listed that it was brought under another name, or (empty) by nobody."""
    rows = Listing.objects.filter(source__slug=SUBMISSIONS, submitted_by=old)
    return rows.update(submitted_by=new)


def _draft(paper_id: int) -> Draft | None:
    return next(iter(load_drafts([paper_id])), None)

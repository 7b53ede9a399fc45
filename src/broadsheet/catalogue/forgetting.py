"""What the catalogue knows of people of this instance by name, forgotten."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from broadsheet.catalogue.models import KeptApart, Paper, PaperMerge
from broadsheet.catalogue.placing import SUBMISSIONS, rename_submitter
from broadsheet.catalogue.writing import note_changes

REMOVED = "[removed]"
"""Stands for the name of somebody who merged or parted papers: that it was a person still counts."""


def forget_person(name: str) -> None:
    """Take the name of a person of this instance from the day pages, merges and what was kept apart."""
    with transaction.atomic():
        listed = Paper.objects.filter(listings__source__slug=SUBMISSIONS, listings__submitted_by=name)
        note_changes(list(listed.order_by("pk").values_list("pk", flat=True).distinct()))
        rename_submitter(name, "")
        PaperMerge.objects.filter(merged_by=name).update(merged_by=REMOVED)
        PaperMerge.objects.filter(undone_by=name).update(undone_by=REMOVED)
        KeptApart.objects.filter(said_by=name).update(said_by=REMOVED)
        for merge in PaperMerge.objects.order_by("pk").iterator():
            moved, stayed = _without(merge.moved, name), _without(merge.stayed, name)
            if (moved, stayed) != (merge.moved, merge.stayed):
                PaperMerge.objects.filter(pk=merge.pk).update(moved=moved, stayed=stayed)


def _without(told: Any, name: str) -> Any:
    """A note of a merge in which nobody of that name listed a paper; see ``figures`` for its rows."""
    if isinstance(told, dict):
        return {key: _without(value, name) for key, value in told.items()}
    if isinstance(told, list):
        if len(told) > 1 and told[0] == SUBMISSIONS and told[-1] == name:
            return [*told[:-1], ""]
        return [_without(value, name) for value in told]
    return told

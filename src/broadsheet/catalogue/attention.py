"""What the people of this instance do to a paper's row: how many voted and spoke, whether it is hidden or locked.

Beside intake the only writer of papers, and of no column that intake writes.
"""

from __future__ import annotations

from django.db.models import QuerySet

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.writing import note_changes


def count_votes(paper_id: int, count: int) -> None:
    """Note how many people of this instance voted for a paper, and tell the index where that is new."""
    _write(Paper.objects.filter(pk=paper_id).exclude(votes_here_count=count), paper_id, votes_here_count=count)


def count_comments(paper_id: int, count: int) -> None:
    """Note how many comments of this instance's people a paper has, and tell the index where that is new."""
    _write(Paper.objects.filter(pk=paper_id).exclude(comments_here_count=count), paper_id, comments_here_count=count)


def hide(paper_id: int, *, is_hidden: bool) -> None:
    """Take a paper out of every list and the index, or put it back."""
    _write(Paper.objects.filter(pk=paper_id).exclude(is_hidden=is_hidden), paper_id, is_hidden=is_hidden)


def lock(paper_id: int, *, is_locked: bool) -> None:
    """Let a paper take no more comments, votes and submissions, or let it take them again."""
    Paper.objects.filter(pk=paper_id).update(is_locked=is_locked)


def _write(rows: QuerySet[Paper], paper_id: int, **values: int | bool) -> None:
    if rows.update(**values):
        note_changes([paper_id])

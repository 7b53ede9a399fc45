"""What looks like advertising: the same words from several hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import Length

from broadsheet.community.models import Comment

LOOKED_BACK = timedelta(days=7)
SHORTEST = 30
"""Characters: shorter words, as of thanks, are many people's own."""
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Echo:
    """Words that several accounts wrote, with their comments, the oldest first."""

    text: str
    comments: Sequence[Comment]


def echoes(now: datetime) -> list[Echo]:
    """The words that more than one account wrote in public lately and that can be read or wait, most accounts first."""
    lately = Comment.objects.filter(
        group=None,
        account__isnull=False,
        state__in=(Comment.State.VISIBLE, Comment.State.WAITING),
        written_at__gte=now - LOOKED_BACK,
    ).annotate(length=Length("text"))
    several = (
        lately.filter(length__gte=SHORTEST)
        .values("text")
        .annotate(accounts_count=Count("account", distinct=True))
        .filter(accounts_count__gt=1)
        .order_by("-accounts_count", "text")
    )
    texts = [row["text"] for row in several[:MOST_SHOWN]]
    rows = lately.filter(text__in=texts).select_related("account", "paper").order_by("pk")
    return [Echo(text, [row for row in rows if row.text == text]) for text in texts]

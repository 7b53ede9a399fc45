"""Impressions for tests of foretold interest: what people were shown, and what they did with a known probability."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Impression
from tests.builders import record, take

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
LIST = 10


def note_impressions(account: Account, lists: int, *, seed: int = 0, is_random: bool = False) -> None:
    """So many lists of ten papers, four a day up to ten days ago; interest rises with the score.

    With ``is_random`` interest has nothing to do with the score. Half of the papers are of a topic in which people are
    more interested than the score says.
    """
    titles = [f"Paper {number} of herons" for number in range(2 * LIST)]
    take(*(record(title, categories=("cs.IR" if place % 2 else "math.CO",)) for place, title in enumerate(titles)))
    found = {paper.title: paper for paper in Paper.objects.filter(title__in=titles)}
    papers = [found[title] for title in titles]
    random = np.random.default_rng(seed)
    rows = []
    for number in range(lists):
        shown_at = NOW - timedelta(days=10, hours=6 * (lists - number))
        for position, place in enumerate(random.permutation(len(papers))[:LIST].tolist()):
            score = float(random.normal())
            lean = 0.0 if is_random else 2 * score + (1.0 if place % 2 else -1.0)
            is_opened = random.random() < 1 / (1 + np.exp(1.0 - lean))
            rows.append(
                Impression(
                    account=account,
                    paper=papers[place],
                    surface=Impression.Surface.FOR_YOU,
                    shown=f"list-{number}",
                    position=position,
                    score=score,
                    shown_at=shown_at,
                    opened_at=shown_at + timedelta(minutes=5) if is_opened else None,
                )
            )
    Impression.objects.bulk_create(rows)

"""Papers for a newcomer to pick from: noticed ones, so that people know them, and one of each field.

What a pick tells is greatest where the offered papers divide all others evenly: one question for each of as many groups
of papers as there are questions. That is the simple form of choosing few questions by what their answers tell, as in
"Learning to Actively Learn: A Robust Approach".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import F, Max
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account
from broadsheet.ranking.exploring.clusters import cluster
from broadsheet.ranking.personal.candidates import unit_vectors, usual_model
from broadsheet.ranking.personal.signals import marks_of
from broadsheet.search.models import PaperVector

LOOKED_AT: Final = 600
"""Papers are chosen among so many of those with most attention."""
LOOKED_BACK: Final = timedelta(days=180)


def papers_to_pick(account: Account | None, count: int, now: datetime) -> list[int]:
    """Row ids of at most ``count`` papers, those of the largest fields first; none that the person knows already.

    The same for the same papers. Where papers have no vectors, those with most votes and comments.
    """
    known = marks_of(account, now).known if account is not None else set()
    listed = Paper.shown.filter(first_listed_on__lte=timezone.localtime(now).date())
    newest = listed.aggregate(day=Max("first_listed_on"))["day"]
    if newest is None:
        return []
    noticed = listed.filter(first_listed_on__gte=newest - LOOKED_BACK)
    ranked = noticed.order_by((F("votes_count") + F("comments_count")).desc(), "-pk")
    numbers = [
        number for number in ranked.values_list("pk", flat=True)[: LOOKED_AT + len(known)] if number not in known
    ]
    numbers = numbers[:LOOKED_AT]
    rows = PaperVector.objects.filter(paper__in=numbers).values_list("paper_id", "fingerprint", "vector")
    stored = {number: (model, bytes(body)) for number, model, body in rows}
    dense = unit_vectors(numbers, stored, usual_model(model for model, _ in stored.values()))
    has_vector = np.flatnonzero(np.abs(dense).sum(axis=1) > 0) if dense.shape[1] else np.empty(0, np.int64)
    if count < 1 or not len(has_vector):
        return numbers[: max(count, 0)]
    labels, centres = cluster(dense[has_vector], count)
    # Among the typical ones of a field the one that most people noticed: they come in that order.
    near = (dense[has_vector] * centres[labels]).sum(axis=1)
    chosen: dict[int, int] = {}
    for label in np.argsort(-np.bincount(labels), kind="stable").tolist():
        members = np.flatnonzero(labels == label)
        typical = members[near[members] >= np.median(near[members])]
        chosen[label] = numbers[int(has_vector[typical[0]])]
    picked = list(chosen.values())
    return [*picked, *(number for number in numbers if number not in picked)][:count]

"""How other weights would have ordered past days. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from broadsheet.catalogue.models import Listing, Paper
from broadsheet.ranking.trending.formula import Attention, Marks, moment_of, scores
from broadsheet.ranking.trending.reading import attention_at
from broadsheet.ranking.trending.weights import Weights

SHOWN = 15


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper in one order, and its place (from 1) in the other; None where that has it nowhere."""

    paper: Paper
    other: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The first papers by the weights that hold and by others, and how many papers of these days get attention."""

    now: Sequence[Placed]
    then: Sequence[Placed]
    papers: int


def preview(now: Weights, then: Weights, first: date, last: date) -> Preview:
    """The papers listed from ``first`` to ``last`` as both weights order them at the end of the last day."""
    moment = datetime.combine(last, time(), UTC) + timedelta(days=1)
    attention = attention_at(moment, is_past=True)
    listed = Listing.objects.filter(listed_on__range=(first, last)).values_list("paper_id", flat=True)
    here = np.isin(attention.paper_ids, np.array(list(listed.distinct()), np.int64))
    orders = [_order(attention, weights, moment, here) for weights in (now, then)]
    wanted = {pk for order in orders for pk in order[:SHOWN]}
    papers = {paper.pk: paper for paper in Paper.shown.filter(pk__in=wanted).defer("abstract")}
    places = [{pk: place for place, pk in enumerate(order, start=1)} for order in orders]
    told = [
        [Placed(papers[pk], places[1 - number].get(pk)) for pk in order[:SHOWN] if pk in papers]
        for number, order in enumerate(orders)
    ]
    return Preview(told[0], told[1], len(set(orders[0]) | set(orders[1])))


def _order(attention: Attention, weights: Weights, moment: datetime, here: Marks) -> list[int]:
    score = scores(attention, weights, moment_of(moment)).score
    kept = np.flatnonzero(here & np.isfinite(score))
    return [int(pk) for pk in attention.paper_ids[kept[np.lexsort((attention.paper_ids[kept], -score[kept]))]]]

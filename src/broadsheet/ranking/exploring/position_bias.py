"""How likely each place of this instance's lists is looked at: learnt from its log, kept, and used as weights."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings

from broadsheet.community.models import Impression
from broadsheet.ranking.exploring.debiased import learnt_places
from broadsheet.ranking.exploring.propensity import ClickLog, Positions
from broadsheet.ranking.models import LearntModel
from broadsheet.ranking.personal.stored import store_learnt

NAME = "positions"
# Nothing is told of a place with fewer clicks: with so many its figure is off by about a tenth.
LEAST_CLICKS_AT_A_PLACE = 100
# Newer impressions may still be opened.
SETTLED_AFTER = timedelta(days=2)
MOST_ROWS = 500_000


def learn_positions(now: datetime) -> None:
    """Learn from the log of each kind of list how likely its places are looked at, and keep it.

    Of a kind of list with too few clicks nothing is kept, not even what was learnt before: that is older than this
    instance keeps its log.
    """
    found = {str(surface): places for surface in Impression.Surface if (places := _learnt(surface, now)) is not None}
    if not found:
        LearntModel.objects.filter(name=NAME).delete()
        return
    made_from = {
        surface: {"shown": places.shown.tolist(), "clicked": places.clicked.tolist()}
        for surface, places in found.items()
    }
    body = json.dumps({surface: places.examined.tolist() for surface, places in found.items()}).encode()
    store_learnt(NAME, body, made_from, now)


def positions_of(surface: str) -> Positions | None:
    """How likely the places of a kind of list (one of ``Impression.Surface``) are looked at; None if not known."""
    row = LearntModel.objects.filter(name=NAME).first()
    examined = json.loads(bytes(row.body)).get(str(surface)) if row is not None else None
    if row is None or examined is None:
        return None
    shown, clicked = (np.array(row.made_from[str(surface)][name], dtype=np.int64) for name in ("shown", "clicked"))
    return Positions(np.array(examined, dtype=np.float64), shown, clicked)


def _learnt(surface: str, now: datetime) -> Positions | None:
    """From the latest lists, as they can no longer change much."""
    since = now - timedelta(days=settings.IMPRESSIONS_DAYS)
    told = Impression.objects.filter(surface=surface, shown_at__gte=since, shown_at__lt=now - SETTLED_AFTER)
    columns = ("shown", "position", "score", "propensity", "opened_at", "saved_at", "voted_at")
    rows = list(told.order_by("-shown_at", "shown", "position").values_list(*columns)[:MOST_ROWS])
    names = {shown: number for number, shown in enumerate(dict.fromkeys(row[0] for row in rows))}
    log = ClickLog(
        lists=np.array([names[row[0]] for row in rows], dtype=np.int64),
        positions=np.array([row[1] for row in rows], dtype=np.int64),
        features=np.array([row[2] or 0.0 for row in rows], dtype=np.float64).reshape(-1, 1),
        clicks=np.array([any(at is not None for at in row[4:]) for row in rows], dtype=bool),
        is_drawn=np.array([row[3] < 1 for row in rows], dtype=bool),
    )
    return learnt_places(log, least=LEAST_CLICKS_AT_A_PLACE)

"""The clock's errand for how telling words are, which recommendations weigh words by."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.ranking.personal.candidates import pool_of
from broadsheet.ranking.personal.stored import MOST_TEXTS, learn_lexicon, learnt
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop

GROWN = 1.2
"""Learnt anew once there are so many times the papers: every profile is computed anew then."""


def lexicon_errand() -> Errand:
    """Every night: how telling words are, where the catalogue has grown much since that was learnt."""
    return Errand(name="words", schedule=Schedule(cron="37 3 * * *"), do=_learn)


def _learn(should_stop: ShouldStop) -> str | None:
    known, count = learnt().lexicon, min(Paper.shown.count(), MOST_TEXTS)
    if not count:
        return "nothing new to learn"
    if known is not None and count < GROWN * known.texts_count:
        told = "nothing new to learn"
    else:
        found = learn_lexicon(timezone.now()).lexicon
        told = f"learnt from {found.texts_count if found else 0} papers"
    # Whoever comes first in the morning finds the candidates' features kept.
    pool_of(timezone.localdate(), learnt())
    return told

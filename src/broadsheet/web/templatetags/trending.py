"""What templates say of attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from broadsheet.catalogue.models import Paper
from broadsheet.ranking.trending.formula import MOST_FACTOR, PRIOR_PAPERS
from broadsheet.ranking.trending.reading import LEAST_SAVES
from broadsheet.ranking.trending.rising import EARLY_DAYS, LEAST_SUPPORTERS
from broadsheet.ranking.trending.weighing import weights_now
from broadsheet.ranking.trending.why import Why
from broadsheet.search.query import Sort
from broadsheet.web.trending.words import MEANINGS, NAMES, figure, in_short, risen

register = template.Library()


@register.inclusion_tag("web/trending/line.html")
def why_line(paper: Paper, whys: Mapping[int, Why], order: Sort) -> dict[str, Any]:
    """Below a paper of a list by attention: what it gets, in one line, and a way to the whole."""
    why = whys.get(paper.pk)
    early = risen(why) if why else ""
    return {"paper": paper, "early": early, "words": in_short(why) if why and not (order == "rising" and early) else ""}


@register.inclusion_tag("web/trending/rules.html")
def trending_rules() -> dict[str, Any]:
    """The formula in words, with the weights that hold."""
    weights = weights_now()
    return {
        "weights": [(NAMES[name], figure(value), MEANINGS[name]) for name, value in weights.plain().items()],
        "half_life": weights.half_life_days,
        "prior_papers": PRIOR_PAPERS,
        "most_factor": MOST_FACTOR,
        "least_saves": LEAST_SAVES,
        "early_days": EARLY_DAYS,
        "least_supporters": LEAST_SUPPORTERS,
    }


@register.filter
def early_words(why: Why) -> str:
    """How unusual the early attention is; '' where it is not."""
    return risen(why)

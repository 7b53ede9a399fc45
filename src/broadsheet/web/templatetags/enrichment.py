"""What was added to a paper, on its page: always with who or what it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from broadsheet.catalogue.enrichment.figures import CITATIONS, STARS, VOTES, Growth, growth
from broadsheet.catalogue.models import Paper
from broadsheet.sources.citation_counts import COUNTERS

register = template.Library()

MOST_SAMPLES = 800
WIDTH, HEIGHT, MARGIN = 120, 24, 2
"""Of the line that shows growth, in pixels."""


@register.inclusion_tag("web/enrichment/extract.html")
def extract_of(paper: Paper) -> dict[str, Any]:
    """The sentence that stands for a paper, where no source and no model gave a summary."""
    return {"extract": "" if paper.summary else paper.extract}


@register.inclusion_tag("web/enrichment/keyphrases.html")
def keyphrases_of(paper: Paper) -> dict[str, Any]:
    """Phrases that the program found, each with the address of a search for it; none where a source gave keywords."""
    phrases = [] if paper.keywords else paper.keyphrases
    search = reverse("web:search")
    return {"phrases": [(phrase, f"{search}?{urlencode({'q': quoted(phrase)})}") for phrase in phrases]}


def quoted(phrase: str) -> str:
    """A question for exactly this phrase."""
    return f'"{phrase}"' if " " in phrase or "-" in phrase else phrase


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with its growth, who counts it, and the points of its line in an SVG of ``WIDTH`` by ``HEIGHT``."""

    growth: Growth
    by: str
    points: str


@register.inclusion_tag("web/enrichment/figures.html")
def growth_of(paper: Paper) -> dict[str, Any]:
    """The stars of a paper's code and its citations over time."""
    samples: dict[str, list[tuple[date, int]]] = {}
    rows = paper.figure_samples.exclude(name=VOTES).order_by("-taken_on").values_list("name", "taken_on", "value")
    for name, day, value in rows[:MOST_SAMPLES]:
        samples.setdefault(name, []).append((day, value))
    cited = [name for name in samples if name.startswith(f"{CITATIONS}:")]
    latest = max(cited, key=lambda name: samples[name][0], default="")
    who = latest.partition(":")[2]
    return {
        "stars": _shown(samples.get(STARS, []), "GitHub"),
        "citations": _shown(samples.get(latest, []), COUNTERS[who].title if who in COUNTERS else who),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _shown(samples: Sequence[tuple[date, int]], by: str) -> Shown | None:
    grown = growth(samples)
    return Shown(grown, by, points(grown.samples)) if grown else None


def points(samples: Sequence[tuple[date, int]]) -> str:
    """The points of a line through samples in order of days; '' where there is none to draw: fewer than two days."""
    if len(samples) < 2 or samples[0][0] == samples[-1][0]:
        return ""
    first, days = samples[0][0], (samples[-1][0] - samples[0][0]).days
    lowest = min(value for _, value in samples)
    reach = max(value for _, value in samples) - lowest or 1
    across, up = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    return " ".join(
        f"{MARGIN + across * (day - first).days / days:.1f},{HEIGHT - MARGIN - up * (value - lowest) / reach:.1f}"
        for day, value in samples
    )

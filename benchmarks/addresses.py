"""Which pages are measured: some of each kind, spread evenly over the collection."""

from __future__ import annotations

from urllib.parse import urlencode

OF_A_KIND = 20


def addresses() -> dict[str, list[str]]:
    """Addresses by kind of page, of the instance that is open in this process; the same for the same papers."""
    from benchmarks.search import queries
    from broadsheet.catalogue.models import Listing, Paper

    days = [
        day.isoformat() for day in Listing.objects.order_by("listed_on").values_list("listed_on", flat=True).distinct()
    ]
    papers = list(Paper.objects.order_by("pk").values_list("arxiv_id", "title", "abstract"))
    asked = queries([(title, abstract) for _, title, abstract in papers], OF_A_KIND)
    return {
        "day": [f"/date/{day}" for day in _spread(days)],
        "paper": [f"/papers/{name}" for name in _spread([name for name, _, _ in papers if name])],
        "search": [f"/search?{urlencode({'q': words})}" for words in asked],
        "feed": [f"/feed.atom?date={day}" for day in _spread(days)],
    }


def _spread(values: list[str]) -> list[str]:
    count = min(OF_A_KIND, len(values))
    return [values[number * len(values) // count] for number in range(count)]

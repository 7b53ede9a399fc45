"""Papers of four fields that share no words, and short forms for what is served."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Taste
from broadsheet.ranking.personal.serving import ForYou
from tests.builders import WEDNESDAY, record, take

NOW = datetime(2025, 10, 15, 12, tzinfo=UTC)
FIELDS = {
    "birds": "migrating herons and warblers counted by radar over wetlands in autumn",
    "glass": "molten glass annealing furnaces and the tension of cooling window panes",
    "chess": "chess endgames solved by retrograde search over tables of rook positions",
    "bread": "sourdough fermentation where yeast and lactic bacteria raise the dough",
}


def fields() -> dict[str, list[Paper]]:
    """Ten papers of each of four fields, listed on three days."""
    take(
        *(
            record(
                f"{name.capitalize()} study {n}",
                abstract=f"We report on {about}, part {n}.",
                on=WEDNESDAY - timedelta(days=n % 3),
                authors=[f"{name.capitalize()} Author{n}"],
            )
            for name, about in FIELDS.items()
            for n in range(10)
        )
    )
    return {name: list(Paper.objects.filter(title__startswith=name.capitalize()).order_by("title")) for name in FIELDS}


def numbers(found: ForYou) -> list[int]:
    """Row ids of what is recommended, in order."""
    return [one.paper_id for one in found.recommendations]


def ids(papers: Iterable[Paper]) -> set[int]:
    """Row ids of papers."""
    return {paper.pk for paper in papers}


def plainly(account: Account) -> None:
    """Nothing but interest counts, and nothing is by lot."""
    Taste.objects.create(account=account, recency=0, popularity=0, exploration=0, changed_at=NOW)

"""Papers of three topics on one day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some
from tests.builders import abstract_of, record, take_and_index

TOPICS = {
    "protein folding": "Protein folding predicts structures of molecules in cells and their binding sites.",
    "robot arms": "Robot arms grasp objects by touch, and plan how the gripper moves around obstacles.",
    "speech recognition": "Speech recognition hears spoken words in noise, and writes down who said them when.",
}


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """An empty cache."""
    cache.clear()
    yield
    cache.clear()


def fill(each: int = 6) -> None:
    """So many papers of each topic, searchable and with keyphrases."""
    take_and_index(
        *(
            record(
                f"{topic.capitalize()} for readers of front pages and of what is printed below the fold, part {n}",
                abstract=f"{text} Part {n} of {topic}. {abstract_of(900, n)}",
                arxiv=f"2510.{number:02}{n:03}",
                authors=("Ada Reader", "Ben Writer"),
                categories=("cs.CL",),
                votes_count=number * 10 + n,
            )
            for number, (topic, text) in enumerate(TOPICS.items(), 1)
            for n in range(each)
        )
    )
    while keyphrase_some():
        pass

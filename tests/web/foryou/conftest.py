"""Papers about two things, which have no word in common, and Alice, who reads them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadsheet.community.models import Account
from broadsheet.ranking.personal.candidates import forget_held
from tests.builders import record, take_and_index
from tests.people import person

FIELDS = {
    "herons": "Wading herons hunt in shallow water; we count how heron colonies choose their nesting reeds each spring",
    "compilers": "A compiler lowers loops to vector instructions; register allocation and inlining decide the speed",
}


def take_two_fields(count: int = 12) -> None:
    """So many papers of each field: 2510.1000N about herons and 2510.2000N about compilers."""
    forget_held()
    take_and_index(
        *(
            record(
                f"{field.title()} {n}",
                abstract=f"{text}. Observation {n}.",
                arxiv=f"2510.{start + n}",
                categories=("q-bio.PE" if field == "herons" else "cs.PL",),
                votes_count=n,
            )
            for start, (field, text) in zip((10_000, 20_000), FIELDS.items(), strict=True)
            for n in range(count)
        )
    )


@pytest.fixture
def two_fields(db: None) -> None:
    take_two_fields()


@pytest.fixture
def alice(db: None) -> Account:
    return person()


@pytest.fixture
def client_of(alice: Account) -> Client:
    """A browser in which Alice is signed in."""
    client = Client()
    client.force_login(alice)
    return client


def titles(response: Any) -> list[str]:
    """The titles of a page's cards in their order."""
    context = response.context
    papers = [context.get("lead"), *(context.get("seconds") or ()), *context["rest"]]
    return [paper.title for paper in papers if paper is not None]

"""Votes reach the index, cost it no embedding, and do not keep it busy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.community import votes
from broadsheet.search.find import find
from broadsheet.search.maintenance import do_some, update_index
from broadsheet.search.models import WaitingVector
from broadsheet.search.query import PaperQuery
from tests.builders import many, take
from tests.encoders import FakeEncoder, use
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(settings: Any, index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    settings.MODE = "open"
    encoder = FakeEncoder()
    use(monkeypatch, encoder)
    return encoder


def test_a_vote_orders_papers_and_embeds_nothing(model: FakeEncoder) -> None:
    take(*many(6, length=300))
    update_index()
    last = Paper.objects.order_by("votes_count").first()
    assert last is not None
    model.encoded.clear()
    for n in range(6):
        votes.cast_vote(person(f"person{n}"), last)
    # Six notes of one paper are one step.
    assert (ChangedPaper.objects.count(), do_some(), do_some()) == (6, 1, 0)
    assert not WaitingVector.objects.exists()
    assert model.encoded == []
    for query in (PaperQuery(words="front pages", sort="votes"), PaperQuery(sort="votes")):
        assert find(query, limit=6).papers[0].pk == last.pk

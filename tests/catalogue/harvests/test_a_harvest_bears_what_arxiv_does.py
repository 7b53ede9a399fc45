"""Whatever an OAI-PMH server does in the middle of a harvest, the catalogue is that of a good day once it is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadsheet.catalogue import harvests
from broadsheet.catalogue.models import Harvest
from broadsheet.sources.arxiv.oai_source import ArxivOaiSource
from broadsheet.sources.http.http_door import HttpDoor
from broadsheet.sources.http.limits import Limits
from broadsheet.sources.protocol import HarvestRequest
from tests.catalogue.content import scratch
from tests.catalogue.hashes import catalogue_hash
from tests.fakes.arxiv import FakeArxiv

pytestmark = pytest.mark.django_db

RECORDS, PAGE_SIZE = 60, 10
# What is done to one answer.
FAULTS = {
    "busy-seconds": {"seconds": 1},
    "busy-date": {"seconds": 60},
    "error": {"status": 500},
    "html": {},
    "truncated": {},
    "hung-up": {},
    "slow": {"seconds": 0.2},
    "endless": {},
    "gzip-bomb": {},
    "duplicate": {},
    "redirect": {},
    "redirect-metadata": {},
    "expired-token": {},
    "out-of-order": {},
}


def harvest(fake: FakeArxiv, folder: Path, attempts: int) -> int:
    """Harvest until it is complete; returns how many runs that took."""
    limits = Limits(total=2.0, read=1.0, size=2**20)
    for attempt in range(1, attempts + 1):
        # Each with queues of its own, so that nobody waits for a host that has failed.
        door = HttpDoor(
            folder / str(attempt),
            contact="a test",
            allowed=["127.0.0.1"],
            limits=limits,
            paces=(),
            interval=0,
            patience=5,
        )
        row = harvests.run(ArxivOaiSource(fake.oai_url), door, HarvestRequest(), worker="a test")
        if row.state == Harvest.State.COMPLETE:
            return attempt
        assert row.error
    raise AssertionError(f"not complete after {attempts} runs: {row.error}")


@pytest.fixture(scope="module")
def fake():
    with FakeArxiv(RECORDS, page_size=PAGE_SIZE, per_day=10, deleted_every=7) as server:
        yield server


@pytest.mark.parametrize(("kind", "at"), [*((kind, 3) for kind in FAULTS), ("truncated", 1), ("html", 1), ("error", 1)])
def test_it_ends_as_if_nothing_had_been(fake: FakeArxiv, tmp_path: Path, kind: str, at: int) -> None:
    fake.faults.clear()
    with scratch():
        assert harvest(fake, tmp_path / "good", 1) == 1
        undisturbed = catalogue_hash()
    fault = fake.faults.add(kind, "/oai", at={at}, **FAULTS[kind])
    with scratch():
        harvest(fake, tmp_path / "bad", 4)
        assert catalogue_hash() == undisturbed
    assert fault.done == 1

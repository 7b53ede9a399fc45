"""A batch that is late, stale or short is told of once, and so is its end; what cannot be posted is posted later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalogue import batches
from broadsheet.catalogue.models import Alert, Batch, Source
from broadsheet.catalogue.outside import door
from broadsheet.sources.door import FetchError
from broadsheet.worker import alerts
from tests.fakes.servers import FakeServer, answer
from tests.web.ledgers import NOW, TODAY, batch

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def receiver(settings: Any, tmp_path: Path) -> Iterator[FakeServer]:
    """Somebody who is told; the address is on the loopback network, which the instance has to be allowed."""
    with FakeServer() as server:
        settings.HOME, settings.INTRANET = tmp_path, ["127.0.0.1"]
        settings.NAME, settings.BASE_URL = "Evening News", "https://papers.example"
        settings.ALERT_URL = f"{server.url}/told"
        server.on("/told", answer(b"thanks"))
        yield server


def posted(server: FakeServer) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in server.requests]


def bad(category: str, state: str = "late", note: str = "nothing was seen of it", **fields: object) -> Batch:
    source, _ = Source.objects.get_or_create(slug="arxiv")
    row = batch(source, category, TODAY, 10)
    return set_state(row, state, note, **fields)


def set_state(row: Batch, state: str, note: str = "", **fields: object) -> Batch:
    Batch.objects.filter(pk=row.pk).update(state=state, note=note, **fields)
    return Batch.objects.get(pk=row.pk)


def round_at(now=NOW) -> int:
    alerts.write_down(now)
    return alerts.tell(door(), now)


def test_what_is_out_of_order_is_posted_once(receiver: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    bad("cs.CL")
    bad("cs.CV", "short", "2 of 10 are not here", received_count=8, missing=["2511.00001", "2511.00002"])
    assert [round_at(NOW + n * HOUR) for n in range(3)] == [2, 0, 0]
    [told] = posted(receiver)
    assert (told["instance"], told["url"]) == ("Evening News", "https://papers.example/batches")
    assert told["text"] == (
        "Evening News: arxiv cs.CL 2025-11-04 is late: nothing was seen of it\n"
        "Evening News: arxiv cs.CV 2025-11-04 is short: 2 of 10 are not here"
    )
    assert told["recovered"] == []
    assert told["alerts"][1] == {
        "id": Alert.objects.get(state="short").pk,
        "source": "arxiv",
        "category": "cs.CV",
        "date": "2025-11-04",
        "state": "short",
        "was": "short",
        "note": "2 of 10 are not here",
        "announced_count": 10,
        "received_count": 8,
        "missing_count": 2,
        "missing": ["2511.00001", "2511.00002"],
        "raised_at": NOW.isoformat(),
        "recovered_at": None,
        "url": "https://papers.example/batches/arxiv/cs.CV/2025-11-04",
    }
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "arxiv cs.CL 2025-11-04 is late: nothing was seen of it",
        "arxiv cs.CV 2025-11-04 is short: 2 of 10 are not here",
    ]


def test_what_is_in_order_again_is_told_too(receiver: FakeServer) -> None:
    row = bad("cs.CL")
    round_at()
    set_state(row, "complete", alerted_at=None)
    assert [round_at(NOW + n * HOUR) for n in (1, 2)] == [1, 0]
    told = posted(receiver)[1]
    assert told["alerts"] == []
    assert told["text"] == "Evening News: arxiv cs.CL 2025-11-04 is in order again, it was late"
    [entry] = told["recovered"]
    assert (entry["state"], entry["was"], entry["recovered_at"]) == ("complete", "late", (NOW + HOUR).isoformat())


def test_what_falls_out_of_order_again_is_another_alert(receiver: FakeServer) -> None:
    row = bad("cs.CL")
    round_at()
    set_state(row, "complete", alerted_at=None)
    round_at(NOW + HOUR)
    set_state(row, "short")
    assert round_at(NOW + 2 * HOUR) == 1
    assert len({told["alerts"][0]["id"] for told in posted(receiver) if told["alerts"]}) == 2


def test_a_late_batch_that_comes_and_is_short_is_told_of_under_the_same_number(receiver: FakeServer) -> None:
    row = bad("cs.CL")
    round_at()
    set_state(row, "short", "1 of 10 are not here")
    assert [round_at(NOW + n * HOUR) for n in (1, 2)] == [1, 0]
    first, second = (told["alerts"][0] for told in posted(receiver))
    assert first["id"] == second["id"]
    assert (first["state"], second["state"]) == ("late", "short")


def test_what_was_over_before_anybody_knew_is_not_told(receiver: FakeServer) -> None:
    row = bad("cs.CL")
    alerts.write_down(NOW)
    set_state(row, "complete", alerted_at=None)
    assert round_at(NOW + HOUR) == 0
    assert receiver.requests == []


def test_a_receiver_that_is_down_is_told_when_it_is_back(receiver: FakeServer) -> None:
    bad("cs.CL")
    receiver.on("/told", answer(b"no", 500), answer(b"thanks"))
    with pytest.raises(FetchError, match="500"):
        round_at()
    assert Alert.objects.get().told_at is None
    assert [round_at(NOW + n * HOUR) for n in (1, 2)] == [1, 0]
    assert [told["alerts"][0]["category"] for told in posted(receiver)] == ["cs.CL", "cs.CL"]


def test_without_an_address_it_is_logged_alone(receiver: FakeServer, settings, caplog) -> None:
    settings.ALERT_URL = ""
    bad("cs.CL")
    assert [round_at(NOW + n * HOUR) for n in range(2)] == [1, 0]
    assert "arxiv cs.CL 2025-11-04 is late" in caplog.text
    assert receiver.requests == []


def test_a_private_address_is_refused_unless_it_is_allowed(receiver: FakeServer, settings) -> None:
    settings.INTRANET = []
    bad("cs.CL")
    with pytest.raises(FetchError):
        round_at()
    assert receiver.requests == []


def test_what_is_only_just_late_waits_for_the_time_allowed(receiver: FakeServer) -> None:
    row = bad("cs.CL")
    due_at = row.due_at
    assert due_at is not None
    assert round_at(due_at + batches.GRACE) == 0
    assert round_at(due_at + batches.GRACE + timedelta(seconds=1)) == 1

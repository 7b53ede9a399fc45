"""The worker's errands ask a real endpoint through the real door; what is not wanted is no errand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalogue.models import Enquiry, Paper
from broadsheet.sources.door import BusyError, RefusedAddressError
from broadsheet.worker import clock
from broadsheet.worker.clock import run_worker
from broadsheet.worker.jobs import enriching_errands
from tests.builders import abstract_of, record, take
from tests.encoders import FakeEncoder, fake
from tests.fakes.servers import FakeServer, answer

__all__ = ["fake"]

SUMMARY = "The paper studies how readers find good papers on a front page where earlier work ranks by votes alone."
COMPLETION = {"choices": [{"message": {"role": "assistant", "content": json.dumps({"summary": SUMMARY})}}]}


def never() -> bool:
    return False


@pytest.fixture
def endpoint(settings: Any, tmp_path: Path) -> Iterator[FakeServer]:
    """A model's endpoint on this machine, as the settings name it."""
    with FakeServer() as server:
        settings.HOME, settings.INTRANET = tmp_path, ["127.0.0.1"]
        settings.CHAT_URL, settings.CHAT_MODEL, settings.CHAT_KEY = f"{server.url}/v1", "some-model", "word"
        yield server


def test_what_nobody_asked_for_is_no_errand() -> None:
    assert enriching_errands() == []


@pytest.mark.django_db
def test_a_summary_comes_from_an_endpoint_on_this_machine(endpoint: FakeServer) -> None:
    endpoint.on("/v1/chat/completions", answer(json.dumps(COMPLETION), content_type="application/json"))
    take(record("How a front page finds its readers", abstract=abstract_of(900)))
    (errand,) = enriching_errands()
    assert errand.do(never) == "1 papers"
    paper = Paper.objects.get()
    assert (paper.summary, paper.summary_model) == (SUMMARY, "some-model")
    (request,) = endpoint.requests
    assert (request.method, request.headers["authorization"]) == ("POST", "Bearer word")
    assert json.loads(request.body)["model"] == "some-model"


@pytest.mark.django_db
def test_a_private_endpoint_has_to_be_named_in_the_settings(endpoint: FakeServer, settings: Any) -> None:
    settings.INTRANET = []
    take(record("How a front page finds its readers", abstract=abstract_of(900)))
    (errand,) = enriching_errands()
    with pytest.raises(RefusedAddressError):
        errand.do(never)
    assert endpoint.requests == []
    assert not Enquiry.objects.exists()


@pytest.mark.django_db
def test_an_endpoint_that_is_busy_is_left_alone(endpoint: FakeServer) -> None:
    endpoint.on("/v1/chat/completions", answer("later", 429, Retry_After="3600"))
    take(record("How a front page finds its readers", abstract=abstract_of(900)))
    (errand,) = enriching_errands()
    with pytest.raises(BusyError) as caught:
        errand.do(never)
    assert caught.value.retry_after > 3000
    assert not Enquiry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_phrases_and_extracts_come_when_nothing_else_is_due(fake: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    take(record("How a front page finds its readers", abstract=abstract_of(900)))
    steps: list[tuple[str, int]] = []
    for name in ("do_what_is_due", "enrich_some"):
        monkeypatch.setattr(clock, name, noted(name, getattr(clock, name), steps))
    run_worker(every=0.01, is_once=True)
    done = [name for name, count in steps if count]
    assert done == sorted(done), "a paper is first made to be found"
    assert done.count("enrich_some") == 2
    paper = Paper.objects.get()
    assert paper.keyphrases
    assert paper.extract
    assert paper.extract in abstract_of(900)


def noted(name: str, do: Callable[[], int], steps: list[tuple[str, int]]) -> Callable[[], int]:
    """The same, with a note of what came of it."""

    def do_and_note() -> int:
        count = do()
        steps.append((name, count))
        return count

    return do_and_note

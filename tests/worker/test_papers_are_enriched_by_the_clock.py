"""The worker's errands ask a real endpoint through the real door; what is not wanted is no errand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalogue.models import Enquiry, Paper
from broadsheet.sources.door import BusyError, RefusedAddressError
from broadsheet.worker.clock import do_what_is_due
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


@pytest.mark.django_db
def test_phrases_and_extracts_come_when_nothing_else_is_due(fake: FakeEncoder) -> None:
    take(record("How a front page finds its readers", abstract=abstract_of(900)))
    steps = 0
    while do_what_is_due():
        steps += 1
        if steps == 1:
            assert Paper.objects.get().keyphrased_at is None, "a paper is first made to be found"
    paper = Paper.objects.get()
    assert paper.keyphrases
    assert paper.extract in abstract_of(900)
    assert paper.extract

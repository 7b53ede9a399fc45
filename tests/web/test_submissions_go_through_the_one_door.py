"""What is submitted is asked for through the door to the internet, at the sources alone, against a fake arXiv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Listing, Paper
from broadsheet.community import submission_fetching
from broadsheet.community.models import Notification, Submission
from broadsheet.sources.arxiv.source import ArxivSource
from broadsheet.worker.telling import fetch_submissions
from tests.fakes.arxiv import FakeArxiv
from tests.people import person

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def arxiv(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeArxiv]:
    """The only source that there is."""
    settings.HOME, settings.INTRANET = tmp_path, ["127.0.0.1"]
    with FakeArxiv(records=20) as fake:
        source = ArxivSource(api_url=fake.api_url, oai_url=fake.oai_url, site_url=fake.site_url, feed_url=fake.feed_url)
        monkeypatch.setattr(submission_fetching, "sources_for", lambda schemes, keys: [source])
        yield fake


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(person())
    return client


def test_a_paper_comes_from_arxiv_and_goes_on_the_page(arxiv: FakeArxiv, client: Client) -> None:
    name = arxiv.catalogue.id_of(3)
    response = client.post("/submit", {"named": f"https://arxiv.org/pdf/{name}v1"}, follow=True)
    page = response.content.decode()
    assert "Is it this one?" in page
    paper = Paper.objects.get(arxiv_id=name)
    assert f'href="/papers/{name}"' in page
    assert not Listing.objects.exists()
    client.post(response.redirect_chain[0][0], {"do": "confirm"})
    assert Listing.objects.get().paper == paper
    assert all("broadsheet" in arrival.user_agent.lower() for arrival in arxiv.arrivals)


def test_a_source_that_asks_for_patience_is_left_alone(arxiv: FakeArxiv, client: Client) -> None:
    name = arxiv.catalogue.id_of(4)
    arxiv.faults.add("busy-seconds", "/", times=1, seconds=1_800)
    page = client.post("/submit", {"named": name}, follow=True).content.decode()
    assert "will be asked again" in page
    mine = Submission.objects.get()
    assert mine.state == State.FETCHING
    assert mine.due_at is not None
    assert (mine.due_at - timezone.now()).total_seconds() > 1_000


def test_the_worker_fetches_and_tells(arxiv: FakeArxiv) -> None:
    alice = person()
    Submission.objects.create(
        account=alice, named=arxiv.catalogue.id_of(5), submitted_at=timezone.now(), due_at=timezone.now()
    )
    assert fetch_submissions(lambda: False) == "1 papers looked for"
    assert Submission.objects.get().state == State.FOUND
    assert "was found" in Notification.objects.get(account=alice).words


@pytest.mark.parametrize(
    "named", ["http://127.0.0.1:{port}/secret", "file:///etc/passwd", "http://169.254.169.254/latest"]
)
def test_no_address_of_the_submitter_is_ever_opened(arxiv: FakeArxiv, client: Client, named: str) -> None:
    assert client.post("/submit", {"named": named.format(port=arxiv.port)}).status_code == 400
    assert arxiv.arrivals == []


def test_a_place_that_the_instance_does_not_go_to_is_no_place_to_ask(
    arxiv: FakeArxiv, client: Client, settings: Any
) -> None:
    settings.INTRANET = []
    page = client.post("/submit", {"named": arxiv.catalogue.id_of(3)}, follow=True).content.decode()
    assert "did not answer as it should" in page
    assert "127.0.0.1" not in page.partition("<main")[2]
    assert arxiv.arrivals == []

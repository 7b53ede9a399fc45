"""The door of an instance: who asks, where its queues lie, and what of the intranet is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from broadsheet.catalogue.outside import door
from broadsheet.sources.door import RefusedAddressError, TooLargeError
from broadsheet.sources.http import Limits
from tests.fakes.servers import FakeServer, answer


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME, settings.INTRANET = tmp_path, ["127.0.0.1"]
    settings.BASE_URL, settings.CONTACT = "https://papers.example.org", ""
    return tmp_path


def test_it_says_who_runs_the_instance(home: Path, settings: Any) -> None:
    assert door().user_agent.endswith("(+https://papers.example.org)")
    settings.CONTACT = "editor@example.org"
    assert door().user_agent.endswith("(+https://papers.example.org; editor@example.org)")


def test_its_queues_lie_in_the_home_and_are_nobody_elses(home: Path) -> None:
    with FakeServer() as server:
        server.on("/", answer("good"))
        assert door().get(server.url).content == b"good"
    (path,) = (home / "politeness" / "hosts").iterdir()
    assert path.name.startswith("127.0.0.1-")
    assert (home / "politeness" / "hosts").stat().st_mode & 0o077 == 0


def test_the_intranet_is_closed_but_for_what_is_listed(home: Path, settings: Any) -> None:
    settings.INTRANET = []
    with pytest.raises(RefusedAddressError):
        door().get("http://127.0.0.1:9/")


def test_an_entry_that_means_nothing_names_the_setting(home: Path, settings: Any) -> None:
    settings.INTRANET = ["10.0.0.0/8", "http://papers.intra/"]
    with pytest.raises(ImproperlyConfigured, match=r"BROADSHEET_INTRANET='http://papers\.intra/': expected"):
        door()


def test_a_caller_may_have_limits_of_its_own(home: Path) -> None:
    with FakeServer() as server:
        server.on("/", answer("good"))
        with pytest.raises(TooLargeError):
            door(limits=Limits(size=3)).get(server.url)

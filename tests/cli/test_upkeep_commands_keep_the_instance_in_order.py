"""``sample``, ``index``, ``check``, ``migrate`` and the version."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from broadsheet import __version__
from broadsheet.catalogue.models import Listing, Paper
from broadsheet.search.maintenance import index_state
from tests.builders import record, take, take_and_index
from tests.cli.running import run, run_json

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_model(words_alone) -> None:
    """Words are enough here."""


def test_it_loads_the_sample_and_takes_it_away_again() -> None:
    take_and_index(record("A paper of my own"))
    assert run("sample", "load").exit_code == 0
    count = Paper.objects.count() - 1
    assert count >= 150
    assert Listing.objects.values("listed_on").distinct().count() >= 15
    assert run_json("stats")["indexed"] == count + 1
    assert "indexed" not in run("sample", "load").stdout
    result = run("sample", "remove")
    assert (result.exit_code, f"{count} papers of the sample removed" in result.stdout) == (0, True)
    assert list(Paper.objects.values_list("title", flat=True)) == ["A paper of my own"]
    assert index_state().indexed == 1


def test_it_updates_and_rebuilds_the_index() -> None:
    take(record("Parking a car"))
    assert "1 papers indexed by words alone" in run("index", "update").stdout
    assert run("index", "update").stdout == "the index is up to date\n"
    take(record("Driving a car"))
    assert run("index", "rebuild").stdout == "2 papers indexed\n"
    assert run_json("search", "car")["total"] == 2


def test_it_passes_settings_that_are_safe() -> None:
    assert run("check").exit_code == 0


def test_it_refuses_settings_that_are_not(settings) -> None:
    settings.ALLOWED_HOSTS = ["papers.example.org"]
    settings.BASE_URL = "http://papers.example.org"
    result = run("check")
    assert result.exit_code == 1
    assert "broadsheet.E003" in result.stderr
    assert "Put a TLS proxy in front" in result.stderr


def test_it_has_nothing_to_migrate_twice() -> None:
    assert run("migrate").stdout == "the database has the newest schema\n"


def test_it_says_that_the_database_cannot_be_opened(monkeypatch) -> None:
    from django.db.migrations import executor

    def refuse(connection: object) -> None:
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(executor, "MigrationExecutor", refuse)
    result = run("stats")
    assert result.exit_code == 1
    assert "the database cannot be opened: unable to open database file" in result.stderr


def test_a_worker_does_one_round_when_told() -> None:
    take(record("Parking a car"))
    assert run("worker", "--once").exit_code == 0
    assert index_state().indexed == 1


def test_it_tells_its_version_and_its_commands() -> None:
    assert run("--version").stdout == f"broadsheet {__version__}\n"
    assert {"import", "search", "sample", "evaluate"} <= set(run("--help").stdout.split())
    assert run("no-such-verb").exit_code == 2


def test_it_computes_what_gets_attention() -> None:
    take(record("A paper with votes", votes_count=7), record("A paper without"))
    assert run("trends").stdout == "1 papers get attention, 1 trends are new\n"
    assert run_json("trends") == {"papers": 1, "written": 0, "gone": 0}
    assert run_json("search", "paper", "--sort", "trending")["papers"][0]["title"] == "A paper with votes"

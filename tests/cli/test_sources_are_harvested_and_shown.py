"""``harvest``, ``fetch``, ``sources``, ``batches``, ``work``: what they print, and the status with which they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from broadsheet.catalogue import chosen_sources
from broadsheet.catalogue.chosen_sources import Chosen
from broadsheet.catalogue.models import Batch, Harvest, Job, Paper
from broadsheet.search.find import find
from broadsheet.search.query import PaperQuery
from broadsheet.sources.door import BusyError, TooSlowError
from broadsheet.sources.protocol import HarvestRequest
from broadsheet.sources.record import BadRecord, SourceError
from broadsheet.worker import clock
from broadsheet.worker.errands import Errand
from tests.catalogue.batches.ledger import Weekdays
from tests.catalogue.harvests.made import MadeSource, NoDoor, batch, pages, paper
from tests.cli.running import run, run_json
from tests.web.ledgers import MISSING, NOW, TODAY, fill, job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words_alone", "index_dir")]

DAY = date(2025, 10, 13)
Made = Callable[..., MadeSource]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Puts a source that is made here in the place of any that is named."""

    def make(**fields: Any) -> MadeSource:
        source = MadeSource(**fields)
        monkeypatch.setattr(chosen_sources, "named", lambda word: Chosen(word, source, ("cs.CL",)))
        monkeypatch.setattr("broadsheet.catalogue.outside.door", lambda **_: NoDoor())
        monkeypatch.setattr("broadsheet.sources.registry.sources_for", lambda schemes, keys: [source])
        return source

    return make


def test_harvest_reads_all_pages_and_makes_them_searchable(made: Made) -> None:
    made(pages=pages(3))
    result = run("harvest", "made")
    assert result.exit_code == 0, result.output
    assert "made: 3 pages: 9 created" in result.stdout
    assert "9 papers indexed" in result.stdout
    assert find(PaperQuery(words="paper", mode="words")).total == 9


@pytest.mark.parametrize(
    ("options", "request_"),
    [
        (["--since", "2025-10-01"], HarvestRequest(since=date(2025, 10, 1), categories=("cs.CL",))),
        (["--until", "2025-10-02"], HarvestRequest(until=date(2025, 10, 2), categories=("cs.CL",))),
        (["--from-start"], HarvestRequest(categories=("cs.CL",))),
        (["--from-start", "--category", "cs.LG", "--category", "cs.AI"], HarvestRequest(categories=("cs.AI", "cs.LG"))),
        ([], HarvestRequest(since=TODAY - timedelta(days=7), categories=("cs.CL",))),
    ],
)
def test_harvest_asks_for_the_days_and_categories_that_it_was_given(
    options: list[str], request_: HarvestRequest, made: Made
) -> None:
    source = made(pages=pages(1))
    with time_machine.travel(NOW, tick=False):
        assert run("harvest", "made", *options).exit_code == 0
    assert source.requests == [request_]


def test_harvest_goes_on_where_it_stopped(made: Made) -> None:
    source = made(pages=pages(4), faults={2: TooSlowError("https://a.example: too slow")})
    result = run("harvest", "made")
    assert result.exit_code == 3
    assert "2 pages: 6 created" in result.stdout
    assert "too slow; the same command goes on where it stopped" in result.stderr
    assert find(PaperQuery(words="paper", mode="words")).total == 6
    result = run("harvest", "made")
    assert result.exit_code == 0, result.output
    assert "4 pages: 12 created" in result.stdout
    assert source.asked == [0, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (SourceError("HTML instead of XML"), 3, "HTML instead of XML"),
        (BusyError("https://a.example is busy", 503, 900.0), 4, "it can go on at"),
        (KeyboardInterrupt(), 130, "what was read is kept"),
    ],
)
def test_harvest_ends_with_a_status_that_says_why(error: BaseException, status: int, says: str, made: Made) -> None:
    made(pages=pages(2), faults={0: error})
    result = run("harvest", "made")
    assert result.exit_code == status, result.output
    assert says in result.stderr
    assert Harvest.objects.get().claimed_by == ""


def test_harvest_names_the_records_that_it_refuses(made: Made) -> None:
    [page] = pages(1)
    made(pages=[replace(page, records=(*page.records, BadRecord(where="page 1", reason="no title")))])
    result = run("harvest", "made")
    assert result.exit_code == 1
    assert "made: page 1: no title" in result.stderr
    assert Paper.objects.count() == 3


def test_harvest_leaves_a_source_to_whoever_is_at_it(made: Made) -> None:
    made(pages=pages(1), faults={0: TooSlowError("slow")})
    run("harvest", "made")
    Harvest.objects.update(claimed_by="elsewhere/7/aa worker", claimed_until=NOW + timedelta(days=9_999))
    result = run("harvest", "made")
    assert result.exit_code == 4
    assert "made is being harvested by worker" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "unknown source 'nonsense'; known: "),
        (["follow:nowhere"], "expected an address"),
        (["huggingface", "--from-start", "--since", "2025-10-01"], "say different things"),
    ],
)
def test_harvest_refuses_what_it_cannot_understand(arguments: list[str], says: str) -> None:
    result = run("harvest", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr


def test_harvest_keeps_the_ledger(made: Made) -> None:
    page = replace(pages(1)[0], records=(paper(1),), batches=(batch("cs.CL", DAY, 1, 2),))
    made(pages=[page], calendar=Weekdays())
    assert run("harvest", "made").exit_code == 0
    assert Batch.objects.get(announced_on=DAY).state == "short"


def test_fetch_says_what_came_and_what_is_unknown(made: Made) -> None:
    made(papers={"2510.00001": paper(1)})
    result = run("fetch", "arXiv:2510.00001", "https://arxiv.org/abs/2510.00009v2")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:3] == [
        "arXiv:2510.00001: is here as 2510.00001",
        "https://arxiv.org/abs/2510.00009v2: unknown",
        "1 papers created, 0 changed, 0 unchanged",
    ]
    again = run("fetch", "2510.00001")
    assert again.exit_code == 0
    assert "0 papers created, 0 changed, 1 unchanged" in again.stdout


def test_fetch_tells_a_source_that_failed_from_a_paper_that_nobody_knows(made: Made) -> None:
    made(papers={"2510.00001": TooSlowError("https://a.example: too slow")})  # type: ignore[dict-item]
    result = run("fetch", "2510.00001")
    assert result.exit_code == 3
    assert "failed: made: https://a.example: too slow" in result.stderr


def test_fetch_asks_nobody_about_a_word_that_is_no_name(made: Made) -> None:
    source = made()
    result = run("fetch", "2510.00001", "not a name")
    assert (result.exit_code, source.looked_up) == (2, [])
    assert "no identifier or address of a paper: 'not a name'" in result.stderr


def test_sources_tells_how_each_stands(settings: Any) -> None:
    settings.SOURCES = ["huggingface", "nonsense"]
    with time_machine.travel(NOW, tick=False):
        job("huggingface", failures_count=2, last_error="the server fell asleep")
        told = run_json("sources")["sources"]
        text = run("sources").stdout
    assert [(one["word"], one["state"]) for one in told] == [("nonsense", "failing"), ("huggingface", "failing")]
    assert told[1] == {
        "word": "huggingface",
        "title": "Hugging Face Daily Papers",
        "source": "huggingface",
        "state": "failing",
        "created": 0,
        "last_run": "2025-11-04T02:00:00+00:00",
        "last_success": "2025-11-04T02:00:00+00:00",
        "next_run": "2025-11-05T02:00:00+00:00",
        "lag_seconds": 0,
        "failures": 2,
        "result": "81 papers",
        "error": "the server fell asleep",
    }
    assert "huggingface  failing\n" in text
    assert "the server fell asleep (2 times in a row)" in text


def test_sources_tells_of_other_jobs_too() -> None:
    with time_machine.travel(NOW, tick=False):
        Job.objects.create(
            name="batches", schedule="*/15 * * * *", due_at=NOW, failures_count=1, last_error="the receiver is down"
        )
        Job.objects.create(name="enrich:stars", is_enabled=False)
        told = run_json("sources")
        text = run("sources").stdout
    assert [(one["name"], one["state"], one["error"]) for one in told["jobs"]] == [
        ("batches", "failing", "the receiver is down")
    ]
    assert "batches  failing, last run never\n  the receiver is down\n" in text


def test_sources_changes_nothing(settings: Any) -> None:
    settings.SOURCES = ["huggingface"]
    assert run("sources").exit_code == 0
    assert not Job.objects.exists()


def test_sources_says_how_to_name_some() -> None:
    assert "BROADSHEET_SOURCES" in run("sources").stdout


def test_batches_tells_what_is_here_of_what_was_announced() -> None:
    fill(days=14)
    told = run_json("batches", "--source", "arxiv", "--since", TODAY, "--category", "cs.CV")["batches"]
    assert len(told) == 1
    assert told[0] | {"kinds": {}} == {
        "source": "arxiv",
        "category": "cs.CV",
        "date": str(TODAY),
        "state": "short",
        "announced": 191,
        "received": 188,
        "kinds": {},
        "missing": MISSING,
        "note": "3 of 191 are not here",
        "due_at": "2025-11-04T02:00:00+00:00",
        "first_seen_at": "2025-11-04T02:20:00+00:00",
        "checked_at": "2025-11-04T02:21:00+00:00",
        "completed_at": "2025-11-04T02:21:00+00:00",
    }
    text = run("batches", "--until", "2025-11-03", "--since", "2025-11-03").stdout.splitlines()
    assert len(text) == 5
    assert text[0].split() == ["2025-11-03", "arxiv", "cs.CL", "complete", "102/102"]


def test_batches_without_days_are_those_of_the_last_two_weeks() -> None:
    fill(days=25)
    days = {one["date"] for one in run_json("batches")["batches"]}
    assert (min(days), max(days)) == ("2025-10-21", "2025-11-04")


def test_batches_with_alerts_ends_with_a_status_for_cron() -> None:
    assert run("batches", "--alerts").exit_code == 0
    fill()
    result = run("batches", "--alerts")
    assert result.exit_code == 1
    assert [line.split()[2:4] for line in result.stdout.splitlines()] == [
        ["cs.CV", "short"],
        ["cs.LG", "late"],
        ["stat.ML", "stale"],
    ]
    told = run("batches", "--alerts", "--json")
    assert told.exit_code == 1
    assert len(json.loads(told.stdout)["batches"]) == 3
    assert run("batches", "--alerts", "--until", "2025-11-03", "--since", "2025-11-01").exit_code == 0


@pytest.mark.parametrize("command", ["work", "worker"])
def test_work_does_all_jobs_and_then_indexes(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tests.builders import many, take
    from tests.worker.test_what_came_of_a_job_is_recorded import errand

    errands: list[Errand] = [
        errand("one", lambda should_stop: f"{len(take(*many(3)).refused)} refused"),
        errand("two", lambda should_stop: "nothing"),
    ]
    monkeypatch.setattr(clock, "errands", lambda: errands)
    result = run(command, "--once")
    assert result.exit_code == 0, result.output
    assert set(Job.objects.values_list("last_result", flat=True)) == {"0 refused", "nothing"}
    assert find(PaperQuery(words="pages", mode="words")).total == 3

"""The fake arXiv itself: other tests rely on what it says and on how it misbehaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.oai import read_oai
from tests.fakes.arxiv_catalogue import MadeCatalogue
from tests.fakes.arxiv_faults import KINDS, Faults
from tests.sources.arxiv.conftest import MakeFake

ROOT = Path(__file__).resolve().parents[3]


def ask(url: str, **params: str) -> bytes:
    with urllib.request.urlopen(f"{url}?{urlencode(params)}", timeout=20) as answer:
        return bytes(answer.read())


def test_the_same_seed_makes_the_same_papers_and_another_one_others() -> None:
    first, again, other = MadeCatalogue(500), MadeCatalogue(500), MadeCatalogue(500, seed=2)
    assert [first.paper(n, 1) for n in range(500)] == [again.paper(n, 1) for n in range(500)]
    assert [first.paper(n, 1) for n in range(500)] != [other.paper(n, 1) for n in range(500)]
    assert len({first.paper(n, 1).title for n in range(500)}) == 500


def test_every_paper_is_announced_as_new_once_in_one_archive_at_the_most() -> None:
    made = MadeCatalogue(600, per_day=40)
    new = [n for day in made.days for archive in ("cs", "math", "stat", "hep-th", "physics", "q-bio")
           for n in made.batch(day, archive)["new"]]  # fmt: skip
    assert sorted(new) == list(range(600))
    assert all(made.number_of(made.id_of(n)) == n for n in range(600))
    assert [made.number_of(name) for name in ("2608.99999", "2501.00001", "nobody", "2608.x")] == [None] * 4


def test_submissions_are_made_in_the_window_of_their_day() -> None:
    made = MadeCatalogue(400, per_day=40)
    for number in range(400):
        assert made.calendar.announced_on(made.paper(number, 9).versions[0][0]) == made.days[number // 40]


def test_it_knows_nothing_of_what_is_yet_to_come(make_fake: MakeFake) -> None:
    fake = make_fake(now=datetime(2026, 8, 19, 19, 59, tzinfo=ZONE))
    before = fake.answer("/list/cs/new", {}).body
    fake.now = datetime(2026, 8, 19, 20, tzinfo=ZONE)
    after = fake.answer("/list/cs/new", {}).body
    assert b"Wednesday, 19 August 2026" in before
    assert b"Thursday, 20 August 2026" in after
    # The feed is built at midnight.
    assert b"Wed, 19 Aug 2026 00:00:00 -0400" in fake.answer("/rss/cs", {}).body


def test_arrivals_are_noted(make_fake: MakeFake) -> None:
    fake = make_fake()
    ask(fake.oai_url, verb="Identify")
    ask(f"{fake.site_url}/list/cs/new", skip="0")
    assert [(one.path, one.query, one.status) for one in fake.arrivals] == [
        ("/oai", {"verb": "Identify"}, 200),
        ("/list/cs/new", {"skip": "0"}, 200),
    ]
    assert fake.arrivals[0].at <= fake.arrivals[1].at


def test_faults_hit_the_requests_that_they_name() -> None:
    faults = Faults()
    second = faults.add("html", "/oai", at={2})
    twice = faults.add("truncated", "/list", times=2)
    hits = [set(faults.hit(path)) for path in ("/oai", "/list/cs/new", "/oai", "/oai", "/list", "/list", "/rss")]
    assert hits == [set(), {"truncated"}, {"html"}, set(), {"truncated"}, set(), set()]
    assert (second.done, twice.done) == (1, 2)
    faults.remove(twice)
    faults.clear()
    assert faults.hit("/oai") == {}


def test_it_misbehaves_in_many_ways_and_no_others() -> None:
    assert len(KINDS) == len(set(KINDS)) >= 16
    with pytest.raises(ValueError, match="the fake arXiv knows no fault 'gremlins'"):
        Faults().add("gremlins")


def test_it_can_be_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.fakes.arxiv", "--records", "200", "--page-size", "50", "--per-day", "20"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            answer = read_oai(ask(f"{url}/oai", verb="ListRecords", metadataPrefix="arXiv"), "answer")
            assert (len(answer.records), bool(answer.token)) == (50, True)
            wish = {"now": "2026-08-04T12:00:00-04:00", "add": {"kind": "error", "path": "/rss", "status": 410}}
            request = urllib.request.Request(f"{url}/_control", json.dumps(wish).encode(), method="POST")
            urllib.request.urlopen(request, timeout=20).close()
            assert b"Tuesday, 4 August 2026" in ask(f"{url}/list/cs/new")
            with pytest.raises(urllib.error.HTTPError, match="410"):
                ask(f"{url}/rss/cs")
            arrivals = json.loads(ask(f"{url}/_arrivals"))
            assert [one["path"] for one in arrivals] == ["/oai", "/list/cs/new", "/rss/cs"]
        finally:
            process.kill()


def test_days_are_found_by_date() -> None:
    made = MadeCatalogue(400, per_day=40)
    assert made.day_index(date(2026, 8, 2)) == -1
    assert made.day_index(date(2026, 8, 9)) == made.day_index(date(2026, 8, 7)) == 4
    assert made.day_index(date(2030, 1, 1)) == len(made.days) - 1

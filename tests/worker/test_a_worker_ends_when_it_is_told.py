"""A real worker process at a slow source: it indexes meanwhile, ends behind its page, and gives its claim back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.servers import FakeServer, Reply, Request, answer
from tests.worker.instances import PATIENCE_SECONDS, ROOT, Instance

pytestmark = pytest.mark.slow

PAGE_SIZE = 5
PAUSE = 0.3


class SlowPapers:
    """One day that has a few papers a page, each of which takes its time, until it is told how many pages there are."""

    def __init__(self) -> None:
        self.pages_count = 10_000
        self.day = ""

    def __call__(self, request: Request) -> Reply:
        day, number = request.query["date"], int(request.query["p"])
        self.day = self.day or day
        is_there = day == self.day and number < self.pages_count
        if is_there:
            time.sleep(PAUSE)
        papers = [
            {"paper": {"id": f"{number}-{place}", "title": f"Paper {place} of page {number}", "summary": "It."}}
            for place in range(PAGE_SIZE * is_there)
        ]
        return answer(json.dumps(papers), content_type="application/json")

    def asked(self, server: FakeServer) -> list[int]:
        """The pages of the day that were asked for, in order."""
        return [int(request.query["p"]) for request in server.requests if request.query["date"] == self.day]


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"never: {what}"
        time.sleep(0.1)


@pytest.mark.timeout(240)
def test_it_ends_behind_the_page_and_another_goes_on(tmp_path: Path) -> None:
    papers = SlowPapers()
    with FakeServer() as server:
        server.otherwise(papers)
        word = f"follow:{server.url}"
        instance = Instance(tmp_path / "home", BROADSHEET_SOURCES=word, BROADSHEET_INTRANET="127.0.0.1")
        asked = ended_while_harvesting(instance, server, papers, tmp_path)
        assert asked == list(range(len(asked)))
        assert standing(instance)["state"] == "new"
        assert papers_of(instance) in (PAGE_SIZE * len(asked), PAGE_SIZE * (len(asked) - 1))

        # The next one takes the job at once, behind what is here.
        papers.pages_count = len(asked) + 1
        instance.run("broadsheet", "work", "--once")
        assert standing(instance)["state"] == "well"
        assert papers_of(instance) == PAGE_SIZE * papers.pages_count
        again = papers.asked(server)[len(asked) :]
        assert again[0] in (len(asked), len(asked) - 1)
        assert again == list(range(again[0], papers.pages_count + 1))


def ended_while_harvesting(instance: Instance, server: FakeServer, papers: SlowPapers, folder: Path) -> list[int]:
    """Start a worker, see that it indexes while it harvests, end it; returns the pages that it has asked for."""
    instance.run("broadsheet", "migrate")
    paper = folder / "one.jsonl"
    paper.write_text(json.dumps({"id": "1", "title": "Zebras on the front page", "date": "2025-11-03"}) + "\n")
    worker = subprocess.Popen([sys.executable, "-m", "broadsheet", "worker"], env=instance.environment, cwd=ROOT)
    try:
        wait_until(lambda: len(papers.asked(server)) > 2, "the worker harvests")
        # What another process brings is found while the harvest goes on.
        instance.run("broadsheet", "import", "--no-index", str(paper))
        wait_until(lambda: is_found(instance, "zebras"), "the worker indexes")
        assert standing(instance)["state"] == "running"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_SECONDS) == 0
    finally:
        worker.kill()
        worker.wait()
    return papers.asked(server)


def papers_of(instance: Instance) -> int:
    """How many papers came from the source."""
    return json.loads(instance.run("broadsheet", "stats", "--json"))["papers"] - 1


def standing(instance: Instance) -> dict[str, str]:
    [one] = json.loads(instance.run("broadsheet", "sources", "--json"))["sources"]
    return one


def is_found(instance: Instance, words: str) -> bool:
    return json.loads(instance.run("broadsheet", "search", words, "--json"))["total"] == 1

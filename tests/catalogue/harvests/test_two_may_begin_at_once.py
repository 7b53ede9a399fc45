"""Of several workers that begin the same harvest at once, one gets it. SQLite has one writer at a time by itself."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from broadsheet.catalogue import harvests
from broadsheet.catalogue.models import Harvest, Paper
from broadsheet.sources.protocol import HarvestRequest
from tests.catalogue.harvests.made import MadeSource, NoDoor, pages


@pytest.mark.django_db(transaction=True)
def test_one_of_four_harvests_and_the_others_are_told() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the test database of SQLite lies in memory, where two connections cannot write")
    starting, ended, outcomes = threading.Barrier(4), threading.Barrier(4), []

    def begin() -> None:
        starting.wait()
        try:
            harvest = harvests.run(
                MadeSource(pages=pages(3)),
                NoDoor(),
                HarvestRequest(categories=("a",)),
                worker="a test",
                on_page=lambda harvest, page: ended.wait() if harvest.pages_count == 1 else None,
            )
            outcomes.append(harvest.state)
        except harvests.AlreadyRunningError:
            outcomes.append("told")
            ended.wait()
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["complete", "told", "told", "told"]
    assert (Harvest.objects.count(), Paper.objects.count()) == (1, 9)

"""Writers wait for each other. SQLite has one at a time by itself (the commands' tests start two processes there)."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Paper, Source
from tests.builders import many


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_paper_of_what_two_bring_at_once() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the test database of SQLite lies in memory, where two connections cannot write")
    starting, failed = threading.Barrier(4), []

    def bring(source: str) -> None:
        try:
            starting.wait()
            take_in(many(30), source=source)
        except Exception as error:  # noqa: BLE001  (a thread's error must reach the test, whatever it is)
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=(source,)) for source in ("one", "one", "two", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (Paper.objects.count(), Source.objects.count()) == (30, 2)

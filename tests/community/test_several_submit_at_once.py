"""Who is quick with two windows brings no more than the rules allow, and one paper is listed once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from broadsheet.catalogue.models import Listing
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Notification, Submission
from broadsheet.community.notice_mail import mail_due
from broadsheet.community.notifications import tell
from broadsheet.community.submission_fetching import fetch_one
from broadsheet.community.submissions import confirm, submit
from tests.catalogue.harvests.made import NoDoor
from tests.community.bringing import NOW, known, made
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_where_two_can_write(settings: object) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the test database of SQLite lies in memory, where two connections cannot write")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What came of each act, or the error that it raised; all begin together."""
    starting = threading.Barrier(len(acts))
    came: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            starting.wait()
            came[number] = acts[number]()
        except Exception as error:  # noqa: BLE001  (a thread's error must reach the test, whatever it is)
            came[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_the_cap_of_a_day_holds(settings: object) -> None:
    settings.SUBMIT_PER_DAY = 2  # type: ignore[attr-defined]
    alice = person()
    for number in range(6):
        known(f"Paper {number}", number)
    came = at_once(
        *(lambda n=n: submit(alice, f"2603.{n:05}", is_confirmed=True, now=NOW) for n in range(6))  # type: ignore[misc]
    )
    assert sum(isinstance(one, Submission) for one in came) == 2
    assert sum(isinstance(one, RefusedError) for one in came) == 4
    assert Listing.objects.count() == 2


def test_of_several_who_list_one_paper_one_does() -> None:
    known()
    people = [person(f"person{number}") for number in range(4)]
    rows = [submit(one, "2603.00001", now=NOW) for one in people]
    came = at_once(
        *(
            lambda who=who, row=row: confirm(who, row, words="Mine!", now=NOW)  # type: ignore[misc]
            for who, row in zip(people, rows, strict=True)
        )
    )
    assert sum(isinstance(one, Submission) for one in came) == 1
    assert sum(isinstance(one, RefusedError) for one in came) == 3
    assert Listing.objects.count() == 1


def test_one_paper_is_fetched_by_one_worker() -> None:
    mine, source = submit(person(), "2603.00007", now=NOW), made()
    came = at_once(*[lambda: fetch_one(mine.pk, NoDoor(), sources=lambda schemes: [source], now=NOW)] * 4)
    assert sorted(type(one).__name__ for one in came) == ["NoneType"] * 3 + ["Submission"]
    assert source.looked_up == ["2603.00007"]


def test_nobody_is_told_or_written_to_twice(settings: object) -> None:
    settings.SENDS_MAIL = True  # type: ignore[attr-defined]
    alice = person()
    at_once(*[lambda: tell(alice, Notification.Kind.CLAIM, about="claim 1 verified")] * 4)
    row = Notification.objects.get()
    came = at_once(*[lambda: mail_due(lambda: False, now=row.made_at + timedelta(minutes=3))] * 4)
    assert sorted(came) == [0, 0, 0, 1]  # type: ignore[type-var]

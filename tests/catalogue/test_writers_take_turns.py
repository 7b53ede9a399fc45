"""A writer for whom a person waits begins as soon as it can, and one that has much to write gives way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from broadsheet.catalogue import intake, turns
from broadsheet.catalogue.models import Source
from tests.builders import record

pytestmark = pytest.mark.django_db(transaction=True)


class Locked:
    """A database that somebody else writes to for the first ``times`` looks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, fault: str = "database is locked") -> None:
        self.left, self.fault, self.real = times, fault, transaction.atomic
        monkeypatch.setattr(turns.transaction, "atomic", self)
        monkeypatch.setattr(turns, "LOOKED_EVERY_SECONDS", 0.0)

    def __call__(self) -> Any:
        if self.left:
            self.left -= 1
            raise OperationalError(self.fault)
        return self.real()


def busy_timeout() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        return int(cursor.fetchone()[0])


def write_in_vain() -> None:
    with turns.soon():
        Source.objects.create(slug="taken back")
        raise ZeroDivisionError


def test_it_is_a_transaction() -> None:
    with turns.soon():
        assert connection.in_atomic_block
        Source.objects.create(slug="kept")
    with pytest.raises(ZeroDivisionError):
        write_in_vain()
    assert list(Source.objects.values_list("slug", flat=True)) == ["kept"]


def test_inside_another_it_is_a_part_of_it() -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            write_in_vain()
        Source.objects.create(slug="kept")
    assert list(Source.objects.values_list("slug", flat=True)) == ["kept"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has many writers at a time")
class TestOnSqlite:
    """What only a database with one writer at a time needs."""

    def test_it_looks_again_until_the_other_has_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before, locked = busy_timeout(), Locked(monkeypatch, 3)
        with turns.soon():
            Source.objects.create(slug="kept")
        assert locked.left == 0
        assert busy_timeout() == before > 0

    def test_it_does_not_wait_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        Locked(monkeypatch, 10**9)
        before = busy_timeout()
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"timeout": 0})
        with pytest.raises(OperationalError, match="locked"), turns.soon():
            pass
        turns._wait_in_sqlite(before / 1000)  # the tests share one connection

    def test_any_other_fault_is_told_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        locked = Locked(monkeypatch, 2, "disk I/O error")
        with pytest.raises(OperationalError, match="disk"), turns.soon():
            pass
        assert locked.left == 1

    def test_intake_gives_way_between_its_batches_while_others_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turns._mark().unlink(missing_ok=True)
        monkeypatch.setattr(intake, "BATCH_SIZE", 2)
        assert self.pauses(monkeypatch, "alone") == []
        Locked(monkeypatch, 1)
        with turns.soon():
            pass
        assert self.pauses(monkeypatch, "beside another") == [turns.GIVEN_WAY_SECONDS] * 2
        monkeypatch.setattr(turns, "MARK_HOLDS_SECONDS", 0.0)
        assert self.pauses(monkeypatch, "after it") == []

    def pauses(self, monkeypatch: pytest.MonkeyPatch, title: str) -> list[float]:
        """How long intake paused, while it took in five papers."""
        slept: list[float] = []
        with monkeypatch.context() as patch:
            patch.setattr(time, "sleep", slept.append)
            intake.take_in([record(f"Paper {n} {title}") for n in range(5)], source="huggingface")
        return slept

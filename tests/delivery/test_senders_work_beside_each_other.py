"""Several senders at once, where the database lets threads; on SQLite that is what ``faults/digest_kills`` does."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from broadsheet.community.models import Delivery
from broadsheet.delivery.values import Fate, Outcome
from tests.delivery.sending_to import NOW, delivery, send, subscription

COUNT, SENDERS = 120, 4


class Tray:
    """A carrier that counts what it is given."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.lock = threading.Lock()

    def open(self) -> None:
        """Always open."""

    def carry(self, row: Delivery, to: str, mark: Callable[[], bool], /) -> Outcome | None:
        """Every third is refused for good, and every seventh in doubt."""
        if not mark():
            return None
        with self.lock:
            self.came[to] += 1
        if row.pk % 3 == 0:
            return Outcome(Fate.FAILED, "550 no")
        return Outcome(Fate.IN_DOUBT if row.pk % 7 == 0 else Fate.SENT, "said so")

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.django_db(transaction=True)
def test_each_delivery_is_handed_over_by_one_of_them(settings) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the database of the tests is in memory and of one thread")
    settings.SENDS_MAIL = True
    for number in range(COUNT):
        delivery(subscription(f"reader{number}@example.net"), [])
    tray, counts = Tray(), []

    def work() -> None:
        try:
            counts.append(send(NOW, carriers={"mail": tray}))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(tray.came.values()) == {1}
    assert len(tray.came) == COUNT
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert sum(states.values()) == COUNT
    assert set(states) == {"sent", "failed", "in doubt"}
    assert sum(counts) == states["sent"]

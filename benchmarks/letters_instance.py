"""The instance of the benchmark of letters: filled, and sent from.

``python -m benchmarks.letters_instance fill LETTERS`` makes papers and subscriptions with a delivery each, ``send LOG``
sends them all to a server of its own, ``peer LOG LETTERS`` sends the texts of some by Django's own mail functions.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.instance import open_here
from tests.fakes.mail_sink import mail_sink

NOW = datetime(2026, 3, 4, 7, tzinfo=UTC)
PAPERS, IN_A_LETTER, EVERY = 300, 30, 1_000
PAGE = os.sysconf("SC_PAGE_SIZE")


def fill(letters: int) -> None:
    """Papers with abstracts of usual length, and letters that are due, each with another thirty of them."""
    from broadsheet.catalogue.intake import take_in
    from broadsheet.catalogue.models import Paper
    from broadsheet.community.models import Delivery, Subscription
    from broadsheet.delivery.values import Contents, Filled
    from tests.builders import abstract_of, record

    records = [
        record(
            f"How many herons does a reader need, part {n}",
            authors=[f"Ada Example{n}", f"Bo Sample{n}", "Cy Case"],
            abstract=abstract_of(1_200, n),
            arxiv=f"2603.{n:05}",
        )
        for n in range(PAPERS)
    ]
    take_in(records, source="benchmark")
    numbers, draw = list(Paper.objects.order_by("pk").values_list("pk", flat=True)), random.Random(1)
    told = {"made_at": NOW, "changed_at": NOW, "confirmed_at": NOW, "name": "Herons"}
    rows = [Subscription(address=f"reader{n}@example.net", **told) for n in range(letters)]
    Subscription.objects.bulk_create(rows, batch_size=1_000)

    def contents() -> list[dict[str, Any]]:
        drawn = draw.sample(numbers, IN_A_LETTER)
        parts = [Filled(title="Herons", path="/search?q=heron", papers=tuple(drawn[:20]), total=40)]
        parts += [Filled(title="Reeds", path="/search?q=reed", papers=tuple(drawn[20:]), total=25)]
        return Contents(tuple(parts)).to_json()

    due = [
        Delivery(subscription=row, issue="2026-03-04", contents=contents(), due_at=NOW, planned_at=NOW) for row in rows
    ]
    Delivery.objects.bulk_create(due, batch_size=1_000)


def send(log: Path) -> dict[str, Any]:
    """Send everything by one sender."""
    from broadsheet.delivery.sending import send_due

    memory: list[tuple[int, int]] = []
    count = 0

    def told(*_: object) -> None:
        nonlocal count
        count += 1
        if count % EVERY == 0:
            memory.append((count, _resident()))

    with mail_sink(log, is_quick=True) as port:
        _use(port)
        figures = _measured(lambda: send_due(lambda: False, told=told))
    return figures | {"memory": memory or [(count, _resident())], "size": _size()}


def peer(log: Path, letters: int) -> dict[str, Any]:
    """Send the same texts by Django's own mail functions, in a loop."""
    from django.core.mail import get_connection

    from broadsheet.community.models import Delivery
    from broadsheet.delivery.letters import Letters
    from broadsheet.delivery.sending.backends import django_letter
    from broadsheet.delivery.sending.mailing import raw_of

    pen = Letters(NOW)
    rows = Delivery.objects.select_related("subscription__account").order_by("id")[:letters]
    drafts = [django_letter(raw_of(pen.message(row, row.subscription.address)), "peer@example.org", "") for row in rows]

    def loop() -> int:
        connection = get_connection()
        connection.open()
        for draft in drafts:
            draft.connection = connection
            draft.send()
        connection.close()
        return len(drafts)

    with mail_sink(log, is_quick=True) as port:
        _use(port)
        return _measured(loop) | {"size": _size()}


def _use(port: int) -> None:
    from django.conf import settings

    settings.EMAIL_BACKEND, settings.SENDS_MAIL = "django.core.mail.backends.smtp.EmailBackend", True
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def _measured(work: Callable[[], int]) -> dict[str, Any]:
    cpu, wall = time.process_time(), time.perf_counter()
    letters = work()
    seconds = time.perf_counter() - wall
    return {"letters": letters, "rate": letters / seconds, "seconds": seconds, "cpu": time.process_time() - cpu}


def _size() -> float:
    """The mean size of some letters."""
    from broadsheet.community.models import Delivery
    from broadsheet.delivery.letters import Letters
    from broadsheet.delivery.sending.mailing import raw_of

    pen, rows = Letters(NOW), Delivery.objects.select_related("subscription__account").order_by("id")[:20]
    sizes = [len(raw_of(pen.message(row, row.subscription.address))) for row in rows]
    return sum(sizes) / len(sizes)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def main() -> None:
    """Do one of the parts."""
    part, *given = sys.argv[1:]
    open_here(Path(os.environ["BROADSHEET_HOME"]))
    if part == "fill":
        fill(int(given[0]))
        return
    told = send(Path(given[0])) if part == "send" else peer(Path(given[0]), int(given[1]))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

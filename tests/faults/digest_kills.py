"""Kills senders again and again and looks whether each letter went out once, or is told to be in doubt.

``python -m tests.faults.digest_kills --kills 200 --workers 4 --recipients 5000`` prints what was seen as a table, or as
JSON with ``--json``. Each way of sending gets an instance of its own (SQLite) and a mail server as a process of its
own, which has each letter on its disk before it says yes. So many senders work at once; again and again one of them,
drawn by lot, is killed with SIGKILL at a random moment of its work and another one starts in its place, and sometimes
all of them are. When all kills are done, the senders are left to finish.

Three ways: Broadsheet's own, and the two simple ones, each sender with a share of the recipients of its own:

- ``mark after sending``: send, then write down that it was sent; what is not written down is sent (again).
- ``advance before sending``: write down that it is sent, then send.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fakes.mail_sink import mail_sink, sunk

WAYS = ("broadsheet", "mark after sending", "advance before sending")
DAY = datetime(2026, 3, 4, 7, tzinfo=UTC)
PAPERS, IN_A_LETTER = 20, 5
DELAY = 0.003
PAUSE = 0.02
# One round of kills in so many takes all senders at once.
ALL_IN = 20
# Killed so early on average that the last kill comes before the last letter.
HASTE = 0.8
LAST = 0.5
# Some letters are in doubt and never come; after so many seconds without the one that was waited for, it kills anyway.
LULL = 5.0
PATIENCE = 120.0


def set_up(home: Path, recipients: int, port: int) -> None:
    """Make this process one of an instance of its own that has something to send."""
    os.environ["BROADSHEET_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    os.environ["BROADSHEET_EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.site.settings")
    import django

    django.setup()
    from django.db import connections

    from broadsheet.cli.instance import migrate

    migrate()
    fill(recipients)
    # Children are to be killed at their work, not while they import it.
    import broadsheet.delivery.sending
    import broadsheet.site.urls  # noqa: F401

    connections.close_all()


def fill(recipients: int) -> None:
    """Papers, and a letter of some of them that is due to everybody."""
    from broadsheet.catalogue.models import Paper
    from broadsheet.community.models import Delivery, Subscription
    from broadsheet.delivery.values import Contents, Filled
    from tests.builders import record, take

    take(*(record(f"Heron {n}", abstract="It stands and waits.") for n in range(PAPERS)))
    numbers, draw = list(Paper.objects.order_by("pk").values_list("pk", flat=True)), random.Random(1)
    told = {"name": "Herons", "made_at": DAY, "changed_at": DAY, "confirmed_at": DAY}
    rows = [Subscription(address=f"reader{n}@example.net", **told) for n in range(recipients)]
    Subscription.objects.bulk_create(rows, batch_size=1_000)

    def contents() -> list[dict[str, Any]]:
        papers = tuple(draw.sample(numbers, IN_A_LETTER))
        return Contents((Filled(title="Herons", path="/search?q=heron", papers=papers, total=PAPERS),)).to_json()

    due = [
        Delivery(subscription=row, issue="2026-03-04", contents=contents(), due_at=DAY, planned_at=DAY) for row in rows
    ]
    Delivery.objects.bulk_create(due, batch_size=1_000)


def own_way(number: int, workers: int) -> None:
    """What the worker of Broadsheet does."""
    del number, workers
    from broadsheet.delivery.sending import send_due

    send_due(lambda: False)


def simple_way(number: int, workers: int, *, is_marked_first: bool) -> None:
    """What a plain loop does."""
    from django.core.mail import get_connection
    from django.db.models.functions import Mod

    from broadsheet.community.models import Delivery
    from broadsheet.delivery.letters import Letters
    from broadsheet.delivery.sending.backends import django_letter
    from broadsheet.delivery.sending.mailing import raw_of

    pen, connection = Letters(DAY), get_connection()
    rows = Delivery.objects.filter(state="planned").alias(share=Mod("id", workers)).filter(share=number)
    connection.open()
    for row in rows.select_related("subscription__account").order_by("id"):
        letter = django_letter(raw_of(pen.message(row, row.subscription.address)), "papers@example.org", "")
        letter.connection = connection
        if is_marked_first:
            Delivery.objects.filter(pk=row.pk).update(state="sent")
        letter.send()
        if not is_marked_first:
            Delivery.objects.filter(pk=row.pk).update(state="sent")
    connection.close()


def after(number: int, workers: int) -> None:
    """Mark after sending."""
    simple_way(number, workers, is_marked_first=False)


def before(number: int, workers: int) -> None:
    """Advance before sending."""
    simple_way(number, workers, is_marked_first=True)


DO: dict[str, Callable[[int, int], None]] = dict(zip(WAYS, (own_way, after, before), strict=True))


@dataclass
class Crew:
    """The senders that run, and when each was started."""

    way: str
    workers: int
    log: Path
    running: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    resumed: list[float] = field(default_factory=list)
    count: int = 0

    def start(self, number: int) -> None:
        """Start the sender of this number; it goes on until it is killed."""
        self.count += 1
        name = f"sender{self.count}.example.org"
        child = os.fork()
        if child == 0:
            try:
                work(self.way, number, self.workers, name)
            finally:
                os._exit(1)
        self.running[number], self.names[number] = child, name

    def kill(self, numbers: list[int]) -> None:
        """Kill some."""
        for number in numbers:
            os.kill(self.running[number], signal.SIGKILL)
        for number in numbers:
            _, status = os.waitpid(self.running.pop(number), 0)
            if not os.WIFSIGNALED(status):
                raise SystemExit("a sender ended by itself: see its traceback above")

    def restart_all(self) -> None:
        """Start all, and take the time until the next letter is taken of one of them."""
        began, there = time.monotonic(), taken(self.log)
        for number in range(self.workers):
            self.start(number)
        while taken(self.log) == there and time.monotonic() - began < PATIENCE:
            time.sleep(0.001)
        self.resumed.append(time.monotonic() - began)


def work(way: str, number: int, workers: int, name: str) -> None:
    """Send again and again."""
    from django.core.mail.utils import DNS_NAME

    # What the sender calls itself to the mail server.
    DNS_NAME._fqdn = name
    while True:
        DO[way](number, workers)
        time.sleep(PAUSE)


def taken(log: Path) -> int:
    """How many letters the server has taken."""
    return log.read_bytes().count(b"\n") if log.exists() else 0


def waiting() -> int:
    """How many letters are still to be sent or under way."""
    from django.db import connections

    from broadsheet.community.models import Delivery

    count = Delivery.objects.filter(state__in=("planned", "claimed", "handing over")).count()
    connections.close_all()
    return count


def run(way: str, log: Path, kills: int, workers: int, recipients: int, seed: int) -> dict[str, Any]:
    """Kill so many senders; returns what was seen."""
    chance, done, crew = random.Random(seed), 0, Crew(way, workers, log)
    began = time.monotonic()
    crew.restart_all()
    while done < kills:
        left = recipients - taken(log)
        until = taken(log) + chance.uniform(0.0, min(2 * HASTE * left / (kills - done), LAST * left))
        limit = time.monotonic() + LULL
        while taken(log) < until and time.monotonic() < limit:
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.03))
        if chance.randrange(ALL_IN) == 0 and kills - done >= workers:
            crew.kill(list(range(workers)))
            done += workers
            crew.restart_all()
        else:
            number = chance.randrange(workers)
            crew.kill([number])
            done += 1
            crew.start(number)
    limit = time.monotonic() + PATIENCE
    while waiting() and time.monotonic() < limit:
        time.sleep(0.1)
    crew.kill(list(range(workers)))
    return told(way, log, kills, crew, time.monotonic() - began)


def told(way: str, log: Path, kills: int, crew: Crew, seconds: float) -> dict[str, Any]:
    """What came of it: the server's list against the ledger's."""
    from broadsheet.community.models import Delivery

    came = Counter(one.recipient for one in sunk(log))
    rows = dict(Delivery.objects.values_list("subscription__address", "state"))
    states = Counter(rows.values())
    doubtful = [address for address, state in rows.items() if state == "in doubt"]
    ended = sum(states[state] for state in ("sent", "in doubt", "bounced", "failed", "suppressed", "empty"))
    return {
        "way": way,
        "kills": kills,
        "recipients": len(rows),
        "twice": sum(count - 1 for count in came.values()),
        "lost": sum(1 for address, state in rows.items() if state == "sent" and address not in came),
        "unended": len(rows) - ended,
        "states": dict(states),
        "in_doubt": len(doubtful),
        "in_doubt_per_kill": round(len(doubtful) / kills, 3),
        "in_doubt_taken": sum(1 for address in doubtful if address in came),
        "message_ids": len({one.message_id for one in sunk(log)}) == len(came),
        "resumed_s": [round(value, 3) for value in crew.resumed],
        "slowest_resuming_s": round(max(crew.resumed), 3),
        "seconds": round(seconds, 1),
    }


def one_way(way: str, kills: int, workers: int, recipients: int, seed: int) -> dict[str, Any]:
    """One way in a process of its own, as an instance can be set up once in each."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-kills-") as folder:
        log = Path(folder) / "taken"
        with mail_sink(log, DELAY) as port:
            set_up(Path(folder) / "home", recipients, port)
            return run(way, log, kills, workers, recipients, seed)


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as Markdown."""
    columns = [
        "way",
        "kills",
        "recipients",
        "sent twice",
        "never sent",
        "in doubt",
        "in doubt a kill",
        "resumed after, s",
    ]
    names = ["way", "kills", "recipients", "twice", "lost", "in_doubt", "in_doubt_per_kill", "slowest_resuming_s"]
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *[[str(row[name]) for name in names] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Run in scratch homes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--recipients", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--way", choices=WAYS, action="append", help="only this way; may be given several times")
    parser.add_argument("--json", action="store_true", dest="is_json", help="print JSON instead of a table")
    chosen = parser.parse_args()
    rows = []
    for way in chosen.way or WAYS:
        # A fork, since an instance can be set up once in a process.
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            found = one_way(way, chosen.kills, chosen.workers, chosen.recipients, chosen.seed)
            os.write(writing, json.dumps(found).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        if not answer:
            raise SystemExit(f"{way}: see the traceback above")
        rows.append(json.loads(answer))
    sys.stdout.write((json.dumps(rows) if chosen.is_json else table(rows)) + "\n")


if __name__ == "__main__":
    main()

"""The instance of the benchmark of votes: filled, added to while votes come in, and looked at afterwards.

``python -m benchmarks.voting_instance fill PEOPLE PAPERS`` prints the sessions and the names of papers, ``harvest`` and
``import`` take papers in until they are told to end, ``check`` prints how many papers there are, how many counts of
votes differ from a recount, and how many votes count.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

from benchmarks.instance import open_here
from broadsheet.sources.record import AuthorRecord, IdentifierRecord, ListingRecord, PaperRecord

DAY = date(2026, 3, 4)
TEXT = "We look at how people vote while papers come in, and say how long it takes. "
PAGE, PAUSE = 1_000, 3.0


def records(first: int) -> Iterator[PaperRecord]:
    """Papers without end, from a number on."""
    for n in itertools.count(first):
        yield PaperRecord(
            title=f"Votes and Harvests, Part {n}",
            abstract=TEXT * 12,
            authors=tuple(AuthorRecord(name=f"Ada Reader{n % 97 + one}") for one in range(4)),
            identifiers=(IdentifierRecord(scheme="doi", value=f"10.5555/votes.{n}"),),
            categories=("cs.CL", "cs.IR"),
            listing=ListingRecord(listed_on=DAY),
        )


def fill(people: int, papers: int) -> None:
    """Papers, people whose votes count, and a session for each."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection

    from benchmarks.server_urls import PEER_TABLE
    from broadsheet.catalogue.intake import take_in
    from broadsheet.catalogue.models import Paper
    from broadsheet.community.models import Account

    joined_at = datetime(2025, 1, 1, tzinfo=UTC)

    take_in(itertools.islice(records(0), papers), source="benchmark")
    for n in range(people):
        account = Account.objects.create(username=f"person{n}", password="!", date_joined=joined_at)
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.save()
        print(session.session_key)
    with connection.cursor() as cursor:
        cursor.execute(PEER_TABLE)
    for paper in Paper.objects.order_by("pk"):
        print(paper.name)


def bring(*, pause: float) -> None:
    """Take papers in until this process is ended: a page, a pause, the next page."""
    from broadsheet.catalogue.intake import take_in

    numbers = records(1_000_000)
    while True:
        take_in(itertools.islice(numbers, PAGE), source="benchmark")
        time.sleep(pause)


def check() -> None:
    """How many papers there are, how many counts are wrong, and how many votes count."""
    from django.db.models import Count, Q

    from broadsheet.catalogue.models import Paper
    from broadsheet.community.models import Vote

    counted = Count("votes", filter=Q(votes__state=Vote.State.COUNTED, votes__group=None))
    told = Paper.objects.annotate(counted=counted).values_list("votes_here_count", "counted")
    print(Paper.objects.count(), sum(stored != real for stored, real in told), sum(real for _, real in told))


def main() -> None:
    """Do what is asked in the instance of the environment."""
    from pathlib import Path

    open_here(Path(os.environ["BROADSHEET_HOME"]))
    verb, *numbers = sys.argv[1:]
    if verb == "fill":
        fill(*map(int, numbers))
    elif verb == "check":
        check()
    else:
        bring(pause=PAUSE if verb == "harvest" else 0.0)


if __name__ == "__main__":
    main()

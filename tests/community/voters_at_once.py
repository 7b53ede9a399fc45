"""People who vote at once for one paper, which a harvest describes anew meanwhile.

``python -m tests.community.voters_at_once`` does it in the instance of ``BROADSHEET_HOME`` and tells as JSON what was.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection

PEOPLE, TIMES = 6, 4


def run() -> dict[str, Any]:
    """Two threads for each person, who votes, takes back and votes again; what is in the database afterwards."""
    from broadsheet.community import votes
    from broadsheet.community.models import Vote
    from tests.builders import paper
    from tests.people import person

    one, people, faults = paper("One"), [person(f"person{n}") for n in range(PEOPLE)], []

    def vote(account: Any) -> None:
        for _ in range(TIMES):
            votes.withdraw_vote(account, one)
            votes.cast_vote(account, one)

    def harvest() -> None:
        for n in range(PEOPLE):
            paper(f"Taken in {n}")
            paper("One", votes_count=n)

    def guarded(act: Callable[..., None], *told: Any) -> Callable[[], None]:
        def do() -> None:
            try:
                act(*told)
            except DatabaseError as error:
                faults.append(repr(error))
            finally:
                connection.close()

        return do

    acts = [guarded(harvest), *(guarded(vote, account) for account in [*people, *people])]
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever took back last may have been the slower of two threads: once more, one after the other.
    for account in people:
        votes.cast_vote(account, one)
    one.refresh_from_db()
    rows = Vote.objects.filter(paper=one)
    return {
        "faults": faults,
        "votes": rows.count(),
        "voters": rows.values("account").distinct().count(),
        "counted": rows.filter(state=Vote.State.COUNTED).count(),
        "count": one.votes_here_count,
    }


if __name__ == "__main__":
    from broadsheet.cli.instance import open_instance

    open_instance()
    sys.stdout.write(json.dumps(run()))

"""Two people change one collection in the same moment: both get what they asked for, and the order stays dense."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from broadsheet.catalogue.models import Paper
from broadsheet.community import collections, groups
from tests.builders import many, take
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_both_get_what_they_asked_for() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the test database of SQLite lies in memory, where two connections cannot write")
    take(*many(8, length=60))
    papers = list(Paper.objects.order_by("arxiv_id"))
    alice, bob = person(), person("bob")
    group = groups.make_group(alice, "Kite lab")
    groups.invite(alice, group, "bob")
    groups.accept(bob, group)
    listed = groups.reading_list(group)
    together = Barrier(2)

    def at_once(act: Callable[[], object]) -> None:
        try:
            together.wait(10)
            act()
        finally:
            connections.close_all()

    def both(one: Callable[[], object], other: Callable[[], object]) -> None:
        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(at_once, one), pool.submit(at_once, other)]:
                future.result(30)

    both(
        lambda: collections.add_papers(alice, listed, papers[:5]),
        lambda: collections.add_papers(bob, listed, papers[3:]),
    )
    first, last = papers[0], papers[7]
    both(
        lambda: collections.move(alice, listed, first, "last"),
        lambda: collections.move(bob, listed, last, "first"),
    )
    both(
        lambda: collections.take_out(alice, listed, papers[4]),
        lambda: collections.note_entry(bob, listed, papers[2], "still here"),
    )
    entries = list(listed.entries.order_by("position"))
    assert [entry.position for entry in entries] == list(range(7))
    assert (entries[0].paper, entries[-1].paper) == (last, first)
    assert {entry.paper for entry in entries} == set(papers) - {papers[4]}
    assert listed.entries.get(paper=papers[2]).note == "still here"

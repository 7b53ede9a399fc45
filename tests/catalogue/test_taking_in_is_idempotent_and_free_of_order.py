"""The same records, in any order, any parts and any number of times, make the same catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue import intake
from broadsheet.catalogue.intake import IntakeResult, take_in
from broadsheet.catalogue.models import ChangedPaper, Paper, SavedPageEntry, SourceRecord
from tests.builders import many, saved, take
from tests.catalogue.content import content, scratch
from tests.catalogue.worlds import Said, anything, said

pytestmark = pytest.mark.django_db


def take_all(everything: Sequence[Said]) -> IntakeResult:
    """Take records in one call per run of the same source."""
    together = IntakeResult()
    for source, run in groupby(everything, key=lambda one: one.source):
        together.add(take_in([one.record for one in run], source=source))
    return together


@given(records=st.lists(said(), min_size=1, max_size=8), data=st.data(), size=st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_it_gives_the_same_catalogue_for_any_order_and_any_batches(records, data, size) -> None:
    shuffled = data.draw(st.permutations(records))
    with scratch():
        take_all(records)
        first = content()
    with scratch(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "BATCH_SIZE", size)
        take_all(shuffled)
        assert content() == first


@given(records=st.lists(anything(), min_size=1, max_size=8), data=st.data())
@settings(max_examples=25, deadline=None)
def test_it_does_so_for_any_tangle_of_identifiers_and_keys(records, data) -> None:
    titled = [
        replace(one, record=replace(one.record, title=f"{number} is a title of its own"))
        for number, one in enumerate(records)
    ]
    shuffled = data.draw(st.permutations(titled))
    with scratch():
        take_all(titled)
        first = content()
    with scratch():
        take_all(shuffled)
        assert content() == first


@given(records=st.lists(said(), min_size=1, max_size=8) | st.lists(anything(), min_size=1, max_size=10))
@settings(max_examples=20, deadline=None)
def test_it_changes_and_writes_nothing_when_it_reads_the_same_again(records) -> None:
    with scratch():
        take_all(records)
        before, keys = content(), set(Paper.objects.values_list("key", "pk", "changed_at"))
        notes, rows = ChangedPaper.objects.count(), set(SourceRecord.objects.values_list("pk", "received_at"))
        again = take_all(records[::-1])
        assert (again.created, again.changed, again.unchanged) == (0, 0, len(records))
        assert content() == before
        assert set(Paper.objects.values_list("key", "pk", "changed_at")) == keys
        assert set(SourceRecord.objects.values_list("pk", "received_at")) == rows
        assert ChangedPaper.objects.count() == notes


def test_it_leaves_a_saved_page_as_it_is_when_it_is_read_again() -> None:
    papers = many(5)
    take(*papers, page=saved())
    rows = list(SavedPageEntry.objects.values_list("pk", "rank", "paper_id"))
    take(*papers, page=saved())
    assert list(SavedPageEntry.objects.values_list("pk", "rank", "paper_id")) == rows


def test_it_does_not_send_a_single_write_when_nothing_is_new() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    take(*many(5))
    with CaptureQueriesContext(connection) as queries:
        take(*many(5))
    verbs = {query["sql"].split()[0].upper() for query in queries.captured_queries}
    assert verbs <= {"SELECT", "SAVEPOINT", "RELEASE"}

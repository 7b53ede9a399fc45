"""Whatever the order, the parts and the repetition in which a batch is told of, the ledger says the same in the end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue import batches
from broadsheet.catalogue.models import Batch
from broadsheet.sources.protocol import BatchRecord
from tests.catalogue.batches.ledger import CATEGORY, MONDAY, at, note, row, take
from tests.catalogue.content import scratch

pytestmark = pytest.mark.django_db

KINDS = ("new", "cross", "replace", "replace-cross")


@st.composite
def batch_in_parts(draw: st.DrawFn) -> tuple[list[BatchRecord], set[str], set[int], int]:
    """Parts of one batch, the keys that they name together, which papers are here, and how many there are."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
    refs = [(kind, f"2510.{number:05}") for number, kind in enumerate(kinds)]
    hidden = draw(st.integers(0, 2))
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    counts[kinds[0]] += hidden
    chosen = draw(st.lists(st.sets(st.sampled_from(range(len(refs)))), max_size=4))
    parts = [sorted(part) for part in chosen] + [list(range(len(refs)))]
    records = [
        BatchRecord(
            category=CATEGORY,
            announced_on=MONDAY,
            refs={kind: tuple(refs[n][1] for n in part if refs[n][0] == kind) for kind in KINDS},
            counts=counts,
            is_complete=len(part) == len(refs) and not hidden,
        )
        for part in parts
    ]
    here = draw(st.sets(st.sampled_from(range(len(refs)))))
    return records, {ref for _, ref in refs}, here, len(refs) + hidden


def told() -> tuple[object, ...]:
    found = row(MONDAY)
    kinds = {kind: set(refs) for kind, refs in found.announced.items()}
    return found.state, found.announced_count, found.received_count, found.missing, found.kinds, kinds


@given(made=batch_in_parts(), data=st.data())
@settings(max_examples=60)
def test_any_order_and_repetition_gives_the_same_row(made, data) -> None:
    records, refs, here, count = made
    again = data.draw(st.lists(st.sampled_from(records), max_size=3))
    with scratch():
        take(*here)
        for record in records:
            note(record)
        first = told()
        assert batches.check("made", at(MONDAY)) == [one for one in Batch.objects.all() if one.state == "short"]
        assert told() == first
    with scratch():
        for record in data.draw(st.permutations([*records, *again])):
            note(record)
        take(*here)
        batches.check("made", at(MONDAY))
        assert told() == first
    state, announced, received, missing, kinds, _ = first
    assert (announced, received, sum(kinds.values())) == (count, len(here), count)
    assert set(missing) == refs - {f"2510.{number:05}" for number in here}
    assert state == ("complete" if received == count else "short")

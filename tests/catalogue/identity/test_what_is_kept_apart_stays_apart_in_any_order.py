"""With papers kept apart, the same records in any order and any batches still make the same catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue import intake
from broadsheet.catalogue.intake import IntakeResult, take_in
from broadsheet.catalogue.models import Identifier, KeptApart, Paper
from broadsheet.sources.record import PaperRecord
from tests.catalogue.content import content, scratch
from tests.catalogue.worlds import SOURCES, Said, anything

pytestmark = pytest.mark.django_db

LABELS = [f"{scheme}:{value}" for scheme in ("arxiv", "doi", "openreview") for value in "12"]
LABELS += [f"{source}/{ref}" for source in SOURCES[:3] for ref in "ab"]


def take_all(everything: Sequence[Said]) -> IntakeResult:
    together = IntakeResult()
    for source, run in groupby(everything, key=lambda one: one.source):
        together.add(take_in([one.record for one in run], source=source))
    return together


def kept_apart(pairs: Sequence[tuple[str, str]]) -> None:
    KeptApart.objects.bulk_create(
        [KeptApart(one=one, other=other, said_at=timezone.now()) for one, other in {tuple(sorted(p)) for p in pairs}]
    )


def without_figures(record: PaperRecord) -> PaperRecord:
    return replace(record, listing=None, votes_count=None)


def labels_of(paper: Paper) -> set[str]:
    names = {str(name) for name in Identifier.objects.filter(paper=paper)}
    return names | {f"{source}/{ref}" for source, ref in paper.source_records.values_list("source__slug", "ref") if ref}


pairs = st.lists(
    st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)).filter(lambda pair: pair[0] != pair[1]),
    min_size=1,
    max_size=3,
)


@given(records=st.lists(anything(), min_size=2, max_size=8), apart=pairs, data=st.data(), size=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_it_gives_the_same_catalogue_for_any_order_and_keeps_what_is_apart(records, apart, data, size) -> None:
    # A listing has no paper of its own but its description's source; see `figures`. Here it is all about descriptions.
    told = [
        replace(one, record=replace(without_figures(one.record), title=f"{n} is a title of its own"))
        for n, one in enumerate(records)
    ]
    shuffled = data.draw(st.permutations(told))
    with scratch():
        kept_apart(apart)
        take_all(told)
        first = content()
        for paper in Paper.objects.all():
            labels = labels_of(paper)
            assert not any(one in labels and other in labels for one, other in apart)
    with scratch(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "BATCH_SIZE", size)
        kept_apart(apart)
        take_all(shuffled)
        assert content() == first


@given(records=st.lists(anything(), min_size=2, max_size=8), apart=pairs, has_figures=st.booleans())
@settings(max_examples=30, deadline=None)
def test_it_changes_nothing_when_it_reads_the_same_again(records, apart, has_figures) -> None:
    told = [one if has_figures else replace(one, record=without_figures(one.record)) for one in records]
    with scratch():
        kept_apart(apart)
        take_all(told)
        if has_figures:
            # What is kept apart may part the descriptions of one source, whose figures stay where they were until it
            # speaks again.
            take_all(told)
        before, keys = content(), set(Paper.objects.values_list("key", "pk", "changed_at"))
        again = take_all(told[::-1])
        assert (again.created, again.changed) == (0, 0)
        assert content() == before
        assert set(Paper.objects.values_list("key", "pk", "changed_at")) == keys

"""Whatever sources said: an undone merge gives two papers, loses nothing, and holds when everything is said again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.identity import IdentityError, undo_merge
from broadsheet.catalogue.models import Identifier, Paper, PaperAlias, PaperMerge, SourceRecord
from tests.catalogue.content import content, scratch
from tests.catalogue.identity.test_what_is_kept_apart_stays_apart_in_any_order import take_all
from tests.catalogue.worlds import anything

pytestmark = pytest.mark.django_db


@given(records=st.lists(anything(), min_size=3, max_size=9), data=st.data())
@settings(max_examples=40, deadline=None)
def test_it_gives_two_papers_for_good(records, data) -> None:
    told = [
        replace(one, record=replace(one.record, title=f"{n} is a title of its own", listing=None, votes_count=None))
        for n, one in enumerate(records)
    ]
    with scratch():
        for one in told:
            take_all([one])
        descriptions = set(SourceRecord.objects.values_list("source__slug", "ref", "digest"))
        for merge in data.draw(st.permutations(list(PaperMerge.objects.all()))):
            merge.refresh_from_db()
            papers = Paper.objects.count()
            try:
                back = undo_merge(merge, "ada")
            except IdentityError:
                assert Paper.objects.count() == papers
                continue
            assert back.key == merge.absorbed_key
            assert back != Paper.objects.get(pk=merge.paper_id)
            assert not PaperAlias.objects.filter(key=back.key).exists()
            assert Paper.objects.count() > papers
        assert set(SourceRecord.objects.values_list("source__slug", "ref", "digest")) == descriptions
        assert not Paper.objects.filter(source_records=None).exists()
        stated = {(one.scheme, one.value) for said in told for one in said.record.identifiers}
        assert set(Identifier.objects.values_list("scheme", "value")) <= stated
        before = content()
        again = take_all(data.draw(st.permutations(told)))
        assert (again.created, again.changed) == (0, 0)
        assert content() == before

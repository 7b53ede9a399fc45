"""The database sorts papers by the same rule as an index does by its one number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.models import Paper
from broadsheet.search.documents import IndexDocument
from broadsheet.search.ordering import INDEXED_SORTS, sort_key, sql_order

DAY = date(2025, 10, 15)
days = (
    st.none() | st.integers(0, 3).map(lambda step: DAY + timedelta(step)) | st.dates(date(1900, 1, 2), date(2070, 1, 1))
)
# Counts beyond these are equal to the index (see ``sort_key``), so it would be no wonder if the database knew better.
papers = st.lists(st.tuples(days, days, st.integers(0, 3) | st.integers(0, 1023), st.integers(0, 1023)), max_size=12)


@pytest.mark.django_db
@settings(max_examples=40)
@given(papers)
def test_the_database_and_the_key_agree(facts) -> None:
    Paper.objects.all().delete()
    now = timezone.now()
    Paper.objects.bulk_create(
        Paper(
            title="A title",
            first_listed_on=listed,
            published_on=published,
            votes_count=votes,
            comments_count=comments,
            state_digest="",
            changed_at=now,
        )
        for listed, published, votes, comments in facts
    )
    documents = [
        IndexDocument(
            number=paper.pk,
            title="",
            abstract="",
            days=(paper.first_listed_on,) if paper.first_listed_on else (),
            published_on=paper.published_on,
            votes_count=paper.votes_count,
            comments_count=paper.comments_count,
        )
        for paper in Paper.objects.all()
    ]
    for sort in INDEXED_SORTS:
        by_key = sorted(documents, key=lambda document, sort=sort: -sort_key(document, sort))
        in_database = Paper.objects.order_by(*sql_order(sort)).values_list("pk", flat=True)
        assert [document.number for document in by_key] == list(in_database)


@pytest.mark.parametrize("sort", INDEXED_SORTS)
def test_a_key_fits_the_index_whatever_the_facts(sort) -> None:
    largest = IndexDocument(
        number=2**31 - 1,
        title="",
        abstract="",
        days=(date.max,),
        published_on=date.max,
        votes_count=2**31 - 1,
        comments_count=2**31 - 1,
    )
    assert 0 <= sort_key(largest, sort) < 2**63


def test_unknown_days_come_last_and_the_oldest_paper_first_among_equals() -> None:
    unknown, listed = (
        IndexDocument(number=1, title="", abstract=""),
        IndexDocument(number=2, title="", abstract="", days=(DAY,)),
    )
    later = IndexDocument(number=3, title="", abstract="", days=(DAY,))
    keys = [sort_key(paper, "newest") for paper in (listed, later, unknown)]
    assert keys == sorted(keys, reverse=True)

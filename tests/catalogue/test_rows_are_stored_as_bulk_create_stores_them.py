"""The prepared statements store what Django's own ``bulk_create`` would."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from broadsheet.catalogue.inserting import Written, insert, reserve_ids, update
from broadsheet.catalogue.models import Identifier, Paper, Source, SourceRecord, Version
from tests.builders import record, take

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 10, 15, 12, 30, 1, 250_000, tzinfo=UTC)


@pytest.fixture
def paper() -> Paper:
    take(record("A paper"))
    return Paper.objects.get()


def test_moments_texts_and_nothing_come_back_as_they_were(paper) -> None:
    insert(
        Version,
        ("paper_id", "number", "title", "abstract", "announced_at"),
        [(paper.pk, 1, "Ünë 100% %s", "", NOON), (paper.pk, 2, "b", "c", None), (paper.pk, 3, "b", "c", NOON)],
    )
    rows = list(Version.objects.values_list("number", "title", "announced_at"))
    assert rows == [(1, "Ünë 100% %s", NOON), (2, "b", None), (3, "b", NOON)]


def test_json_comes_back_whether_it_was_written_already_or_not(paper) -> None:
    source, said = Source.objects.get(), {"title": "É", "n": [1, None]}
    values = [said, Written('{"title": "É", "n": [1, null]}')]
    insert(
        SourceRecord,
        ("paper_id", "source_id", "ref", "title_hash", "digest", "payload", "received_at"),
        [(paper.pk, source.pk, str(n), "", "d", value, NOON) for n, value in enumerate(values)],
    )
    rows = SourceRecord.objects.filter(digest="d").order_by("ref")
    assert [row.payload for row in rows] == [said, said]
    assert SourceRecord.objects.filter(digest="d", payload__title="É").count() == 2


def test_a_rule_of_the_table_is_kept(paper) -> None:
    names = ("paper_id", "scheme", "value")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Identifier, names, [(paper.pk, "doi", "10.5555/a"), (paper.pk, "doi", "10.5555/a")])
    assert not Identifier.objects.exists()


def test_no_rows_ask_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        insert(Identifier, ("paper_id", "scheme", "value"), [])


def test_ids_are_new_even_behind_rows_that_are_gone(paper) -> None:
    gone = Paper.objects.create(title="Gone", changed_at=NOON).pk
    Paper.objects.filter(pk=gone).delete()
    first, second = reserve_ids(Paper, 2)
    assert gone < first < second
    insert_of = Paper(pk=first, title="Stored", changed_at=NOON)
    insert_of.save(force_insert=True)
    take(record("The next one"))
    assert Paper.objects.get(title="The next one").pk > first
    assert Paper.objects.get(title="The next one").published_on is None


def test_a_new_paper_has_the_moment_of_its_making() -> None:
    take(record("Made now", published_on=date(2025, 1, 2)))
    paper = Paper.objects.get()
    assert abs((paper.created_at - paper.changed_at).total_seconds()) < 60
    assert (paper.published_on, paper.keywords, paper.citations_count) == (date(2025, 1, 2), [], None)


def test_rows_are_changed_as_save_changes_them(paper) -> None:
    take(record("Another"))
    other = Paper.objects.get(title="Another")
    names = ("title", "keywords", "published_on", "is_lossy", "changed_at")
    update(
        Paper,
        names,
        [(paper.pk, ("É %s", ["a"], date(2025, 1, 2), True, NOON)), (other.pk, ("B", [], None, False, NOON))],
    )
    assert list(Paper.objects.order_by("pk").values_list(*names)) == [
        ("É %s", ["a"], date(2025, 1, 2), True, NOON),
        ("B", [], None, False, NOON),
    ]


def test_no_rows_change_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        update(Paper, ("title",), [])

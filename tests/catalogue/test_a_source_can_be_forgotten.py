"""What a source said goes away; what others said stays."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.intake import forget_source
from broadsheet.catalogue.merging import SAMPLE_SOURCE
from broadsheet.catalogue.models import ChangedPaper, Paper, SavedPage, Source
from tests.builders import WEDNESDAY, record, saved, take
from tests.catalogue.content import content

pytestmark = pytest.mark.django_db


def test_it_removes_papers_of_the_source_alone_and_notes_them_for_the_index() -> None:
    take(record("Of the sample alone", arxiv="2510.00001"), source=SAMPLE_SOURCE, page=saved())
    number = Paper.objects.get().pk
    ChangedPaper.objects.all().delete()
    assert forget_source(SAMPLE_SOURCE) == 1
    assert not Paper.objects.exists()
    assert not SavedPage.objects.exists()
    assert not Source.objects.exists()
    assert list(ChangedPaper.objects.values_list("paper_id", flat=True)) == [number]


def test_it_makes_a_shared_paper_what_it_would_be_without_the_source() -> None:
    other = record("A shared paper", arxiv="2510.00001", abstract="As deposited.", votes_count=2)
    take(other)
    alone = content()
    sample = record(
        "A shared paper",
        on=WEDNESDAY.replace(day=1),
        arxiv="2510.00001",
        abstract="A summary that was written for the sample, and is longer.",
        categories=("cs.CL",),
        code="https://github.com/example/sample",
        votes_count=90,
    )
    take(sample, source=SAMPLE_SOURCE)
    assert content() != alone
    key = Paper.objects.get().key
    assert forget_source(SAMPLE_SOURCE) == 0
    assert content() == alone
    assert Paper.objects.get().key == key


def test_it_gives_way_to_any_other_text_while_both_are_there() -> None:
    take(
        record("A shared paper", arxiv="2510.00001", abstract="A much longer summary of the sample."),
        source=SAMPLE_SOURCE,
    )
    take(record("A shared paper", arxiv="2510.00001", abstract="As deposited."))
    assert Paper.objects.get().abstract == "As deposited."


def test_it_forgets_nothing_of_a_source_that_never_was() -> None:
    take(record("A paper"))
    before = content()
    assert forget_source("never") == 0
    assert content() == before

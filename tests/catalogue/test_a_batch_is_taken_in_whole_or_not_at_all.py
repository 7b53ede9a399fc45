"""An error or Ctrl-C keeps the batches before it and nothing of the one under way; a dry run keeps nothing."""

from __future__ import annotations

import pytest

from broadsheet.catalogue import intake, writing
from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import ChangedPaper, Paper, SavedPage, Source, SourceRecord
from broadsheet.sources.record import BadRecord, PaperRecord
from tests.builders import SOURCE, many, record, saved
from tests.catalogue.content import content

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH_SIZE", 2)


def test_it_keeps_the_batches_before_a_ctrl_c() -> None:
    taken = []

    def interrupt(count: int) -> None:
        taken.append(count)
        if len(taken) == 2:
            raise KeyboardInterrupt

    papers = many(6)
    with pytest.raises(KeyboardInterrupt):
        take_in(papers, source=SOURCE, page=saved(), on_progress=interrupt)
    assert Paper.objects.count() == 4
    assert SavedPage.objects.get().papers_count == 4
    result = take_in(papers, source=SOURCE, page=saved())
    assert (result.created, result.unchanged) == (2, 4)
    ranked = SavedPage.objects.get().entries.values_list("rank", "paper__title")
    assert list(ranked) == list(enumerate((paper.title for paper in papers), 1))


def test_it_leaves_nothing_of_a_batch_in_which_an_error_happens(monkeypatch) -> None:
    papers, written = many(4), writing.note_changes
    calls = []

    def fail_on_second(ids: list[int]) -> None:
        calls.append(ids)
        if len(calls) == 2:
            raise RuntimeError("the disk is full")
        written(ids)

    monkeypatch.setattr(writing, "note_changes", fail_on_second)
    with pytest.raises(RuntimeError, match="the disk is full"):
        take_in(papers, source=SOURCE)
    assert set(Paper.objects.values_list("title", flat=True)) == {paper.title for paper in papers[:2]}
    assert SourceRecord.objects.count() == ChangedPaper.objects.count() == 2


def test_it_leaves_nothing_of_a_batch_whose_reading_breaks_off() -> None:
    def reading():
        yield from many(3)
        raise OSError("the connection broke")

    with pytest.raises(OSError, match="the connection broke"):
        take_in(reading(), source=SOURCE)
    assert Paper.objects.count() == 2


def test_it_leaves_no_trace_of_a_dry_run_but_says_what_would_happen() -> None:
    take_in(many(2), source=SOURCE)
    before, sources = content(), Source.objects.count()
    papers = [*many(5), BadRecord(where="x:1", reason="bad")]
    result = take_in(papers, source="another", page=saved(), is_dry_run=True)
    assert (result.created, result.changed, result.unchanged, len(result.refused)) == (3, 2, 0, 1)
    assert content() == before
    assert (Source.objects.count(), SavedPage.objects.count(), ChangedPaper.objects.count()) == (sources, 0, 2)


def test_it_leaves_no_trace_of_a_dry_run_that_was_interrupted() -> None:
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(many(3), source=SOURCE, is_dry_run=True, on_progress=interrupt)
    assert not Paper.objects.exists()


def test_it_counts_what_each_record_did() -> None:
    take_in([record("Known and unchanged"), record("Known and changed")], source=SOURCE)
    counts = []
    result = take_in(
        [
            record("Known and unchanged"),
            record("Known and changed", abstract="Now with an abstract."),
            record("New"),
            record("New", votes_count=3),
            PaperRecord(title="", where="x:5"),
        ],
        source=SOURCE,
        on_progress=counts.append,
    )
    assert (result.created, result.changed, result.unchanged, len(result.refused), result.read) == (1, 2, 1, 1, 5)
    assert counts == [2, 2, 1]

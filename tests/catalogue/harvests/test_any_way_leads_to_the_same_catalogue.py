"""Whatever the order and the overlap of pages, and wherever a harvest is broken off, the catalogue is the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue import harvests, ledger
from broadsheet.catalogue.models import Harvest, Paper
from broadsheet.sources.protocol import HarvestRequest, Page
from broadsheet.sources.record import PaperRecord
from tests.catalogue.content import content, scratch
from tests.catalogue.harvests.made import NOW, MadeSource, NoDoor
from tests.catalogue.hashes import catalogue_hash
from tests.catalogue.worlds import SOURCES, said

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What stands for the end of the process: nothing catches it."""


@st.composite
def ways(draw: st.DrawFn) -> tuple[list[PaperRecord], list[list[int]], list[int]]:
    """Records, pages of their numbers in any order with any overlap that has them all, and where it is killed."""
    records = [one.record for one in draw(st.lists(said().filter(lambda one: one.source == SOURCES[0]), max_size=8))]
    numbers = draw(st.permutations([*range(len(records)), *draw(st.lists(st.sampled_from(range(len(records) or 1))))]))
    numbers = [number for number in numbers if number < len(records)]
    size = draw(st.integers(1, 4))
    pages = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    return records, pages, draw(st.lists(st.integers(0, 3 * len(pages)), max_size=4))


def page(records: list[PaperRecord], number: int, count: int) -> Page:
    return Page(records=tuple(records), checkpoint={"page": number} if number < count else None)


def harvest(source: MadeSource, kills: list[int]) -> None:
    """Harvest until it is complete; killed before, within and after the storing of pages, counted from the start."""
    steps, really_note = iter(range(10_000)), ledger.note

    def step(*_: object) -> None:
        if next(steps) in kills:
            raise Killed

    def note(*given: object, **options: object) -> object:
        step()
        noted = really_note(*given, **options)
        step()
        return noted

    before = Harvest.objects.count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "note", note)
        while Harvest.objects.filter(state="complete").count() == before:
            try:
                harvests.run(source, NoDoor(), HarvestRequest(), worker="a test", clock=lambda: NOW, on_page=step)
            except Killed:
                # A process that is gone releases nothing, but can be seen to be gone.
                Harvest.objects.filter(state="running").update(claimed_by="", claimed_until=None)


@given(way=ways())
@settings(max_examples=40)
def test_any_order_overlap_and_interruption_gives_the_same_catalogue(way) -> None:
    records, pages, kills = way
    with scratch():
        harvests.run(MadeSource(pages=[Page(records=tuple(records))]), NoDoor(), HarvestRequest(), worker="a test")
        first, hashed = content(), catalogue_hash()
    numbered = [page([records[n] for n in numbers], i, len(pages)) for i, numbers in enumerate(pages, 1)]
    source = MadeSource(pages=numbered)
    with scratch():
        harvest(source, kills)
        assert content() == first
        assert catalogue_hash() == hashed
    assert len(source.asked) <= len(pages) + len(kills)


def test_the_hash_tells_catalogues_apart() -> None:
    def hashed(*records: PaperRecord) -> str:
        with scratch():
            if records:
                harvests.run(MadeSource(pages=[Page(records=records)]), NoDoor(), HarvestRequest(), worker="a test")
            return catalogue_hash()

    one, other = (PaperRecord(title=f"A title of paper {n}", ref=str(n), abstract="Short.") for n in (1, 2))
    longer = PaperRecord(title=one.title, ref=one.ref, abstract="Not so short.")
    found = [hashed(), hashed(one), hashed(other), hashed(one, other), hashed(longer), hashed(one, longer)]
    assert len(set(found)) == len(found)
    assert hashed(one, other) == hashed(other, one)
    assert not Paper.objects.exists()

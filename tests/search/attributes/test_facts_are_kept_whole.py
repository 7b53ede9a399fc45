"""The files of the facts: many values, several writers in turn, half-written ends, and what is refused."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import numpy as np
import pytest

from broadsheet.search.attributes import Attributes
from broadsheet.search.attributes.files import Columns
from broadsheet.search.conditions import All, FigureWithin, HasWords, InCategory, ListedWithin, Not, OfOrganisation
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import EngineError

DAY = date(2025, 10, 15)


def paper(number: int, **fields: object) -> IndexDocument:
    return IndexDocument(number=number, title="", abstract="", **fields)  # type: ignore[arg-type]


def hits(attributes: Attributes, must: object) -> list[int]:
    mask = attributes.mask(must)  # type: ignore[arg-type]
    assert mask is not None
    return np.flatnonzero(mask).tolist()


def test_a_paper_may_have_any_number_of_values(tmp_path) -> None:
    attributes = Attributes(tmp_path)
    codes = tuple(f"a{n}.b" for n in range(300))
    days = tuple(DAY + timedelta(n) for n in range(400))
    slugs = tuple((f"org\n{n}", "") for n in range(200))
    attributes.update([paper(70_000, categories=codes, days=days, organisations=slugs), paper(2)])
    for must in (InCategory("A299.B"), InCategory("a7.*"), ListedWithin(days[-1], None), OfOrganisation("org\n199")):
        assert hits(attributes, must) == [70_000]
        assert hits(attributes, Not(must)) == [2]
    assert attributes.values("category", np.array([2, 70_000]))[1] == codes


def test_a_condition_on_texts_has_no_mask(tmp_path) -> None:
    assert Attributes(tmp_path).mask(All((Not(HasWords("fox")),))) is None


def test_a_mask_cannot_be_changed_by_who_asked_for_it(tmp_path) -> None:
    attributes = Attributes(tmp_path)
    attributes.update([paper(1)])
    mask = attributes.mask(None)
    assert mask is not None
    with pytest.raises(ValueError, match="read-only"):
        mask[1] = False


@pytest.mark.parametrize("number", [-1, 2**31])
def test_a_number_that_no_row_can_have_is_refused_and_nothing_is_written(tmp_path, number) -> None:
    attributes = Attributes(tmp_path)
    with pytest.raises(EngineError, match=f"paper {number} cannot be kept"):
        attributes.update([paper(1), paper(number)])
    assert attributes.numbers().tolist() == []


def test_two_writers_in_turn_do_not_mix_up_their_sets(tmp_path) -> None:
    one, other = Attributes(tmp_path), Attributes(tmp_path)
    for number in range(20):
        writer = one if number % 3 else other
        writer.update([paper(number, categories=(f"c{number}", "shared"))])
    for number, values in enumerate(one.values("category", np.arange(20))):
        assert set(values) == {f"c{number}", "shared"}
    assert hits(other, InCategory("shared")) == list(range(20))


def test_what_a_killed_writer_left_half_appended_is_cut_off(tmp_path) -> None:
    Attributes(tmp_path).update([paper(1, categories=("a", "b"))])
    for name in ("categories.values", "categories.ends", "category.words"):
        with (tmp_path / name).open("ab") as file:
            file.write(b"\x07\x01\x02")
    attributes = Attributes(tmp_path)
    assert attributes.values("category", np.array([1])) == [("a", "b")]
    attributes.update([paper(2, categories=("b", "c"))])
    assert Attributes(tmp_path).values("category", np.array([1, 2])) == [("a", "b"), ("b", "c")]


def test_rows_of_a_writer_that_was_killed_between_them_are_not_there_until_they_are_written_again(
    tmp_path, monkeypatch
) -> None:
    attributes = Attributes(tmp_path)
    attributes.update([paper(1, votes_count=5), paper(2)])

    def killed(self: Columns, numbers: object, values: object, gone: object) -> None:
        written = np.memmap(tmp_path / "rows", "<u8", "r+")
        written[0] += 1
        np.memmap(tmp_path / "state.column", "u1", "r+")[1] = 0
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Columns, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            attributes.update([paper(1, votes_count=9)])
    reader = Attributes(tmp_path)
    assert hits(reader, None) == [2]
    assert hits(reader, FigureWithin("votes", 5)) == []
    reader.update([paper(1, votes_count=9)])
    assert hits(attributes, FigureWithin("votes", 9)) == [1]


def test_readers_never_see_a_paper_with_the_facts_of_another_moment(tmp_path) -> None:
    writer, reader = Attributes(tmp_path), Attributes(tmp_path)
    done, failed = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            try:
                # Every state has each paper in category x or y, never in both or neither.
                together = hits(reader, InCategory("x")), hits(reader, InCategory("y"))
                counts = dict(reader.facets(np.arange(50), 5)["category"])
                assert sum(counts.values()) in (0, 50), counts
                assert all(len(numbers) in (0, 50) for numbers in together), together
            except BaseException as error:  # noqa: BLE001  (a thread's error must reach the test, whatever it is)
                failed.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(60):
        writer.update([paper(number, categories=("xy"[turn % 2], f"z{turn}")[:1]) for number in range(50)])
    done.set()
    for thread in threads:
        thread.join()
    assert failed == []

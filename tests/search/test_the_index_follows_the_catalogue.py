"""What changes in the catalogue is found; nothing is lost to a crash, a rebuild or another process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from broadsheet.catalogue.intake import forget_source
from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.search import maintenance
from broadsheet.search.find import find
from broadsheet.search.index import CURRENT, Index
from broadsheet.search.maintenance import index, index_state, rebuild_index, update_index
from broadsheet.search.models import PaperVector
from broadsheet.search.query import PaperQuery
from tests.builders import SOURCE, many, record, take, take_and_index
from tests.encoders import FakeEncoder, use

pytestmark = pytest.mark.django_db


def found(words: str, mode: str = "words") -> list[str]:
    return [paper.title for paper in find(PaperQuery(words=words, mode=mode)).papers]


def test_it_finds_a_paper_after_the_first_update_and_not_before(fake) -> None:
    take(record("Parking a car"))
    assert found("car") == []
    assert update_index() == 1
    assert found("car") == ["Parking a car"]
    assert not ChangedPaper.objects.exists()
    assert update_index() == 0


def test_it_follows_changes_and_removals(fake) -> None:
    take_and_index(record("Parking a car", arxiv="2510.00001"), record("Driving a car"))
    take_and_index(record("Parking a bicycle", arxiv="2510.00001", version_number=2))
    assert found("car") == ["Driving a car"]
    assert found("bicycle") == ["Parking a bicycle"]
    forget_source(SOURCE)
    assert found("bicycle") == []
    assert update_index() == 2
    assert (index_state().papers, index_state().indexed, index_state().with_vector) == (0, 0, 0)


def test_it_says_how_far_it_is(fake) -> None:
    take_and_index(*many(3))
    take(record("One more"))
    state = index_state()
    assert (state.papers, state.indexed, state.with_vector, state.waiting) == (4, 3, 3, 1)


def test_it_tells_progress_and_works_in_parts(fake, monkeypatch) -> None:
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 2)
    steps: list[tuple[int, int]] = []
    take(*many(5))
    assert update_index(lambda done, total: steps.append((done, total))) == 5
    take(*(record(f"Another one of them, the {n}th") for n in range(5)))
    assert update_index(lambda done, total: steps.append((done, total))) == 5
    assert steps == [(2, 5), (4, 5), (5, 5), (2, 5), (4, 5), (5, 5)]
    assert index_state().indexed == 10


def test_it_indexes_again_after_a_crash_before_the_notes_were_deleted(fake, monkeypatch) -> None:
    take_and_index(record("Parking a car"))
    take(record("Driving a car"))
    generation = index().generation()
    update = generation.update

    def crash(*arguments) -> None:
        update(*arguments)
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(generation, "update", crash)
        with pytest.raises(SystemExit):
            update_index()
    assert ChangedPaper.objects.count() == 1
    assert update_index() == 1
    assert sorted(found("car")) == ["Driving a car", "Parking a car"]
    assert (index_state().indexed, index_state().with_vector, index_state().waiting) == (2, 2, 0)


def test_it_keeps_notes_that_arrive_during_a_rebuild(fake, monkeypatch) -> None:
    take(record("Parking a car", arxiv="2510.00001"))
    apply = maintenance._apply

    def change_meanwhile(generation, numbers) -> None:
        apply(generation, numbers)
        if numbers and Paper.objects.count() == 1:
            take(record("Parking a bicycle", arxiv="2510.00001", version_number=2), record("Driving a car"))

    with monkeypatch.context() as patch:
        patch.setattr(maintenance, "_apply", change_meanwhile)
        assert rebuild_index() == 1
    assert index_state().waiting == 2
    assert update_index() == 2
    assert found("car") == ["Driving a car"]
    assert found("bicycle") == ["Parking a bicycle"]


def test_it_rebuilds_beside_the_index_that_a_reader_holds(fake, index_dir) -> None:
    take_and_index(record("Parking a car"))
    reader = Index(index_dir)
    held = reader.generation()
    take(record("Driving a car"))
    assert rebuild_index() == 2
    question = maintenance_question("car")
    assert len(held.search(question, "hybrid")) == 1
    held.reload()
    assert len(held.search(question, "hybrid")) == 1
    assert reader.generation() is not held
    assert len(reader.generation().search(question, "hybrid")) == 2


def test_it_leaves_the_index_alone_when_a_rebuild_breaks_off(fake, index_dir, monkeypatch) -> None:
    take_and_index(record("Parking a car"))
    name = (index_dir / CURRENT).read_text()
    take(record("Driving a car"))

    def broken(texts: list[str]) -> np.ndarray:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fake, "encode", broken)
        with pytest.raises(KeyboardInterrupt):
            rebuild_index()
    assert (index_dir / CURRENT).read_text() == name
    assert found("car") == ["Parking a car"]
    assert update_index() == 1
    for _ in range(2):
        rebuild_index()
    assert len(list(index_dir.glob("g*"))) == 2, "what the broken rebuild left is gone"


def test_it_lets_another_process_see_each_commit(fake, index_dir) -> None:
    take_and_index(record("Parking a car"))
    other = Index(index_dir)
    assert len(other.generation().search(maintenance_question("car"), "words")) == 1
    take_and_index(record("Driving a car"))
    assert len(other.generation().search(maintenance_question("car"), "words")) == 2
    assert other.generation().vectors.count() == 2


def test_it_answers_nothing_before_anything_was_indexed(fake, index_dir) -> None:
    assert Index(index_dir).generation() is None
    assert found("car") == []
    assert not Path(index_dir / CURRENT).exists()


def test_it_embeds_each_text_once(fake) -> None:
    take_and_index(record("Parking a car", arxiv="2510.00001", abstract="Where to."))
    assert fake.encoded == ["Parking a car. Where to."]
    rebuild_index()
    take_and_index(record("Parking a car", votes_count=9, on=None))
    assert len(fake.encoded) == 1
    take_and_index(record("Parking a car", arxiv="2510.00001", abstract="Where to, and why."))
    assert fake.encoded[1:] == ["Parking a car. Where to, and why."]
    assert PaperVector.objects.count() == 1


def test_it_embeds_everything_anew_for_another_model(fake, monkeypatch) -> None:
    take_and_index(record("Parking a car"), record("Driving a car"))
    other = FakeEncoder("fake-2")
    use(monkeypatch, other)
    assert update_index() == 2
    assert len(other.encoded) == 2
    assert set(PaperVector.objects.values_list("fingerprint", flat=True)) == {"fake-2"}
    assert index().generation().vectors.fingerprint == "fake-2"


def test_it_works_with_words_alone_and_says_so(words_alone) -> None:
    take_and_index(record("Parking a car"))
    assert found("car") == ["Parking a car"]
    for mode in ("hybrid", "meaning"):
        assert find(PaperQuery(words="car", mode=mode)).is_by_words_alone
    assert not find(PaperQuery(words="car", mode="words")).is_by_words_alone
    assert find(PaperQuery(words="car")).total == 1
    assert (index_state().indexed, index_state().with_vector) == (1, 0)


def test_it_catches_up_when_a_model_comes_late_or_comes_back(words_alone, monkeypatch) -> None:
    take_and_index(record("Parking a car"))
    use(monkeypatch, FakeEncoder())
    update_index()
    assert found("vehicle", "meaning") == ["Parking a car"]
    use(monkeypatch, None)
    take_and_index(record("An automobile"))
    use(monkeypatch, FakeEncoder())
    update_index()
    assert sorted(found("vehicle", "meaning")) == ["An automobile", "Parking a car"]


def test_it_does_not_show_a_paper_that_just_left_the_catalogue(fake) -> None:
    take_and_index(record("Parking a car"), record("Driving a car"))
    Paper.objects.get(title="Driving a car").delete()
    answer = find(PaperQuery(words="car"))
    assert (answer.total, [paper.title for paper in answer.papers]) == (1, ["Parking a car"])


def maintenance_question(words: str):
    from broadsheet.search.documents import Filters
    from broadsheet.search.find import question_of

    return question_of(words, Filters(), "hybrid")

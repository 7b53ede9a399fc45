"""What changes in the catalogue is found; nothing is lost to a crash, a rebuild or another process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from broadsheet.catalogue.intake import forget_source
from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.search import embedder, maintenance
from broadsheet.search.checking import check_index, repair_index
from broadsheet.search.conditions import HasWords
from broadsheet.search.find import find
from broadsheet.search.maintenance import do_some, engine, index_state, rebuild_index, shelf, update_index
from broadsheet.search.models import PaperVector, WaitingVector
from broadsheet.search.query import PaperQuery
from broadsheet.search.shelf import CURRENT, FORM_FILE, NEXT, EmbeddedShelf
from tests.builders import SOURCE, many, record, take, take_and_index
from tests.encoders import FakeEncoder, use

pytestmark = pytest.mark.django_db


def found(words: str, mode: str = "words") -> list[str]:
    return [paper.title for paper in find(PaperQuery(words=words, mode=mode)).papers]


def with_word(by, word: str) -> int:
    """How many papers an engine finds by a word, without looking at the catalogue."""
    return by.count(HasWords(word))


def test_it_finds_a_paper_after_the_first_update_and_not_before(fake) -> None:
    take(record("Parking a car"))
    assert engine() is None
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


def test_it_tells_hubs_from_other_papers_without_a_worker(fake) -> None:
    take_and_index(*many(49))
    assert not engine().wants_titles(), "so few papers have no hubs"
    take_and_index(record("One more"))
    numbers = engine().numbers()[1]
    assert not engine().wants_titles(), "they were drawn already"
    assert engine().told(numbers).hubness.any()


def test_it_says_how_far_it_is(fake) -> None:
    take_and_index(*many(3))
    take(record("One more"))
    state = index_state()
    assert (state.papers, state.indexed, state.with_vector, state.waiting) == (4, 3, 3, 1)


def test_it_tells_progress_and_works_in_parts(fake, monkeypatch) -> None:
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 2)
    monkeypatch.setattr(maintenance, "EMBEDDED_AT_ONCE", 3)
    steps: list[tuple[int, int]] = []
    take(*many(5))
    assert update_index(lambda done, total: steps.append((done, total))) == 5
    assert steps == [(2, 5), (4, 5), (5, 5), (8, 10), (10, 10)], "first words, then vectors"
    steps.clear()
    take(*(record(f"Another one of them, the {n}th") for n in range(5)))
    assert update_index(lambda done, total: steps.append((done, total))) == 5
    assert steps == [(2, 5), (4, 5), (5, 5), (8, 10), (10, 10)]
    assert (index_state().indexed, index_state().with_vector) == (10, 10)


def test_it_finds_by_words_before_the_turn_of_the_vectors(fake) -> None:
    take_and_index(record("Parking a car"))
    take(record("An automobile"))
    assert do_some() == 1
    assert found("automobile") == ["An automobile"]
    assert (index_state().indexed, index_state().with_vector) == (2, 1)
    assert do_some() == 1
    assert index_state().with_vector == 2
    assert do_some() == 0


def test_it_indexes_again_after_a_crash_before_the_notes_were_deleted(fake, monkeypatch) -> None:
    take_and_index(record("Parking a car"))
    take(record("Driving a car"))
    current = engine()
    update = current.update

    def crash(*arguments) -> None:
        update(*arguments)
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(current, "update", crash)
        with pytest.raises(SystemExit):
            update_index()
    assert ChangedPaper.objects.count() == 1
    assert update_index() == 1
    assert sorted(found("car")) == ["Driving a car", "Parking a car"]
    assert (index_state().indexed, index_state().with_vector, index_state().waiting) == (2, 2, 0)


def test_it_embeds_the_newest_text_of_a_paper_that_changes_meanwhile(fake, monkeypatch) -> None:
    take(record("Parking a car", arxiv="2510.00001"))
    encode = fake.encode

    def change_meanwhile(texts: list[str], **options) -> np.ndarray:
        if len(fake.encoded) == 0:
            take(record("Parking a bicycle", arxiv="2510.00001", version_number=2))
            maintenance._index_changes()
        return encode(texts, **options)

    monkeypatch.setattr(fake, "encode", change_meanwhile)
    update_index()
    assert fake.encoded == ["Parking a car", "Parking a bicycle"]
    assert not WaitingVector.objects.exists()
    assert check_index().is_sound


def test_it_keeps_no_vector_of_a_paper_that_goes_meanwhile(fake, monkeypatch) -> None:
    take(record("Parking a car"), record("Driving a car"))
    encode = fake.encode

    def remove_meanwhile(texts: list[str], **options) -> np.ndarray:
        Paper.objects.get(title="Driving a car").delete()
        return encode(texts, **options)

    monkeypatch.setattr(fake, "encode", remove_meanwhile)
    update_index()
    assert (index_state().papers, index_state().with_vector) == (1, 1)


def test_it_takes_in_changes_during_a_rebuild(fake, monkeypatch) -> None:
    take_and_index(record("Parking a car", arxiv="2510.00001"))
    fill = maintenance._fill_some

    def change_meanwhile() -> int:
        count = fill()
        if count and Paper.objects.count() == 1:
            take(record("Parking a bicycle", arxiv="2510.00001", version_number=2), record("Driving a car"))
            maintenance._index_changes()
            assert found("car") == ["Driving a car"], "the index in use takes it in as well"
        return count

    monkeypatch.setattr(maintenance, "_fill_some", change_meanwhile)
    assert rebuild_index() == 2
    assert index_state().waiting == 0
    assert found("car") == ["Driving a car"]
    assert found("bicycle") == ["Parking a bicycle"]
    assert check_index().is_sound


def test_it_rebuilds_beside_the_index_that_a_reader_holds(fake, index_dir) -> None:
    take_and_index(record("Parking a car"))
    reader = EmbeddedShelf(index_dir)
    held = reader.current()
    take(record("Driving a car"))
    assert rebuild_index() == 2
    assert with_word(held, "car") in (1, 2)
    assert reader.current() is not held
    assert with_word(reader.current(), "car") == 2


def test_it_goes_on_where_an_interrupted_rebuild_stopped(fake, index_dir, monkeypatch) -> None:
    monkeypatch.setattr(maintenance, "FILLED_AT_ONCE", 1)
    take_and_index(*many(3))
    name = (index_dir / CURRENT).read_text()
    fill, steps = maintenance._fill_some, iter(range(2))

    def interrupted() -> int:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return fill()

    with monkeypatch.context() as patch:
        patch.setattr(maintenance, "_fill_some", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rebuild_index()
    assert (index_dir / CURRENT).read_text() == name
    assert found("front")
    assert index_state().is_rebuilding
    assert update_index() == 1, "two of three were there already"
    assert (index_dir / CURRENT).read_text() != name
    assert not (index_dir / NEXT).exists()
    assert check_index().is_sound
    rebuild_index()
    assert len(list(index_dir.glob("g*"))) == 2, "the one in use and the one before it"


def test_it_builds_an_index_of_another_form_anew(fake, index_dir) -> None:
    take_and_index(record("Parking a car"))
    (index_dir / (index_dir / CURRENT).read_text() / FORM_FILE).write_text("of long ago")
    shelf.cache_clear()
    assert engine() is None
    assert found("car") == ["Parking a car"], "the database answers meanwhile"
    assert update_index() == 1
    assert check_index().is_sound


def test_it_lets_another_process_see_each_commit(fake, index_dir) -> None:
    take_and_index(record("Parking a car"))
    other = EmbeddedShelf(index_dir)
    assert with_word(other.current(), "car") == 1
    take_and_index(record("Driving a car"))
    assert with_word(other.current(), "car") == 2
    assert other.current().state().with_vector == 2


def test_it_answers_nothing_before_anything_was_indexed(fake, index_dir) -> None:
    assert EmbeddedShelf(index_dir).current() is None
    assert found("car") == []
    assert not Path(index_dir / CURRENT).exists()


def test_it_tells_what_differs_and_puts_it_right(fake) -> None:
    take_and_index(record("Parking a car"), record("Driving a car"))
    lost, kept = Paper.objects.get(title="Parking a car"), Paper.objects.get(title="Driving a car")
    engine().update([], [lost.pk], (np.empty(0, np.int64), np.empty((0, fake.dims), np.float32)), fake.fingerprint)
    Paper.objects.filter(pk=kept.pk).delete()
    check = check_index()
    assert (check.missing.tolist(), check.extra.tolist()) == ([lost.pk], [kept.pk])
    assert (check.without_vector.tolist(), check.extra_vectors.tolist()) == ([lost.pk], [kept.pk])
    assert not check.is_sound
    assert repair_index(check) == 2
    assert check_index().is_sound, "what is noted is no difference"
    update_index()
    assert check_index().is_sound
    assert found("car") == ["Parking a car"]


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
    assert engine().state().fingerprint == "fake-2"


def test_it_answers_by_the_old_model_while_another_embeds(fake, monkeypatch) -> None:
    take_and_index(record("Parking a car"), record("Growing apples"))
    other = FakeEncoder("fake-2")
    models = {"fake-1": fake, "fake-2": other}
    use(monkeypatch, other)
    monkeypatch.setattr(embedder, "encoder_for", models.get)
    assert do_some() == 2
    assert engine().state().fingerprint == "fake-1"
    assert found("vehicle", "meaning") == ["Parking a car"]
    while do_some():
        pass
    assert engine().state().fingerprint == "fake-2"
    assert found("vehicle", "meaning") == ["Parking a car"]


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

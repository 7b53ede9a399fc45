"""How telling words are is learnt at night, once there is something to learn from, and again when much was added."""

from __future__ import annotations

import pytest

from broadsheet.ranking.models import LearntModel
from broadsheet.ranking.personal.stored import learnt, packed_lexicon, unpacked_lexicon
from broadsheet.worker.jobs import errands
from tests.builders import record, take

pytestmark = pytest.mark.django_db


def night() -> str | None:
    return next(errand for errand in errands() if errand.name == "words").do(lambda: False)


def test_words_are_learnt_when_there_is_something_new() -> None:
    assert night() == "nothing new to learn"
    assert learnt().lexicon is None
    take(*(record(f"Herons of valley {n}", abstract="A word on marshes.") for n in range(5)))
    assert night() == "learnt from 5 papers"
    first = LearntModel.objects.get(name="lexicon")
    assert night() == "nothing new to learn"
    take(*(record(f"Lanterns of town {n}", abstract="Another word on glass.") for n in range(5)))
    assert night() == "learnt from 10 papers"
    assert LearntModel.objects.get(name="lexicon").made_at > first.made_at


def test_a_lexicon_is_stored_as_it_is() -> None:
    take(*(record(f"Herons of valley {n}", abstract="A word on marshes.") for n in range(5)))
    night()
    known = learnt().lexicon
    assert known is not None
    again = unpacked_lexicon(packed_lexicon(known))
    assert again.texts_count == known.texts_count
    assert (again.weights == known.weights).all()

"""How a text is written counts beside what it is about."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Signal, SignalKind
from broadsheet.ranking.personal.manner import sentences_of, traits_of
from broadsheet.ranking.personal.metric import PERSONAL
from broadsheet.ranking.personal.profile import Profile

TERSE = "Alder, birch and oak grow here. We count 12 of them (all old). "
WORDY = "whatever slowly ripens underneath wide and quiet skies remains entirely unmeasured by anybody who passes "


def _features(texts: list[tuple[str, str]]) -> Features:
    titles, abstracts = zip(*texts, strict=True)
    return Features.of(range(len(texts)), titles, abstracts, np.zeros((len(texts), 0), np.float32))


def test_a_short_text_has_no_manner() -> None:
    assert traits_of("Learning to rank. We rank papers.") == []


def test_a_title_alone_has_neither_sentences_nor_manner() -> None:
    assert sentences_of("Learning to rank") == []
    assert traits_of("Learning to rank") == []


def test_texts_of_one_manner_share_their_traits() -> None:
    one, other = f"Trees: a survey. {TERSE * 4}", f"Birds: a survey. {TERSE.replace('oak', 'elm') * 4}"
    assert traits_of(one) == traits_of(other)
    assert set(traits_of(one)) - set(traits_of(f"On what passes by in the end. {WORDY * 4}."))


def test_a_title_that_names_what_it_is_about_is_a_trait() -> None:
    assert "one name" in traits_of(f"Grove: trees. {TERSE * 4}")
    assert "some name" in traits_of(f"The grove: trees. {TERSE * 4}")
    assert "no name" in traits_of(f"Trees. {TERSE * 4}")


def test_the_last_sentence_counts_for_itself() -> None:
    body = "A first thing is told of rivers. "
    papers = _features(
        [
            ("River", f"{body}Our code is free for all."),
            ("Brook", f"{body}Our code is free for all. And more is told."),
            ("Creek", f"{body}And more is told. Our code is free for all."),
        ]
    )
    profile = Profile.of([Signal(0, SignalKind.VOTED)], papers, metric=PERSONAL)
    scores = profile.scores(papers.take([1, 2]))
    assert scores[1] > scores[0]


@given(st.text(), st.text())
def test_any_text_has_all_traits_or_none(title: str, abstract: str) -> None:
    assert len(traits_of(f"{title}. {abstract}")) in {0, len(traits_of(f"Trees. {TERSE * 4}"))}

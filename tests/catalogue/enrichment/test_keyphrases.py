"""Keyphrases are phrases of the text, the same every time, and are made anew when the text is another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.enrichment import keyphrasing
from broadsheet.catalogue.enrichment.keyphrases import MOST_PHRASES, key_of, keyphrases, readable
from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some
from broadsheet.catalogue.enrichment.remake_words import table
from broadsheet.catalogue.enrichment.words import common_words, function_words
from broadsheet.catalogue.models import Paper
from tests.builders import record, take
from tests.hostile import HOSTILE

TITLE = "Sparse Ink Networks for Front-Page Layout"
ABSTRACT = (
    "We propose sparse ink networks, a simple method that sets a front page in one pass. Existing layout engines need "
    "several passes and a large amount of memory. Our sparse ink networks use column attention to place each article, "
    "and a margin loss keeps the columns apart. Experiments on twelve newspapers show that column attention is faster "
    "than earlier layout engines at the same quality."
)
PIECES = "a the of We propose show model's Models models' large-scale neural network GPT-4 2.5 e.g. et al. Ink x"
WORDS = st.sampled_from(
    [*PIECES.split(" "), "$x^2$", "\\alpha", ".", ",", "(", "  ", "\n", "-", "–", "é", "汉字", "INK"]
)
TEXTS = st.lists(WORDS, max_size=60).map(" ".join) | st.text(max_size=200)


def test_the_phrases_of_a_text_are_what_it_is_about() -> None:
    found = keyphrases(TITLE, ABSTRACT)
    keys = {key_of(phrase) for phrase in found}
    assert {"sparse ink network", "column attention", "front-page layout"} <= keys
    assert not keys & {"method", "experiment", "propose sparse ink network", "amount", "simple method"}


@given(TEXTS, TEXTS, st.sampled_from(["", "en", "de", "xx"]))
def test_every_phrase_stands_in_the_text_and_none_in_another(title: str, abstract: str, language: str) -> None:
    found = keyphrases(title, abstract, language)
    text = readable(title, abstract)
    assert len(found) <= MOST_PHRASES
    assert all(phrase in text for phrase in found)
    assert found == keyphrases(title, abstract, language)
    keys = [f" {key_of(phrase)} " for phrase in found]
    assert not any(one in other for one in keys for other in keys if one is not other)
    small = function_words("en" if language == "" else language)
    assert not any(word.lower() in small for phrase in found for word in (phrase.split()[0], phrase.split()[-1]))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_too_much(text: str) -> None:
    assert len(keyphrases(text, text * 20)) <= MOST_PHRASES


def test_a_possessive_belongs_to_no_phrase() -> None:
    assert "InkNet" in keyphrases("InkNet's columns", "InkNet's columns are sparse. InkNet prints.")


def test_addresses_and_figures_are_no_phrases() -> None:
    text = "Ink networks of 7B weights run 2.5x faster than 0.35: https://github.com/example/inknets, ink.github.io."
    keys = " ".join(keyphrases("Ink networks", text))
    assert "Ink networks" in keys
    assert not any(word in keys for word in ("7B", "2.5x", "0.35", "github", "example", "inknets"))


def test_elsewhere_only_what_is_repeated_counts() -> None:
    text = "Die Rotationspresse druckt schnell. Mit der Rotationspresse wird die Zeitung billig."
    assert keyphrases("Von der Rotationspresse", text, "de") == ["Rotationspresse"]
    assert keyphrases("Eine Zeitung", "Ein Bericht ohne Wiederholung.", "de") == []


def test_where_words_are_not_set_apart_none_are_found() -> None:
    assert keyphrases("深度学习与报纸", "深度学习改变了报纸的版面。深度学习很快。", "zh") == []


def test_the_table_of_words_counts_what_stands_beside_them() -> None:
    lines = dict(line.split() for line in table(["We print the ink pages."] * 30))
    assert lines == {"print": "099", "ink": "009", "pages": "000"}


def test_common_words_are_known_as_what_they_are() -> None:
    words = common_words()
    assert words["introduce"].before_determiner > words["network"].before_determiner
    assert words["novel"].begins > words["performance"].begins
    assert not function_words("en") & set(words)


@pytest.mark.django_db
def test_papers_that_wait_get_theirs_once() -> None:
    take(record(TITLE, abstract=ABSTRACT), record("Ink", abstract=""))
    assert [paper.keyphrases for paper in Paper.objects.all()] == [[], []]
    assert keyphrase_some(1) == 1
    assert keyphrase_some() == 1
    assert keyphrase_some() == 0
    paper = Paper.objects.get(title=TITLE)
    assert paper.keyphrases == keyphrases(TITLE, ABSTRACT)
    assert paper.keyphrased_at is not None


@pytest.mark.django_db
def test_another_text_gets_other_phrases() -> None:
    take(record(TITLE, abstract=ABSTRACT, arxiv="2510.00001", version_number=1))
    keyphrase_some()
    take(record(TITLE, abstract="Now it is about hot metal typesetting.", arxiv="2510.00001", version_number=2))
    paper = Paper.objects.get()
    assert (paper.keyphrases, paper.keyphrased_at) == ([], None)
    assert keyphrase_some() == 1
    assert "hot metal typesetting" in Paper.objects.get().keyphrases


@pytest.mark.django_db
def test_other_news_of_a_paper_leave_its_phrases_alone() -> None:
    take(record(TITLE, abstract=ABSTRACT, arxiv="2510.00001"))
    keyphrase_some()
    take(record(TITLE, abstract=ABSTRACT, arxiv="2510.00001", votes_count=7, doi="10.5555/ink"))
    assert Paper.objects.get().keyphrases == keyphrases(TITLE, ABSTRACT)
    assert keyphrase_some() == 0


@pytest.mark.django_db
def test_a_text_that_changes_meanwhile_keeps_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    take(record(TITLE, abstract=ABSTRACT, arxiv="2510.00001", version_number=1))

    def slowly(title: str, abstract: str, language: str) -> list[str]:
        if abstract == ABSTRACT:
            take(record(TITLE, abstract="A new abstract.", arxiv="2510.00001", version_number=2))
        return [abstract]

    monkeypatch.setattr(keyphrasing, "keyphrases", slowly)
    keyphrase_some()
    assert Paper.objects.get().keyphrased_at is None
    keyphrase_some()
    assert Paper.objects.get().keyphrases == ["A new abstract."]

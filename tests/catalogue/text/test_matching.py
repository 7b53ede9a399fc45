"""Folding, index text, title keys and the cut of the lead."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.text import fold, index_text, normalise_title, split_lead


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("μLO", "muLO"),
        ("µLO", "mulo"),
        (r"Schr\"{o}dinger", "Schrodinger"),
        ("ﬁne-tuning", "fine-tuning"),
        ("Œuvre Straße", "oeuvre STRASSE"),
        (r"$\alpha$-stable", "alpha-stable"),
        ("G^2RPO", "G2RPO"),
        ("Łukasz Øre", "lukasz ore"),
        ("“quoted” – dash", '"quoted" - dash'),
        ("ＦＵＬＬ　width", "full width"),
        ("256×256", "256x256"),
        ("two\n lines", "two lines"),
    ],
)
def test_what_reads_alike_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_fold_keeps_words_as_printed() -> None:
    assert fold("200times faster") == "200times faster"
    assert fold("Zero-Sum, 7\\%") == "zero-sum, 7%"
    assert fold("") == ""


def test_index_text_adds_the_repaired_reading_and_nothing_else() -> None:
    assert index_text("200times faster") == "200times faster 200 times"
    assert index_text("An ordinary Title") == "an ordinary title"
    assert index_text(r"Real \textbf{T}eX with $x^2$") == "real tex with x2"
    words = index_text("a bound of mathcal{O}(n) and AP_{BEV}").split()
    assert "o(n)" in words
    assert {"ap", "bev"} <= set(words)


def test_index_text_leaves_addresses_alone() -> None:
    assert index_text("https://a.org/2times") == "https://a.org/2times"


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("SPIRAL: Self-Play on Zero-Sum Games", "spiral self play on zero sum games"),
        ("  On\n  Two   Lines. ", "on two lines"),
        (r"A $k$-NN \emph{View}", "a k nn view"),
        ("学习 & Обучение", "学习 обучение"),
        ("?!", ""),
        ("", ""),
    ],
)
def test_title_keys(title: str, key: str) -> None:
    assert normalise_title(title) == key
    assert normalise_title(key) == key


SENTENCES = "One sentence here. Another, e.g. this one, follows it. " + "word " * 40 + "end."


def test_a_lead_ends_with_a_sentence() -> None:
    lead, rest = split_lead(SENTENCES, 60)
    assert lead == "One sentence here. Another, e.g. this one, follows it."
    assert f"{lead} {rest}" == SENTENCES


def test_a_lead_ends_with_a_word_when_no_sentence_does() -> None:
    lead, rest = split_lead("word " * 100 + "end", 52)
    assert lead.endswith("word")
    assert len(lead) <= 52
    assert rest.startswith("word")


def test_a_short_text_is_all_lead() -> None:
    assert split_lead("a b " * 20, 10) == ("a b " * 20, "")
    assert split_lead("", 10) == ("", "")


def test_no_cut_inside_formulas_braces_and_addresses() -> None:
    formula = "A word " + "$a + b + c + d + e + f + g$" + " more" * 40
    assert split_lead(formula, 12)[0] == "A word"
    braces = "{" + "in braces " * 5 + "} " + "out " * 40
    assert split_lead(braces, 20)[0].endswith("}")
    torn = "Code at https: // github. com/ owner/ repo now. " + "more " * 40
    assert split_lead(torn, 20)[0] == "Code at"


def test_no_place_to_cut() -> None:
    assert split_lead("x" * 500, 100) == ("x" * 500, "")


def test_a_lead_must_have_a_length() -> None:
    with pytest.raises(ValueError, match="length must be positive, got 0"):
        split_lead("text", 0)

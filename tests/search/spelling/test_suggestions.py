"""Did you mean: what is suggested, and above all when nothing is."""

from __future__ import annotations

import json
import random
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.text import fold
from broadsheet.search.language import read
from broadsheet.search.spelling import Suggestion, Tally, Vocabulary, suggest

TODAY = date(2025, 10, 29)
COUNTS = {
    "language": 5_000, "model": 6_000, "models": 5_500, "diffusion": 900, "reinforcement": 800, "learning": 4_000,
    "attention": 2_000, "references": 300, "transformer": 1_500, "retrieval": 700, "mamba": 40, "lecun": 12,
    "protein": 90, "rein": 1, "queen": 3, "qwen": 200, "segmentation": 600, "with": 9_000, "image": 3_000,
    "images": 2_500, "all": 2_000, "you": 900, "need": 900, "generation": 3_000, "imagen": 5, "speech": 500,
    "graph": 800, "neural": 2_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    vocabulary = Vocabulary(tmp_path_factory.mktemp("words"))
    vocabulary.replace(COUNTS)
    return vocabulary


def suggested(text: str, vocabulary: Vocabulary, **options) -> str | None:
    found = suggest(read(text, today=TODAY), vocabulary, **options)
    return found.text if found else None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("difusion modles", "diffusion models"),
        ("trnasformer", "transformer"),
        ("rtansformer", "transformer"),
        ("Atention is all you need", "Attention is all you need"),
        ("languagemodel", "language model"),
        ("rein forcement learning", "reinforcement learning"),
        ("retreival, with grpahs", None),  # half of it is mended at most: names, or another language
        ("lecunn mamba", "lecun mamba"),
        ("image-segmntation", "image-segmentation"),
        ("seggmentaton of images", "segmentation of images"),
        # Operators, fields and quotes stay as typed.
        ("refrences to atention -cats cat:cs.CL", "references to attention -cats cat:cs.CL"),
        ('"bad phrse" (modle OR speech) date:7d', '"bad phrse" (model OR speech) date:7d'),
    ],
)
def test_what_was_meant(typed, meant, vocabulary) -> None:
    assert suggested(typed, vocabulary) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "attention",
        "queen",  # known; "qwen" is not that much more frequent
        "imagen generation",  # rare, but known
        "reference",  # another form of a known word is found by it anyway
        "modeling",
        "atte",
        '"difusion"',
        "title:difusion",
        "author:lecunn",
        "-difusion",
        "2511.20785",
        "GPT4 modle2",
        "RLHF LMAs",
        "DifFusion",
        "speech by Grap and others",  # a capital among small letters is a name
        "扩散模型",
        "μodel",
        "Maschinelles Lernen mit Sprachmodellen",
        "https://example.org/difusion",
        "$difusion$",
        "",
    ],
)
def test_nothing_is_suggested(typed, vocabulary) -> None:
    assert suggested(typed, vocabulary) is None


def test_the_changes_are_told(vocabulary) -> None:
    found = suggest(read("Difusion modles", today=TODAY), vocabulary)
    assert found == Suggestion("Diffusion models", (("Difusion", "Diffusion"), ("modles", "models")))


def test_fine_results_need_no_suggestion(vocabulary) -> None:
    assert suggested("difusion", vocabulary, with_all=3) is None
    assert suggested("difusion", vocabulary, with_all=2) == "diffusion"


def test_an_empty_vocabulary_suggests_nothing(tmp_path) -> None:
    assert suggested("difusion modles", Vocabulary(tmp_path)) is None


@given(st.text(max_size=60))
def test_no_question_makes_it_fail(vocabulary, text) -> None:
    found = suggest(read(text, today=TODAY), vocabulary)
    assert found is None or found.changes


def test_real_words_are_mended_and_left_alone(shared, tmp_path) -> None:
    """On the titles of a real collection most single mistakes are mended at once, and false alarms are few."""
    lines = (shared / "collections" / "hf-daily-2024-2025" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    papers = [json.loads(line) for line in lines]
    tally = Tally()
    for paper in papers:
        tally.add(fold(f"{paper['title']} {paper['text']}"), fold(" ".join(paper["authors"])))
    vocabulary = Vocabulary(tmp_path)
    vocabulary.replace(tally.counts)
    chance = random.Random(11)
    titles = [" ".join(paper["title"].split()) for paper in chance.sample(papers, 600)]
    alarms = sum(suggested(title, vocabulary) is not None for title in titles)
    mended = tried = 0
    for title in titles:
        words = list(re.finditer(r"(?<![\w-])[A-Z]?[a-z]{5,}(?![\w-])", title))
        if words:
            word = chance.choice(words)
            mistyped = _mistyped(word[0], chance)
            question = f"{title[: word.start()]}{mistyped}{title[word.end() :]}"
            if vocabulary.count(fold(mistyped)) == 0:
                tried += 1
                mended += suggested(question, vocabulary) == title
    assert alarms <= len(titles) // 100
    assert mended >= 0.85 * tried > 0


def _mistyped(word: str, chance: random.Random) -> str:
    """A letter left out, put in, replaced, or two swapped; never the first."""
    at = chance.randrange(1, len(word) - 1)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )

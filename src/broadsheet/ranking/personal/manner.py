"""The manner of a text: how long its sentences are, how it is punctuated, how its title is built.

People are known by their manner whatever they write about, and what a person takes next is often by those who wrote
what they took last. Each measure of a text is low, middling or high, and each of the two steps that it reaches, or does
not reach, is a *trait*: a word like any other to those who compare texts, so traits that most texts have tell little.
"""

from __future__ import annotations

import re
from statistics import pstdev

LEAST_WORDS = 30
"""A shorter text, as an interest told in a sentence, has no manner."""

_END = re.compile(r"(?<=[.!?])\s+")
# What is counted in the abstract, for each of its words, with the steps. All steps are where a third and two thirds of
# the daily papers before July 2025 lie.
_COUNTED = {
    re.compile(","): (0.054, 0.072),
    re.compile("-"): (0.040, 0.065),
    re.compile(r"\("): (0.006, 0.014),
    re.compile(":"): (0.0, 0.006),
    re.compile(r"\d"): (0.013, 0.044),
    re.compile("[A-Z]"): (0.156, 0.240),
    re.compile(r"\b[Ww]e\b"): (0.012, 0.019),
    re.compile(r"\b[Oo]ur\b"): (0.004, 0.008),
    re.compile(r"ly\b"): (0.016, 0.026),
    re.compile(r"\b(?:is|are)\b"): (0.005, 0.011),
    re.compile(r"[sz](?:e|ing|ation)\b"): (0.018, 0.030),
}
_WORDS, _SENTENCES, _SENTENCE_LENGTH, _UNEVENNESS = (164, 197), (7, 9), (20.9, 23.9), (6.4, 8.6)
_WORD_LENGTH, _TITLE_WORDS, _TITLE_LENGTH, _TITLE_CAPITALS = (7.23, 7.62), (8, 10), (66, 83), (0.118, 0.145)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text that begins with its title, without the title."""
    return [sentence for sentence in _END.split(text.partition(". ")[2].strip()) if sentence]


def traits_of(text: str) -> list[str]:
    """The traits of a text that begins with its title; none of a short one."""
    title, abstract = text.partition(". ")[0], " ".join(sentences := sentences_of(text))
    count = len(abstract.split())
    if count < LEAST_WORDS:
        return []
    lengths = [len(sentence.split()) for sentence in sentences]
    measured = [
        (count, _WORDS),
        (len(lengths), _SENTENCES),
        (count / len(lengths), _SENTENCE_LENGTH),
        (pstdev(lengths), _UNEVENNESS),
        (len(abstract) / count, _WORD_LENGTH),
        (len(title.split()), _TITLE_WORDS),
        (len(title), _TITLE_LENGTH),
        (sum(map(str.isupper, title)) / max(1, len(title)), _TITLE_CAPITALS),
    ]
    measured += [(len(pattern.findall(abstract)) / count, steps) for pattern, steps in _COUNTED.items()]
    found = [
        f"{place} {'over' if value > step else 'to'} {step}"
        for place, (value, steps) in enumerate(measured)
        for step in steps
    ]
    named, colon, _ = title.partition(":")
    return [*found, "one name" if colon and " " not in named else "some name" if colon else "no name"]

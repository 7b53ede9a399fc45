"""What is known of common words of research abstracts: how rare each is, and what it stands beside.

``common_words.txt`` holds a word and three digits a line, counted by ``remake_words`` in abstracts of several fields.
No part of speech is tagged: a word that "the" or "our" often follows is mostly a verb, one that often follows a
function word begins phrases more than it ends them, and that is all that keyphrases need.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

COMMON_WORDS, FUNCTION_WORDS = "common_words.txt", "function_words.txt"
HIGHEST = 9
"""The largest digit of the table."""
_DETERMINERS = "a all an any both each every her his its my our some that the their these this those your"
DETERMINERS = frozenset(_DETERMINERS.split())
TOKEN = re.compile(r"https?://\S+|[^\W_]+(?:[-.'’][^\W_]+)*|[^\s\w]|_")
"""An address, a word with what hyphens, points and apostrophes join to it, or a sign."""


class Common(NamedTuple):
    """A word: its rarity (the natural logarithm of one in how many texts has it), and shares from 0 to 1.

    ``before_determiner`` is how often a determiner follows it, ``begins`` how often it begins a phrase.
    """

    rarity: float
    before_determiner: float
    begins: float


UNKNOWN = Common(7.0, 0.0, 0.4)
"""A word that the table does not have."""


@lru_cache(maxsize=1)
def common_words() -> dict[str, Common]:
    """The table, read once."""
    rows = (line.split() for line in _read(COMMON_WORDS))
    return {word: Common(float(digits[0]), int(digits[1]) / HIGHEST, int(digits[2]) / HIGHEST) for word, digits in rows}


@lru_cache(maxsize=32)
def function_words(language: str) -> frozenset[str]:
    """The small words that hold a sentence of a language together (ISO 639-1 code); none where they are not known."""
    lines = (line.split() for line in _read(FUNCTION_WORDS))
    return next((frozenset(words) for code, *words in lines if code == language), frozenset())


def _read(name: str) -> list[str]:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()

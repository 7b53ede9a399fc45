"""In which language a paper's text is written.

Nearly all papers are in English, and English shows in its small words: counting those settles most texts in
microseconds. The rest are told by py3langid (Lui and Baldwin 2012, "langid.py: An Off-the-shelf Language Identification
Tool"), which carries its model in its package.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from broadsheet.catalogue.text import to_plain

# fmt: off
_ENGLISH = frozenset((
    "the", "of", "and", "to", "in", "we", "that", "is", "for", "with", "on", "this", "by", "are",
    "as", "which", "from", "an", "our", "be", "can", "it", "these", "have", "has", "their",
    "between", "such", "while", "show", "using", "or", "not", "its", "than",
))
# fmt: on
# Of running English text about a third are such words, of French or Spanish text hardly any.
_LEAST_SHARE, _LEAST_WORDS = 0.2, 12
_WORD = re.compile(r"[^\W\d_]+")
# Words of running text as received, but not the commands of TeX, of which some look English (``\to``, ``\in``).
_RAW_WORD = re.compile(r"(?<![\\\w])[^\W\d_]+")
_WIDE = re.compile("[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufaff]")
# Fewer words than these say too little, unless their script speaks for itself.
_LEAST_TOLD = 4
_READ = 400
_GLANCED = 2 * _READ


def language_of(title: str, abstract: str) -> str:
    """The language of a text as received, by its ISO 639-1 code in small letters; '' where it says too little."""
    if _is_english(_RAW_WORD.findall(f"{title} {abstract}"[:_GLANCED].lower())):
        return "en"
    text = to_plain(f"{title}. {abstract}" if abstract else title)[: 4 * _READ]
    words = _WORD.findall(text.lower())
    if _is_english(words):
        return "en"
    if len(words) < _LEAST_TOLD and not _WIDE.search(text):
        return ""
    code = _identified(text[:_READ])
    return code if len(code) == 2 else ""


def _is_english(words: Sequence[str]) -> bool:
    return len(words) >= _LEAST_WORDS and sum(map(_ENGLISH.__contains__, words)) >= _LEAST_SHARE * len(words)


@lru_cache(maxsize=256)
def _identified(text: str) -> str:
    # Imported late: its model takes a third of a second to load, and most texts never need it.
    import py3langid

    return str(py3langid.classify(text)[0])

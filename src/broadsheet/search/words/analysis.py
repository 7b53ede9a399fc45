"""How a folded text becomes the terms of the word index: the same for papers, questions and snippets.

Terms are English stems (Porter2) of runs of letters and digits, without stop words. A compound (``zero-sum``,
``o'brien``, ``llama-3.1``) is found by its parts and by its joined form, a word of letters and digits (``mir7a``) also
by its letters and its digits; Chinese, Japanese and Korean text by overlapping pairs of characters, as in Lucene's
CJKAnalyzer, and by single characters. Names are neither stemmed nor stripped of stop words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import tantivy

ANALYSER = "words-1"
"""Changes whenever the same text gives other terms: an index of another analyser has to be built anew."""
ENGLISH, NAMES = "english", "names"

# Lucene's list: short, so that no word with a meaning of its own is lost.
_STOP_WORDS = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
_UNTELLING_WORDS = (
    "about above after again against all am any because been before being below between both can could did do does "
    "doing don done down during each few from further had has have having he her here hers herself him himself his how "
    "i its itself just ll me more most my myself nor now off once only other our ours ourselves out over own re s same "
    "she should so some than that's them themselves those through t too under until up ve very we were what when where "
    "which while who whom why would you your yours yourself yourselves"
)
UNTELLING_WORDS = STOP_WORDS | frozenset(_UNTELLING_WORDS.split())
"""Words that say nothing of what a question is about: they do not count for the rank beside others that do."""
LONGEST_WORD = 60
_LONGEST_COMPOUND, _LONGEST_MIXED, _MOST_PARTS = 40, 20, 5

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_CJK_RUN = re.compile(f"[{_CJK}]+")
_LETTER = rf"[^\W_{_CJK}]"
_POSSESSIVE = re.compile(r"'s(?![^\W_])")
_COMPOUND = re.compile(rf"{_LETTER}+(?:(?:[-']|(?<=[0-9])\.(?=[0-9])){_LETTER}+)+")
_TOO_LONG = re.compile(rf"({_LETTER}{{{LONGEST_WORD}}}){_LETTER}+")
_SPECIAL = re.compile(rf"(?P<compound>{_COMPOUND.pattern})|(?P<cjk>[{_CJK}]+)")
_LINK = re.compile(r"[-'.]")
_WORD = re.compile(rf"{_LETTER}+")
_DIGIT = re.compile("[0-9]")
_AROUND = '.,;:!?()[]"'
_RUN = re.compile(r"[0-9]+|[^\W\d_]+")
# Porter2 leaves these plurals alone; "lncrnas" would not find "lncrna".
_ACRONYMS = re.compile(r"([dr]na)s(?![^\W_])")


def english() -> tantivy.TextAnalyzer:
    """The analyser of titles, abstracts and the names of organisations."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.custom_stopword(sorted(STOP_WORDS)))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def names() -> tantivy.TextAnalyzer:
    """The analyser of the names of people."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase()).build()


ENGLISH_ANALYSER, _NAMES = english(), names()


def prepared(text: str) -> tuple[str, str]:
    """What an analyser is given for a folded text: the text itself, and the further forms of words in it.

    Both are stored as values of one field; a phrase never reaches from one into the other.
    """
    text = _plain(text)
    forms: dict[str, None] = {}
    # Few words hold more than letters; a look at each is far cheaper than patterns over the whole text.
    for word in text.split():
        if not word.isalpha() and not (bare := word.strip(_AROUND)).isalpha():
            forms.update(dict.fromkeys(_forms(bare)))
    if not text.isascii() and (unspaced := _CJK_RUN.findall(text)):
        forms.update(dict.fromkeys(character for run in unspaced if len(run) > 1 for character in run))
        text = _CJK_RUN.sub(lambda run: f" {_pairs(run[0])} ", text)
    return text, " ".join(forms)


def _forms(word: str) -> Iterator[str]:
    """Further forms of a word between blanks."""
    if "-" in word or "'" in word or "." in word:
        yield from filter(None, map(_joined, _COMPOUND.findall(word)))
    if _DIGIT.search(word):
        for part in _WORD.findall(word):
            yield from runs(part)


def _plain(text: str) -> str:
    """The text without possessive endings and with overlong words cut."""
    if "'" in text:
        text = _POSSESSIVE.sub("", text)
    if "nas" in text:
        text = _ACRONYMS.sub(r"\1", text)
    if any(len(word) > LONGEST_WORD for word in text.split()):
        text = _TOO_LONG.sub(r"\1", text)
    return text


def _joined(compound: str) -> str:
    """``zerosum`` of ``zero-sum``; '' for figures and for chains of words that nobody writes as one."""
    word = _LINK.sub("", compound)
    is_word = len(word) <= _LONGEST_COMPOUND and not word.isdecimal()
    return word if is_word and len(_LINK.split(compound)) <= _MOST_PARTS else ""


def runs(word: str) -> list[str]:
    """``mir``, ``7`` and ``a`` of ``mir7a``; none of a word of one kind, and of what is a code rather than a word."""
    found = _RUN.findall(word) if len(word) <= _LONGEST_MIXED else []
    return found if 1 < len(found) <= _MOST_PARTS else []


def _pairs(run: str) -> str:
    return " ".join(run[at : at + 2] for at in range(max(1, len(run) - 1)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The term that a folded word is found by; '' for a stop word and for what is no word."""
    return next(iter(ENGLISH_ANALYSER.analyze(_ACRONYMS.sub(r"\1", word[:LONGEST_WORD]))), "")


def analyse(text: str) -> list[str]:
    """The terms of a folded text in their order, with repetitions, and behind them the joined forms of compounds."""
    return [term for part in prepared(text) if part for term in ENGLISH_ANALYSER.analyze(part)]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a question: its ``parts``, as written (one, but for a compound or a run of CJK characters).

    ``joined`` is the other form of a compound, '' when it has none; the parts of a run stand side by side in a text.
    """

    parts: tuple[str, ...]
    joined: str = ""
    is_run: bool = False


def pieces(text: str) -> list[Piece]:
    """The words of a folded question, not stemmed and with stop words."""
    return list(_pieces(_plain(text)))


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for match in _SPECIAL.finditer(text):
        yield from _words(text[end : match.start()])
        end = match.end()
        if match.lastgroup == "cjk":
            yield Piece(tuple(_pairs(match[0]).split()), is_run=True)
        else:
            yield Piece(tuple(_NAMES.analyze(match[0])), _joined(match[0]))
    yield from _words(text[end:])


def _words(text: str) -> Iterator[Piece]:
    for word in _NAMES.analyze(text):
        yield Piece((word,))

"""Did you mean: a question in which words that the catalogue hardly knows are replaced by words that it knows well.

The noisy channel of Kernighan, Church and Gale (1990) in its plainest form: a candidate is worth the logarithm of how
many papers hold it, less a cost for each edit. Only plain words are looked at, never quoted ones, names of models with
figures or capitals inside, acronyms, formulas or other scripts; a known word is replaced only by one that is far more
frequent, and never by another form of itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from broadsheet.catalogue.text import fold
from broadsheet.search.language import Reading
from broadsheet.search.language.build import one_line
from broadsheet.search.language.tree import wanted
from broadsheet.search.spelling.table import Near
from broadsheet.search.spelling.vocabulary import Vocabulary
from broadsheet.search.words.analysis import STOP_WORDS, stem

ENOUGH = 3
"""Where so many papers have every word that was typed, nothing is suggested."""
_SHORTEST, _SHORTEST_FOR_TWO, _SHORTEST_KNOWN, _SHORTEST_JOINED, _SHORTEST_HALF = 4, 8, 6, 8, 3
_COST_OF_EDIT, _COST_OF_SWAP, _COST_OF_BLANK = 2.5, 2.2, 2.0
_LEAST, _LEAST_OF_SHORT, _LEAST_AT_TWO, _LEAST_OF_HALF = 3, 20, 40, 20
"""How many papers must hold a suggestion: of one edit, for a short word, of two edits, each half of a split word."""
_SHORT = 5
_TIMES = 1_000
"""How many times more papers must hold the suggestion of a word that is known."""
_MOST_WORDS = 40
_RUN = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
# Words of these are looked at one by one; anything else beside letters makes the whole a formula, an address, a name.
_PLAIN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*[.,;:!?…]*")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question to try instead: ``text`` in full, and each (typed, suggested) that differs."""

    text: str
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    typed: str
    folded: str

    @property
    def end(self) -> int:
        return self.start + len(self.typed)


def suggest(reading: Reading, vocabulary: Vocabulary, *, with_all: int = 0) -> Suggestion | None:
    """What was perhaps meant; None where the question is fine as it is.

    ``with_all`` is how many papers satisfy ``reading.strict``: where that is ``ENOUGH``, the words are right.
    """
    if with_all >= ENOUGH:
        return None
    line, _ = one_line(reading.typed)
    words = list(_words(reading))[:_MOST_WORDS]
    changes: list[tuple[_Word, str]] = []
    unknown = unmended = index = 0
    while index < len(words):
        joined = _joined(words[index : index + 2], line, vocabulary)
        if joined:
            first, second = words[index : index + 2]
            changes.append((_Word(first.start, line[first.start : second.end], ""), joined))
            index += 2
            continue
        papers = vocabulary.count(words[index].folded)
        better = _better(words[index], papers, vocabulary)
        if better:
            changes.append((words[index], better))
        if not papers and words[index].folded not in STOP_WORDS:
            unknown += 1
            unmended += better is None
        index += 1
    if unmended and 2 * unknown > len(words):
        # Another language, or names; not that many mistakes.
        return None
    return _with(line, changes) if changes else None


def _words(reading: Reading) -> Iterator[_Word]:
    """The words of a question whose spelling can be judged."""
    found = [
        _Word(leaf.start + run.start(), run[0], fold(run[0]))
        for leaf in wanted(reading.tree)
        if leaf.kind == "word" and leaf.start >= 0 and _PLAIN.fullmatch(leaf.written.strip("([])\"'"))
        for run in _RUN.finditer(leaf.written)
    ]
    small = sum(word.typed[0].islower() for word in found)
    for index, word in enumerate(found):
        is_name = index > 0 and word.typed[0].isupper() and 2 * small > len(found)
        has_inner_capitals = word.typed[1:] != word.typed[1:].lower()
        # Of another length when folded: a Greek letter is spelled, a ligature split.
        is_latin = len(word.folded) == len(word.typed) and word.folded.isascii() and word.folded.isalpha()
        if is_latin and not is_name and not has_inner_capitals:
            yield word


def _better(word: _Word, papers: int, vocabulary: Vocabulary) -> str | None:
    """What a word, which so many papers hold, should have been, if anything."""
    typed = word.folded
    if typed in STOP_WORDS or len(typed) < (_SHORTEST_KNOWN if papers else _SHORTEST):
        return None
    least = max(papers * _TIMES, _LEAST_OF_SHORT if len(typed) <= _SHORT else _LEAST)
    distance = 1 if papers or len(typed) < _SHORTEST_FOR_TWO else 2
    found = vocabulary.near(typed, distance, least)
    if not found and not papers:
        found = vocabulary.near(typed, 1, least, same_initial=False)
    own = stem(typed)
    worths = [
        (_worth(near, typed), near.word)
        for near in found
        if (near.distance == 1 or near.papers >= _LEAST_AT_TWO)
        and len(near.word) >= _SHORTEST
        and stem(near.word) not in ("", own)
    ]
    if not papers:
        worths += _halves(typed, vocabulary)
    return max(worths)[1] if worths else None


def _worth(near: Near, typed: str) -> float:
    is_swap = near.distance == 1 and sorted(near.word) == sorted(typed)
    return math.log10(near.papers) - (_COST_OF_SWAP if is_swap else _COST_OF_EDIT * near.distance)


def _halves(typed: str, vocabulary: Vocabulary) -> list[tuple[float, str]]:
    """Pairs of frequent words that may have been typed as one, with their worths."""
    if len(typed) < _SHORTEST_JOINED:
        return []
    found = []
    for at in range(_SHORTEST_HALF, len(typed) - _SHORTEST_HALF + 1):
        left = vocabulary.count(typed[:at])
        rarer = min(left, vocabulary.count(typed[at:])) if left >= _LEAST_OF_HALF else 0
        if rarer >= _LEAST_OF_HALF:
            found.append((math.log10(rarer) - _COST_OF_BLANK, f"{typed[:at]} {typed[at:]}"))
    return found


def _joined(pair: list[_Word], line: str, vocabulary: Vocabulary) -> str | None:
    """The word that two were meant to be, where one of them alone is unknown or far rarer than it."""
    if len(pair) < 2 or line[pair[0].end : pair[1].start] != " " or min(len(word.folded) for word in pair) < 2:
        return None
    if any(word.folded in STOP_WORDS for word in pair):
        return None
    whole = pair[0].folded + pair[1].folded
    papers = vocabulary.count(whole) if len(whole) >= _SHORTEST_JOINED else 0
    if papers < _LEAST_OF_HALF:
        return None
    return whole if min(vocabulary.count(word.folded) for word in pair) * _TIMES <= papers else None


def _with(line: str, changes: list[tuple[_Word, str]]) -> Suggestion:
    text, end = [], 0
    told = []
    for word, better in changes:
        cased = better.capitalize() if word.typed[0].isupper() else better
        text += [line[end : word.start], cased]
        end = word.end
        told.append((word.typed, cased))
    return Suggestion("".join([*text, line[end:]]), tuple(told))

"""Keyphrases of a paper, from its title and abstract alone: the same text always gives the same phrases.

As in RAKE (Rose et al. 2010) candidates lie between function words and signs, and as in YAKE (Campos et al. 2020) they
are scored by plain statistics; here those of each word in research abstracts at large are known beforehand (``words``),
so that one abstract is enough. ``benchmarks/keyphrases.py`` measures the phrases and fits the weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from operator import mul
from typing import NamedTuple

from broadsheet.catalogue.enrichment.words import TOKEN, UNKNOWN, common_words, function_words
from broadsheet.catalogue.text import to_plain

MOST_PHRASES = 8
LONGEST_PHRASE = 4
"""Words in a phrase."""
_SHORTEST_ACRONYM, _SHORTEST, _MOST_CHARACTERS, _LONGEST_TEXT = 2, 3, 60, 6_000
# A word that a determiner follows so often is a verb, and phrases end before it.
_VERB = 0.18
# Addresses, names of hosts, and figures with a unit ("7B", "2.5x").
_NO_WORD = re.compile(r"://|\.(?:com|org|net|io|ai|edu|gov)$|^\d+(?:\.\d+)?[bkmx]$", re.IGNORECASE)
_FEWEST_TIMES_ELSEWHERE, _SHORTEST_ELSEWHERE = 2, 3
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")


class Features(NamedTuple):
    """What a candidate is scored by."""

    one_word: float
    three_words: float
    four_words: float
    times: float
    """Logarithm of how often it occurs."""
    starts_whole: float
    """The share of its occurrences that begin where the words between two function words begin."""
    ends_whole: float
    rarity: float
    verb: float
    first_begins: float
    last_begins: float
    is_acronym: float
    has_hyphen: float
    common_word: float
    length: float


# Fitted by logistic regression on keywords of papers that are in no test; see the benchmark.
WEIGHTS = Features(-0.07, -0.28, -1.12, 0.94, 0.97, 1.79, 0.17, -4.02, -1.22, -1.61, 0.54, 0.23, -2.09, 0.51)


class _Kind(NamedTuple):
    """What a word is by itself, wherever it stands."""

    key: str
    rarity: float
    verb: float
    begins: float
    is_known: bool
    is_acronym: bool
    has_hyphen: bool
    cut: int
    """How many characters at its end (a possessive 's) belong to no phrase."""


@dataclass(slots=True)
class Candidate:
    """A phrase that may be one: its words, where it stood last, and how often, as the beginning or end of a run."""

    words: Sequence[_Kind]
    start: int = 0
    end: int = 0
    times: int = 0
    starts: int = 0
    ends: int = 0


def keyphrases(title: str, abstract: str, language: str = "en", most: int = MOST_PHRASES) -> list[str]:
    """At most ``most`` phrases of a text as received, the most telling first; each occurs in its plain reading.

    In other languages than English only what is repeated counts, and none are found where words are not set apart.
    ``language`` is an ISO 639-1 code, '' for unknown.
    """
    text = readable(title, abstract)
    found = candidates(text, language)
    ordered = sorted(found.items(), key=lambda item: (-score(features_of(item[1])), item[1].start, item[1].end))
    chosen: dict[str, str] = {}
    for key, candidate in ordered:
        padded = f" {key} "
        if len(chosen) == most:
            break
        if not any(padded in f" {other} " or f" {other} " in padded for other in chosen):
            chosen[key] = text[candidate.start : candidate.end]
    return list(chosen.values())


def readable(title: str, abstract: str) -> str:
    """The text that phrases are taken from: title and abstract without markup."""
    return f"{to_plain(title)}. {to_plain(abstract[:_LONGEST_TEXT])}"


def score(features: Features) -> float:
    """How good a keyphrase a candidate is; only the order has a meaning."""
    return float(sum(map(mul, WEIGHTS, features)))


def candidates(text: str, language: str = "en") -> dict[str, Candidate]:
    """All phrases of a plain text that may be keyphrases, by their key: small letters, plurals as singulars."""
    if _UNSPACED.search(text):
        return {}
    found: dict[str, Candidate] = {}
    language = language or "en"
    for run, places in _runs(text, language):
        length = len(run)
        for start in range(length):
            key, begins_at = "", places[start][0]
            for end in range(start + 1, min(start + LONGEST_PHRASE, length) + 1):
                key = f"{key} {run[end - 1].key}" if key else run[start].key
                ends_at = places[end - 1][1]
                shortest = _SHORTEST_ACRONYM if run[start].is_acronym else _SHORTEST
                if not shortest <= ends_at - begins_at <= _MOST_CHARACTERS:
                    continue
                candidate = found.get(key)
                if candidate is None:
                    candidate = found[key] = Candidate(run[start:end])
                candidate.start, candidate.end = begins_at, ends_at
                candidate.times += 1
                candidate.starts += start == 0
                candidate.ends += end == length
    if language != "en":
        return {key: one for key, one in found.items() if one.times >= _FEWEST_TIMES_ELSEWHERE}
    # What stood once, in the middle of a run, is a piece of a phrase and never one.
    return {key: one for key, one in found.items() if one.times > 1 or one.starts or one.ends}


def _runs(text: str, language: str) -> Iterator[tuple[list[_Kind], list[tuple[int, int]]]]:
    """The words between signs, function words, numbers and verbs, in order, each run with the places of its words."""
    run: list[_Kind] = []
    places: list[tuple[int, int]] = []
    before = 0
    for match in TOKEN.finditer(text):
        kind = _kind(match[0], language)
        start, end = match.span()
        # Words of one phrase have one blank between them and nothing else.
        if run and (kind is None or start - before > 1):
            yield run, places
            run, places = [], []
        before = end
        if kind is not None:
            run.append(kind)
            places.append((start, end - kind.cut))
            if kind.cut:
                before = -1
    if run:
        yield run, places


@lru_cache(maxsize=50_000)
def _kind(token: str, language: str) -> _Kind | None:
    """What a token is; None when it belongs to no phrase."""
    small = token.lower()
    is_english = language == "en"
    if _NO_WORD.search(token) or not any(map(str.isalpha, token)):
        return None
    if not is_english and (len(token) < _SHORTEST_ELSEWHERE or small in function_words(language)):
        return None
    if is_english and (small in function_words("en") or (small.endswith("ly") and len(small) > len("reply"))):
        return None
    known = common_words().get(small) if is_english else None
    common = known or UNKNOWN
    if common.before_determiner > _VERB:
        return None
    cut = 2 if small.endswith(("'s", "’s")) else 0
    key = _singular(small[: len(small) - cut])
    is_acronym = not token.islower() and sum(map(str.isupper, token)) > 1
    return _Kind(key, *common, known is not None, is_acronym, "-" in key, cut)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > len("gas") and word[-1] == "s" and word[-2] not in "sui" else word


def key_of(phrase: str) -> str:
    """By what two spellings of one phrase are told to be one: small letters, plurals as singulars, signs left out."""
    return " ".join(_singular(token.lower()) for token in TOKEN.findall(phrase) if token[0].isalnum())


def features_of(candidate: Candidate) -> Features:
    """What a candidate is scored by."""
    words, times = candidate.words, candidate.times
    count, first, last = len(words), words[0], words[-1]
    _, rarity, verb, _, _, is_acronym, has_hyphen, _ = first
    for word in words[1:]:
        rarity += word.rarity
        verb = max(verb, word.verb)
        is_acronym = is_acronym or word.is_acronym
        has_hyphen = has_hyphen or word.has_hyphen
    return Features(
        count == 1,
        count == 3,
        count == 4,
        log(times),
        candidate.starts / times,
        candidate.ends / times,
        rarity / count,
        verb,
        first.begins,
        last.begins,
        is_acronym,
        has_hyphen,
        count == 1 and first.is_known and not is_acronym,
        (candidate.end - candidate.start) / 20,
    )

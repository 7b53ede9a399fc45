"""The phrases that papers are about, counted: those that a source gave, else those that the program found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from broadsheet.catalogue.enrichment.keyphrases import LONGEST_PHRASE, key_of
from broadsheet.catalogue.text import to_plain

LONGEST_NAME = 40
"""Characters of a phrase that may name something; a longer one is a sentence, or mischief."""
NAMES_OF_A_GROUP = 3
FEWEST_WITH_A_NAME = 2


def phrases_of(keywords: object, keyphrases: object) -> dict[str, str]:
    """A paper's phrases by their key (small letters, singulars): its source's keywords, else its keyphrases.

    Whatever else a source wrote in their place is left out.
    """
    given = keywords or keyphrases
    found: dict[str, str] = {}
    for phrase in given if isinstance(given, list) else ():
        plain = " ".join(to_plain(phrase).split()) if isinstance(phrase, str) else ""
        if plain and len(plain) <= LONGEST_NAME and (key := key_of(plain)) and key.count(" ") < LONGEST_PHRASE:
            found.setdefault(key, plain)
    return found


@dataclass(frozen=True, slots=True)
class Spoken:
    """Papers as names are found for them: each one's phrases by key, and which phrases its text holds."""

    phrases: Sequence[Mapping[str, str]]
    held: Sequence[frozenset[str]]

    @classmethod
    def of(cls, phrases: Sequence[Mapping[str, str]], texts: Sequence[str]) -> Spoken:
        """Look for all phrases of all papers in each text, read as ``key_of`` reads it."""
        wanted = frozenset().union(*(one.keys() for one in phrases))
        return cls(phrases, [frozenset(one) | held(text, wanted) for one, text in zip(phrases, texts, strict=True)])

    def of_rows(self, rows: Sequence[int]) -> Spoken:
        """Some of these papers."""
        return Spoken([self.phrases[row] for row in rows], [self.held[row] for row in rows])


def held(text: str, wanted: Collection[str]) -> frozenset[str]:
    """Which of the wanted phrases, by key, a plain text has, read as ``key_of`` reads it."""
    words = key_of(text).split()
    found = set()
    for start in range(len(words)):
        key = ""
        for end in range(start, min(start + LONGEST_PHRASE, len(words))):
            key = f"{key} {words[end]}" if key else words[end]
            if key in wanted:
                found.add(key)
    return frozenset(found)


def names_of(spoken: Spoken, labels: Sequence[int], most: int = NAMES_OF_A_GROUP) -> list[tuple[str, ...]]:
    """For each group, from 0, the phrases that tell it from the others, the most telling first; each names one group.

    Class-based TF-IDF (Grootendorst, "BERTopic", 2022): how many of a group's papers hold a phrase, times the logarithm
    of how rare it is over all groups. A phrase that one paper alone holds names a group only where there is no other.
    """
    count = max(labels, default=-1) + 1
    sizes, held = Counter(labels), [Counter[str]() for _ in range(count)]
    for label, keys in zip(labels, spoken.held, strict=True):
        held[label].update(keys)
    everywhere: Counter[str] = sum(held, Counter[str]())
    average = len(labels) / max(count, 1)
    spellings = _spellings(spoken.phrases)

    def telling(label: int, key: str) -> tuple[bool, float, str]:
        share = held[label][key] / sizes[label]
        # A phrase of two words says more than either of them.
        weight = share * log(1 + average / everywhere[key]) * (1.0 if " " in key else 0.6)
        return held[label][key] < min(FEWEST_WITH_A_NAME, sizes[label]), -weight, key

    ordered = [sorted(held[label], key=lambda key: telling(label, key)) for label in range(count)]
    return [tuple(spellings[key] for key in keys) for keys in _shared_out(ordered, held, most)]


def _shared_out(
    ordered: Sequence[Sequence[str]], held: Sequence[Mapping[str, int]], most: int
) -> list[tuple[str, ...]]:
    """Give each group its next best phrase in turn; one of which another phrase says the same is left out."""
    chosen: list[list[str]] = [[] for _ in ordered]
    taken: set[str] = set()
    for turn in range(most):
        for label, keys in enumerate(ordered):
            own = chosen[label]
            for key in keys:
                is_rare = held[label][key] < FEWEST_WITH_A_NAME
                if turn and is_rare:
                    break
                if key not in taken and not any(_says_the_same(key, other) for other in own):
                    own.append(key)
                    taken.add(key)
                    break
    return [tuple(own) for own in chosen]


def _says_the_same(key: str, other: str) -> bool:
    words, others = set(key.split()), set(other.split())
    return words <= others or others <= words or len(words & others) * 2 > max(len(words), len(others))


def _spellings(phrases: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The usual spelling of each key, the first by the alphabet where several are as usual."""
    counted: dict[str, Counter[str]] = {}
    for one in phrases:
        for key, phrase in one.items():
            counted.setdefault(key, Counter())[phrase] += 1
    return {key: min(found, key=lambda phrase: (-found[phrase], phrase)) for key, found in counted.items()}

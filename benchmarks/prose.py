"""Made titles and abstracts with the statistics of given ones: a chain of word pairs with words of the topic mixed in.

A text is a walk over the pairs of words that follow each other in the given abstracts, so the frequencies of words and
of neighbours are theirs. A share of the steps jumps to a word of the paper that the text is made after, and a rare word
becomes one of an invented vocabulary with Zipf's tail, so that the number of different words grows as it does in life.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

TOKEN = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*|[.,:;]")
STOP, PUNCTUATION = ".", ".,:;"
SEEN_LEAST = 4
TOPIC_MOST = 0.02
INVENTED = 400_000
MEAN_LENGTH = 165
SHORTEST = 60
ABSTRACT_TOPIC, TITLE_TOPIC = 0.12, 0.5
TITLE_STEPS = 26
SHORTEST_INVENTED = 3
ONSETS = ["b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w", "x", "z"]
VOWELS, CODAS = "aeiou", ["", "", "", "n", "r", "l"]
SYLLABLES = tuple(onset + vowel + coda for onset in ONSETS for vowel in VOWELS for coda in CODAS)


class Prose:
    """Makes texts after the papers of given collections; the same generator of numbers gives the same texts."""

    def __init__(self, texts: Sequence[str], rng: np.random.Generator, invented: int = INVENTED) -> None:
        """``texts``: title and abstract of each given paper."""
        found = [TOKEN.findall(text.lower()) for text in texts]
        counts = Counter(token for tokens in found for token in tokens)
        known = sorted(token for token, count in counts.items() if count >= SEEN_LEAST or token in PUNCTUATION)
        known = sorted({*known, STOP})
        place = {token: number for number, token in enumerate(known)}
        self._rare, self._stop = len(known), place[STOP]
        numbered = [np.array([place.get(token, self._rare) for token in tokens], np.int32) for tokens in found]
        lengths = np.array([len(one) for one in numbered if len(one) >= SHORTEST] or [SHORTEST])
        self._lengths = np.maximum(20, (lengths * (MEAN_LENGTH / lengths.mean())).astype(np.int64))
        self._set_pairs(numbered)
        self._set_topics(numbered, np.array([counts[token] for token in known] + [0]))
        words = [token if token in PUNCTUATION else f" {token}" for token in known]
        self._pieces = np.array([*words, *(f" {word}" for word in invented_words(invented, rng))], object)
        self._zipf = np.cumsum(1 / np.arange(3, invented + 3) ** 1.05)
        self._zipf /= self._zipf[-1]
        self._is_word = np.ones(len(self._pieces), bool)
        self._is_word[[place[sign] for sign in PUNCTUATION if sign in place]] = False

    def _set_pairs(self, numbered: Sequence[np.ndarray]) -> None:
        """Keep, for every word, what follows it, as often as it does."""
        stop = np.array([self._stop], np.int32)
        stream = np.concatenate([part for one in numbered for part in (stop, one)] + [stop])
        order = np.argsort(stream[:-1], kind="stable")
        self._next = stream[1:][order]
        self._start = np.searchsorted(stream[:-1][order], np.arange(self._rare + 2))
        empty = np.diff(self._start) == 0
        self._count = np.where(empty, 1, np.diff(self._start))
        self._start = np.where(empty, 0, self._start[:-1])

    def _set_topics(self, numbered: Sequence[np.ndarray], counts: np.ndarray) -> None:
        """Keep the words of each paper that are neither rare nor everywhere."""
        most = max(TOPIC_MOST * sum(map(len, numbered)) / 100, SEEN_LEAST)
        is_topic = (counts >= SEEN_LEAST) & (counts <= most)
        kept = [one[is_topic[one]] for one in numbered]
        kept = [one if len(one) else np.array([self._stop], np.int32) for one in kept]
        self._topic_words = np.concatenate(kept)
        self._topic_count = np.array([len(one) for one in kept])
        self._topic_start = np.concatenate([[0], np.cumsum(self._topic_count)[:-1]])

    def abstracts(self, about: np.ndarray, rng: np.random.Generator) -> list[str]:
        """One abstract after each of the papers numbered in ``about``, int (n,)."""
        lengths = rng.choice(self._lengths, len(about))
        order = np.argsort(-lengths, kind="stable")
        walked = self._walk(about[order], lengths[order], ABSTRACT_TOPIC, rng)
        texts = np.empty(len(about), object)
        texts[order] = [
            "".join(self._pieces[row[:length]].tolist()).strip(" .,:;") + "."
            for row, length in zip(walked, lengths[order], strict=True)
        ]
        return texts.tolist()

    def titles(self, about: np.ndarray, rng: np.random.Generator) -> list[str]:
        """One title of 8 to 14 words after each of the papers numbered in ``about``, int (n,)."""
        walked = self._walk(about, np.full(len(about), TITLE_STEPS), TITLE_TOPIC, rng)
        wanted = rng.integers(8, 15, len(about))
        return [
            "".join(self._pieces[row[self._is_word[row]][:length]].tolist()).strip().capitalize()
            for row, length in zip(walked, wanted, strict=True)
        ]

    def _walk(self, about: np.ndarray, lengths: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
        """The steps of one walk for each of ``about``, int32 (n, longest); ``lengths`` descend."""
        walked = np.full((len(about), int(lengths[0])), self._stop, np.int32)
        state = np.full(len(about), self._stop, np.int32)
        going = np.searchsorted(-lengths, -np.arange(walked.shape[1]), side="left")
        for step, still in enumerate(going):
            state = state[:still]
            drawn = rng.random((3, still))
            state = self._next[self._start[state] + (drawn[0] * self._count[state]).astype(np.int64)]
            jumps = np.flatnonzero(drawn[1] < share)
            paper = about[jumps]
            state[jumps] = self._topic_words[
                self._topic_start[paper] + (drawn[2, jumps] * self._topic_count[paper]).astype(np.int64)
            ]
            walked[:still, step] = state
        rare = np.nonzero(walked == self._rare)
        walked[rare] += np.searchsorted(self._zipf, rng.random(len(rare[0]))).astype(np.int32)
        return walked


def invented_words(count: int, rng: np.random.Generator) -> list[str]:
    """Different words that no language has, the short ones first, as the frequent words of a language are short."""
    found: dict[str, None] = {}
    for syllables in (2, 3, 4):
        drawn = rng.integers(0, len(SYLLABLES), (count, syllables))
        made = ("".join([SYLLABLES[part] for part in row]) for row in drawn.tolist())
        found.update(dict.fromkeys(word for word in made if len(word) > SHORTEST_INVENTED))
    return list(found)[:count]

"""Questions as people type them into a search box: one to five words, from titles, abstracts and real queries.

Half are pieces of titles, three in ten are scattered words of one abstract, one in ten is a piece of a real query, and
one in ten is made of the most frequent words, down to a single one: the dearest to answer.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
QUESTIONS = 500
LENGTHS, SHARES = (1, 2, 3, 4, 5), (15, 30, 27, 17, 11)
SHORTEST_WORD = 5
FREQUENT = 60
ALWAYS = ("learning", "the learning of models")


class Question(NamedTuple):
    """One question: its words, and how they were found."""

    text: str
    kind: str


def made_questions(
    papers: Sequence[tuple[str, str]], queries: Sequence[str], count: int = QUESTIONS, seed: int = 1
) -> list[Question]:
    """Questions from papers (title and abstract) and real queries: the same for the same seed."""
    drawn = random.Random(seed)
    seen = Counter(word.lower() for title, abstract in papers for word in set(WORD.findall(f"{title} {abstract}")))
    frequent = [word for word, _ in seen.most_common(4 * FREQUENT) if len(word) >= SHORTEST_WORD][:FREQUENT]
    found = [Question(text, "frequent") for text in ALWAYS]
    while len(found) < count:
        length = drawn.choices(LENGTHS, SHARES)[0]
        kind = drawn.choices(("title", "abstract", "query", "frequent"), (50, 30, 10, 10))[0]
        title, abstract = drawn.choice(papers)
        if kind == "frequent":
            words = drawn.sample(frequent, min(length, len(frequent)))
        elif kind == "abstract":
            others = sorted({word for word in WORD.findall(abstract) if len(word) >= SHORTEST_WORD})
            words = drawn.sample(others, min(length, len(others)))
        else:
            words = _piece(drawn.choice(queries) if kind == "query" and queries else title, length, drawn)
        if words:
            found.append(Question(" ".join(words), kind))
    return found


def _piece(text: str, length: int, drawn: random.Random) -> list[str]:
    """Words that follow each other in a text; a single one is never as short as a function word."""
    words = WORD.findall(text)
    if length == 1:
        words = [word for word in words if len(word) >= SHORTEST_WORD]
    start = drawn.randrange(max(1, len(words) - length + 1))
    return words[start : start + length]

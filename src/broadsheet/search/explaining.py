"""Why a paper is in an answer: for its words, for its meaning, or for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from broadsheet.catalogue.models import Paper
from broadsheet.search.answer import Answer
from broadsheet.search.conditions import Any, Condition, HasPhrase, HasWords
from broadsheet.search.language import Clause


@dataclass(frozen=True, slots=True)
class Why:
    """``has_all``: everything that was typed; ``has_words``: some of the words; ``is_near``: near in meaning."""

    has_all: bool
    has_words: bool
    is_near: bool


def reasons(answer: Answer, papers: Sequence[Paper]) -> dict[int, Why]:
    """The reason for each of some papers of an answer, by row id; empty where nothing was ranked."""
    if not answer.asked.ranks or not papers:
        return {}
    numbers = np.array([paper.pk for paper in papers], np.int64)
    near = np.isin(numbers, answer.pool.numbers[answer.pool.is_near])
    nothing = np.zeros(len(numbers), np.bool_)
    has_all = nothing if answer.strict is None else answer.engine.among(numbers, answer.strict)
    clauses = () if answer.asked.query.mode == "meaning" else answer.asked.reading.clauses
    has_words = answer.engine.among(numbers, _any_word(clauses)) if clauses else nothing
    return {
        int(number): Why(has_all=bool(every), has_words=bool(some), is_near=bool(close))
        for number, every, some, close in zip(numbers, has_all, has_words, near, strict=True)
    }


def _any_word(clauses: Sequence[Clause]) -> Condition:
    parts: list[Condition] = []
    for clause in clauses:
        if clause.is_phrase:
            parts.append(HasPhrase(clause.text, clause.field))
        else:
            parts += (HasWords(word, clause.field) for word in clause.text.split())
    return Any(tuple(dict.fromkeys(parts)))

"""How a typed question was read: what an answer must have, what counts for its rank, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from broadsheet.search.conditions import Condition, TextField


@dataclass(frozen=True, slots=True)
class Clause:
    """Folded words that count for the rank by words: each alone, or, as a phrase, only side by side."""

    text: str
    field: TextField = "any"
    is_phrase: bool = False


NoteKind = Literal["syntax", "value", "operator", "empty"]


@dataclass(frozen=True, slots=True)
class Note:
    """A part of the question that was not read as its syntax says: ``part`` as typed, searched as words instead.

    ``kind`` says why: unbalanced syntax, a value that the field does not take, an operator without words beside it, a
    field without a value. The page has the sentence for each.
    """

    kind: NoteKind
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a question.

    ``hard`` holds for every answer (fields, phrases, exclusions, alternatives that are bound to them); ``strict`` is
    what a paper with *everything* that was typed satisfies: ``hard`` and all the plain words. ``clauses`` count for the
    rank by words. ``about`` is the natural text to embed, empty when nothing positive was said in words.
    """

    typed: str
    hard: Condition | None = None
    strict: Condition | None = None
    clauses: tuple[Clause, ...] = ()
    about: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether anything is there to rank by; otherwise the question only narrows."""
        return bool(self.clauses or self.about)

"""How a typed question was read: what an answer must have, what counts for its rank, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from broadsheet.search.conditions import Condition, TextField
from broadsheet.search.language.tree import Node


@dataclass(frozen=True, slots=True)
class Clause:
    """Folded words that count for the rank by words: each alone, or, as a phrase, only side by side."""

    text: str
    field: TextField = "any"
    is_phrase: bool = False


NoteKind = Literal["syntax", "value", "operator", "empty", "unknown", "length", "prose"]


@dataclass(frozen=True, slots=True)
class Note:
    """A part of the question that was not read as its syntax says: ``part`` as typed, searched as words instead.

    ``kind`` says why: unbalanced or unknown syntax, a value that the field does not take (or that no index holds, such
    as a phrase of nothing but stop words), an operator without words beside it, a field without a value. Three kinds
    say something else: ``unknown``, an identifier that no paper of the catalogue has; ``length``, what follows ``part``
    was left out; ``prose``, the question is running text, so its quotes and NOT (``part``) demand nothing. The page has
    the sentence for each.
    """

    kind: NoteKind
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a question.

    ``hard`` holds for every answer (fields, phrases, exclusions, alternatives that are bound to them); ``strict`` is
    what a paper with *everything* that was typed satisfies: ``hard`` and all the plain words. ``clauses`` count for the
    rank by words; the plain words are one clause, the first. ``plain`` has them one by one in their order, folded, for
    proximity; a hyphenated word is one. ``about`` is the natural text to embed, empty when nothing positive was said in
    words. ``tree`` is how the question was parsed: ``describe`` and ``canonical`` read it.
    """

    typed: str
    hard: Condition | None = None
    strict: Condition | None = None
    clauses: tuple[Clause, ...] = ()
    plain: tuple[str, ...] = ()
    about: str = ""
    notes: tuple[Note, ...] = ()
    tree: Node | None = field(default=None, repr=False)

    @property
    def has_words(self) -> bool:
        """Whether anything is there to rank by; otherwise the question only narrows."""
        return bool(self.clauses or self.about)

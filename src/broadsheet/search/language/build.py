"""The third pass: from a tree to what an answer must have and what counts for its rank."""

from __future__ import annotations

import re
from datetime import date

from broadsheet.catalogue.text import to_plain
from broadsheet.catalogue.text.clean import strip_unseen
from broadsheet.search.conditions import Any, Condition, HasWords, Not, TextField, both
from broadsheet.search.language.fields import Resolve, Surroundings
from broadsheet.search.language.parser import parse
from broadsheet.search.language.reading import Clause, Note, Reading
from broadsheet.search.language.tree import Both, Either, Leaf, Node, Without, is_plain, wanted

LONGEST = 2_000
"""Characters that are read of a question; the rest is left out and told."""
MOST_NOTES = 10
LONGEST_PART = 60
# What a bracket or quote was taken from between a word and its punctuation.
_DETACHED = re.compile(r" ([,.;:?!]+(?: |$))")
_CLAUSE_FIELDS: dict[str, TextField] = {
    "phrase": "any",
    "title": "title",
    "abstract": "abstract",
    "author": "authors",
}


def _no_paper(name: str) -> None:
    return None


def read(typed: str, *, today: date, resolve: Resolve = _no_paper) -> Reading:
    """Read a question. Never raises; a wrong part is read as words and told in ``notes``.

    ``today`` is what ``date:today`` and ``date:7d`` count from; ``resolve`` finds the row id of the paper that a value
    of ``id:`` names, which may be any identifier or address.
    """
    text, notes = one_line(typed)
    parsed = parse(text, Surroundings(today, resolve))
    tree, leaves = parsed.tree, list(wanted(parsed.tree))
    return Reading(
        typed=typed,
        hard=_demanded(tree),
        strict=_everything(tree),
        clauses=_clauses(leaves),
        plain=tuple(_plain(leaves)),
        about=_about(leaves, text if parsed.is_bare else None),
        notes=_short([*notes, *parsed.notes]),
        tree=tree,
    )


def one_line(typed: str) -> tuple[str, list[Note]]:
    """A question without unseen characters and with single blanks, of bounded length."""
    text = " ".join(strip_unseen(typed[: 10 * LONGEST]).split())
    if len(text) <= LONGEST and len(typed) <= 10 * LONGEST:
        return text, []
    kept = text[:LONGEST]
    if len(text) > LONGEST and text[LONGEST] != " ":
        # Not within a word, unless there is no other place.
        kept = kept[: kept.rfind(" ")] if " " in kept else kept
    return kept.rstrip(), [Note("length", kept[-LONGEST_PART:])]


def _short(notes: list[Note]) -> tuple[Note, ...]:
    parts = (note.part if len(note.part) <= LONGEST_PART else note.part[: LONGEST_PART - 1] + "…" for note in notes)
    return tuple(dict.fromkeys(Note(note.kind, part) for note, part in zip(notes, parts, strict=True)))[:MOST_NOTES]


def _everything(node: Node | None) -> Condition | None:
    """What a paper with all that was typed satisfies; None when nothing is demanded."""
    if isinstance(node, Leaf):
        return node.condition
    if isinstance(node, Without):
        part = _everything(node.part)
        return None if part is None else Not(part)
    if isinstance(node, Either):
        parts = dict.fromkeys(part for part in map(_everything, node.parts) if part is not None)
        return next(iter(parts)) if len(parts) == 1 else Any(tuple(parts)) if parts else None
    return both(*_with_words_together(node.parts)) if node else None


def _with_words_together(parts: tuple[Node, ...]) -> list[Condition | None]:
    """The conditions of parts that all hold; their plain words are one condition, where the first of them stands."""
    words = [part for part in parts if isinstance(part, Leaf) and part.kind == "word"]
    found: list[Condition | None] = []
    for part in parts:
        if not isinstance(part, Leaf) or part.kind != "word":
            found.append(_everything(part))
        elif part is words[0] and any(leaf.condition for leaf in words):
            found.append(HasWords(" ".join(dict.fromkeys(leaf.text for leaf in words if leaf.text))))
    return found


def _demanded(node: Node | None) -> Condition | None:
    """What every answer satisfies: all but plain words and alternatives of nothing else."""
    if node is None or is_plain(node):
        return None
    if isinstance(node, Both):
        return both(*map(_demanded, node.parts))
    return _everything(node)


def _plain(leaves: list[Leaf]) -> list[str]:
    """The plain words, and those of phrases that nobody is made to have."""
    return [unit for leaf in leaves if leaf.kind == "word" or leaf.is_soft for unit in leaf.text.split()]


def _clauses(leaves: list[Leaf]) -> tuple[Clause, ...]:
    plain = " ".join(_plain(leaves))
    found = {Clause(plain): None} if plain else {}
    for leaf in leaves:
        if leaf.kind in _CLAUSE_FIELDS:
            found[Clause(leaf.text, _CLAUSE_FIELDS[leaf.kind], leaf.is_phrase)] = None
    return tuple(found)


def _about(leaves: list[Leaf], typed: str | None) -> str:
    """The natural text, which is what was typed where that has no operators; signs alone say nothing."""
    if not any(leaf.text and leaf.about for leaf in leaves):
        return ""
    if typed is None:
        typed = _DETACHED.sub(r"\1", " ".join(leaf.about for leaf in leaves if leaf.about))
    return to_plain(typed)

"""The tree that a question is parsed into, before anything is decided about what it demands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from broadsheet.search.conditions import Condition

TextKind = Literal["word", "phrase", "title", "abstract", "author"]
FactKind = Literal["organisation", "category", "id", "year", "date", "has", "votes", "comments", "language"]
LeafKind: TypeAlias = TextKind | FactKind


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that was asked for.

    ``written`` is its canonical way to be typed and ``values`` what a reader is shown of it. ``text`` is folded, '' for
    facts and for signs without a letter; ``about`` is its part of the natural text. ``condition`` is None where a word
    demands nothing (stop words, lone signs); a soft leaf counts for the rank, as plain words do, and is not demanded.
    ``start`` is where a word that was typed as such stands in the question on one line (``build.one_line``), else -1.
    """

    kind: LeafKind
    written: str
    values: tuple[str, ...]
    condition: Condition | None
    text: str = ""
    about: str = ""
    is_phrase: bool = False
    is_soft: bool = False
    start: int = field(default=-1, compare=False)


@dataclass(frozen=True, slots=True)
class Both:
    """All parts are asked for."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of the parts is asked for."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The part is excluded."""

    part: Node


Node: TypeAlias = Leaf | Both | Either | Without


def joined(parts: list[Node], as_either: bool) -> Node | None:
    """One node of several: None of none, the part itself of one, nested ones of the same kind flattened."""
    kind = Either if as_either else Both
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat)) if flat else None


def is_plain(node: Node) -> bool:
    """Whether a tree holds nothing but what ranks and is not required: plain words, alone or as alternatives."""
    if isinstance(node, Both | Either):
        return all(is_plain(part) for part in node.parts)
    return isinstance(node, Leaf) and (node.kind == "word" or node.is_soft)


def wanted(node: Node | None) -> Iterator[Leaf]:
    """Every leaf that is not excluded, from left to right."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Both | Either):
        for part in node.parts:
            yield from wanted(part)

"""A reading told back: as parts that a page shows and translates, and as the canonical way to type it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from broadsheet.search.language.build import read
from broadsheet.search.language.reading import Reading
from broadsheet.search.language.tree import Both, Either, Leaf, LeafKind, Node, Without

_SOME_DAY = date(2000, 1, 1)
"""Canonical questions hold no day that is told from today."""

PartKind: TypeAlias = Literal["words", "all", "any"] | LeafKind


@dataclass(frozen=True, slots=True)
class Part:
    """One part of how a question was read.

    ``words`` has plain words in ``values``; ``all`` and ``any`` have nested ``parts``; every other kind is a field (or
    ``phrase``) with its values as a reader knows them. Spans are written ``a..b`` with either end perhaps left out.
    """

    kind: PartKind
    values: tuple[str, ...] = ()
    is_excluded: bool = False
    parts: tuple[Part, ...] = ()


def describe(reading: Reading) -> list[Part]:
    """How a question was read, part by part in the order typed; words side by side are one part."""
    tree = reading.tree
    return _described(tree.parts if isinstance(tree, Both) else (tree,) if tree else ())


def canonical(reading: Reading) -> str:
    """The question as this language writes it: reading it gives the same conditions, clauses and text again.

    Where a broken question has no such form, what was typed, with single blanks.
    """
    if reading.tree is None:
        return ""
    text = _written(reading.tree, "")
    return text if _reads_alike(text, reading) else " ".join(reading.typed.split())


def _described(nodes: tuple[Node, ...]) -> list[Part]:
    out: list[Part] = []
    for node in nodes:
        part = _part(node)
        if part is None:
            continue
        if (
            part.kind == "words"
            and not part.is_excluded
            and out
            and out[-1].kind == "words"
            and not out[-1].is_excluded
        ):
            out[-1] = replace(out[-1], values=out[-1].values + part.values)
        else:
            out.append(part)
    return out


def _part(node: Node) -> Part | None:
    if isinstance(node, Without):
        part = _part(node.part)
        return replace(part, is_excluded=not part.is_excluded) if part else None
    if isinstance(node, Leaf):
        if node.kind == "word":
            return Part("words", node.values) if node.values else None
        return Part(node.kind, node.values)
    if isinstance(node, Both):
        return Part("all", parts=tuple(_described(node.parts)))
    return Part("any", parts=tuple(part for part in map(_part, node.parts) if part))


def _written(node: Node, inside: str) -> str:
    if isinstance(node, Leaf):
        return node.written
    if isinstance(node, Without):
        return f"-{_written(node.part, 'not')}"
    if isinstance(node, Either):
        text = " OR ".join(_written(part, "either") for part in node.parts)
        return f"({text})" if inside else text
    text = " ".join(_written(part, "both") for part in node.parts)
    return f"({text})" if inside else text


def _reads_alike(text: str, reading: Reading) -> bool:
    """Whether ``text`` is parsed into the same tree; which papers an identifier names plays no part."""
    names = {name for leaf in _leaves(reading.tree) if leaf.kind == "id" for name in leaf.values}
    again = read(text, today=_SOME_DAY, resolve=lambda name: 0 if name in names else None)
    return again.about == reading.about and _without_papers(again.tree) == _without_papers(reading.tree)


def _leaves(node: Node | None) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Without):
        yield from _leaves(node.part)
    elif node is not None:
        for part in node.parts:
            yield from _leaves(part)


def _without_papers(node: Node | None) -> Node | None:
    if isinstance(node, Leaf):
        return replace(node, condition=None) if node.kind == "id" else node
    if isinstance(node, Without):
        part = _without_papers(node.part)
        return Without(part) if part else None
    if node is None:
        return None
    return replace(node, parts=tuple(part for part in map(_without_papers, node.parts) if part))

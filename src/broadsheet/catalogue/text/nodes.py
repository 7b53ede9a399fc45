"""The reading of a text: a short tree of nodes that both the HTML and the plain rendering walk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

StyleKind = Literal["em", "strong", "sc", "code", "sub", "sup"]


@dataclass(frozen=True, slots=True)
class Run:
    """Plain characters, typography already settled. A line feed pair in it is a paragraph break."""

    value: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its delimiters."""

    tex: str
    is_block: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link; ``url`` is a safe http or https address."""

    url: str


@dataclass(frozen=True, slots=True)
class Styled:
    """Nodes under one style."""

    kind: StyleKind
    children: list[Node] = field(default_factory=list)


Node = Run | Formula | Anchor | Styled

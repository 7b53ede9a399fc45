"""The reading of a text as plain Unicode, for mail, feeds, meta tags and JSON."""

from __future__ import annotations

from broadsheet.catalogue.text.clean import layout
from broadsheet.catalogue.text.math import tidy, to_text
from broadsheet.catalogue.text.nodes import Anchor, Formula, Node, Run, Styled
from broadsheet.catalogue.text.parse import read
from broadsheet.catalogue.text.scripts import subscript, superscript

_MAX_FORMULAS = 200


def to_plain(text: str) -> str:
    r"""Read a received title or abstract as one line of Unicode without markup.

    Formulas become Unicode where it has the signs (``x^2`` is x², ``\alpha`` is α) and tidy text elsewhere; blanks are
    collapsed; control characters and bidi overrides are gone. The answer is text, not HTML: whoever prints it on a page
    escapes it. Never raises.
    """
    return plain_reading(text, repair=True)


def plain_reading(text: str, *, repair: bool) -> str:
    """``to_plain`` with or without the repair of half-stripped TeX."""
    out: list[str] = []
    _write(read(layout(text), repair=repair), out, [_MAX_FORMULAS])
    return " ".join("".join(out).split())


def _write(nodes: list[Node], out: list[str], formulas_left: list[int]) -> None:
    for node in nodes:
        if isinstance(node, Run):
            out.append(node.value)
        elif isinstance(node, Anchor):
            out.append(node.url)
        elif isinstance(node, Formula):
            formulas_left[0] -= 1
            out.append(to_text(node.tex) if formulas_left[0] >= 0 else tidy(node.tex))
        else:
            out.append(_styled(node, formulas_left))


def _styled(node: Styled, formulas_left: list[int]) -> str:
    inner: list[str] = []
    _write(node.children, inner, formulas_left)
    value = "".join(inner)
    if node.kind == "sup":
        return superscript(value)
    return subscript(value) if node.kind == "sub" else value

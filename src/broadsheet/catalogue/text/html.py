"""The reading of a text as an inline HTML fragment that is safe to print as it is."""

from __future__ import annotations

import html

import nh3

from broadsheet.catalogue.text.clean import PARAGRAPH, layout
from broadsheet.catalogue.text.math import ELEMENTS, tidy, to_mathml
from broadsheet.catalogue.text.nodes import Anchor, Formula, Node, Run, StyleKind
from broadsheet.catalogue.text.parse import read

_SHOWN_URL = 60
_MAX_FORMULAS = 200
_REL = "nofollow noopener ugc"
_TAGS: dict[StyleKind, tuple[str, str]] = {
    "em": ("<em>", "</em>"),
    "strong": ("<strong>", "</strong>"),
    "code": ("<code>", "</code>"),
    "sub": ("<sub>", "</sub>"),
    "sup": ("<sup>", "</sup>"),
    "sc": ('<span class="sc">', "</span>"),
}

# The last line of defence. What is written above it holds nothing else already; a test says so.
_CLEANER = nh3.Cleaner(
    tags={"em", "strong", "span", "code", "a", "sup", "sub", "br", *ELEMENTS},
    attributes={"a": {"href"}, **{tag: set(names) for tag, names in ELEMENTS.items() if names}},
    allowed_classes={"span": {"sc"}},
    url_schemes={"http", "https"},
    link_rel=_REL,
    strip_comments=True,
)


def to_html(text: str, *, autolink: bool = True) -> str:
    """Set a received title or abstract as an HTML fragment of inline elements, safe by construction.

    Everything is escaped first and only this module's own tags are added: ``em``, ``strong``, ``code``, ``sub``,
    ``sup``, ``span class="sc"`` (small capitals), ``a`` (http and https, unless ``autolink`` is off), ``br`` between
    paragraphs, and MathML Core for formulas. nh3 then goes over the result with the same allow-list. Never raises.
    """
    nodes = read(layout(text), autolink=autolink)
    if len(nodes) == 1 and isinstance(nodes[0], Run):
        return _escaped(nodes[0].value)
    out: list[str] = []
    _write(nodes, out, [_MAX_FORMULAS])
    return _CLEANER.clean("".join(out)).replace("&nbsp;", "\u00a0")


def _escaped(value: str) -> str:
    return html.escape(value, quote=False).replace(PARAGRAPH, "<br><br>")


def _write(nodes: list[Node], out: list[str], formulas_left: list[int]) -> None:
    for node in nodes:
        if isinstance(node, Run):
            out.append(_escaped(node.value))
        elif isinstance(node, Formula):
            # The bound keeps a page of nothing but formulas cheap; a real abstract has a few dozen at most.
            formulas_left[0] -= 1
            mathml = to_mathml(node.tex, is_block=node.is_block) if formulas_left[0] >= 0 else ""
            out.append(mathml or _escaped(tidy(node.tex)))
        elif isinstance(node, Anchor):
            out.append(f'<a href="{html.escape(node.url)}" rel="{_REL}">{_escaped(shown_url(node.url))}</a>')
        else:
            opening, closing = _TAGS[node.kind]
            out.append(opening)
            _write(node.children, out, formulas_left)
            out.append(closing)


def shown_url(url: str) -> str:
    """An address as it is printed: without scheme and closing slash, shortened in the middle beyond 60 characters."""
    shown = url.partition("://")[2].removeprefix("www.").rstrip("/")
    if len(shown) <= _SHOWN_URL:
        return shown
    half = (_SHOWN_URL - 1) // 2
    return f"{shown[: _SHOWN_URL - 1 - half]}…{shown[-half:]}"

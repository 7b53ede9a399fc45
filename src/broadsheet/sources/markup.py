"""Texts with HTML, JATS or MathML in them as plain text.

Journals deposit abstracts with Crossref as JATS (jats.nlm.nih.gov), feeds carry HTML, PubMed has a few inline tags, and
all of them put bare ``<`` signs between. So only tags that are known by name are taken for such; everything else is
text. Paragraphs are separated by an empty line, a section's title stands before its text (``Methods: ...``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*)((?:\s[^<>]*)?/?)>")
_BLOCKS = re.compile(
    "abstract|abstracttext|article|blockquote|center|d[dlt]|def-list|disp-formula|disp-quote|div|fig|figure|footer"
    "|h[1-6]|header|hr|li|list|list-item|ol|p|pre|sec|section|table|tbody|t[dhr]|thead|ul"
)
_INLINE = re.compile(
    "a|abbr|alternatives|articletitle|b|big|body|bold|br|break|cite|code|del|dfn|em|email|ext-link|figcaption|font"
    "|html|i|img|inf|inline-formula|inline-graphic|ins|institution|italic|kbd|mark|monospace|named-content|overline"
    "|q|roman|s|sans-serif|sc|small|span|strike|strong|styled-content|sub|sup|svg|time|tt|u|underline|uri|var|wbr|xref"
    # MathML
    "|annotation|math|menclose|mfenced|mfrac|mglyph|mi|mmultiscripts|m[nos]|mover|mpadded|mphantom|mprescripts|mroot"
    "|mrow|mspace|msqrt|mstyle|msub|msubsup|msup|mtable|mtd|mtext|mtr|munder|munderover|none|semantics"
)
_TITLES = frozenset({"title", "label"})
_LINE_ENDS = frozenset({"br", "break"})
_DROPPED = frozenset({"script", "style", "head", "annotation-xml", "graphic", "fn", "object-id"})
_FORMULA = "tex-math"
_OTHERS = _TITLES | _DROPPED | {_FORMULA}
_SUPERSCRIPTS = str.maketrans("0123456789+-−()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
_SCRIPTS = {"sup": _SUPERSCRIPTS, "sub": _SUBSCRIPTS, "inf": _SUBSCRIPTS}
# What stands around a formula that a journal set with TeX: a whole document.
_TEX_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_HEADING = re.compile(r"\s*(?:abstract|summary)\s*[:.]?\s*", re.IGNORECASE)
_BREAK = "\n\n"
# Stands behind a section's title until what follows is known to be its text.
_GLUE = "\0"
_GLUED = re.compile(r"\0\s*")


def plain_text(text: str) -> str:
    """The text without tags and entities: blanks folded, paragraphs apart, figures above and below the line kept.

    A formula that is there both as TeX and as MathML is taken as TeX between dollar signs. A heading that says no more
    than "Abstract" is left out.
    """
    text = text.replace(_GLUE, "")
    if "<" not in text and "&" not in text:
        return _fold(text)
    text = _without(_without(text, "<![CDATA[", "]]>", html.escape), "<!--", "-->", lambda _: "")
    return _fold(_GLUED.sub(" ", "".join(_Reader(text).pieces())))


def plain_line(text: str) -> str:
    """The same in one line, for titles and names."""
    return " ".join(plain_text(text).split())


def _fold(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n[^\S\n]*\n", text))
    return _BREAK.join(part for part in paragraphs if part)


def _without(text: str, start: str, end: str, instead: Callable[[str], str]) -> str:
    """The text with what stands between two marks replaced; one that is not closed is text. Takes linear time."""
    kept, position = [], 0
    while (opened := text.find(start, position)) >= 0 and (closed := text.find(end, opened + len(start))) >= 0:
        kept += [text[position:opened], instead(text[opened + len(start) : closed])]
        position = closed + len(end)
    return "".join([*kept, text[position:]])


class _Reader:
    """Goes through the tags once; what is open decides what becomes of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._dropped: list[str] = []
        self._scripts: list[str] = []
        self._heading: list[str] | None = None
        self._formula: list[str] | None = None
        # Formulas that are there as TeX already, so that the MathML beside them is not read too.
        self._has_tex = "tex-math" in text

    def pieces(self) -> Iterator[str]:
        position = 0
        for tag in _TAG.finditer(self._text):
            name = tag[2].lower().rpartition(":")[2]
            if not _is_known(name):
                continue
            yield from self._said(self._text[position : tag.start()])
            position = tag.end()
            yield from self._closed(name) if tag[1] else self._opened(name, tag[3].endswith("/"))
        yield from self._said(self._text[position:])
        yield from self._closed("title")
        yield from self._closed(_FORMULA)

    def _said(self, text: str) -> Iterator[str]:
        if not text or self._dropped:
            return
        text = html.unescape(text)
        if self._formula is not None:
            self._formula.append(text)
        elif self._heading is not None:
            self._heading.append(text)
        elif self._scripts:
            table = _SCRIPTS[self._scripts[-1]]
            yield text.translate(table) if all(ord(letter) in table for letter in text.strip()) else text
        else:
            yield text

    def _opened(self, name: str, is_empty: bool) -> Iterator[str]:
        if _BLOCKS.fullmatch(name):
            yield _BREAK
        if name in _LINE_ENDS:
            yield "\n"
        if is_empty:
            return
        if name in _DROPPED or (name == "math" and self._has_tex):
            self._dropped.append(name)
        elif name in _SCRIPTS:
            self._scripts.append(name)
        elif name in _TITLES:
            self._heading = []
        elif name == _FORMULA:
            self._formula = []

    def _closed(self, name: str) -> Iterator[str]:
        if name in self._dropped:
            del self._dropped[self._dropped.index(name) :]
        elif name in _SCRIPTS and self._scripts:
            self._scripts.pop()
        elif name in _TITLES and self._heading is not None:
            heading, self._heading = " ".join("".join(self._heading).split()), None
            if heading and not _HEADING.fullmatch(heading):
                yield f"{_BREAK}{heading.rstrip(':.')}:{_GLUE}"
        elif name == _FORMULA and self._formula is not None:
            formula, self._formula = "".join(self._formula), None
            yield _as_tex(formula)
        if _BLOCKS.fullmatch(name):
            yield _BREAK


def _is_known(name: str) -> bool:
    return name in _OTHERS or _BLOCKS.fullmatch(name) is not None or _INLINE.fullmatch(name) is not None


def _as_tex(text: str) -> str:
    inside = match[1] if (match := _TEX_DOCUMENT.search(text)) else text
    inside = inside.strip().strip("$").strip()
    return f"${inside}$" if inside else ""

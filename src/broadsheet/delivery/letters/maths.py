"""Titles and abstracts for mail clients, most of which know no MathML: letters in italics, raised and lowered.

``catalogue.text.to_html`` sets a text as safe HTML with MathML; here each of its formulas becomes Unicode with ``i``,
``sub`` and ``sup``. Nothing but what ``to_html`` wrote is read, and every text of it is escaped anew.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError, fromstring

from broadsheet.catalogue.text import to_html

_FORMULA = re.compile(r"<math[ >].*?</math>", re.DOTALL)
_REL = re.compile(r' rel="[^"]*"')
_SPACED = frozenset("=<>≤≥≠≈∼~→←↔⇒⇐⇔↦∈∉⊂⊆⊃⊇≡∝≪≫≲≳≃≅⊥∥∣+−±∓×⋅·∪∩∧∨⊕⊗∘∖⊙|")
_OPENING = frozenset("([{⟨,|∣")
_DOUBLESTRUCK = frozenset("ℂℍℕℙℚℝℤ")
_KEPT = _DOUBLESTRUCK | frozenset("ℓℏΩ№™")
# What stands over a letter, as the sign that is written behind it (Unicode, combining diacritical marks).
_OVER = {"^": "\u0302", "ˆ": "\u0302", "¯": "\u0304", "‾": "\u0304", "―": "\u0304", "~": "\u0303", "˜": "\u0303"}
_OVER |= {"→": "\u20d7", "⃗": "\u20d7", "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c"}
_WORD = re.compile(r"\w+")
_TAGS = re.compile(r"<[^>]+>")
FORMULAS_KEPT = 4_096


def mail_html(text: str, *, autolink: bool = True) -> str:
    """A received title or abstract as an HTML fragment that is safe to print, without MathML. Never raises."""
    written = to_html(text, autolink=autolink)
    return without_mathml(_REL.sub("", written)) if "<" in written else written


def without_mathml(written: str) -> str:
    """Safe HTML, as ``catalogue.text.to_html`` and ``community.talk_text.html_of`` write it, without MathML."""
    return _FORMULA.sub(lambda match: _formula(match[0]), written)


@lru_cache(maxsize=FORMULAS_KEPT)
def _formula(mathml: str) -> str:
    try:
        read = _read(fromstring(mathml)).replace("</i><i>", "")  # noqa: S314  (written by to_html, no document type)
        return re.sub(r"  +", " ", read).strip()
    except (ParseError, RecursionError):
        return html.escape(html.unescape(_TAGS.sub("", mathml)), quote=False)


def _read(element: Element) -> str:
    if len(element) == 0:
        return _leaf(element)
    parts = [_read(child) for child in element]
    shape = _SHAPES.get((element.tag, len(parts)))
    if shape is not None:
        return shape(parts)
    if element.tag in ("mtr", "mtable"):
        return (", " if element.tag == "mtr" else "; ").join(parts)
    row = _row(list(element), parts)
    return f"√{_grouped(row)}" if element.tag == "msqrt" else row


def _leaf(element: Element) -> str:
    if element.tag == "mspace":
        return " " if element.get("width", "").lstrip("-0.") and not element.get("width", "").startswith("-") else ""
    text = "".join(_plain_letter(sign) for sign in element.text or "")
    if element.tag == "mo":
        text = text.replace("-", "−")
    written = html.escape(text, quote=False)
    is_variable = element.tag == "mi" and len(text) == 1 and text.isalpha() and element.get("mathvariant") != "normal"
    return f"<i>{written}</i>" if is_variable and text not in _DOUBLESTRUCK else written


def _plain_letter(sign: str) -> str:
    """Letters of the mathematical alphabets (bold, script, ...) as ordinary ones: fonts of mail clients lack them."""
    is_styled = "\U0001d400" <= sign <= "\U0001d7ff" or ("\u2100" <= sign <= "\u213f" and sign not in _KEPT)
    return unicodedata.normalize("NFKC", sign) if is_styled else sign


def _row(children: list[Element], parts: list[str]) -> str:
    """Siblings, with blanks around what relates them and around names such as log."""
    out = ""
    for child, part in zip(children, parts, strict=True):
        bare = html.unescape(part)
        is_name = child.tag in ("mi", "mo") and len(bare) > 1 and bare.isalpha()
        is_relation = bare in _SPACED and bool(out) and out[-1] not in _OPENING and not out.endswith(" ")
        is_behind = is_name and bool(out) and (out[-1].isalnum() or out[-1] == ">")
        if is_relation or is_behind:
            out += f" {part} "
        else:
            out += f"{part} " if is_name or bare == "," else part
    return out


def _grouped(part: str) -> str:
    """A numerator, denominator or radicand: in brackets unless it is one word."""
    bare = _TAGS.sub("", part)
    return part if len(bare) == 1 or _WORD.fullmatch(bare) else f"({part.strip()})"


def _over(parts: list[str]) -> str:
    base, over = parts
    sign = _OVER.get(html.unescape(over).strip())
    if sign is None:
        return base if len(_TAGS.sub("", over)) == 1 and not over.isalnum() else f"{base}<sup>{over}</sup>"
    bare = _TAGS.sub("", base)
    return base.replace(bare, bare + sign, 1) if len(bare) == 1 else base


def _both(parts: list[str]) -> str:
    return f"{parts[0]}<sub>{parts[1]}</sub><sup>{parts[2]}</sup>"


_SHAPES: dict[tuple[str, int], Callable[[list[str]], str]] = {
    ("msub", 2): lambda parts: f"{parts[0]}<sub>{parts[1]}</sub>",
    ("munder", 2): lambda parts: f"{parts[0]}<sub>{parts[1]}</sub>",
    ("msup", 2): lambda parts: f"{parts[0]}<sup>{parts[1]}</sup>",
    ("mover", 2): _over,
    ("msubsup", 3): _both,
    ("munderover", 3): _both,
    ("mfrac", 2): lambda parts: f"{_grouped(parts[0])}/{_grouped(parts[1])}",
    ("mroot", 2): lambda parts: f"<sup>{parts[1]}</sup>√{_grouped(parts[0])}",
}

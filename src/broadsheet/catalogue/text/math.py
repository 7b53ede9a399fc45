r"""Formulas: found between their delimiters, set as MathML, and read as plain Unicode.

latex2mathml parses; this module walks its tree and writes both renderings itself, because the library's own serialiser
does not escape (``\text{<script>}`` comes out alive). Only elements and attributes named here are ever written.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from broadsheet.catalogue.text.macros import SILENT, symbol
from broadsheet.catalogue.text.scripts import subscript, superscript

MAX_FORMULA = 2000
_MAX_DEPTH = 40
_MAX_ELEMENTS = 4000

# MathML Core elements that are written, with their attributes; every other element is replaced by its children.
_BARE = "mn mtext mrow msqrt mroot msub msup msubsup munderover mtable mtr mtd mmultiscripts mprescripts"
ELEMENTS: dict[str, frozenset[str]] = {
    "math": frozenset({"display"}),
    "mi": frozenset({"mathvariant"}),
    "mo": frozenset({"stretchy", "form"}),
    "mspace": frozenset({"width"}),
    "mfrac": frozenset({"linethickness"}),
    "mover": frozenset({"accent"}),
    "munder": frozenset({"accentunder"}),
    **dict.fromkeys(_BARE.split(), frozenset[str]()),
}
# Values that are written; a width is below 10 em, so that no formula pushes the page about.
_VALUE = re.compile(r"-?(?:[0-9]|[0-9]?\.[0-9]{1,3})em|0(?:px|pt)?|true|false|normal|prefix|infix|postfix")
_SPACED = frozenset("=<>≤≥≠≈∼~→←↔⇒⇐⇔↦∈∉⊂⊆⊃⊇≡∝≪≫≲≳≃≅⊥∥|∣+−-±∓×⋅·∪∩∧∨⊕⊗∘∖⊙")
_FUNCTIONS = "log|ln|exp|sin|cos|tan|max|min|sup|inf|lim|det|dim|ker|arg|Pr"
_NAMES = frozenset(_FUNCTIONS.split("|"))
_NAME_END = re.compile(rf"(?:^|[^A-Za-z])(?:{_FUNCTIONS})(?:[₀-ₜᵢ-ᵪ]*|_\w+|_\([^()]*\))$")
_THIN = '<mspace width="0.167em"></mspace>'
_LETTERLIKE = {"ℂ": "C", "ℍ": "H", "ℕ": "N", "ℙ": "P", "ℚ": "Q", "ℝ": "R", "ℤ": "Z"}
_LOST = re.compile(
    r"(?<![\\A-Za-z])(?=(?:text(?:bf|it|rm|tt|sc)?|math(?:cal|bb|bf|rm|sf|it|scr|frak)|boldsymbol|operatorname|sqrt|frac|"
    r"tilde|hat|bar|widetilde|widehat|overline)\{)"
)
# Commands that define, include or link: never needed in an abstract, and a way to make the parser run long.
_FORBIDDEN = re.compile(r"\\(?:def|gdef|edef|let|newcommand|renewcommand|providecommand|href|url|input|include|rule)\b")
_KEPT = frozenset(_LETTERLIKE) | {"ℓ", "ℏ", "Ω", "℃", "№", "™"}
_STYLED = (
    "text textbf textit textrm texttt textsc mathcal mathbb mathbf mathrm mathsf mathit mathscr mathfrak boldsymbol "
    "operatorname frac dfrac tfrac mbox hbox bf rm it em overline underline bm begin end"
)
_STYLE_NAMES = frozenset(_STYLED.split())
_TOKEN = re.compile(r"\\([A-Za-z]+)|\\(.)|([{}$])", re.DOTALL)


def _depth(tex: str) -> int:
    deepest = depth = 0
    for character in tex:
        if character == "{":
            depth += 1
            deepest = max(deepest, depth)
        elif character == "}":
            depth -= 1
    return deepest


@lru_cache(maxsize=512)
def _tree(tex: str) -> Element | None:
    """The element tree of a formula, None when it is too large, too deep or not understood."""
    if len(tex) > MAX_FORMULA or _depth(tex) > _MAX_DEPTH or _FORBIDDEN.search(tex):
        return None
    try:
        tree = Converter().convert_to_element(_LOST.sub(r"\\", tex))
        size = sum(1 for _ in tree.iter())
    except Exception:  # noqa: BLE001 the library raises whatever it meets: ValueError, IndexError, RecursionError, its own
        return None
    return tree if 2 < size <= _MAX_ELEMENTS else None


def _text_of(element: Element) -> str:
    """An element's own text; the library leaves character references in it."""
    text = html.unescape(element.text or "")
    text = "".join(character for character in text if character.isprintable() or character == "\u00a0")
    return text.replace("\\", "")


def _write(element: Element, out: list[str]) -> None:
    tag = element.tag
    allowed = ELEMENTS.get(tag)
    children = list(element)
    text = _text_of(element)
    if allowed is None and text:
        out.append(f"<mtext>{html.escape(text)}</mtext>")
    if (allowed is None or (tag == "mrow" and not text)) and len(children) == 1:
        _write(children[0], out)
        return
    if allowed is None:
        tag, allowed, text = "mrow", ELEMENTS["mrow"], ""
    if tag == "mi" and text in _SPACED:  # the library calls many operators identifiers
        tag = "mo"
    attributes = "".join(
        f' {name}="{value}"' for name, value in element.attrib.items() if name in allowed and _VALUE.fullmatch(value)
    )
    out.append(f"<{tag}{attributes}>{html.escape(text)}")
    if tag in ("mrow", "msqrt", "mtd"):
        _write_row(children, out)
    else:
        for child in children:
            _write(child, out)
    out.append(f"</{tag}>")


def _write_row(children: list[Element], out: list[str]) -> None:
    """Write siblings, with TeX's thin space around names such as log, and upright letters joined to one word."""
    before = ""
    index = 0
    while index < len(children):
        word = ""
        while index < len(children) and children[index].get("mathvariant") == "normal" and not len(children[index]):
            word += _text_of(children[index])
            index += 1
        if len(word) > 1:
            out.append(f"<mi>{html.escape(word)}</mi>")
            before = ""
            continue
        if word:
            index -= 1
        child = children[index]
        index += 1
        kind = "name" if _text_of(child) in _NAMES else "operand" if child.tag != "mo" else ""
        if "name" in (before, kind) and before and kind:
            out.append(_THIN)
        _write(child, out)
        before = kind


@lru_cache(maxsize=4096)
def to_mathml(tex: str, *, is_block: bool = False) -> str:
    """A formula as MathML, '' when it cannot be converted."""
    tree = _tree(tex.strip())
    if tree is None:
        return ""
    out: list[str] = []
    try:
        for child in tree:
            _write(child, out)
    except RecursionError:
        return ""
    display = ' display="block"' if is_block else ""
    return f"<math{display}>{''.join(out)}</math>"


@lru_cache(maxsize=4096)
def to_text(tex: str) -> str:
    """A formula as readable Unicode: ``x^2`` gives x², and what has no such form keeps ^, _ and /."""
    tree = _tree(tex.strip())
    if tree is None:
        return tidy(tex)
    try:
        return re.sub(r"\s+", " ", _read(tree)).strip()
    except RecursionError:
        return tidy(tex)


def _read(element: Element) -> str:
    children = list(element)
    tag = element.tag
    if not children:
        return _plain_letters(_text_of(element)) if tag != "mspace" else " "
    parts = [_read(child) for child in children]
    count, text = len(parts), ""
    if tag in ("msub", "munder") and count == 2:
        text = parts[0] + subscript(parts[1])
    elif tag == "mover" and count == 2:  # a bar or a hat is left out, a limit is not
        text = parts[0] + ("" if children[1].tag == "mo" else superscript(parts[1]))
    elif tag == "msup" and count == 2:
        text = parts[0] + superscript(parts[1])
    elif tag in ("msubsup", "munderover") and count == 3:
        text = parts[0] + subscript(parts[1]) + superscript(parts[2])
    elif tag == "mfrac" and count == 2:
        text = f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    elif tag == "mroot" and count == 2:
        text = f"{superscript(parts[1])}√{_grouped(parts[0])}"
    elif tag in ("mtr", "mtable"):
        text = (", " if tag == "mtr" else "; ").join(parts)
    else:
        text = _join(children, parts)
        text = "√" + _grouped(text) if tag == "msqrt" else text
    return text


def _grouped(text: str) -> str:
    return text if len(text) == 1 or text.isalnum() else f"({text})"


def _plain_letters(text: str) -> str:
    """Styled mathematical letters as ordinary ones (𝒪 as O); the doublestruck number sets ℝ, ℕ ... stay."""
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize("NFKC", character)
        if "\U0001d400" <= character <= "\U0001d7ff" or ("\u2100" <= character <= "\u213f" and character not in _KEPT)
        else character
        for character in text
    )


def _join(children: list[Element], parts: list[str]) -> str:
    out = ""
    for child, part in zip(children, parts, strict=True):
        if not part:
            continue
        is_operator = child.tag in ("mo", "mi") and part in _SPACED
        is_name = child.tag in ("mi", "mo") and len(part) > 1 and part.isalpha()
        if is_operator and out and out[-1] not in "([{⟨,∣| ":
            out += f" {part} "
        elif out and ((is_name and out[-1].isalnum()) or (part[0].isalnum() and _ends_in_name(out))):
            out += f" {part}"
        else:
            out += part + (" " if part == "," else "")
    return out.replace(": = ", " := ")


def _ends_in_name(text: str) -> bool:
    return _NAME_END.search(text[-24:]) is not None


def tidy(tex: str) -> str:
    """The source of a formula without its syntax, for one that cannot be parsed."""

    def spell(match: re.Match[str]) -> str:
        name, sign = match[1], match[2]
        if name:
            return "" if name in SILENT or name in _STYLE_NAMES else symbol(name) or f"{name} "
        return (" " if sign in ",;:!> \\\n" else sign) if sign else ""

    return re.sub(r"\s+", " ", _TOKEN.sub(spell, tex)).strip()

"""Text written for TeX as plain text: accents and letters by commands, braces, ties; formulas stay as they are.

What names and titles in bibliographies hold is meant, not what a document may: unknown commands are left alone, since
whoever shows a text knows more of them.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307", '"': "\u0308",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "b": "\u0331", "r": "\u030a",
    "k": "\u0328",
}  # fmt: skip
_LETTERS = {
    "L": "Ł", "l": "ł", "O": "Ø", "o": "ø", "ss": "ß", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "AA": "Å",
    "aa": "å", "i": "ı", "j": "ȷ", "DH": "Ð", "dh": "ð", "DJ": "Đ", "dj": "đ", "TH": "Þ", "th": "þ", "NG": "Ŋ",
    "ng": "ŋ",
}  # fmt: skip
_DOTLESS = {"ı": "i", "ȷ": "j"}
_MATH = re.compile(r"(?<!\\)(\$\$?)(?:[^$\\]|\\.){1,2000}?\1|\\\(.{1,2000}?\\\)", re.DOTALL)
_LETTER_NAMES = "|".join(sorted(_LETTERS, key=len, reverse=True))
# An accent of a sign takes what follows, one of a letter needs a brace or a blank before it.
_ACCENT = re.compile(
    rf"\\(?:([`'^~=.\"])\s*|([uvHcdbrk])(?:\s+|(?=\s*\{{)))(?:\{{\s*)?(?:\\({_LETTER_NAMES})(?![A-Za-z])\s*|([^\W\d_]))"
    r"(\s*\})?"
)
_LETTER = re.compile(rf"\\({_LETTER_NAMES})(?:\{{\}}|(?![A-Za-z])[ \t]*)")
_ESCAPED = re.compile(r"\\([&%$#_ {}])")
_DASHES = {"---": "—", "--": "–"}
_DASH = re.compile(r"(?<!-)-{2,3}(?!-)")
_IS_TEX = re.compile(r"[\\{}~]|--")


def is_tex(text: str) -> bool:
    """Whether a text holds any sign that means something to TeX outside formulas."""
    return _IS_TEX.search(text) is not None


def plain_text(text: str) -> str:
    r"""The text with its accents as letters and without the braces that keep case; blanks become single ones.

    Formulas between dollar signs or ``\(`` and ``\)`` are kept as they stand.
    """
    if not is_tex(text):
        return " ".join(text.split())
    parts, end = [], 0
    for formula in _MATH.finditer(text):
        parts += [_plain(text[end : formula.start()]), formula[0]]
        end = formula.end()
    parts.append(_plain(text[end:]))
    return " ".join("".join(parts).split())


def _plain(text: str) -> str:
    if not is_tex(text):
        return text
    if "\\" in text:
        text = _ACCENT.sub(_accented, text)
        text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
        # Escaped signs are put out of the way of what follows, by characters that no text holds.
        text = _ESCAPED.sub(lambda match: chr(0xE000 + ord(match[1])), text)
    if "\\" not in text:
        text = text.replace("{", "").replace("}", "")
    text = text.replace("~", " ") if "://" not in text else text
    text = _DASH.sub(lambda match: _DASHES[match[0]], text)
    return re.sub("[\ue020-\ue07e]", lambda match: chr(ord(match[0]) - 0xE000), text)


def _accented(match: re.Match[str]) -> str:
    accent = _ACCENTS[match[1] or match[2]]
    letter = _LETTERS[match[3]] if match[3] else match[4]
    return unicodedata.normalize("NFC", _DOTLESS.get(letter, letter) + accent) + _unpaired(match)


def _unpaired(match: re.Match[str]) -> str:
    """The closing brace behind the letter where none was opened before it, as it belongs to something around."""
    is_opened = "{" in match[0]
    return "}" if match[5] and not is_opened else ""

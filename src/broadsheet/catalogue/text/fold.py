"""Forms of a text for matching: folded, for the word index, and as the key of "same title"."""

from __future__ import annotations

import re
import unicodedata

from broadsheet.catalogue.text.clean import layout
from broadsheet.catalogue.text.links import may_hold_link
from broadsheet.catalogue.text.parse import between
from broadsheet.catalogue.text.plain import plain_reading
from broadsheet.catalogue.text.repair import may_be_stripped, spoken

_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon "
    "phi chi psi omega"
)
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", _GREEK_NAMES.split(), strict=True))
_LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ȷ": "j",
            "ŋ": "ng", "ß": "ss"}  # fmt: skip
_SIGNS = {
    **dict.fromkeys("‐‑‒–—―−⁃﹣－", "-"),
    **dict.fromkeys("‘’‚‛′ʼ´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("\\{}$`^_~", " "),
    "×": "x",
    "⁄": "/",
}
_TABLE = str.maketrans({**_GREEK, **_LETTERS, **_SIGNS})
_REPEATED = re.compile(r"-{2,}|'{2,}")
# Nothing in such a text is TeX, markup, an address or typography: it reads as it is written.
_ORDINARY = re.compile(r"(?:[A-Za-z0-9 ,;:?!()]|(?<!-)-|(?<!')'|\.(?= |\Z))*")
_KEPT = re.compile(r"[^\W_]+")


def _characters(text: str) -> str:
    """Fold characters one by one: compatibility forms, case, accents, Greek, ligatures, typography."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = _MARKS.sub("", text).translate(_TABLE)
    return " ".join(_REPEATED.sub(lambda run: run[0][0], unicodedata.normalize("NFKC", text)).split())


def _fold_reading(reading: str) -> str:
    if reading.isascii():
        return " ".join(_REPEATED.sub(lambda run: run[0][0], reading.casefold().translate(_TABLE)).split())
    folded = _characters(reading)
    # A few characters decompose into others that fold again (old Greek, squared letters); two rounds settle them all.
    return folded if folded.isascii() else _characters(_characters(folded))


def fold(text: str) -> str:
    """Fold a text for matching: what reads alike becomes equal.

    The plain reading, without the repair of half-stripped TeX (``200times`` stays as printed), in NFKC and case-folded,
    without accents, Greek letters spelled in place (``μLO`` is ``mulo``), ligatures split, quotes and dashes in ASCII,
    TeX signs as blanks, and one space between words. ``fold(fold(x)) == fold(x)``.
    """
    if _ORDINARY.fullmatch(text):
        return " ".join(text.lower().split())
    folded = _fold_reading(plain_reading(text, repair=False))
    if may_hold_link(folded):
        # Where a TeX sign became a blank, an address may begin that was none before ("x_github.com/a/b").
        folded = _fold_reading(plain_reading(folded, repair=False))
    return folded


def index_text(text: str) -> str:
    """What the word index stores: the folded text, and behind it the words that a repair reads differently.

    So a half-stripped ``200times`` is found by ``200times`` and by ``200 times``.
    """
    folded = fold(text)
    laid_out = layout(text)
    if not may_be_stripped(laid_out):
        return folded
    pieces = [piece for part, is_text in between(laid_out) if is_text for piece in spoken(part)]
    readings = dict.fromkeys(fold(piece) for piece in pieces)
    return " ".join([folded, *(words for words in readings if _KEPT.search(words) and words not in folded)])


def normalise_title(text: str) -> str:
    """The key under which two titles are the same: folded letters and digits of any script, single spaces between.

    '' only for a title without any letter or digit. Stable: the key of a key is the key.
    """
    return " ".join(_KEPT.findall(fold(text)))

"""The names of authors as they stand in addresses.

A slug says what is printed and no more: two people who print the same name have one slug, and one person who prints
two names has two. Slugs are stored (``Authorship.slug``) and people link to them, so what is made of a name must not
change; the tests hold it by examples.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

from broadsheet.catalogue.text import to_plain

LONGEST_SLUG = 200
ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)

_DIGEST_BYTES = 8
# Letters that no normal form of Unicode takes apart and that are printed without their strokes as often as with them.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
# Latin accents. The marks of other scripts are vowels and voicings: without them a name would be another one.
_ACCENTS = re.compile("[\u0300-\u036f]")
_WITHIN_WORDS = frozenset("'’‘ʼʻ`´′＇")
_MARKUP = re.compile(r"[\\${}<&]")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_GENERATIONS = re.compile(
    r"(jr|sr|junior|senior|i{1,3}|iv|vi{0,3}|ph\.?d|m\.?d|dr|esq|inc|ltd|llc|gmbh|corp|co)\.?", re.IGNORECASE
)
_MOST_WORDS_OF_A_PART = 4
_ROUNDS = 4


@lru_cache(maxsize=1 << 16)
def slug_of(name: str) -> str:
    """A printed name as it stands in addresses: ``María Núñez-O'Brien`` is ``maria-nunez-obrien``.

    Small letters, digits and single hyphens, in any script; no accents on Latin, Greek and Cyrillic letters. ``Family,
    Given`` is turned where it can be nothing else. Never empty and at most 200 characters: a longer one, and a name
    without any letter, ends in a digest of what it stands for. Never looks like an ORCID. ``slug_of(slug_of(x)) ==
    slug_of(x)``.
    """
    printed = to_plain(name) if _MARKUP.search(name) else name
    words = _words(_turned(printed) if "," in printed else printed)
    slug = "-".join(words)
    if not slug:
        return f"name-{_digest(name)}"
    if ORCID.fullmatch(slug.upper()):
        return f"name-{slug}"
    if len(slug) <= LONGEST_SLUG:
        return slug
    digest = _digest(slug)
    return f"{slug[: LONGEST_SLUG - len(digest) - 1].rstrip('-')}-{digest}"


def is_orcid(text: str) -> bool:
    """Whether a text is written as an ORCID is (ISO 27729: four groups of four, the last sign perhaps an X)."""
    return ORCID.fullmatch(text) is not None


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def _turned(name: str) -> str:
    """``Family, Given`` as ``Given Family``; what may be a generation, a company or a list stays as it is."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 3 and _GENERATIONS.fullmatch(parts[1]):
        parts = [f"{parts[0]} {parts[1]}", parts[2]]
    if len(parts) != 2 or not all(parts) or _GENERATIONS.fullmatch(parts[1]):
        return name
    if any(len(part.split()) > _MOST_WORDS_OF_A_PART for part in parts):
        return name
    return f"{parts[1]} {parts[0]}"


def _words(text: str) -> list[str]:
    """The words of a name, folded; an apostrophe does not part one."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower().replace("'", "").replace("`", ""))
    for _ in range(_ROUNDS):
        folded = _folded(text)
        if folded == text:
            break
        text = folded
    letters = (_letter(letter) for letter in text)
    return "".join(letter for letter in letters if letter is not None).split()


def _folded(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", taken_apart).translate(_PLAIN_LETTERS))


def _letter(letter: str) -> str | None:
    """A letter, digit or mark as it is, a blank for what parts words, None for what is not seen or stands in one."""
    kind = unicodedata.category(letter)
    if kind[0] in "LNM":
        return letter
    return None if kind == "Cf" or letter in _WITHIN_WORDS else " "

"""The names in arXiv's list of authors, which is one text: names, affiliations in parentheses, collaborations.

The form is the one that info.arxiv.org/help/prep.html asks for; what people have written in its stead since 1991 is
read as well as it goes. Accents by TeX commands become letters.
"""

from __future__ import annotations

import re

from broadsheet.sources.record import AuthorRecord
from broadsheet.sources.tex_text import plain_text

_BETWEEN = re.compile(
    r"\s*[,;:]\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+|\s+(?=with\s+(?:an?\s+)?appendi(?:x|ces)\s)", re.IGNORECASE
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|v|2nd|3rd)\.?", re.IGNORECASE)
_LED_IN = re.compile(
    r"(?:on\s+behalf\s+of|representing)\s+(?:the\s+)?"
    r"|for\s+(?:the\s+)?(?=\S.*\b(?:collaboration|team|consortium|group)s?\b)"
    r"|(?:with\s+)?(?:an?\s+)?appendi(?:x|ces)\s+(?:written\s+)?by\s+|and\s+",
    re.IGNORECASE,
)
_AND_OTHERS = re.compile(r"\s+et\.?\s*al\.?$", re.IGNORECASE)
_NOBODY = re.compile(r"(?:et\.?\s*al|others|anonymous|the\s+authors?)\.?", re.IGNORECASE)
_LONGEST = 500


def split_authors(text: str) -> tuple[AuthorRecord, ...]:
    """The authors in the order of the list; affiliations and numbers of footnotes are left out."""
    names: list[str] = []
    for piece in _BETWEEN.split(_without_parentheses(plain_text(text))):
        name = _AND_OTHERS.sub("", " ".join(piece.strip(" *†‡").split()))
        if led_in := _LED_IN.match(name):
            name = name[led_in.end() :]
        if names and _SUFFIX.fullmatch(name):
            names[-1] = f"{names[-1]} {name}"
        elif is_name(name):
            names.append(name)
    return tuple(AuthorRecord(name=name) for name in names)


def named_author(keyname: str, forenames: str, suffix: str) -> AuthorRecord | None:
    """The author whose name arXiv has taken apart; None where nothing of it is a name (a lone colon)."""
    name = plain_text(" ".join(part for part in (forenames, keyname, suffix) if part))
    return AuthorRecord(name=name) if is_name(name) else None


def is_name(text: str) -> bool:
    """Whether a piece of a list can be somebody: it has a letter and is not a way to say that there are others."""
    return any(map(str.isalpha, text)) and len(text) <= _LONGEST and _NOBODY.fullmatch(text) is None


def _without_parentheses(text: str) -> str:
    """The text without what stands in parentheses; of one that is never closed, up to the next comma or to the end."""
    if "(" not in text:
        return text.replace(")", " ")
    kept: list[str] = []
    depth = start = 0
    for mark in re.finditer(r"[()]", text):
        if mark[0] == "(":
            if depth == 0:
                kept.append(text[start : mark.start()])
                start = mark.start()
            depth += 1
        elif depth:
            depth -= 1
            start = mark.end() if depth == 0 else start
    rest = text[start:]
    if depth:
        # A list of footnotes takes up the rest; anything else that was left open is one author's affiliation.
        rest = "" if re.match(r"\(\s*[(\d]", rest) else rest[rest.find(",") :] if "," in rest else ""
    return " ".join([*kept, rest]).replace(")", " ")

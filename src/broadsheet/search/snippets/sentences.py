"""Where sentences begin in a plain text, and where it can be cut between words."""

from __future__ import annotations

import re
import unicodedata

_END = re.compile(r"[.!?][\"'”’)\]]{0,3}\s+(?=[^\Wa-z_]|[\"'“‘(\[])|[。！？]+[”’」』）]*\s*(?=\S)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|al|etc|figs?|eqs?|sec|tab|no|vol|approx|resp|dr|prof|mrs?|st|ca|w\.r\.t|a\.k\.a|[A-Z]))\.",
    re.IGNORECASE,
)
_LOOK_BACK = 8


def sentence_starts(text: str) -> list[int]:
    """Positions at which sentences begin, the first at 0; abbreviations and initials end none."""
    starts = [0]
    for match in _END.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start() + 1]
        abbreviation = _ABBREVIATION.search(before)
        if abbreviation is None or abbreviation.end() < len(before):
            starts.append(match.end())
    return starts


def next_break(text: str, start: int, limit: int) -> int:
    """The first beginning of a word from ``start`` on; ``start`` itself, if no word begins before ``limit``."""
    if start == 0:
        return 0
    blank = text.find(" ", start - 1, limit)
    return blank + 1 if blank >= 0 else between_characters(text, start)


def previous_break(text: str, start: int, limit: int) -> int:
    """The last end of a word up to ``limit``; where a text has no blanks, the end of a character."""
    blank = text.rfind(" ", start + 1, limit + 1)
    return blank if blank > start + (limit - start) // 2 else between_characters(text, limit)


def between_characters(text: str, position: int) -> int:
    """``position``, or the place before it where a letter is not parted from its accents."""
    while 0 < position < len(text) and is_bound(text[position]):
        position -= 1
    return position


def is_bound(character: str) -> bool:
    """Whether a code point belongs to the character before it: combining marks, joiners, modifiers of emoji."""
    return (
        unicodedata.category(character)[0] == "M"
        or character in "\u200c\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )

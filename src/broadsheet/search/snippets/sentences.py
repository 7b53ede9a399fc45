"""Where sentences begin in a plain text, and where it can be cut between words."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

# A blank was lost between two sentences where a word like these follows the full stop ("well.We"); before other words
# it is more likely a name ("torch.Tensor").
_OPENERS = (
    "A|Additionally|Although|An|As|At|Based|Because|But|By|Code|Compared|Despite|During|Existing|Experimental|"
    "Experiments|Extensive|Finally|First|Firstly|For|From|Further|Furthermore|Given|Here|However|If|In|Indeed|Instead|"
    "It|Its|Many|Moreover|Most|Notably|Of|On|Our|Over|Overall|Previous|Recent|Recently|Results|Second|Secondly|Since|"
    "Some|Specifically|Such|That|The|Their|Then|There|Therefore|These|They|This|Through|Thus|To|Unlike|Using|We|When|"
    "Whereas|While|With|Yet"
)
_END = re.compile(
    r"[.!?][\"'”’)\]]{0,3}(?:\s+(?=[^\Wa-z_]|[\"'“‘(\[])|(?<=[a-z\d)\]]{2}[.!?])(?=(?:" + _OPENERS + r")\s))"
    r"|[。！？]+[”’」』）]*\s*(?=\S)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|al|etc|algs?|approx|ca|chap|defs?|dr|eqn?s?|figs?|i\.i\.d|mrs?|no|nos|pp|prof|props?|"
    r"refs?|resp|secs?|sects?|st|tabs?|thms?|vol|w\.r\.t|a\.k\.a|[A-Z]))\.\Z",
    re.IGNORECASE,
)
_LOOK_BACK = 8


def sentence_starts(text: str) -> list[int]:
    """Positions at which sentences begin, the first at 0; abbreviations, initials and decimals end none.

    A sentence begins behind its full stop and the blanks, also where the blank was lost before a word that begins many
    sentences.
    """
    starts = [0]
    for match in _END.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start() + 1]
        if _ABBREVIATION.search(before) is None:
            starts.append(match.end())
    return starts


def sentences(text: str) -> list[str]:
    """The sentences of a plain text in order, each with the blanks behind it: joined they are the text again."""
    starts = [*sentence_starts(text), len(text)]
    return [text[start:end] for start, end in pairwise(starts) if start < end]


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

"""Removal of characters that no reader sees and that only deceive: controls, bidi overrides, invisible tags."""

from __future__ import annotations

import re

# What may stay: tab and line breaks (layout), and the joiners U+200C/U+200D, which Persian and emoji need.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U0001fffe\U0001ffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def strip_unseen(text: str) -> str:
    """Drop control characters, bidi controls (Trojan Source), invisible and unassigned code points.

    Every kind of line break becomes a line feed. Printable text is returned as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text))


PARAGRAPH = "\u2029"
"""What stands for a paragraph break inside this package; input never holds it, `strip_unseen` takes it out."""

_PARAGRAPH_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*\n\s*|(?<=[.!?)])\n[ \t]{2,}(?=[A-Z0-9($\\])")
_RAGGED = re.compile(r"[^\S ]|  ")
_BLANKS = re.compile(f"[^\\S{PARAGRAPH}]+")


def layout(text: str) -> str:
    """Drop unseen characters, mark paragraphs by ``PARAGRAPH`` and make every other run of blanks one space.

    A paragraph starts after a blank line, or, as arXiv wraps its abstracts, after a finished sentence on an indented
    line.
    """
    text = strip_unseen(text).strip()
    if not _RAGGED.search(text):
        return text
    return _BLANKS.sub(" ", _PARAGRAPH_BREAK.sub(PARAGRAPH, text))

"""Lines of a letter in plain text: wrapped by the cells that signs take up in a terminal or a fixed font."""

from __future__ import annotations

import unicodedata

WIDTH = 72


_JOINERS = frozenset("\u200c\u200d")


def one_line(text: str) -> str:
    """A text as one line without what cannot be seen, so that it begins no other header and turns no direction about.

    Signs that join letters (in Persian, in emoji) stay.
    """
    return " ".join("".join(map(_visible, text)).split()) if not text.isprintable() else " ".join(text.split())


def _visible(sign: str) -> str:
    if sign.isprintable() or sign in _JOINERS:
        return sign
    return " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Zs") else ""


def cells(text: str) -> int:
    """How many columns a text takes up: two for a wide sign (UAX #11), none for one that joins the sign before it."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(sign) for sign in text)


def _cells_of(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrapped(text: str, *, indent: str = "", width: int = WIDTH) -> list[str]:
    """A text in lines of at most ``width`` columns, each behind ``indent``.

    An address is never broken: it stands on a line of its own, however long. Other words that are too long are.
    """
    lines: list[str] = []
    room, line, used = width - cells(indent), "", 0
    for word in text.split():
        for piece in _pieces(word, room):
            long = cells(piece)
            if line and used + 1 + long > room:
                lines.append(indent + line)
                line, used = "", 0
            line, used = (f"{line} {piece}", used + 1 + long) if line else (piece, long)
    return [*lines, indent + line] if line else lines


def _pieces(word: str, room: int) -> list[str]:
    if cells(word) <= room or "://" in word:
        return [word]
    pieces, piece, used = [], "", 0
    for sign in word:
        long = _cells_of(sign)
        if piece and used + long > room:
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + sign, used + long
    return [*pieces, piece]


def centred(text: str, width: int = WIDTH) -> list[str]:
    """A text in the middle of the column, in as many lines as it needs."""
    return [" " * ((width - cells(line)) // 2) + line for line in wrapped(text, width=width)]


def underlined(text: str, sign: str = "-", width: int = WIDTH) -> list[str]:
    """A heading with a rule below it, as long as the heading's last line."""
    lines = wrapped(text, width=width)
    return [*lines, sign * max(cells(lines[-1]), 1)] if lines else []

"""The text of a feed as UTF-8, whatever it is written in and whatever it says of that."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

from broadsheet.sources.record import SourceError

# Supersets of ASCII in which each byte below 0x40 means what it means there, so markup cannot hide.
_CODECS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
        *(f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))),
        *(f"cp125{page}" for page in range(9)),
        *("koi8-r", "koi8-u", "mac-roman", "cp437", "cp850", "cp866", "cp874", "tis-620"),
        *("shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "gb2312", "gbk", "gb18030", "big5", "big5hkscs"),
    )
)
# The first bytes of a text with two or four bytes a letter, with a mark or without:
# https://www.w3.org/TR/xml/#sec-guessing.
_WIDE = (
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_EBCDIC = b"\x4c\x6f\xa7\x94"
_STATED = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"'>]*)[\"']")
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
_NO_LETTERS = ("\ufffe".encode(), "\uffff".encode())
_ASCII = bytes(range(128))
_MOST_WRONG = 1_000
_PIECE = 16 * 1024


def utf8(content: bytes, name: str, charset: str = "") -> bytearray:
    """A feed's text in UTF-8, without a mark at its beginning and without letters that XML does not know.

    ``charset`` is what the HTTP header states. What is valid UTF-8 is taken as that; other text for what it states, in
    the feed or the header, if it is valid so, and else for UTF-8 in which the wrong bytes are Windows-1252. Raises
    ``SourceError`` for encodings in which markup can hide, as UTF-7 and EBCDIC, and for text that is neither what it
    states nor mostly ASCII; ``name`` is what it calls the feed.
    """
    plain = _plain(content, name, charset)
    if plain.startswith(codecs.BOM_UTF8):
        del plain[: len(codecs.BOM_UTF8)]
    return plain


def _plain(content: bytes, name: str, charset: str) -> bytearray:
    if content.startswith(_EBCDIC):
        raise SourceError(f"{name}: refused: it is written in EBCDIC")
    wide = next((codec for start, codec in _WIDE if content.startswith(start)), None)
    if wide is not None:
        return _recoded(content, wide, "replace")
    declaration = _STATED.match(content.removeprefix(codecs.BOM_UTF8), 0, 1_000)
    stated = [declaration[1].decode("latin-1") if declaration else "", charset]
    known = [codec for codec in (_codec(label, name) for label in stated) if codec is not None]
    mended, wrong = _mended(content)
    if not wrong:
        return mended
    for codec in known:
        with suppress(UnicodeError):
            return _recoded(content, codec, "strict")
    if wrong <= _MOST_WRONG:
        return mended
    # This is not UTF-8 that somebody pasted a little of something else into.
    if sum(len(piece.translate(None, _ASCII)) for piece, _ in _pieces(content)) * 2 > len(content):
        raise SourceError(f"{name}: the text is not in the encoding that it states, and not in any that can be told")
    return _recoded(content, "cp1252", "replace")


def _pieces(content: bytes) -> Iterator[tuple[bytes, bool]]:
    """The content piece by piece, as a whole text of it in memory may take four times its size; and whether it ends."""
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE], start + _PIECE >= len(content)


def _clean(piece: bytes) -> bytes:
    piece = piece.translate(None, _CONTROLS)
    for wrong in _NO_LETTERS:
        piece = piece.replace(wrong, b"") if wrong in piece else piece
    return piece


def _recoded(content: bytes, codec: str, errors: str) -> bytearray:
    decoder, recoded = codecs.getincrementaldecoder(codec)(errors), bytearray()
    for piece, is_last in _pieces(content):
        recoded += _clean(decoder.decode(piece, is_last).encode("utf-8", "replace"))
    return recoded


def _mended(content: bytes) -> tuple[bytearray, int]:
    """UTF-8 with its wrong bytes taken for Windows-1252, and how many places are wrong; it ends after too many."""
    mended, rest, wrong = bytearray(), b"", 0
    for piece, is_last in _pieces(content):
        rest += piece
        while True:
            try:
                taken = codecs.utf_8_decode(rest, "strict", is_last)[1]
            except UnicodeDecodeError as error:
                wrong += 1
                if wrong > _MOST_WRONG:
                    return mended, wrong
                windows = rest[error.start : error.end].decode("cp1252", "replace")
                mended += _clean(rest[: error.start]) + windows.encode()
                rest = rest[error.end :]
            else:
                mended += _clean(rest[:taken])
                rest = rest[taken:]
                break
    return mended, wrong


def _codec(label: str, name: str) -> str | None:
    """Python's name of an encoding; None for one that it does not know."""
    try:
        codec = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    if codec not in _CODECS:
        raise SourceError(f"{name}: refused: it says that it is written in {label}, in which markup can hide")
    return codec

"""XML of strangers: read through defusedxml within bounds, and a guard for feeds before feedparser gets to see them.

No document type declaration is read, so there are no entities to blow up and nothing outside to fetch; XInclude is
refused. What is left to attack is bounded: nesting, the number of elements, and the length of one tag or comment. An
attack is found while its first pieces are read, so it costs no time and no memory to speak of.
"""

from __future__ import annotations

import codecs
import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ErrorString

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from broadsheet.sources.record import SourceError

MOST_NESTED = 128
MOST_ELEMENTS = 500_000
MOST_BROKEN_TAGS = 100_000
"""Tags in a feed that is no well-formed XML; feedparser's other parser is slow."""
LONGEST_BROKEN_TAG = 64 * 1024
LONGEST_TAG = 2**20
"""Bytes of one tag with its attributes, one comment or one instruction; text may be of any length."""
_PIECE = 64 * 1024
_XINCLUDE = "{http://www.w3.org/2001/XInclude}"
# Supersets of ASCII in which each byte below 0x40 means what it means there, so markup cannot hide.
_FEED_CODECS = frozenset(
    codecs.lookup(name).name
    for name in (
        *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
        *(f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17))),
        *(f"cp125{page}" for page in range(9)),
        *("koi8-r", "koi8-u", "mac-roman", "cp437", "cp850", "cp866", "cp874", "tis-620"),
        *("shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "gb2312", "gbk", "gb18030", "big5", "big5hkscs"),
    )
)
# The first bytes of a text with two or four bytes a letter, with a mark or without: https://www.w3.org/TR/xml/#sec-guessing.
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
_DECLARATION = re.compile(r"\ufeff?\s*<\?xml\b[^>]*?(?:\bencoding\s*=\s*[\"']([^\"'>]*)[\"'][^>]*?)?\?>", re.ASCII)
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BEFORE_ROOT = (("<?", "?>"), ("<!--", "-->"))
_MOST_BEFORE_ROOT = 1_000
_DECLARED = re.compile(r"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION|\[)", re.IGNORECASE)
_ROOT = re.compile(r"<[^\W\d]", re.ASCII)
# feedparser looks for mail addresses and declarations in a way that takes the square of the length of such runs.
_LONG_WORD = re.compile(rb"(?<![\w.+-])([\w.+-]{1000})[\w.+-]+")
_LONG_SPACE = re.compile(r"(?<!\s)(\s{100})\s+")
_RSS_091 = re.compile(
    r"<!DOCTYPE\s+rss\s+(?:PUBLIC\s+\"-//Netscape Communications//DTD RSS 0\.91//EN\"|SYSTEM)\s+"
    r"\"https?://[^\"<>\[\]]*rss-0\.91\.dtd\"\s*>"
)
_WEB_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)


class _BoundsError(Exception):
    """The document is beyond what a harmless one needs; the text says in what."""


class _Bounded:
    """Passes elements on to a tree builder, or to nobody, and counts them."""

    def __init__(self, builder: TreeBuilder | None, most_elements: int) -> None:
        self._builder, self._most = builder, most_elements
        self._depth = self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MOST_NESTED:
            raise _BoundsError(f"elements are nested more than {MOST_NESTED} deep")
        if self._count > self._most:
            raise _BoundsError(f"there are more than {self._most:,} elements")
        if tag.startswith(_XINCLUDE):
            raise _BoundsError("it asks for other documents to be included (XInclude)")
        if self._builder is not None:
            self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._builder is not None:
            self._builder.end(tag)

    def data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def close(self) -> Element | None:
        return None if self._builder is None else self._builder.close()


def parse_xml(content: bytes, name: str, *, most_elements: int = MOST_ELEMENTS) -> Element:
    """The root element of a document; ``name`` is what messages call it.

    Raises ``SourceError`` with the line for what is not well-formed (bytes that are not of the stated encoding
    included), for any document type declaration, and for what is beyond the bounds of this module.
    """
    root = _parsed(content, name, TreeBuilder(), most_elements)
    assert root is not None
    return root


def _parsed(content: bytes, name: str, builder: TreeBuilder | None, most_elements: int) -> Element | None:
    _check_count(content, name, most_elements)
    parser = DefusedXMLParser(target=_Bounded(builder, most_elements), forbid_dtd=True)
    expat = parser.parser
    try:
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            parser.feed(piece)
            if start + len(piece) - expat.CurrentByteIndex > LONGEST_TAG:
                raise _BoundsError(f"one tag or comment has more than {LONGEST_TAG:,} bytes")
        root: Element | None = parser.close()
    except DefusedXmlException as error:
        line = expat.CurrentLineNumber
        if _WEB_PAGE.match(content[:1000].decode("latin-1")):
            raise SourceError(f"{name}:{line}: a web page (HTML), not XML") from error
        raise SourceError(f"{name}:{line}: refused: it has a document type declaration or entities") from error
    except _BoundsError as error:
        raise SourceError(f"{name}:{expat.CurrentLineNumber}: refused: {error}") from error
    except ParseError as error:
        line, column = error.position
        raise SourceError(
            f"{name}:{line}: not well-formed XML: {ErrorString(error.code)} (column {column + 1})"
        ) from error
    except (ValueError, LookupError) as error:
        raise SourceError(f"{name}:{expat.CurrentLineNumber}: not XML that can be read: {error}") from error
    return root


def _check_count(content: bytes, name: str, most_elements: int) -> None:
    # Elements have one tag or two; counting bytes is much faster than parsing, and works in any encoding.
    if content.count(b"<") > 2 * most_elements:
        raise SourceError(f"{name}: refused: there are more than {most_elements:,} elements")


def guard_feed(content: bytes, name: str = "the feed", *, charset: str = "") -> bytes:
    """A feed as UTF-8 that feedparser may be given: as ``io.BytesIO``, since it takes bytes for the name of a file.

    ``charset`` is what the HTTP header states. The text is decoded here, once, so what was looked at is what is
    parsed: feedparser guesses encodings, and an entity could hide in one that only it knows. A text that is not in the
    encoding it states stays readable: what is not UTF-8 is taken for the stated encoding, or else for Windows-1252
    byte by byte. Letters that XML does not know are left out.

    A feed that is not well-formed is let through, feedparser can make something of it. Words of more than a thousand
    letters are cut, as it would take minutes to look for a mail address in them. Raises ``SourceError`` for
    declarations of types and entities, for web pages, for encodings in which markup can hide (UTF-7, EBCDIC), and for
    what is beyond the bounds of this module.
    """
    _check_count(content, name, MOST_ELEMENTS)
    text = _IMPOSSIBLE.sub("", _decoded(content, name, charset))
    declaration = _DECLARATION.match(text)
    if declaration:
        # Its lines are kept, so that errors name the right one.
        text = "\n" * declaration.group().count("\n") + text[declaration.end() :]
    text = _without_declarations(text.removeprefix("\ufeff"), name)
    safe = b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace")
    try:
        _parsed(safe, name, None, MOST_ELEMENTS)
    except SourceError as error:
        if not isinstance(error.__cause__, ParseError) or not _is_harmless(safe):
            raise
    return _LONG_WORD.sub(rb"\1", safe)


def _is_harmless(broken: bytes) -> bool:
    """Whether what is no well-formed XML may be given to feedparser's own parser."""
    if broken.count(b"<") > MOST_BROKEN_TAGS:
        return False
    position = broken.find(b"<")
    while position >= 0:
        following = broken.find(b"<", position + 1)
        tag_end = broken.find(b">", position, position + LONGEST_BROKEN_TAG)
        if tag_end < 0 and (len(broken) if following < 0 else following) - position > LONGEST_BROKEN_TAG:
            return False
        position = following
    return True


def _decoded(content: bytes, name: str, charset: str) -> str:
    if content.startswith(_EBCDIC):
        raise SourceError(f"{name}: refused: it is written in EBCDIC")
    wide = next((codec for start, codec in _WIDE if content.startswith(start)), None)
    if wide is not None:
        return content.decode(wide, "replace")
    declaration = _DECLARATION.match(content[:1000].decode("latin-1").removeprefix("\u00ef\u00bb\u00bf"))
    stated = [declaration.group(1) if declaration else None, charset]
    known = [codec for codec in (_codec(label, name) for label in stated) if codec is not None]
    for codec in ("utf-8-sig", *known):
        try:
            return content.decode(codec)
        except UnicodeError:
            continue
    return content.decode("utf-8-sig", _AS_WINDOWS)


def _codec(label: str | None, name: str) -> str | None:
    """Python's name of an encoding; None for one that it does not know."""
    try:
        codec = codecs.lookup((label or "").strip()).name
    except (LookupError, ValueError):
        return None
    if codec not in _FEED_CODECS:
        raise SourceError(f"{name}: refused: it says that it is written in {label}, in which markup can hide")
    return codec


def _without_declarations(text: str, name: str) -> str:
    """The text without the one harmless declaration that there is, that of RSS 0.91. Raises for any other."""
    text = _RSS_091.sub("", text, count=1) if _RSS_091.search(text, 0, 2000) else text
    position = _root_position(text, name)
    # feedparser looks for declarations up to what it takes for the first element, inside comments too.
    first = _ROOT.search(text)
    end = max(position, first.start() if first else len(text)) + 2
    head = text[:end]
    if _WEB_PAGE.match(text[position : position + 1000]):
        raise SourceError(f"{name}: a web page (HTML), not a feed")
    declared = _DECLARED.search(head) or _DECLARED.match(text, position)
    if declared:
        line = text.count("\n", 0, declared.start()) + 1
        raise SourceError(f"{name}:{line}: refused: it declares types or entities ({declared.group(1).upper()})")
    return _LONG_SPACE.sub(r"\1", head) + text[end:]


def _root_position(text: str, name: str) -> int:
    """Where the first element or a declaration before it begins; the end of the text if there is neither."""
    position = 0
    for _ in range(_MOST_BEFORE_ROOT):
        position = text.find("<", position)
        if position < 0:
            return len(text)
        closing = next((mark for opening, mark in _BEFORE_ROOT if text.startswith(opening, position)), None)
        if closing is not None:
            position = text.find(closing, position, position + LONGEST_TAG)
            if position < 0:
                raise SourceError(f"{name}: refused: a comment or an instruction before the first element has no end")
        elif _ROOT.match(text, position) or _DECLARED.match(text, position):
            return position
        else:
            position += 1
    raise SourceError(f"{name}: refused: there is no element near its beginning")


_AS_WINDOWS = "broadsheet-windows-1252"


def _windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_AS_WINDOWS, _windows)

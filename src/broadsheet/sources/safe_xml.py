"""XML of strangers: read through defusedxml within bounds, and a guard for feeds before feedparser gets to see them.

No document type declaration is read, so there are no entities to blow up and nothing outside to fetch; XInclude is
refused. What is left to attack is bounded: nesting, the number of elements, and the length of one tag or comment. An
attack is found while its first pieces are read, so it costs no time and no memory to speak of.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ErrorString

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser, ParseError  # type: ignore[import-untyped]

from broadsheet.sources.feed_text import utf8
from broadsheet.sources.record import SourceError

MOST_NESTED = 128
MOST_ELEMENTS = 500_000
MOST_BROKEN_TAGS = 100_000
"""Tags in a feed that is no well-formed XML; feedparser's other parser is slow."""
LONGEST_NAMESPACE = 256
"""Letters of a namespace's name, which becomes a part of the name of each element and attribute in it."""
LONGEST_BROKEN_TAG = 64 * 1024
LONGEST_TAG = 2**20
"""Bytes of one tag with its attributes, one comment or one instruction; text may be of any length."""
_PIECE = 64 * 1024
_XINCLUDE = "{http://www.w3.org/2001/XInclude}"
_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]*\?>")
_BEFORE_ROOT = ((b"<?", b"?>"), (b"<!--", b"-->"))
_OWN_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_MOST_BEFORE_ROOT = 1_000
_LONGEST_OLD_HEAD = 4_000
_DECLARED = re.compile(rb"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION|\[)", re.IGNORECASE)
_ROOT = re.compile(rb"<[A-Za-z_\x80-\xff]")
# feedparser looks for mail addresses and declarations in a way that takes the square of the length of such runs.
_LONG_WORD = re.compile(rb"(?<![\w.+-])([\w.+-]{1000})[\w.+-]+")
_LONG_SPACE = re.compile(rb"(?<!\s)(\s{100})\s+")
_RSS_091 = re.compile(
    rb"<!DOCTYPE\s+rss\s+(?:PUBLIC\s+\"-//Netscape Communications//DTD RSS 0\.91//EN\"|SYSTEM)\s+"
    rb"\"https?://[^\"<>\[\]]*rss-0\.91\.dtd\"\s*>"
)
_WEB_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)


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


def _parsed(content: bytes | bytearray, name: str, builder: TreeBuilder | None, most_elements: int) -> Element | None:
    _check_count(content, name, most_elements)
    parser = DefusedXMLParser(target=_Bounded(builder, most_elements), forbid_dtd=True)
    expat = parser.parser
    expat.StartNamespaceDeclHandler = _check_namespace
    try:
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            parser.feed(piece)
            if start + len(piece) - expat.CurrentByteIndex > LONGEST_TAG:
                raise _BoundsError(f"one tag or comment has more than {LONGEST_TAG:,} bytes")
        root: Element | None = parser.close()
    except DefusedXmlException as error:
        line = expat.CurrentLineNumber
        if _WEB_PAGE.match(content, 0, 1_000):
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


def _check_namespace(prefix: str | None, name: str | None) -> None:
    if name and len(name) > LONGEST_NAMESPACE:
        raise _BoundsError(f"the name of a namespace has more than {LONGEST_NAMESPACE} letters")


def _check_count(content: bytes | bytearray, name: str, most_elements: int) -> None:
    # Elements have one tag or two; counting bytes is much faster than parsing, and works in any encoding.
    if content.count(b"<") > 2 * most_elements:
        raise SourceError(f"{name}: refused: there are more than {most_elements:,} elements")


def guard_feed(content: bytes, name: str = "the feed", *, charset: str = "") -> bytes:
    """A feed as UTF-8 that feedparser may be given: as ``io.BytesIO``, since it takes bytes for the name of a file.

    The text is decoded here, once (``feed_text.utf8``; ``charset`` is what the HTTP header states), so what was looked
    at is what is parsed: feedparser guesses encodings, and an entity could hide in one that only it knows.

    A feed that is not well-formed is let through, feedparser can make something of it. Words of more than a thousand
    letters are cut, as it would take minutes to look for a mail address in them. Raises ``SourceError`` for
    declarations of types and entities, for web pages, for encodings in which markup can hide (UTF-7, EBCDIC), and for
    what is beyond the bounds of this module.
    """
    _check_count(content, name, MOST_ELEMENTS)
    safe = utf8(content, name, charset)
    declaration = _DECLARATION.match(safe)
    start = declaration.end() if declaration else 0
    end = _head_end(safe, start, name)
    # The lines of what is left out are kept, so that errors name the right one.
    head = _harmless_head(b"\n" * safe.count(b"\n", 0, start) + safe[start:end], name)
    # In place, as there is no need for a second copy of what may be refused.
    safe[:end] = _OWN_DECLARATION + head
    try:
        _parsed(safe, name, None, MOST_ELEMENTS)
    except SourceError as error:
        if not isinstance(error.__cause__, ParseError) or not _is_harmless(safe):
            raise
    return _LONG_WORD.sub(rb"\1", safe) if _LONG_WORD.search(safe) else bytes(safe)


def _is_harmless(broken: bytearray) -> bool:
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


def _head_end(text: bytearray, start: int, name: str) -> int:
    """Where the part ends in which declarations can stand: behind the beginning of the first element.

    feedparser looks for declarations up to what it takes for the first element, which may stand in a comment.
    """
    position = _root_position(text, start, name)
    first = _ROOT.search(text, start)
    return max(position, first.start() if first else len(text)) + 2


def _harmless_head(head: bytes, name: str) -> bytes:
    """The head without the one declaration that is harmless, that of RSS 0.91. Raises for any other."""
    head = _RSS_091.sub(b"", head, count=1) if len(head) < _LONGEST_OLD_HEAD else head
    declared = _DECLARED.search(head)
    if declared is None:
        return _LONG_SPACE.sub(rb"\1", head)
    line = head.count(b"\n", 0, declared.start()) + 1
    what = declared[1].decode().upper()
    raise SourceError(f"{name}:{line}: refused: it declares types or entities ({what})")


def _root_position(text: bytearray, start: int, name: str) -> int:
    """Where the first element, or a declaration before it, begins; the end of the text if there is neither."""
    position = start
    for _ in range(_MOST_BEFORE_ROOT):
        position = text.find(b"<", position)
        if position < 0:
            return len(text)
        closing = next((mark for opening, mark in _BEFORE_ROOT if text.startswith(opening, position)), None)
        if closing is not None:
            position = text.find(closing, position, position + LONGEST_TAG)
            if position < 0:
                raise SourceError(f"{name}: refused: a comment or an instruction before the first element has no end")
        elif _WEB_PAGE.match(text, position, position + 1_000):
            raise SourceError(f"{name}: a web page (HTML), not a feed")
        elif _ROOT.match(text, position) or (_DECLARED.match(text, position) and not _RSS_091.match(text, position)):
            return position
        else:
            position += 1
    raise SourceError(f"{name}: refused: there is no element near its beginning")

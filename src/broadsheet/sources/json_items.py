"""The items of a JSON array, or the values behind one another, out of a stream of any length, a few at a time."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator

from broadsheet.sources.record import SourceError

_CHUNK = 1 << 20
LONGEST_ITEM = 16 << 20
# A figure that is no number reads as missing.
_JSON = json.JSONDecoder(parse_constant=lambda _: None)
_BETWEEN = re.compile(r"[ \t\r\n,]*")
# An object that holds its items as "items", with nothing but simple values before them.
_WRAPPED = re.compile(
    r'\{(?:\s*"[^"\\]{0,100}"\s*:\s*[^\[\]{},]{0,1000},){0,20}\s*"items"\s*:\s*\[',
)


class JsonError(SourceError):
    """The text is no JSON from some line on; ``line`` says which."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def json_items(stream: io.BufferedReader) -> Iterator[tuple[int, object]]:
    """Each item with the number of the line where it begins.

    Raises ``JsonError`` where the text breaks off, is no JSON or no UTF-8, or has an item that is beyond every measure;
    what came before holds.
    """
    reader = _Reader(stream)
    reader.fill()
    text = reader.text
    start = len(text) - len(text.lstrip(" \t\r\n"))
    wrapped = _WRAPPED.match(text, start)
    is_list = text.startswith("[", start) or wrapped is not None
    reader.advance(wrapped.end() if wrapped else start + is_list)
    while True:
        reader.skip(_BETWEEN)
        if reader.is_at_end:
            if is_list:
                raise JsonError(reader.line, "the text ends inside the list")
            return
        if is_list and reader.text.startswith("]", reader.position):
            return
        line = reader.line
        yield line, reader.value()


class _Reader:
    """A piece of the text, and how far it is read."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._has_more = True
        self.text = ""
        self.position = 0
        self.line = 1

    @property
    def is_at_end(self) -> bool:
        """Whether there is nothing more."""
        return self.position >= len(self.text) and not self._has_more

    def fill(self) -> None:
        """Hold more of the text, without what was read of it."""
        content = self._stream.read(max(_CHUNK, len(self.text) - self.position))
        self._has_more = bool(content)
        try:
            more = self._decoder.decode(content, final=not content)
        except UnicodeDecodeError as error:
            raise JsonError(self.line, f"not UTF-8 ({error.reason})") from error
        self.text = self.text[self.position :] + more
        self.position = 0

    def advance(self, position: int) -> None:
        """Go on to a place, and count the lines to there."""
        self.line += self.text.count("\n", self.position, position)
        self.position = position

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Go over what matches, up to something else or the end."""
        while True:
            found = pattern.match(self.text, self.position)
            self.advance(found.end() if found else self.position)
            if self.position < len(self.text) or not self._has_more:
                return
            self.fill()

    def value(self) -> object:
        """The value that begins here; more of the text is read until it ends."""
        while True:
            try:
                value, end = _JSON.raw_decode(self.text, self.position)
            except json.JSONDecodeError as error:
                length = len(self.text) - self.position
                if not self._has_more or length > LONGEST_ITEM:
                    line = self.line + self.text.count("\n", self.position, error.pos)
                    raise JsonError(line, error.msg if length <= LONGEST_ITEM else "an item without an end") from error
                self.fill()
            except (ValueError, RecursionError) as error:
                raise JsonError(
                    self.line, "JSON that cannot be read: nested too deeply, or a number too long"
                ) from error
            else:
                self.advance(end)
                return value

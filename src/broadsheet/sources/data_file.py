"""A file on disk as the bytes of its data: opened as often as needed, unpacked on the way, never held whole.

Gzip (RFC 1952) and zip are unpacked where the content shows them, whatever the name says; a gzip file may lie in a zip
archive, as in some people's. A pipe can be read too, once.
"""

from __future__ import annotations

import io
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from broadsheet.sources.record import BadRecord, DeletedRecord, PaperRecord, SourceError, SourceFile
from broadsheet.sources.text_file import TextFile, decode, text_file
from broadsheet.sources.unpacking import BUFFER, Opened, Rejoined, is_archive, members, open_unpacked

Record = PaperRecord | BadRecord | DeletedRecord

HEAD_BYTES = 1 << 20
SMALL_BYTES = 32 << 20
LARGEST_TEXT = 256 << 20
LONGEST_LINE = 16 << 20
_FOREIGN = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"%PDF-": "PDF",
    b"ustar": "tar",
}


@dataclass(kw_only=True)
class DataFile:
    """The data in a file and what the person says about it.

    ``name`` is used in messages; ``member`` is the name of the file inside a zip archive, where one is meant. ``head``
    are the first ``HEAD_BYTES`` of the data, ``is_whole`` says that these are all of it. ``size`` is the number of
    bytes of the data, ``None`` where only reading them would tell.
    """

    path: Path
    name: str
    stem: str
    folder: str
    member: str = ""
    captured_on: date | None = None
    query: str = ""
    head: bytes = b""
    is_whole: bool = False
    size: int | None = None
    is_pipe: bool = False
    _opened: Opened | None = field(default=None, repr=False)

    @property
    def is_small(self) -> bool:
        """Whether all of it, unpacked, is known to be small enough to be held."""
        return self.size is not None and self.size <= SMALL_BYTES

    def where(self, line: int) -> str:
        """The place of a line (counted from 1) as messages print it."""
        return f"{self.name}:{line}"

    def head_text(self) -> str:
        """The head as text with line feeds; raises ``SourceError`` if it is no UTF-8 text."""
        return decode(self.name, self.head, is_cut=not self.is_whole)

    def position(self) -> tuple[int, int]:
        """How many bytes of the file were read (packed, if it is) and how many there are; zeros where nobody knows."""
        if self.is_pipe or self._opened is None or self._opened.below.closed:
            return 0, 0
        return self._opened.below.tell(), self.path.stat().st_size

    def text(self) -> TextFile:
        """All of the data as text; raises ``SourceError`` if they are no UTF-8 text or more than ``LARGEST_TEXT``."""
        return text_file(
            self.name,
            self.content(),
            stem=self.stem,
            folder=self.folder,
            captured_on=self.captured_on,
            query=self.query,
        )

    def content(self) -> bytes:
        """All of the data; raises ``SourceError`` if they are more than ``LARGEST_TEXT``."""
        if self.is_whole:
            return self.head
        with self.open() as stream:
            content = stream.read(LARGEST_TEXT + 1)
        if len(content) > LARGEST_TEXT:
            raise SourceError(f"{self.name}: more than {LARGEST_TEXT >> 20} MB, and of a format that is read at once")
        return content

    def open(self) -> io.BufferedReader:
        """The data from their beginning. What cannot be unpacked raises ``SourceError`` where it is read."""
        if self.is_whole:
            return io.BufferedReader(Rejoined(self.head, None))
        if not self.is_pipe:
            self._opened = open_unpacked(self.path, self.member, self.name)
            return self._opened.stream
        opened, self._opened = self._opened, None
        if opened is None:
            raise SourceError(f"{self.name}: a pipe, which can be read only once")
        return io.BufferedReader(Rejoined(self.head, opened.stream), BUFFER)

    def pieces(self, begins: Callable[[str], bool], size: int) -> Iterator[tuple[int, str] | BadRecord]:
        """The text in pieces of about ``size`` characters, each with the number of its first line.

        A piece ends before a line that begins something, and in any case before it gets longer than ``LONGEST_LINE``.
        """
        first, length, held = 1, 0, list[str]()
        for number, line in self.lines(with_blank=True):
            if isinstance(line, BadRecord):
                yield line
                continue
            if held and ((length >= size and begins(line)) or length > LONGEST_LINE):
                yield first, "\n".join(held)
                held, length = [], 0
            if not held:
                first = number
            held.append(line)
            length += len(line) + 1
        if held:
            yield first, "\n".join(held)

    def close(self) -> None:
        """Close what is still open; only a pipe is, until it is read."""
        if self._opened is not None:
            self._opened.stream.close()

    def lines(self, *, with_blank: bool = False) -> Iterator[tuple[int, str | BadRecord]]:
        """The lines without their ends, with their numbers from 1; blank ones are passed over unless asked for.

        Of a small file that is no UTF-8 text nothing can be read. In a large one such a line, or one longer than
        ``LONGEST_LINE``, is a bad record, and the others are not harmed by it.
        """
        if self.is_small:
            for number, line in enumerate(self.text().text.split("\n"), 1):
                if with_blank or line.strip():
                    yield number, line
            return
        with self.open() as stream:
            number = 0
            while content := stream.readline(LONGEST_LINE):
                number += 1
                if len(content) == LONGEST_LINE and not content.endswith(b"\n"):
                    _pass_over_line(stream)
                    reason = f"the line is longer than {LONGEST_LINE >> 20} MB"
                    yield number, BadRecord(where=self.where(number), reason=reason)
                elif with_blank or not content.isspace():
                    yield number, self._decoded(content, number)

    def _decoded(self, content: bytes, number: int) -> str | BadRecord:
        try:
            return content.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 (byte {error.start + 1} of the line is 0x{content[error.start]:02x})"
            return BadRecord(where=self.where(number), reason=reason)


def open_data(path: Path, *, member: str = "", captured_on: date | None = None, query: str = "") -> DataFile:
    """Open a file, or the file ``member`` of a zip archive; without ``member`` an archive must hold one file of data.

    Raises ``SourceError`` if it is missing, is no file, or cannot be unpacked.
    """
    try:
        mode = path.stat().st_mode
        is_pipe = stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)
        if not member and not is_pipe and is_archive(path):
            found = members(path)
            if len(found) != 1:
                raise SourceError(f"{path.name}: a zip archive with {len(found)} files of data, not one")
            member = found[0]
        name = f"{path.name}/{member}" if member else path.name
        opened = open_unpacked(path, member, name)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        head = opened.stream.read(HEAD_BYTES)
    except SourceError:
        opened.stream.close()
        raise
    is_whole = len(head) < HEAD_BYTES
    inner = Path(member or path.name)
    file = DataFile(
        path=path,
        name=name,
        stem=Path(inner.stem).stem if inner.suffix == ".gz" else inner.stem,
        folder=inner.parent.name or path.absolute().parent.name,
        member=member,
        captured_on=captured_on,
        query=query,
        head=head,
        is_whole=is_whole,
        size=len(head) if is_whole else None if opened.is_packed or is_pipe else path.stat().st_size,
        is_pipe=is_pipe,
    )
    if is_pipe:
        file._opened = opened  # noqa: SLF001  (this is its maker)
    else:
        opened.stream.close()
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic) or (kind == "tar" and head[257:262] == magic):
            raise SourceError(f"{name}:1: a file of the kind {kind}, which is not read; unpack or convert it")
    return file


class RecordStream:
    """The records of a file, read anew by each loop over them."""

    def __init__(self, read: Callable[[], Iterator[Record]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Record]:
        return self._read()


def streamed(file: DataFile, source: str, format: str, read: Callable[[], Iterator[Record]]) -> SourceFile:
    """What was read of a file: at once where it is small, else as the records are asked for."""
    if file.is_small:
        return SourceFile(source=source, format=format, records=tuple(read()))
    return SourceFile(source=source, format=format, records=RecordStream(read), position=file.position)


def _pass_over_line(stream: io.BufferedReader) -> None:
    while (content := stream.readline(LONGEST_LINE)) and not content.endswith(b"\n"):
        pass

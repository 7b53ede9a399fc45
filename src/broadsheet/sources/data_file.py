"""A file on disk as the bytes of its data: opened as often as needed, unpacked on the way, never held whole.

Gzip (RFC 1952) and zip are unpacked where the content shows them, whatever the name says; a gzip file may lie in a zip
archive, as in some people's. A pipe can be read too, once.
"""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Protocol

from broadsheet.sources.record import BadRecord, DeletedRecord, PaperRecord, SourceError, SourceFile
from broadsheet.sources.text_file import TextFile, decode, text_file

Record = PaperRecord | BadRecord | DeletedRecord

HEAD_BYTES = 1 << 20
SMALL_BYTES = 32 << 20
LARGEST_TEXT = 256 << 20
LONGEST_LINE = 16 << 20
# A packed file that unpacks to more than this is refused when it grows more than so many times: real metadata shrink to
# a tenth, and deflate can shrink what says nothing to a thousandth.
UNGUARDED_BYTES = 64 << 20
MOST_GROWTH = 150
_BUFFER = 1 << 18
_GZIP = b"\x1f\x8b"
# With files in it, and without any.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_FOREIGN = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"%PDF-": "PDF",
    b"ustar": "tar",
}
_UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(slots=True)
class _Opened:
    """One opening of a file: the unpacked bytes, and the file below, whose position tells how far they are read."""

    stream: io.BufferedReader
    below: io.FileIO
    is_packed: bool


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
    _opened: _Opened | None = field(default=None, repr=False)

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
            return io.BufferedReader(_Rejoined(self.head, None))
        if not self.is_pipe:
            self._opened = _open(self.path, self.member, self.name)
            return self._opened.stream
        opened, self._opened = self._opened, None
        if opened is None:
            raise SourceError(f"{self.name}: a pipe, which can be read only once")
        return io.BufferedReader(_Rejoined(self.head, opened.stream), _BUFFER)

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
        opened = _open(path, member, name)
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


def is_archive(path: Path) -> bool:
    """Whether a file begins like a zip archive."""
    with path.open("rb") as file:
        return file.read(4) in _ZIP


def members(path: Path) -> list[str]:
    """The names of the files of data in a zip archive, in its order, without what systems put there by themselves."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    except _UNPACKING as error:
        raise SourceError(f"{path.name}: a zip archive that cannot be unpacked: {error}") from error
    return [name for name in names if not is_hidden(Path(name))]


def is_hidden(path: Path) -> bool:
    """Whether a path inside a folder or an archive is nothing that a person put there (``.DS_Store``, ``__MACOSX``)."""
    return any(part.startswith((".", "__MACOSX")) or part == "Thumbs.db" for part in path.parts)


def _open(path: Path, member: str, name: str) -> _Opened:
    below = path.open("rb", buffering=0)
    try:
        guarded = _Guarded(below, name)
        stream: io.BufferedReader = io.BufferedReader(guarded, _BUFFER)
        if member:
            guarded = _member(stream, member, name)
            stream = io.BufferedReader(guarded, _BUFFER)
        is_gzip = stream.peek(2).startswith(_GZIP)
        if is_gzip:
            unpacked = _Guarded(gzip.GzipFile(fileobj=stream), name, (stream,), packed=guarded)
            stream = io.BufferedReader(unpacked, _BUFFER)
    except BaseException:
        below.close()
        raise
    return _Opened(stream, below, is_packed=bool(member) or is_gzip)


def _member(archive_bytes: io.BufferedReader, member: str, name: str) -> _Guarded:
    try:
        archive = zipfile.ZipFile(archive_bytes)
        info = archive.getinfo(member)
        if info.file_size > UNGUARDED_BYTES and info.file_size > MOST_GROWTH * max(info.compress_size, 1):
            raise SourceError(f"{name}: {_told_growth(info.file_size)}")
        return _Guarded(archive.open(info), name, (archive, archive_bytes))
    except KeyError as error:
        raise SourceError(f"{name}: there is no such file in the archive") from error
    except _UNPACKING as error:
        raise SourceError(f"{name}: cannot be unpacked: {error}") from error


def _told_growth(count: int) -> str:
    return f"unpacks to {count >> 20} MB or more, over {MOST_GROWTH} times what it is packed: refused as a bomb"


def _pass_over_line(stream: io.BufferedReader) -> None:
    while (content := stream.readline(LONGEST_LINE)) and not content.endswith(b"\n"):
        pass


class _Closable(Protocol):
    """What holds on to a file until it is closed."""

    def close(self) -> None: ...


class _Readable(_Closable, Protocol):
    """What is asked of a stream of bytes."""

    def read(self, size: int, /) -> bytes | None: ...

    def seek(self, offset: int, whence: int, /) -> int: ...

    def tell(self) -> int: ...

    def seekable(self) -> bool: ...


class _Rejoined(io.RawIOBase):
    """Bytes that were read already, and the rest of the stream behind them."""

    def __init__(self, first: bytes, rest: IO[bytes] | None) -> None:
        self._first, self._rest = memoryview(first), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what comes next; 0 at the end."""
        count = min(len(buffer), len(self._first))
        if count:
            buffer[:count] = self._first[:count]
            self._first = self._first[count:]
            return count
        content = self._rest.read(len(buffer)) if self._rest is not None else b""
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close the rest as well."""
        if not self.closed and self._rest is not None:
            self._rest.close()
        super().close()


class _Guarded(io.RawIOBase):
    """A stream whose faults are told as ``SourceError`` and that may not grow beyond measure while it is unpacked.

    ``beneath`` is closed with it, ``packed`` counts the bytes that it is unpacked from.
    """

    def __init__(
        self, stream: _Readable, name: str, beneath: Sequence[_Closable] = (), packed: _Guarded | None = None
    ) -> None:
        self._stream, self._name, self._beneath, self._packed = stream, name, beneath, packed
        self.count = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, where the stream below can."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """The place in the stream below."""
        return self._stream.tell()

    def close(self) -> None:
        """Close what is below as well."""
        if not self.closed:
            for one in (self._stream, *self._beneath):
                one.close()
        super().close()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what comes next; 0 at the end."""
        try:
            content = self._stream.read(len(buffer)) or b""
        except OSError as error:
            raise SourceError(f"{self._name}: cannot be read: {error.strerror or error}") from error
        except _UNPACKING as error:
            raise SourceError(f"{self._name}: cannot be unpacked: {error}") from error
        buffer[: len(content)] = content
        self.count += len(content)
        if self._packed and self.count > UNGUARDED_BYTES and self.count > MOST_GROWTH * self._packed.count:
            raise SourceError(f"{self._name}: {_told_growth(self.count)}")
        return len(content)

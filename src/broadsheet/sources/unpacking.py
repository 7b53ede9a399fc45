"""Files that are packed with gzip (RFC 1952) or zip, unpacked while they are read and never beyond measure."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from broadsheet.sources.record import SourceError

# A packed file that unpacks to more than this is refused when it grows more than so many times: real metadata shrink to
# a tenth, and deflate can shrink what says nothing to a thousandth.
UNGUARDED_BYTES = 64 << 20
MOST_GROWTH = 150
BUFFER = 1 << 18
_GZIP = b"\x1f\x8b"
# With files in it, and without any.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(slots=True)
class Opened:
    """One opening of a file: the unpacked bytes, and the file below, whose position tells how far they are read."""

    stream: io.BufferedReader
    below: io.FileIO
    is_packed: bool


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


def open_unpacked(path: Path, member: str, name: str) -> Opened:
    """Open a file, or a file in a zip archive, and unpack it where its content shows gzip.

    Raises ``OSError`` if it cannot be opened, ``SourceError`` (also while it is read) if it cannot be unpacked.
    """
    below = path.open("rb", buffering=0)
    try:
        guarded = _Guarded(below, name)
        stream: io.BufferedReader = io.BufferedReader(guarded, BUFFER)
        if member:
            guarded = _member(stream, member, name)
            stream = io.BufferedReader(guarded, BUFFER)
        is_gzip = stream.peek(2).startswith(_GZIP)
        if is_gzip:
            unpacked = _Guarded(gzip.GzipFile(fileobj=stream), name, (stream,), packed=guarded)
            stream = io.BufferedReader(unpacked, BUFFER)
    except BaseException:
        below.close()
        raise
    return Opened(stream, below, is_packed=bool(member) or is_gzip)


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


class _Closable(Protocol):
    """What holds on to a file until it is closed."""

    def close(self) -> None: ...


class _Readable(_Closable, Protocol):
    """What is asked of a stream of bytes."""

    def read(self, size: int, /) -> bytes | None: ...

    def seek(self, offset: int, whence: int, /) -> int: ...

    def tell(self) -> int: ...

    def seekable(self) -> bool: ...


class Rejoined(io.RawIOBase):
    """Bytes that were read already, and the rest of the stream behind them."""

    def __init__(self, first: bytes, rest: IO[bytes] | None) -> None:
        self._first, self._rest = memoryview(first), rest

    def readable(self) -> bool:
        """Always: that is what it is for."""
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

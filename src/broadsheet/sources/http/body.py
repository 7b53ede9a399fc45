"""Reading a body piece by piece, decompressed within bounds: a bomb is left after its first pieces."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping

from broadsheet.sources.door import FetchError, TooLargeError
from broadsheet.sources.http.limits import Limits

ENCODINGS = "gzip, deflate"
"""The encodings that are asked for."""
_PIECE = 64 * 1024
_NOT_ENCODED = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})


class BrokenBodyError(FetchError):
    """A body that ends early or is not what its headers say; the next try may bring it whole."""


def read_body(pieces: Iterable[bytes], headers: Mapping[str, str], limits: Limits) -> bytes:
    """The content of an answer, decompressed.

    Raises ``TooLargeError`` as soon as it is over a limit, ``BrokenBodyError`` if the compressed data is cut off or
    damaged, and ``FetchError`` for an encoding that was not asked for.
    """
    _check_stated(headers, limits)
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in _NOT_ENCODED:
        plain: Iterable[bytes] = pieces
    elif encoding in _GZIP or encoding == "deflate":
        plain = _Inflating(limits, is_gzip=encoding in _GZIP).inflate(pieces)
    else:
        raise FetchError(f"the answer is encoded as {encoding[:40]!r}, which was not asked for")
    content = bytearray()
    for piece in plain:
        content += piece
        if len(content) > limits.size:
            raise TooLargeError(f"the answer has more than {limits.size:,} bytes")
    return bytes(content)


def _check_stated(headers: Mapping[str, str], limits: Limits) -> None:
    stated = headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > limits.size:
        raise TooLargeError(f"the answer has {int(stated[:20]):,} bytes, more than {limits.size:,}")


class _Inflating:
    """Decompresses gzip (of any number of members) or deflate (with a zlib header or without), counting both sides."""

    def __init__(self, limits: Limits, *, is_gzip: bool) -> None:
        self._limits, self._is_gzip = limits, is_gzip
        self._taken = self._given = 0

    def inflate(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what the pieces hold, never more than 64 KiB at once."""
        machine = None
        is_after_member = False
        try:
            for piece in pieces:
                rest = piece
                self._taken += len(piece)
                while rest:
                    if machine is None:
                        if is_after_member and not rest.strip(b"\0"):
                            break  # Padding behind the last member is allowed.
                        machine = self._machine(rest)
                    yield self._counted(machine.decompress(rest, _PIECE))
                    rest = machine.unconsumed_tail
                    if machine.eof:
                        rest, machine, is_after_member = machine.unused_data, None, True
            while machine is not None and not machine.eof:
                last = machine.decompress(machine.unconsumed_tail, _PIECE)
                if not last:
                    raise BrokenBodyError("the compressed answer ends early")
                yield self._counted(last)
        except zlib.error as error:
            raise BrokenBodyError(f"the compressed answer is damaged: {error}") from error

    def _machine(self, start: bytes) -> zlib._Decompress:
        if self._is_gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # RFC 9110 means zlib's format, some servers the bare one; the first byte of zlib's says so (method 8).
        return zlib.decompressobj(zlib.MAX_WBITS if start[0] & 0x0F == 8 else -zlib.MAX_WBITS)

    def _counted(self, plain: bytes) -> bytes:
        self._given += len(plain)
        if self._given > max(self._limits.free_size, self._taken * self._limits.ratio):
            raise TooLargeError(
                f"the answer grows to more than {self._limits.ratio} times its size when it is decompressed"
            )
        return plain

"""Damaged copies of sound files: cut, flipped, spliced, repeated, with odd characters in odd places."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

# What has broken readers of such files elsewhere: signs of their syntax, ends of lines, NUL, halves of surrogate pairs,
# characters of more than two bytes, marks of the order of bytes, numbers out of every range.
ODD: tuple[bytes, ...] = (
    *(b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\r", b"\x85", b"\xe2\x80\xa8"),
    *(
        b"\xf0\x9f\xaa\x81",
        b"\xcc\x81" * 50,
        b"&",
        b"&#0;",
        b"&#xD800;",
        b"&lol;",
        b"<",
        b">",
        b"</",
        b"<![CDATA[",
        b"]]>",
    ),
    *(
        b"<!--",
        b"<!DOCTYPE x [",
        b"<?",
        b'"',
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"null",
        b"true",
        b"-1",
        b"1e999",
    ),
    *(b"NaN", b"99999999999999999999", b"0.1", b"\\", b"\\u0000", b"@", b"@article{", b"#", b"$", b"%", b"~", b"\\'"),
    *(b"TY  - ", b"ER  - ", b"\n\n", b" " * 300, b"(" * 300, b"{" * 300, b"[" * 3000, b"<a>" * 300, b"0000-00-00"),
    *(
        b"9999-12-31",
        b"0000",
        b"2025-02-30",
        b"v0",
        b"v999999999999",
        b"10.1000/",
        b"arXiv:",
        b"https://[::1",
        b"http://",
    ),
)

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutations(originals: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """``count`` damaged copies of the originals, the same ones for the same seed."""
    source = random.Random(seed)
    for _ in range(count):
        content = source.choice(originals)
        for _ in range(source.choice((1, 1, 1, 2, 3, 8))):
            content = source.choice(_MUTATIONS)(source, content, originals)
        yield content


def _cut(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    return content[: source.randrange(len(content) + 1)]


def _without_beginning(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    return content[source.randrange(len(content) + 1) :]


def _flip(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(source.choice((1, 1, 2, 5, 20)) if changed else 0):
        changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


def _replace_byte(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    position = source.randrange(len(content) + 1)
    return content[:position] + bytes([source.randrange(256)]) + content[position + 1 :]


def _insert_odd(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    position = source.randrange(len(content) + 1)
    return content[:position] + source.choice(ODD) + content[position + source.choice((0, 0, 1, 5)) :]


def _span(source: random.Random, content: bytes) -> tuple[int, int]:
    start = source.randrange(len(content) + 1)
    return start, min(len(content), start + source.choice((1, 3, 10, 50, 400)))


def _delete(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(source, content)
    return content[:start] + content[end:]


def _repeat(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(source, content)
    return content[:end] + content[start:end] * source.choice((1, 2, 30)) + content[end:]


def _splice(source: random.Random, content: bytes, originals: Sequence[bytes]) -> bytes:
    other = source.choice(originals)
    return content[: source.randrange(len(content) + 1)] + other[source.randrange(len(other) + 1) :]


def _transplant(source: random.Random, content: bytes, originals: Sequence[bytes]) -> bytes:
    other = source.choice(originals)
    start, end = _span(source, other)
    position = source.randrange(len(content) + 1)
    return content[:position] + other[start:end] + content[position:]


def _swap_values(source: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """A quoted value or an element's text made into something of another kind."""
    marks = [index for index, sign in enumerate(content) if sign in b'":>']
    if not marks:
        return content
    position = source.choice(marks) + 1
    end = position
    while end < len(content) and content[end] not in b'",<}]\n':
        end += 1
    return content[:position] + source.choice(ODD) + content[end:]


_MUTATIONS: tuple[Mutation, ...] = (
    _cut,
    _without_beginning,
    _flip,
    _flip,
    _replace_byte,
    _insert_odd,
    _insert_odd,
    _delete,
    _repeat,
    _splice,
    _transplant,
    _swap_values,
)

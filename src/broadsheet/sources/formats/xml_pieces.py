"""The elements of one name in an XML file of any length, cut out of its bytes so that never more than a few are held.

A file may be one document, several behind one another, or bare elements. What is cut out is parsed by whoever asked, in
a document of its own, so one broken element does no harm to the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadsheet.sources.data_file import DataFile
from broadsheet.sources.file_shape import Head
from broadsheet.sources.record import BadRecord

_CHUNK = 1 << 20
_LONGEST = 16 << 20
_DECLARATIONS = re.compile(r"""\bxmlns:([\w.-]+)\s*=\s*("[^"<]*"|'[^'<]*')""")
# Prefixes whose declaration some programs leave behind when they cut records out of answers.
_USUAL = ("xsi", "oai_dc", "dc")


def pieces(file: DataFile, element: str) -> Iterator[bytes | BadRecord]:
    """The elements in the order of the file, several of them at a time."""
    name = re.escape(element.encode())
    begins = re.compile(rb"<(?:[\w.-]+:)?%s(?=[\s/>])" % name)
    ends = re.compile(rb"</(?:[\w.-]+:)?%s\s*>" % name)
    held = b""
    with file.open() as stream:
        while chunk := stream.read(_CHUNK):
            # An end may be cut by the chunk's.
            looked_at = max(len(held) - len(element) - 64, 0)
            held += chunk
            found, done = list[bytes](), 0
            for end in ends.finditer(held, looked_at):
                begin = begins.search(held, done, end.start())
                if begin is not None:
                    found.append(held[begin.start() : end.end()])
                done = end.end()
            if done:
                yield b"\n".join(found)
                held = held[done:]
            elif len(held) > _LONGEST:
                yield BadRecord(where=file.name, reason=f"an element {element} of more than {_LONGEST >> 20} MB")
                held = b""
    if (first := begins.search(held)) is not None:
        yield BadRecord(
            where=file.name, reason=f"the file ends inside an element {element}{_id_in(held[first.start() :])}"
        )


def document(pieces_of_it: bytes, head: Head, root: str, inner: str = "") -> bytes:
    """A document around elements that were cut out, with the prefixes that the file's first element declares."""
    declared = dict(_DECLARATIONS.findall(head.xml.attributes)) if head.xml is not None else {}
    prefixes = dict.fromkeys(_USUAL, '"urn:undeclared"') | declared
    declarations = " ".join(f"xmlns:{prefix}={value}" for prefix, value in prefixes.items())
    opening = f"<{root} {declarations}>" + (f"<{inner}>" if inner else "")
    closing = (f"</{inner}>" if inner else "") + f"</{root}>"
    return opening.encode() + pieces_of_it + closing.encode()


def _id_in(content: bytes) -> str:
    match = re.search(rb"<(?:identifier|PMID[^>]*)>\s*([^<\s]{1,60})", content)
    return f" ({match[1].decode(errors='replace')})" if match else ""

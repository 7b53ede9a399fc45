"""What people paste to say which papers they mean: a BibTeX file, or one identifier, address or title a line."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, MiddlewareErrorBlock, ParsingFailedBlock

from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier

LONGEST_TEXT = 500_000
MOST_ENTRIES = 2_000
LONGEST_TITLE = 1_000
_ENTRY = re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)
_IDENTIFIERS = ("doi", "eprint", "url", "howpublished", "journal", "note", "ee")
_IN_TEXT = re.compile(r"arxiv[:\s]\s*(?:[a-z-]+/)?\d[\d.]+\d|https?://[^\s{}\\]+", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\[?\d{1,4}[.)\]])\s+")

# Its splitter logs every block that it gives up; those are counted and told to whoever pasted them.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


class BibliographyError(ValueError):
    """The text is too much to be read at once, or holds nothing; the message says which."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry: the identifiers that it names, the most telling first, and its title, which may be empty."""

    identifiers: tuple[ParsedIdentifier, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Bibliography:
    """The entries in their order, and how many blocks could not be read."""

    references: tuple[Reference, ...]
    broken: int = 0


def read_bibliography(text: str) -> Bibliography:
    """Read BibTeX (by its entries, ``@article{…``) or else a list with one paper a line.

    Entries with the same key are all read. Raises ``BibliographyError`` for an empty text, for more than
    ``LONGEST_TEXT`` characters and for more than ``MOST_ENTRIES`` entries.
    """
    if len(text) > LONGEST_TEXT:
        raise BibliographyError(f"the text has {len(text):,} characters, more than {LONGEST_TEXT:,}")
    is_bibtex = _ENTRY.search(text) is not None
    count = len(_ENTRY.findall(text)) if is_bibtex else text.count("\n") + 1
    if count > MOST_ENTRIES:
        raise BibliographyError(f"the text has {count:,} entries, more than {MOST_ENTRIES:,}")
    read = _bibtex(text) if is_bibtex else Bibliography(tuple(_lines(text)))
    if not read.references and not read.broken:
        raise BibliographyError("the text names no paper")
    return read


def _lines(text: str) -> Iterator[Reference]:
    for line in text.splitlines():
        words = " ".join(_BULLET.sub("", line).split())
        if identifier := parse_identifier(words.rstrip(".,;")):
            yield Reference((identifier,))
        elif any(letter.isalnum() for letter in words):
            yield Reference(title=words[:LONGEST_TITLE])


def _bibtex(text: str) -> Bibliography:
    library = parse_string(text)
    references, broken = [], 0
    for block in library.blocks:
        # A key that is there twice is no reason to leave an entry out.
        told = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(told, Entry):
            references.append(_reference(told))
        elif isinstance(block, ParsingFailedBlock | MiddlewareErrorBlock):
            broken += 1
    return Bibliography(tuple(references), broken)


def _reference(entry: Entry) -> Reference:
    fields = {field.key.lower(): str(field.value) for field in entry.fields}
    found = (identifier for name in _IDENTIFIERS if name in fields for identifier in _named(fields[name]))
    title = " ".join(_unenclosed(fields.get("title", "")).split())[:LONGEST_TITLE]
    return Reference(tuple(dict.fromkeys(found)), title)


def _unenclosed(value: str) -> str:
    """A value without the signs around it, which an entry keeps whose key is there twice."""
    is_enclosed = len(value) > 1 and value[0] + value[-1] in ("{}", '""')
    return value[1:-1] if is_enclosed and "{" not in value[1:-1] else value


def _named(value: str) -> Iterator[ParsedIdentifier]:
    """The identifiers in a field: the whole of it, or those inside (``arXiv preprint arXiv:2501.00001``)."""
    text = value.replace("\\", "").strip("{}\"' \t\r\n")
    if whole := parse_identifier(text):
        yield whole
        return
    for match in _IN_TEXT.finditer(text):
        if inside := parse_identifier(match[0].rstrip(".,;)")):
            yield inside

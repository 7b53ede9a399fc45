"""Papers from BibTeX and BibLaTeX files (O. Patashnik, BibTeXing, 1988; P. Lehman and others, The biblatex package).

A file is cut before lines that begin an entry, which is where the parser begins anew after a fault, so that a file of
any length is read in bounded memory.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date

from bibtexparser.exceptions import BlockAbortedException
from bibtexparser.model import Block as AnyBlock
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ParsingFailedBlock, String
from bibtexparser.model import Entry as Block
from bibtexparser.splitter import Splitter

from broadsheet.sources.data_file import DataFile, streamed
from broadsheet.sources.fields import FieldError, checked_text, tidy_address
from broadsheet.sources.file_shape import Head
from broadsheet.sources.formats.entries import Entry, journal_reference, paper_of
from broadsheet.sources.known_days import day_of
from broadsheet.sources.partial_dates import parse_month, parse_partial
from broadsheet.sources.person_names import printed_name, split_names
from broadsheet.sources.record import AuthorRecord, BadRecord, PaperRecord, SourceFile
from broadsheet.sources.tex_text import is_tex, plain_text
from broadsheet.sources.text_file import slugify

FORMAT = "bibtex"

_PIECE = 1 << 18
_BEGINS = re.compile(r"[ \t]*@[A-Za-z]+\s*[{(]")
_ENTRY = re.compile(
    r"^[ \t]*@(?!comment|string|preamble)[A-Za-z]+\s*[{(]\s*[^\s,{}]*\s*,", re.MULTILINE | re.IGNORECASE
)
_MONTHS = {name: name for name in ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")}
_NO_PAPERS = {"comment", "string", "preamble", "set", "xdata", "control"}

# Its splitter logs every block that it gives up; those are told as bad records.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


def looks_like_bibtex(head: Head) -> bool:
    """Whether a line begins an entry with a key (``@article{key,``)."""
    return _ENTRY.search(head.text) is not None


def read_bibtex(file: DataFile) -> SourceFile:
    """Read one paper an entry; an entry that breaks the syntax or has no title is a bad record.

    Accents and letters of TeX become Unicode, except in formulas. Names are turned into the order of print
    (``van Beethoven, Ludwig``). The key of an entry is no identifier: people's files use the same for different papers.
    Strings (``@string``) hold for the entries behind them. The source is named after the file.
    """
    return streamed(file, f"{FORMAT}:{slugify(file.stem) or 'papers'}", FORMAT, lambda: _records(file))


def _records(file: DataFile) -> Iterator[PaperRecord | BadRecord]:
    strings = dict(_MONTHS)
    for piece in file.pieces(lambda line: _BEGINS.match(line) is not None, _PIECE):
        if isinstance(piece, BadRecord):
            yield piece
            continue
        first, text = piece
        for block in Splitter(text).split().blocks:
            where = file.where(first + (block.start_line or 0))
            told: AnyBlock | None = block
            while isinstance(told, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
                # What is there twice is no reason to leave an entry out.
                told = told.ignore_error_block
            if isinstance(told, String):
                strings[told.key.lower()] = _value(told.value, strings)
            elif isinstance(told, Block):
                if told.entry_type.lower() not in _NO_PAPERS:
                    yield _record(told, strings, where)
            elif isinstance(told, ParsingFailedBlock):
                yield BadRecord(where=where, reason=f"not BibTeX: {_fault(told)}")


def _fault(block: ParsingFailedBlock) -> str:
    """The parser's reason without the place, which it counts from the beginning of a piece."""
    reason = block.error.abort_reason if isinstance(block.error, BlockAbortedException) else str(block.error)
    return " ".join(reason.split()) or "the entry breaks off"


def _record(entry: Block, strings: dict[str, str], where: str) -> PaperRecord | BadRecord:
    # Of a field that is there twice the first counts, as in BibTeX.
    raw = {field.key.lower(): field.value for field in reversed(entry.fields)}
    try:
        fields = {name: checked_text(name, _value(value, strings)) for name, value in raw.items()}
        return paper_of(_described(fields), where)
    except FieldError as error:
        return BadRecord(where=where, reason=str(error))


def _value(raw: object, strings: dict[str, str]) -> str:
    """The text of a value as a file has it: in braces, in quotes, a number, a string's name, or several with #."""
    text = str(raw).strip()
    if "#" in text and not _is_enclosed(text):
        return "".join(_value(part, strings) for part in _parts(text))
    if _is_enclosed(text):
        return text[1:-1]
    return strings.get(text.lower(), text)


def _is_enclosed(text: str) -> bool:
    """Whether the first brace or quote closes with the last sign."""
    if len(text) < 2 or text[0] + text[-1] not in ("{}", '""'):
        return False
    if text.find("}") == len(text) - 1 and text.find("{", 1) < 0:
        return True
    depth = 0
    for mark in re.finditer(r'\\.|[{}"]', text, re.DOTALL):
        sign = mark[0]
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        closes = depth == 0 if text[0] == "{" else depth <= 0 and sign == '"' and mark.start() > 0
        if closes:
            return mark.end() == len(text)
    return False


def _parts(text: str) -> list[str]:
    parts, depth, start, quoted = [], 0, 0, False
    for mark in re.finditer(r'[{}"#]', text):
        sign = mark[0]
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif sign == '"' and depth == 0:
            quoted = not quoted
        elif sign == "#" and depth <= 0 and not quoted:
            parts.append(text[start : mark.start()])
            start = mark.end()
    return [part for part in [*parts, text[start:]] if part.strip() and part.strip() != text.strip()]


def _described(fields: dict[str, str]) -> Entry:
    def text(*names: str) -> str:
        return next((plain_text(fields[name]) for name in names if fields.get(name, "").strip()), "")

    title, subtitle = text("title"), text("subtitle")
    return Entry(
        title=f"{title}: {subtitle}" if title and subtitle else title,
        abstract=plain_text(fields.get("abstract", "")),
        authors=tuple(_authors(fields.get("author", ""))),
        named=_named(fields),
        urls=tuple(tidy_address(name, _bare(fields[name])) for name in ("url", "pdf", "code") if name in fields),
        keywords=tuple(re.split(r"\s*[,;]\s*", text("keywords", "keyword"))),
        categories=tuple(re.split(r"[\s,;]+", text("primaryclass", "eprintclass"))),
        published_on=_published_on(fields),
        remarks=text("note", "comment", "comments"),
        licence=text("copyright", "rights", "license"),
        journal_ref=journal_reference(
            text("journal", "journaltitle", "booktitle"),
            text("volume"),
            text("number", "issue"),
            text("pages", "eid"),
            text("year", "date")[:4],
        ),
    )


def _authors(text: str) -> Iterator[AuthorRecord]:
    # Most names hold nothing of TeX, and looking at all of them together is cheaper.
    has_tex = is_tex(text)
    for name in split_names(text):
        printed = printed_name(name)
        yield AuthorRecord(name=plain_text(printed) if has_tex else printed)


def _bare(value: str) -> str:
    """An address or identifier without what TeX wants before some of its signs."""
    value = re.sub(r"\\url\s*\{([^{}]*)\}", r"\1", value)
    return re.sub(r"\\([%&_#~$])", r"\1", value).strip("{}<> \t\n")


def _named(fields: dict[str, str]) -> tuple[str, ...]:
    """What may name the paper, the most telling first."""
    kind = (fields.get("archiveprefix") or fields.get("eprinttype") or "").strip().lower()
    eprint = _bare(fields.get("eprint", ""))
    prefix = {"pubmed": "pmid:", "doi": "doi:"}.get(kind, "arxiv:" if kind in ("", "arxiv") else "")
    stated = [f"{prefix}{eprint}" if prefix and not eprint.lower().startswith(prefix) else eprint] if eprint else []
    stated += [_bare(fields[name]) for name in ("doi", "arxiv", "arxivid", "url") if name in fields]
    stated += [f"pmid:{_bare(fields['pmid'])}"] if fields.get("pmid", "").strip() else []
    return (*stated, *(fields[name] for name in ("journal", "howpublished", "publisher", "ee") if name in fields))


def _published_on(fields: dict[str, str]) -> date | None:
    """The day of BibLaTeX's ``date``, else of ``year``, ``month`` and ``day``; the last one of what is not stated."""
    stated = parse_partial(plain_text(fields.get("date", "")))
    year = parse_partial(plain_text(fields.get("year", "")))
    if stated or not year:
        return day_of(stated)
    month, day = parse_month(plain_text(fields.get("month", ""))), plain_text(fields.get("day", ""))
    return day_of((year[0], month, day) if month and day else (year[0], month) if month else year)

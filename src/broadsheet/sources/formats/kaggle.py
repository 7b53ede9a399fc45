"""The snapshot of arXiv's metadata that Cornell University keeps on Kaggle: JSON lines, a paper a line.

Its fields are those of arXiv's own ``arXivRaw`` format, with the authors taken apart as well. It is written anew every
week, so a paper's line states its newest version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from broadsheet.sources.arxiv.authors import named_author, split_authors
from broadsheet.sources.arxiv.paper import SLUG, build_paper
from broadsheet.sources.data_file import DataFile, streamed
from broadsheet.sources.fields import FieldError, Fields, checked_text, kind_of
from broadsheet.sources.file_shape import Head
from broadsheet.sources.record import AuthorRecord, BadRecord, PaperRecord, SourceFile, VersionRecord

FORMAT = "kaggle-arxiv"

_LINES_LOOKED_AT = 20
_OWN = frozenset({"authors_parsed", "versions", "update_date", "journal-ref", "report-no"})
_FIXED = re.compile(r"\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_DIGITS = re.compile(r"(\d{3,4})\.(\d{1,5})", re.ASCII)


def looks_like_kaggle(head: Head) -> bool:
    """Whether one of the first lines is an object with an id, categories and a field that only arXiv has."""
    lines = (line for line in head.text[:500_000].split("\n") if line.strip())
    return any(_is_record(line) for line, _ in zip(lines, range(_LINES_LOOKED_AT), strict=False))


def _is_record(line: str) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "id" in value and "categories" in value and not _OWN.isdisjoint(value)


def read_kaggle(file: DataFile) -> SourceFile:
    """Read one paper a line, as the records are asked for; a line that cannot be read is a bad record.

    The papers are those of the source ``arxiv``, whose key is the arXiv id. An id that some program has turned into a
    number has lost its outer zeros: it is given them back where the date of the first version says which it was, and
    refused where it does not. Papers that say that they are withdrawn are stated to be.
    """
    return streamed(file, SLUG, FORMAT, lambda: _records(file))


def _records(file: DataFile) -> Iterator[PaperRecord | BadRecord]:
    for number, line in file.lines():
        yield line if isinstance(line, BadRecord) else _record(line, file.where(number))


def _record(line: str, where: str) -> PaperRecord | BadRecord:
    try:
        return _paper(Fields(json.loads(line)), where)
    except json.JSONDecodeError as error:
        return BadRecord(where=where, reason=f"not JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        return BadRecord(where=where, reason="not JSON that can be read: nested too deeply")
    except ValueError as error:
        return BadRecord(where=where, reason=str(error))


def _paper(line: Fields, where: str) -> PaperRecord:
    listed = [_version(entry) for entry in line.list_of("versions")[1]]
    versions = tuple(sorted(listed, key=lambda version: version.number))
    first = versions[0].submitted_at if versions else None
    return build_paper(
        arxiv_id=_id(line, first),
        title=line.text("title"),
        abstract=line.text("abstract"),
        authors=_authors(line),
        categories=line.text("categories").split(),
        comments=line.text("comments"),
        report_number=line.text("report-no"),
        journal_ref=line.text("journal-ref"),
        doi=line.text("doi"),
        licence=line.text("license"),
        published_on=first.date() if first else None,
        changed_on=line.day("update_date"),
        versions=versions,
        where=where,
    )


def _version(entry: object) -> VersionRecord:
    version = Fields(entry, "a version")
    number = version.text("version").removeprefix("v")
    if not (number.isascii() and number.isdigit() and 0 < len(number) < 5):
        raise FieldError(f"a version is no number: {number[:20]!r}")
    return VersionRecord(number=int(number), submitted_at=_moment(version.text("created")))


def _moment(text: str) -> datetime | None:
    """The moment of an RFC 5322 date, as arXiv writes it or otherwise."""
    if not text:
        return None
    match = _FIXED.fullmatch(text)
    try:
        if match and (month := _MONTHS.get(match[2])):
            day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise FieldError(f"a version is of no date: {text[:40]!r}") from error


def _id(line: Fields, first: datetime | None) -> str:
    value = line.first("id")[1]
    if isinstance(value, str):
        return checked_text("id", value).strip()
    if isinstance(value, float) and (match := _DIGITS.fullmatch(repr(value))):
        return _restored(match[1], match[2], first)
    raise FieldError(f"id is {kind_of(value)}, not text" if value is not None else "it has no id")


def _restored(left: str, right: str, first: datetime | None) -> str:
    """``704.1`` is ``0704.0001`` or ``0704.1000``: zeros in front can only be missing, those behind are not known.

    A serial number of full length has lost none; a shorter one is ambiguous and refused.
    """
    month = left.zfill(4)
    length = 5 if month >= "1501" else 4
    if len(right) != length:
        raise FieldError(f"id is the number {left}.{right}, which has lost its zeros; it must be text")
    # Submissions from the last days of a month are counted into the next one.
    submitted = {f"{day:%y%m}" for day in (first, first + timedelta(days=7))} if first else {month}
    if month not in submitted:
        raise FieldError(f"id is the number {left}.{right}, and of no month that its versions name; it must be text")
    return f"{month}.{right}"


def _authors(line: Fields) -> tuple[AuthorRecord, ...]:
    parsed = line.list_of("authors_parsed")[1]
    if not parsed:
        return split_authors(line.text("authors"))
    return tuple(author for entry in parsed if (author := _author(entry)) is not None)


def _author(entry: object) -> AuthorRecord | None:
    if not isinstance(entry, list) or not entry:
        raise FieldError(f"an author is {kind_of(entry)}, not a list of the parts of a name")
    keyname, forenames, suffix = ([checked_text("an author", part) for part in entry[:3]] + ["", ""])[:3]
    return named_author(keyname, forenames, suffix)

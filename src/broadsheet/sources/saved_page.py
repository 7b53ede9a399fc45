"""Saved Daily Papers pages as text, in the three layouts that people's tools leave behind.

*Spaced with meta lines*: title, abstract and ``N authors`` (or an organisation), ``·``, date, each block after a blank
line. *Spaced bare*: title and abstract only. *Tight bare*: the same without blank lines, the label ``Subscribe`` glued
to the first title. Blank lines between blocks carry no meaning here: a page with a line ``·`` has meta lines, any other
is bare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, takewhile

from broadsheet.sources.record import (
    BadRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    SavedPageRecord,
    SourceError,
    SourceFile,
)
from broadsheet.sources.saved_page_dates import PageDates, PrintedDate, capture_year, parse_date
from broadsheet.sources.stripped_math import has_stripped_math
from broadsheet.sources.text_file import TextFile, slugify

FORMAT = "saved-page"

_BANNER = re.compile(r"Get trending papers in your email inbox(?: once a day)?!")
_CHROME = re.compile(rf"new|Subscribe|Daily Papers|by ?AK and the research community|{_BANNER.pattern}")
_BUTTON = "Subscribe"
_DOT = "·"
# Some tools lose the bullet.
_AUTHORS = re.compile(r"(?:•\s*)?(\d{1,4}) authors?", re.ASCII)
_ORGANISATION = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\s+(\S.*))?")
_DATE_AND_COUNT = re.compile(r"(.*?\S)(?:\s+(\d{1,6}))?", re.ASCII)

# Figures of the pages seen: titles have 16 to 141 characters, abstracts 475 to 1,918 (arXiv allows 1,920).
_TITLE_LIMIT = 250
_LABEL_LIMIT = 16
_META_LIMIT = 120


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str

    @property
    def is_title_like(self) -> bool:
        """Short, no full stop at its end, no address in it. Titles may end in any other mark."""
        return len(self.text) < _TITLE_LIMIT and not self.text.endswith(".") and "://" not in self.text


@dataclass(frozen=True, slots=True)
class _Card:
    """The lines of one paper: title and paragraphs, and the two meta lines around the dot, if the page has them."""

    lines: Sequence[_Line]
    attribution: _Line | None = None
    date: _Line | None = None


class _CardError(ValueError):
    """Why a card cannot be a paper, and the line to look at."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def looks_like_saved_page(text: str) -> bool:
    """Whether the text has the banner or byline of the site near its top, or a card's dot and date anywhere."""
    lines = [line.strip() for line in text.splitlines()]
    if any(_BANNER.fullmatch(line) or line.startswith("byAK and the research") for line in lines[:40]):
        return True
    return any(line == _DOT and parse_date(_split_count(following)[0]) for line, following in pairwise(lines))


def read_saved_page(file: TextFile) -> SourceFile:
    """Read the papers of a saved page in the order of the page.

    A date without a year belongs to the year of ``captured_on`` or, without that, to the year that ``capture_year``
    finds; a card whose date would lie after the page (``captured_on``, else the date in the header) is a bad record,
    as is a title without an abstract. The printed date is the paper's day of publication and the day's page it
    belongs to. The figure after the date counts comments; votes are not in the text. Lines that are neither known
    labels nor papers are passed over only above the first paper.

    Raises ``SourceError`` if there is no paper on the page, if the header's date is later than ``captured_on``, or if a
    date has no year and none can be found.
    """
    lines = [_Line(n, line.strip()) for n, line in enumerate(file.text.split("\n"), 1) if line.strip()]
    header, lines = _split_header(lines)
    has_meta = any(line.text == _DOT for line in lines)
    lines = _drop_labels(lines, has_meta)
    cards = list(_split_by_meta(lines) if has_meta else _split_bare(lines))
    if not cards:
        raise SourceError(f"{file.name}:1: no papers on this page")
    dates = _page_dates(file, header, cards)
    return SourceFile(
        source=FORMAT,
        format=FORMAT,
        records=tuple(_record(file, card, dates) for card in cards),
        page=SavedPageRecord(
            slug=f"{slugify(file.stem)[:60] or 'page'}-{file.digest[:8]}",
            title=file.query or f"Saved page {file.stem}",
            query=file.query,
            printed_on=dates.printed_on,
            captured_on=file.captured_on,
        ),
    )


def _split_header(lines: Sequence[_Line]) -> tuple[PrintedDate | None, list[_Line]]:
    """The date in the header and the lines after the last known label, with a glued button taken off the first."""
    printed, has_button, end = None, False, 0
    for index, line in enumerate(lines):
        if line.text == _DOT or len(line.text) >= _TITLE_LIMIT:
            break
        if found := parse_date(line.text):
            printed = found
        elif not _CHROME.fullmatch(line.text):
            continue
        has_button |= line.text == _BUTTON
        end = index + 1
    rest = list(lines[end:])
    # Without a label above there is no header whose button could be glued: 'Subscribers' is a word then.
    if rest and end and not has_button:
        rest[0] = replace(rest[0], text=re.sub(rf"^{_BUTTON}(?=\S)", "", rest[0].text))
    return printed, rest


def _drop_labels(lines: list[_Line], has_meta: bool) -> list[_Line]:
    """Leave out unknown labels above the first title, which is the last title-like line before an abstract.

    On a bare page only very short lines go, so that a title without an abstract is still reported.
    """
    leading = list(takewhile(lambda line: line.is_title_like and line.text != _DOT, lines))
    if len(leading) == len(lines) or lines[len(leading)].text == _DOT:
        return lines
    labels = leading[:-1]
    if not has_meta:
        labels = list(takewhile(lambda line: len(line.text) < _LABEL_LIMIT, labels))
    return lines[len(labels) :]


def _split_by_meta(lines: Sequence[_Line]) -> Iterator[_Card]:
    """Cards that end in meta lines; what follows the last meta lines is read as bare.

    The line above a dot and the line below belong to it only without a blank line between. Where one is missing the
    dot stands in for it, which makes the card a bad record.
    """
    start = 0
    for index, dot in enumerate(lines):
        if dot.text != _DOT:
            continue
        above, below = lines[start:index], lines[index + 1 : index + 2]
        has_attribution = bool(above) and above[-1].number == dot.number - 1 and len(above[-1].text) < _META_LIMIT
        has_date = bool(below) and below[0].number == dot.number + 1 and len(below[0].text) < _META_LIMIT
        yield _Card(
            above[:-1] if has_attribution else above,
            attribution=above[-1] if has_attribution else dot,
            date=below[0] if has_date else dot,
        )
        start = index + 1 + has_date
    yield from _split_bare(lines[start:])


def _split_bare(lines: Sequence[_Line]) -> Iterator[_Card]:
    """Cards of title and paragraphs: a title-like line after a title or a paragraph starts the next card."""
    card: list[_Line] = []
    for line in lines:
        if card and line.is_title_like:
            yield _Card(card)
            card = []
        card.append(line)
    if card:
        yield _Card(card)


def _page_dates(file: TextFile, header: PrintedDate | None, cards: Sequence[_Card]) -> PageDates:
    found = [(card.date.number, parse_date(_split_count(card.date.text)[0])) for card in cards if card.date]
    printed = [(line, day) for line, day in found if day]
    year = file.captured_on.year if file.captured_on else capture_year([day for _, day in printed])
    for line, day in printed:
        if not year and not day.year:
            raise SourceError(
                f"{file.where(line)}: {day.text!r} has no year and no card of the page prints one; "
                "give the day of the capture"
            )
    try:
        return PageDates.of_page(header, year, file.captured_on)
    except ValueError as error:
        raise SourceError(f"{file.where(1)}: the date in the page's header: {error}") from error


def _record(file: TextFile, card: _Card, dates: PageDates) -> PaperRecord | BadRecord:
    try:
        return _paper(file, card, dates)
    except _CardError as error:
        return BadRecord(where=file.where(error.line), reason=str(error))


def _paper(file: TextFile, card: _Card, dates: PageDates) -> PaperRecord:
    title, abstract = _texts(card)
    paper = PaperRecord(
        title=title,
        abstract=abstract,
        is_lossy=has_stripped_math(f"{title}\n{abstract}"),
        where=file.where(card.lines[0].number),
    )
    if not (card.attribution and card.date):
        return paper
    author_count, organisations = _attribution(card.attribution)
    published_on, comments_count = _date_and_comments(card.date, dates)
    return replace(
        paper,
        author_count=author_count,
        organisations=organisations,
        published_on=published_on,
        listing=ListingRecord(listed_on=published_on),
        comments_count=comments_count,
    )


def _texts(card: _Card) -> tuple[str, str]:
    if not card.lines:
        line = card.attribution.number if card.attribution else 1
        raise _CardError(line, "a date and authors without a title")
    title, *paragraphs = card.lines
    if len(title.text) >= _TITLE_LIMIT or (not paragraphs and not title.is_title_like):
        raise _CardError(title.number, f"an abstract without a title: {title.text[:60]!r}")
    if not paragraphs:
        raise _CardError(title.number, f"a title without an abstract: {title.text[:60]!r}")
    return title.text, "\n\n".join(line.text for line in paragraphs)


def _attribution(line: _Line) -> tuple[int | None, tuple[OrganisationRecord, ...]]:
    if match := _AUTHORS.fullmatch(line.text):
        return int(match[1]), ()
    match = _ORGANISATION.fullmatch(line.text)
    if match and not line.text.endswith("."):
        slug, name = match.groups()
        return None, (OrganisationRecord(slug=slug, name=name or slug),)
    raise _CardError(line.number, f"neither a number of authors nor an organisation: {line.text[:60]!r}")


def _date_and_comments(line: _Line, dates: PageDates) -> tuple[date, int | None]:
    text, count = _split_count(line.text)
    printed = parse_date(text)
    if not printed:
        raise _CardError(line.number, f"not a date such as 'Jul 14' or 'Dec 12, 2024': {line.text[:60]!r}")
    try:
        return dates.resolve(printed), count
    except ValueError as error:
        raise _CardError(line.number, str(error)) from error


def _split_count(text: str) -> tuple[str, int | None]:
    """``Jul 14 2`` is the date ``Jul 14`` and the figure 2; the day of the month is never taken for the figure."""
    if parse_date(text):
        return text, None
    match = _DATE_AND_COUNT.fullmatch(text)
    return (match[1], int(match[2])) if match and match[2] else (text, None)

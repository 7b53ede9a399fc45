"""arXiv's listing pages: which papers were announced in a category on a day, and how many arXiv says there are.

Three pages are read: ``/list/CATEGORY/new`` (one day, three sections), ``/catchup/CATEGORY/DAY`` (the same of a day of
the last 90) and ``/list/CATEGORY/pastweek`` (five days, new papers and cross-lists mixed, no replacements). What they
look like follows from arXiv's own templates (github.com/arXiv/arxiv-browse, ``browse/templates/list``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser

from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.protocol import BatchRecord
from broadsheet.sources.record import AnnouncementKind, SourceError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,\s*(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{4})", re.IGNORECASE)
_SECTION = re.compile(r"\s*(new|cross|replacement)(?:-list|\s+submission|s\b)", re.IGNORECASE)
_SHOWN = re.compile(r"showing\s+(?:first\s+|last\s+)?(\d{1,9})\s+of\s+(\d{1,9})\s+entr", re.IGNORECASE)
_TOTAL = re.compile(r"total\s+of\s+(\d{1,9})\s+entr", re.IGNORECASE)
_NOTHING = re.compile(r"no\s+(?:further\s+)?updates\b", re.IGNORECASE)
_CROSS = re.compile(r"\(\s*cross-list\s+from\b", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)\s*$")
_KIND_OF: dict[str, AnnouncementKind] = {"new": "new", "cross": "cross", "replacement": "replace"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPaper:
    """One entry: the id and how it is announced; ``primary`` is its first category, empty where the page hides it."""

    ref: str
    kind: AnnouncementKind
    primary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSection:
    """A heading and what stands below it; ``total`` is how many there are on all pages, None where it is not said."""

    announced_on: date
    kind: AnnouncementKind | None
    total: int | None
    papers: tuple[ListedPaper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """What one page lists. ``total`` is the number of entries of all its pages, None where it is not said."""

    announced_on: date | None
    total: int | None
    sections: tuple[ListedSection, ...]

    @property
    def shown(self) -> int:
        """How many entries this page has."""
        return sum(len(section.papers) for section in self.sections)


def read_listing(content: bytes, name: str) -> ListingPage:
    """Read a listing page; raises ``SourceError`` where it has neither a day nor a list."""
    reader = _Reader()
    reader.feed(content.decode("utf-8", errors="replace"))
    reader.close()
    reader.end_section()
    if not reader.sections and (reader.day is None or not reader.is_empty):
        raise SourceError(f"{name}: not a listing of arXiv: it has no day with entries, nor says that there are none")
    return ListingPage(announced_on=reader.day, total=reader.total, sections=tuple(reader.sections))


def batches_of(pages: list[ListingPage], category: str) -> list[BatchRecord]:
    """The batches that the pages of one listing tell of together, by day.

    Papers of the section of replacements whose first category is another one are ``replace-cross``. A batch is complete
    when as many entries were seen as the headings say.
    """
    days: dict[date, _Day] = {}
    for page in pages:
        if page.announced_on is not None:
            days.setdefault(page.announced_on, _Day())
        for section in page.sections:
            day = days.setdefault(section.announced_on, _Day())
            for paper in section.papers:
                day.kinds.setdefault(paper.ref, _kind_in(paper, category))
            if section.total is not None and section.kind is not None:
                day.totals[section.kind] = max(section.total, day.totals.get(section.kind, 0))
            elif section.total is not None:
                day.mixed_total = max(section.total, day.mixed_total or 0)
    return [day.batch(category, announced_on) for announced_on, day in sorted(days.items())]


def _kind_in(paper: ListedPaper, category: str) -> AnnouncementKind:
    if paper.kind != "replace" or not paper.primary:
        return paper.kind
    is_own = paper.primary == category or paper.primary.partition(".")[0] == category
    return "replace" if is_own else "replace-cross"


@dataclass(slots=True)
class _Day:
    """One day's entries by id, what the headings of its sections say, and that of a section of several kinds."""

    kinds: dict[str, AnnouncementKind] = field(default_factory=dict)
    totals: dict[AnnouncementKind, int] = field(default_factory=dict)
    mixed_total: int | None = None

    def batch(self, category: str, announced_on: date) -> BatchRecord:
        refs: dict[AnnouncementKind, list[str]] = {}
        for ref, kind in self.kinds.items():
            refs.setdefault(kind, []).append(ref)
        counts: dict[str, int] = {kind: len(keys) for kind, keys in refs.items()}
        counts.update((kind, total) for kind, total in self.totals.items())
        if "replace" in self.totals:
            counts["replace"] = max(self.totals["replace"] - len(refs.get("replace-cross", ())), 0)
        if self.mixed_total is not None:
            counts["new"] = max(self.mixed_total - sum(len(keys) for kind, keys in refs.items() if kind != "new"), 0)
        return BatchRecord(
            category=category,
            announced_on=announced_on,
            refs={kind: tuple(keys) for kind, keys in refs.items()},
            counts=counts,
            is_complete=sum(counts.values()) == len(self.kinds) and self.mixed_total is None,
        )


def parse_listing_day(text: str) -> date | None:
    """The day in a heading, as ``Thursday, 6 August 2026`` or ``Thu, 06 Aug 2026``; None where there is none."""
    match = _DAY.search(text)
    if match is None or match[2].lower() not in _MONTHS:
        return None
    try:
        return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
    except ValueError:
        return None


class _Reader(HTMLParser):
    """Goes through a page and notes headings, entries and the text that tells their kinds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.day: date | None = None
        self.total: int | None = None
        self.is_empty = False
        self.sections: list[ListedSection] = []
        self._heading: list[str] | None = None
        self._in_entry = self._in_primary = False
        self._ref = self._primary = ""
        self._text: list[str] = []
        self._kind: AnnouncementKind | None = None
        self._section_day: date | None = None
        self._section_total: int | None = None
        self._papers: list[ListedPaper] = []

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Take ``<![`` for a comment, as browsers do; the library's own way ends in an ``AssertionError``."""
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where headings, entries and subjects begin, and the id that an entry links to."""
        attributes = dict(attrs)
        if tag in {"h1", "h2", "h3"}:
            self._end_entry()
            self._heading = []
        elif tag == "dt":
            self._end_entry()
            self._in_entry = True
        elif tag == "a" and self._in_entry and not self._ref:
            _, found, arxiv_id = (attributes.get("href") or "").partition("/abs/")
            if found and (parsed := parse_identifier(arxiv_id.strip("/ "))) is not None:
                self._ref = parsed.value
        elif tag == "span" and "primary-subject" in (attributes.get("class") or ""):
            self._in_primary = True
        elif tag == "dd":
            # What follows is the paper's own text, which may say anything.
            self._in_entry = False

    def handle_endtag(self, tag: str) -> None:
        """Read a heading once it is whole."""
        if tag in {"h1", "h2", "h3"} and self._heading is not None:
            self._read_heading(" ".join("".join(self._heading).split()))
            self._heading = None
        elif tag == "span":
            self._in_primary = False
        elif tag in {"dl", "body"}:
            self._end_entry()

    def handle_data(self, data: str) -> None:
        """Keep the text of headings, entries and subjects; read the total and the note that there is nothing."""
        if self._heading is not None:
            self._heading.append(data)
        elif self._in_primary:
            if match := _IN_PARENTHESES.search(data.strip()):
                self._primary = match[1]
        elif self._in_entry:
            self._text.append(data)
        elif not self._ref:
            if match := _TOTAL.search(data):
                self.total = int(match[1])
            elif _NOTHING.search(data):
                self.is_empty = True

    def end_section(self) -> None:
        """Close the section that is open; called once more behind the last one."""
        self._end_entry()
        if self._section_day is not None:
            self.sections.append(
                ListedSection(
                    announced_on=self._section_day,
                    kind=self._kind,
                    total=self._section_total,
                    papers=tuple(self._papers),
                )
            )
        self._section_day, self._papers = None, []

    def _read_heading(self, text: str) -> None:
        day = parse_listing_day(text)
        section = _SECTION.match(text)
        shown = _SHOWN.search(text)
        if section is None and shown is None:
            # The heading of the page: its day is that of the sections below, which name none.
            self.day = day or self.day
            return
        self.end_section()
        self._kind = _KIND_OF[section[1].lower()] if section else None
        self._section_day = day or self.day
        self._section_total = int(shown[2]) if shown else None

    def _end_entry(self) -> None:
        if self._ref and self._section_day is not None:
            is_cross = _CROSS.search(" ".join("".join(self._text).split())) is not None
            kind = self._kind or ("cross" if is_cross else "new")
            self._papers.append(ListedPaper(ref=self._ref, kind=kind, primary=self._primary))
        self._ref = self._primary = ""
        self._text = []
        self._in_entry = self._in_primary = False

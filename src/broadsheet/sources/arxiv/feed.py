"""arXiv's announcement feeds (``rss.arxiv.org/rss/CATEGORY`` and ``/atom/CATEGORY``): one category's newest batch.

They are read as the XML they are (info.arxiv.org/help/rss_specifications.html and atom_specifications.html, and the
source of the service): a reader of any feed would take abstracts for HTML and lose what stands between ``<`` and ``>``.
A feed is built at midnight and dates itself by that day, *whether or not its entries are that day's*: it may serve the
batch of the day before. So what it says of its day is told, and believed by nobody who knows better.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element

from broadsheet.sources.arxiv.authors import split_authors
from broadsheet.sources.arxiv.calendar import ZONE
from broadsheet.sources.arxiv.moments import mail_moment, web_moment
from broadsheet.sources.arxiv.paper import build_paper
from broadsheet.sources.arxiv.taxonomy import is_category
from broadsheet.sources.arxiv.xml import local_name, parse_forgivingly
from broadsheet.sources.fields import FieldError
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.protocol import BatchRecord
from broadsheet.sources.record import AnnouncementKind, BadRecord, PaperRecord, SourceError

MOST_ENTRIES = 2000
"""A feed has no more entries than this, however many were announced."""

_KINDS: dict[str, AnnouncementKind] = {
    "new": "new",
    "cross": "cross",
    "replace": "replace",
    "replace-cross": "replace-cross",
    # A replacement of nothing but the abstract page.
    "absonly": "replace",
}
_DESCRIPTION = re.compile(r"\s*arXiv:(\S+)\s+Announce\s+Type:\s*([\w-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE)
_TITLE = re.compile(r"\s*(\S+) updates on arXiv\.org\s*")
_ERROR = re.compile(r"\s*feed error\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One announced paper: how it is announced, and its record without an announcement, whose day is not yet known."""

    kind: AnnouncementKind
    paper: PaperRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAnswer:
    """A feed as it stands.

    ``stated_on`` is the day by which it dates itself (``pubDate``, or that of most entries), ``built_at`` when it was
    built. Neither proves that its entries are of that day.
    """

    category: str
    stated_on: date | None
    built_at: datetime | None
    entries: tuple[FeedEntry, ...]
    bad: tuple[BadRecord, ...] = ()

    @property
    def batch(self) -> BatchRecord | None:
        """The batch that the feed claims to be; None where it names no day."""
        if self.stated_on is None:
            return None
        refs: dict[str, list[str]] = {kind: [] for kind in ("new", "cross", "replace", "replace-cross")}
        for entry in self.entries:
            refs[entry.kind].append(entry.paper.ref)
        is_complete = len(self.entries) + len(self.bad) < MOST_ENTRIES and not self.bad
        return BatchRecord(
            category=self.category,
            announced_on=self.stated_on,
            refs={kind: tuple(keys) for kind, keys in refs.items()},
            is_complete=is_complete,
        )


def read_feed(content: bytes, name: str, category: str = "") -> FeedAnswer:
    """Read a feed in RSS 2.0 or Atom. ``category`` is what was asked for, by default what its title says.

    An entry that cannot be used is among ``bad``. Raises ``SourceError`` where the answer is no feed of arXiv or states
    an error.
    """
    root = parse_forgivingly(content, name)
    channel = root
    if local_name(root.tag) == "rss":
        channel = next((child for child in root if local_name(child.tag) == "channel"), root)
    elif local_name(root.tag) != "feed":
        raise SourceError(f"{name}: not a feed but a document of <{local_name(root.tag)[:40]}>")
    title = _text(channel, "title")
    if _ERROR.match(title):
        raise SourceError(f"{name}: the server says: {_text(channel, 'description', 'subtitle')[:200]}")
    entries: list[FeedEntry] = []
    bad: list[BadRecord] = []
    days: Counter[date] = Counter()
    for number, element in enumerate(_children(channel, "item", "entry"), 1):
        where = f"{name}: entry {number}"
        try:
            entries.append(_entry(element, where))
            if (day := _day(_moment(_text(element, "pubDate", "published")))) is not None:
                days[day] += 1
        except FieldError as error:
            bad.append(BadRecord(where=where, reason=str(error)))
    built_at = _moment(_text(channel, "lastBuildDate", "updated"))
    usual = max(days, key=lambda day: days[day], default=None)
    stated_on = _day(_moment(_text(channel, "pubDate"))) or usual or _day(built_at)
    named = _TITLE.fullmatch(title)
    return FeedAnswer(
        category=category or (named[1] if named else ""),
        stated_on=stated_on,
        built_at=built_at,
        entries=tuple(entries),
        bad=tuple(bad),
    )


def _entry(element: Element, where: str) -> FeedEntry:
    description = _text(element, "description", "summary")
    head = _DESCRIPTION.match(description)
    name = _text(element, "guid", "id").strip()
    arxiv_id = name.rpartition("oai:arXiv.org:")[2] or _text(element, "link")
    if parse_identifier(arxiv_id) is None and head:
        arxiv_id = head[1]
    stated = _text(element, "announce_type").strip().lower() or (head[2].lower() if head else "")
    if stated not in _KINDS:
        raise FieldError(f"the kind of announcement is unknown: {stated[:40]!r}")
    categories = [(child.get("term") or child.text or "").strip() for child in _children(element, "category")]
    creators = ", ".join(child.text or "" for child in _children(element, "creator"))
    identifier = parse_identifier(arxiv_id)
    paper = build_paper(
        arxiv_id=arxiv_id,
        title=_text(element, "title"),
        abstract=description[head.end() :] if head else description,
        authors=split_authors(creators),
        categories=[category for category in categories if is_category(category)],
        journal_ref=_text(element, "journal_reference"),
        doi=_text(element, "DOI"),
        licence=_text(element, "rights"),
        where=f"{where} ({identifier.value if identifier else arxiv_id[:40]})",
    )
    return FeedEntry(kind=_KINDS[stated], paper=paper)


def _children(element: Element, *names: str) -> list[Element]:
    return [child for child in element if local_name(child.tag) in names]


def _text(element: Element, *names: str) -> str:
    return next((child.text for child in element if local_name(child.tag) in names and child.text), "")


def _moment(text: str) -> datetime | None:
    """A moment as RSS or Atom writes it; one without a zone is arXiv's own time."""
    return mail_moment(text, ZONE) or web_moment(text, ZONE)


def _day(moment: datetime | None) -> date | None:
    """The day in US Eastern; None where there is no moment, or one at an end of the calendar."""
    try:
        return moment.astimezone(ZONE).date() if moment is not None else None
    except OverflowError:
        return None

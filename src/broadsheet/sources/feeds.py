"""Any RSS or Atom feed of papers: journals, archives, saved searches of PubMed.

Feeds carry papers in the places that were made for other things, so each field is looked for where feeds of papers put
it: identifiers in ``prism:doi``, ``dc:identifier``, the link or the ``guid``; what is printed above an abstract (where
it appeared, by whom, its DOI) is told from the abstract itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import struct_time
from typing import Any
from urllib.parse import urlsplit

import feedparser  # type: ignore[import-untyped]

from broadsheet.sources.answers import Read
from broadsheet.sources.door import Door
from broadsheet.sources.feed_prefaces import Preface, split_preface
from broadsheet.sources.fields import FieldError, checked_text, parse_day, tidy_address
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.known_days import day_of
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.notices import is_notice, statements_of_title
from broadsheet.sources.person_names import printed_name
from broadsheet.sources.protocol import Calendar, Checkpoint, HarvestRequest, Page, Schedule
from broadsheet.sources.record import AuthorRecord, BadRecord, LinkRecord, PaperRecord, SourceError
from broadsheet.sources.safe_xml import guard_feed

MOST_CATEGORIES = 20
LONGEST_CATEGORY = 100
_BROKEN = "the feed is"

_IDENTIFIERS = ("prism_doi", "dc_identifier", "arxiv_doi", "doi", "id", "link", "prism_url")
_OAI = re.compile(r"oai:arxiv\.org:", re.IGNORECASE)
_PUBMED = re.compile(r"pubmed:(\d{1,9})", re.ASCII)
_DOI_IN_ADDRESS = re.compile(
    r"https?://[^/?#]+/(?:[^?#]*/)?(10\.\d{4,9}/[^?#\s]+?)(?:/(?:abstract|full|fulltext|html|meta|pdf))?/?(?:[?#].*)?",
    re.ASCII,
)
_LINE_END = re.compile(r"<br\s*/?>", re.IGNORECASE)
_NAMES = re.compile(r"\s*;\s*|\s+and\s+|\s*&\s*|,\s+(?:and\s+)?")
_INITIALS = re.compile(r"(?:[A-Z]\.?[- ]?){1,4}", re.ASCII)
_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|RDF)\s*>\s*(?:<!--.*?-->\s*)*$", re.DOTALL)
# What feedparser's parser of broken XML lets through, as for references to halves of surrogate pairs ("&#xD800;").
_CRASHES = (ValueError, OverflowError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)
_JUST_ENCODING = (feedparser.NonXMLContentType, feedparser.CharacterEncodingOverride)


@dataclass
class Feed:
    """One feed at ``address``."""

    address: str
    name: str = field(init=False)
    slug: str = field(init=False)
    title: str = field(init=False)
    calendar: Calendar | None = None
    schedule: Schedule = Schedule(cron="10 */3 * * *")  # noqa: RUF009  (frozen)
    schemes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Call it ``feed:`` with the address, and its papers by the site, all of whose feeds speak of the same."""
        self.name, self.title = f"feed:{self.address}", f"Feed {self.address}"
        host = urlsplit(self.address).hostname or ""
        self.slug = host.removeprefix("www.").removeprefix("feeds.")

    def harvest(self, door: Door, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:  # noqa: ARG002
        """All that the feed holds; days are not asked for, for it has what it has.

        Who wants all of it is only given news: nothing comes if the server says that nothing has changed since what was
        stored last. Who wants some categories may have wanted others before.
        """
        answer = door.get(self.address, is_conditional=not request.categories)
        if answer.is_unchanged:
            return
        records = read_feed(answer.content, self.slug, url=answer.url, charset=_charset(answer.headers))
        wanted = {category.casefold() for category in request.categories}
        kept = tuple(record for record in records if not wanted or _is_in(record, wanted))
        yield Page(records=kept)
        is_whole = not any(isinstance(record, BadRecord) and record.reason.startswith(_BROKEN) for record in kept)
        if not wanted and is_whole:
            # Here the page is stored. What is missing from a broken one has to come again.
            door.remember(answer)

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:  # noqa: ARG002
        """Nothing: a feed cannot be asked."""
        return iter(())


def read_feed(content: bytes, name: str, *, url: str = "", charset: str = "") -> Iterator[Read]:
    """Read the entries of a feed. ``url`` is where it came from, for links that are relative; ``charset`` its header's.

    A feed that is not well-formed is read as far as can be, and a bad record says so; so does one that is cut off,
    whose last entry is left out, as half of it may be missing. Raises ``SourceError`` if it is no feed.
    """
    safe = guard_feed(content, name, charset=charset)
    headers = {"content-type": "application/xml; charset=utf-8"} | ({"content-location": url} if url else {})
    try:
        # Markup in texts is taken off by ``plain_text``, so nobody needs it made harmless or its links made whole.
        parsed = feedparser.parse(
            io.BytesIO(safe), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _CRASHES as error:
        raise SourceError(f"{name}: not a feed that can be read: {_told(error)}") from error
    fault = parsed.get("bozo_exception") if parsed.get("bozo") else None
    fault = None if isinstance(fault, _JUST_ENCODING) else fault
    entries = list(parsed.get("entries", ()))
    if not entries and not parsed.get("version"):
        raise SourceError(f"{name}: not a feed" + (f": {_told(fault)}" if fault else ""))
    is_cut = fault is not None and _END.search(content[-2000:]) is None
    for number, entry in enumerate(entries[:-1] if is_cut else entries, 1):
        where = f"{name}: item {number}"
        try:
            yield _entry(entry, where)
        except FieldError as error:
            yield BadRecord(where=where, reason=str(error))
    if is_cut and entries:
        yield BadRecord(where=f"{name}: item {len(entries)}", reason=f"{_BROKEN} cut off in this entry or behind it")
    elif fault is not None:
        yield BadRecord(
            where=name, reason=f"{_BROKEN} not well-formed, and may hold more than was read: {_told(fault)}"
        )


def _told(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:200]


def _charset(headers: Mapping[str, str]) -> str:
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", headers.get("content-type", ""), re.IGNORECASE | re.ASCII)
    return match[1] if match else ""


def _is_in(record: Read, categories: set[str]) -> bool:
    """Whether a record is of one of the categories; what could not be read may be."""
    if not isinstance(record, PaperRecord):
        return True
    return not categories.isdisjoint(category.casefold() for category in record.categories)


def _entry(entry: Mapping[str, Any], where: str) -> Read:
    title = plain_line(_text(entry, "title"))
    if not title:
        raise FieldError("the entry has no title")
    if is_notice(title):
        return BadRecord(where=where, reason="a notice about another paper, not a paper")
    preface, abstract = split_preface(_longest(entry))
    identifiers = tuple(dict.fromkeys(_identifiers(entry, preface)))
    return PaperRecord(
        title=title,
        abstract=abstract,
        ref=_ref(entry),
        authors=tuple(AuthorRecord(name=name) for name in _authors(entry, preface)),
        identifiers=tuple(dict.fromkeys(identifier.record for identifier in identifiers)),
        categories=tuple(_categories(entry)),
        links=tuple(dict.fromkeys(_links(entry))),
        published_on=_published_on(entry) or day_of([part for part in preface.published if part]),
        version_number=next((identifier.version for identifier in identifiers if identifier.version), None),
        licence=plain_line(_text(entry, "license") or _text(entry, "rights")),
        journal_ref=plain_line(_text(entry, "prism_publicationname") or preface.journal),
        statements=statements_of_title(title),
        where=where,
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return checked_text(name, value).strip() if isinstance(value, str) else ""


def _ref(entry: Mapping[str, Any]) -> str:
    """The feed's name for a paper, without the version that arXiv's has."""
    text = _text(entry, "id") or _text(entry, "link")
    named = parse_identifier(_OAI.sub("arXiv:", text)) if _OAI.match(text) else None
    return named.value if named else text


def _longest(entry: Mapping[str, Any]) -> str:
    """The fullest of what stands for the text: some feeds put a line into the one place and the abstract elsewhere."""
    texts = [_text(entry, "summary"), _text(entry, "dc_description")]
    texts += [_text(content, "value") for content in entry.get("content") or ()]
    # What stands in lines of its own is a paragraph here, so that what is said of a paper is told from its abstract.
    return max((plain_text(_LINE_END.sub("<p>", text)) for text in texts), key=len)


def _identifiers(entry: Mapping[str, Any], preface: Preface) -> Iterator[ParsedIdentifier]:
    for name in _IDENTIFIERS:
        text = _OAI.sub("arXiv:", _text(entry, name)).strip()
        if match := _PUBMED.fullmatch(text):
            text = f"pmid:{match[1]}"
        elif (match := _DOI_IN_ADDRESS.fullmatch(text)) and parse_identifier(text) is None:
            text = f"doi:{match[1]}"
        if parsed := parse_identifier(text):
            yield parsed
    for text in preface.identifiers:
        if parsed := parse_identifier(text):
            yield parsed


def _authors(entry: Mapping[str, Any], preface: Preface) -> list[str]:
    """Names as printed. A single text may hold all of them, with commas, semicolons or ``and`` between."""
    stated = [plain_line(_text(author, "name")) for author in entry.get("authors") or () if isinstance(author, Mapping)]
    stated = [name for name in stated if name] or [preface.authors]
    names = split_authors(stated[0]) if len(stated) == 1 else [printed_name(name) for name in stated]
    return [name for name in dict.fromkeys(names) if name]


def split_authors(text: str) -> list[str]:
    """The names in one text. ``Last, F. M., Other, G.`` has a surname before each initials; else commas part names."""
    if ";" in text:
        return [printed_name(part.strip(" ,")) for part in text.split(";") if part.strip(" ,")]
    parts = [part.strip(" ,") for part in _NAMES.split(text) if part.strip(" ,")]
    initials = [_INITIALS.fullmatch(part) is not None for part in parts]
    if len(parts) > 1 and len(parts) % 2 == 0 and all(initials[1::2]) and not any(initials[::2]):
        return [f"{first} {last}" for last, first in zip(parts[::2], parts[1::2], strict=True)]
    return parts


def _categories(entry: Mapping[str, Any]) -> Iterator[str]:
    terms = [plain_line(_text(tag, "term")) for tag in entry.get("tags") or () if isinstance(tag, Mapping)]
    for term in list(dict.fromkeys(terms))[:MOST_CATEGORIES]:
        if term and len(term) <= LONGEST_CATEGORY and "://" not in term:
            yield term


def _links(entry: Mapping[str, Any]) -> Iterator[LinkRecord]:
    for link in entry.get("links") or ():
        url = tidy_address("a link", link.get("href"))
        if not url.startswith(("https://", "http://")):
            continue
        if "pdf" in str(link.get("type", "")) or _path(url).endswith(".pdf"):
            yield LinkRecord(kind="pdf", url=url)
        elif link.get("rel") == "alternate":
            yield LinkRecord(kind="abstract", url=url)


def _path(url: str) -> str:
    """The path of an address in small letters; empty where it cannot be told apart."""
    try:
        return urlsplit(url).path.lower()
    except ValueError:
        return ""


def _published_on(entry: Mapping[str, Any]) -> date | None:
    stated = []
    for name in ("prism_publicationdate", "prism_coverdate"):
        try:
            stated.append(parse_day(name, _text(entry, name)[:10]))
        except FieldError:
            continue
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        # Asked for what is not there, feedparser gives another date and warns of it.
        moment = entry.get(name) if name in entry else None
        if isinstance(moment, struct_time):
            try:
                stated.append(date(moment.tm_year, moment.tm_mon, moment.tm_mday))
            except ValueError:
                continue
            break
    return min(stated, default=None)

"""OpenReview: submissions by the identifier of their forum (api2.openreview.net, ``/notes``), and older ones by API v1.

In version 2 every field of ``content`` is wrapped (``{"value": ...}``), in version 1 it is not; both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from broadsheet.sources.answers import Read, ask, listed, load_json, read_items
from broadsheet.sources.door import Door
from broadsheet.sources.fields import FieldError, Fields, tidy_address
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.lookups import LookupOnly
from broadsheet.sources.markup import plain_line
from broadsheet.sources.notices import statements_of_title
from broadsheet.sources.record import AuthorRecord, IdentifierRecord, LinkRecord, PaperRecord, StatementRecord

ADDRESS = "https://api2.openreview.net"
OLD_ADDRESS = "https://api.openreview.net"
SITE = "https://openreview.net"

_NOT_ACCEPTED = re.compile(r"submitted to|submission|under review|reject", re.IGNORECASE)
_WITHDRAWN = re.compile(r"withdrawn", re.IGNORECASE)


@dataclass
class OpenReview(LookupOnly):
    """Looks submissions up by forum; it is not harvested."""

    address: str = ADDRESS
    old_address: str = OLD_ADDRESS
    name: str = "openreview"
    slug: str = "openreview"
    title: str = "OpenReview"
    schemes: frozenset[str] = frozenset({"openreview"})

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Ask the present API for each submission, and where it knows none, the old one."""
        for identifier in identifiers:
            if identifier.scheme != "openreview":
                continue
            for address in (self.address, self.old_address):
                content = ask(door, f"{address}/notes", {"id": identifier.value})
                found = list(read_openreview(content, f"openreview {identifier.value}")) if content else []
                yield from found
                if found:
                    break


def read_openreview(content: bytes, name: str) -> Iterator[Read]:
    """Read an answer of ``/notes`` (or one bare note of it). Reviews and comments among the notes are left out.

    Raises ``SourceError`` if the whole is unreadable, or is what the server says is wrong.
    """
    answer = load_json(content, name)
    is_note = isinstance(answer, dict) and "content" in answer and "notes" not in answer
    yield from read_items([answer] if is_note else listed(answer, name, "notes"), name, _note)


class _Content:
    """The fields of a note's content, wrapped or not."""

    def __init__(self, note: Fields) -> None:
        self._told = note.fields("content")

    def value(self, name: str) -> object:
        """The bare value of a field; None where it is missing."""
        value = self._told.first(name)[1]
        return value.get("value") if isinstance(value, dict) else value

    def text(self, name: str) -> str:
        """A text, empty where missing."""
        return Fields({name: self.value(name)}).text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list, or of one text with commas between them."""
        value = self.value(name)
        if isinstance(value, str):
            value = value.split(",")
        return Fields({name: value}).texts(name)


def _note(note: Fields, where: str) -> Read | None:
    forum = note.text("forum") or note.text("id")
    if note.text("replyto") or (note.text("id") and note.text("id") != forum):
        return None
    content = _Content(note)
    title = plain_line(content.text("title"))
    if not title:
        raise FieldError("the note has no title")
    if not forum:
        raise FieldError("the note has no id")
    venue, venue_id = plain_line(content.text("venue")), content.text("venueid")
    invitations = " ".join([*note.texts("invitations"), note.text("invitation")])
    is_withdrawn = _WITHDRAWN.search(f"{venue} {venue_id} {invitations}") is not None
    is_accepted = bool(venue) and not is_withdrawn and not _NOT_ACCEPTED.search(f"{venue} {venue_id}")
    return PaperRecord(
        title=title,
        # Its texts are Markdown and TeX, in which a sign `<` is one.
        abstract=content.text("abstract"),
        ref=forum,
        authors=tuple(AuthorRecord(name=plain_line(name)) for name in content.texts("authors")),
        identifiers=(IdentifierRecord(scheme="openreview", value=forum),),
        links=tuple(_links(content, forum)),
        keywords=tuple(dict.fromkeys(content.texts("keywords"))),
        summary=content.text("TLDR") or content.text("TL;DR"),
        published_on=_day(note, "pdate", "odate", "cdate", "tcdate"),
        licence=note.text("license"),
        remarks=venue if not is_accepted else "",
        journal_ref=venue if is_accepted else "",
        statements=(*_statements(note, venue, forum, is_withdrawn, is_accepted), *statements_of_title(title)),
        where=where,
    )


def _links(content: _Content, forum: str) -> Iterator[LinkRecord]:
    yield LinkRecord(kind="abstract", url=f"{SITE}/forum?id={forum}")
    if content.value("pdf"):
        yield LinkRecord(kind="pdf", url=f"{SITE}/pdf?id={forum}")
    for name in ("code", "software", "supplementary_code"):
        value = content.value(name)
        url = tidy_address(name, value) if isinstance(value, str) else ""
        if url.startswith(("https://", "http://")):
            yield LinkRecord(kind="code", url=url)


def _statements(
    note: Fields, venue: str, forum: str, is_withdrawn: bool, is_accepted: bool
) -> Iterator[StatementRecord]:
    url = f"{SITE}/forum?id={forum}"
    if is_withdrawn:
        yield StatementRecord(kind="withdrawn", text=venue, url=url)
    elif is_accepted:
        yield StatementRecord(kind="published", text=venue, url=url, stated_on=_day(note, "pdate"))


def _day(note: Fields, *names: str) -> date | None:
    """The day of the first of several times that is there, in milliseconds since 1970."""
    name, value = note.first(*names)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(f"{name} is not a time in milliseconds")
    try:
        return datetime.fromtimestamp(value / 1000, UTC).date()
    except (OverflowError, ValueError, OSError) as error:
        raise FieldError(f"{name} is not a time: {str(value)[:20]}") from error

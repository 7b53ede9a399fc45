"""What one Broadsheet tells another about a paper beyond the shape of the daily-papers API.

Items of ``/api/daily_papers`` are made for clients of Hugging Face, which know one organisation, three kinds of links
and arXiv identifiers. The rest stands in one object inside ``paper`` that those clients do not look at:

``key``, ``listed_on`` (null for a paper that is dated but on no day's page), ``submitted_by``, ``published_on``,
``author_count``, ``authors`` (``name``, ``orcid``), ``organisations`` (``slug``, ``name``), ``identifiers``
(``scheme``, ``value``), ``categories``, ``links`` (``kind``, ``url``), ``versions`` (``number``, ``submitted_at``),
``licence``, ``remarks``, ``journal_ref``, ``statements`` (``kind``, ``text``, ``url``, ``stated_on``),
``announcements`` (``category``, ``announced_on``, ``kind``, ``is_estimated``), ``is_lossy``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import get_args

from broadsheet.sources.fields import FieldError, Fields, tidy_address
from broadsheet.sources.record import (
    AnnouncementKind,
    AnnouncementRecord,
    AuthorRecord,
    IdentifierRecord,
    LinkKind,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    StatementKind,
    StatementRecord,
    VersionRecord,
)

FIELD = "broadsheet"
_LINKS: dict[str, LinkKind] = {kind: kind for kind in get_args(LinkKind)}
_ANNOUNCEMENTS: dict[str, AnnouncementKind] = {kind: kind for kind in get_args(AnnouncementKind)}
_STATEMENTS: dict[str, StatementKind] = {kind: kind for kind in get_args(StatementKind)}


def completed(record: PaperRecord, told: Fields) -> PaperRecord:
    """The record of an item with what the other Broadsheet says beside it, which is exact where the item is not.

    Raises ``FieldError`` if a field is of the wrong type.
    """
    listed_on = told.day("listed_on")
    listing = None
    if listed_on is not None:
        rank = record.listing.rank if record.listing else None
        listing = ListingRecord(listed_on=listed_on, rank=rank, submitted_by=told.text("submitted_by"))
    versions = tuple(_versions(told))
    return replace(
        record,
        ref=told.text("key") or record.ref,
        authors=tuple(_authors(told)),
        author_count=told.count("author_count"),
        organisations=tuple(_organisations(told)),
        identifiers=tuple(_identifiers(told)),
        categories=told.texts("categories"),
        links=tuple(_links(told)),
        published_on=told.day("published_on"),
        version_number=versions[-1].number if versions else None,
        version_at=versions[-1].submitted_at if versions else None,
        versions=versions,
        licence=told.text("licence"),
        remarks=told.text("remarks"),
        journal_ref=told.text("journal_ref"),
        statements=tuple(_statements(told)),
        announcements=tuple(_announcements(told)),
        listing=listing,
        is_lossy=told.first("is_lossy")[1] is True,
    )


def _entries(told: Fields, name: str) -> Iterator[Fields]:
    for entry in told.list_of(name)[1]:
        yield Fields(entry, f"an entry of {name}")


def _authors(told: Fields) -> Iterator[AuthorRecord]:
    for entry in _entries(told, "authors"):
        if name := entry.text("name").strip():
            yield AuthorRecord(name=name, orcid=entry.text("orcid").strip())


def _organisations(told: Fields) -> Iterator[OrganisationRecord]:
    for entry in _entries(told, "organisations"):
        if slug := entry.text("slug").strip():
            yield OrganisationRecord(slug=slug, name=entry.text("name").strip() or slug)


def _identifiers(told: Fields) -> Iterator[IdentifierRecord]:
    for entry in _entries(told, "identifiers"):
        scheme, value = entry.text("scheme").strip(), entry.text("value").strip()
        if scheme and value:
            yield IdentifierRecord(scheme=scheme, value=value)


def _links(told: Fields) -> Iterator[LinkRecord]:
    for entry in _entries(told, "links"):
        if url := tidy_address(*entry.first("url")):
            yield LinkRecord(kind=_LINKS.get(entry.text("kind"), "other"), url=url)


def _versions(told: Fields) -> Iterator[VersionRecord]:
    for entry in _entries(told, "versions"):
        if number := entry.count("number"):
            yield VersionRecord(number=number, submitted_at=_moment(entry.text("submitted_at")))


def _statements(told: Fields) -> Iterator[StatementRecord]:
    for entry in _entries(told, "statements"):
        if kind := _STATEMENTS.get(entry.text("kind")):
            url, day = tidy_address(*entry.first("url")), entry.day("stated_on")
            yield StatementRecord(kind=kind, text=entry.text("text"), url=url, stated_on=day)


def _announcements(told: Fields) -> Iterator[AnnouncementRecord]:
    for entry in _entries(told, "announcements"):
        category, day = entry.text("category"), entry.day("announced_on")
        if category and day is not None and (kind := _ANNOUNCEMENTS.get(entry.text("kind"))):
            is_estimated = entry.first("is_estimated")[1] is True
            yield AnnouncementRecord(category=category, announced_on=day, kind=kind, is_estimated=is_estimated)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise FieldError(f"submitted_at is not a time: {text[:40]!r}") from error
    if moment.tzinfo is None:
        raise FieldError(f"submitted_at has no time zone: {text[:40]!r}")
    return moment

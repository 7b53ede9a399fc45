"""What a record must keep to before the catalogue takes it, so that every database can store it whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache
from time import time
from typing import get_args

from django.db.models import CharField, Model
from django.utils import timezone

from broadsheet.catalogue.models import (
    Announcement,
    Authorship,
    Category,
    Identifier,
    Listing,
    Organisation,
    Paper,
    SourceRecord,
    Tombstone,
)
from broadsheet.sources.identifiers import canonical_identifier
from broadsheet.sources.record import (
    AnnouncementKind,
    BadRecord,
    DeletedRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    StatementKind,
)

LONGEST_TITLE = 1_000
LONGEST_ABSTRACT = 50_000
LONGEST_NAME = 500
LONGEST_NOTE = 10_000
MOST_AUTHORS = 10_000
MOST_VERSIONS = 1_000
EARLIEST_YEAR = 1600
FURTHEST_AHEAD = timedelta(days=366)
LARGEST_COUNT = 2_147_483_647
LARGEST_VERSION = 32_767
_STATEMENTS, _ANNOUNCEMENTS = frozenset(get_args(StatementKind)), frozenset(get_args(AnnouncementKind))


def refusal(record: PaperRecord) -> BadRecord | None:
    """Why a record, made ``storable`` already, cannot be taken; None when it can."""
    reason = next((reason for check in (_texts, _dates, _numbers, _names) for reason in check(record)), "")
    return BadRecord(where=record.where, reason=reason) if reason else None


def refusal_of_deletion(record: DeletedRecord) -> BadRecord | None:
    """Why a source's word that it removed a paper cannot be taken; None when it can."""
    most = longest(Tombstone, "ref")
    if not record.ref or len(record.ref) > most or storable_text(record.ref) != record.ref:
        return BadRecord(where=record.where, reason=f"the key of what was removed is not from 1 to {most} characters")
    return None


def _texts(record: PaperRecord) -> Iterator[str]:
    if not record.title.strip():
        yield "the title is empty"
    if len(record.title) > LONGEST_TITLE:
        yield f"the title has {len(record.title):,} characters, more than {LONGEST_TITLE:,}"
    if len(record.abstract) > LONGEST_ABSTRACT:
        yield f"the abstract has {len(record.abstract):,} characters, more than {LONGEST_ABSTRACT:,}"
    if len(record.summary) > LONGEST_ABSTRACT:
        yield f"the summary has {len(record.summary):,} characters, more than {LONGEST_ABSTRACT:,}"
    if len(record.authors) > MOST_AUTHORS:
        yield f"it names {len(record.authors):,} authors, more than {MOST_AUTHORS:,}"
    if any(not author.name.strip() or len(author.name) > LONGEST_NAME for author in record.authors):
        yield f"an author's name is empty or longer than {LONGEST_NAME} characters"
    notes = [record.licence, record.remarks, record.journal_ref]
    if any(len(note) > LONGEST_NOTE for note in notes):
        yield f"the licence, the remarks or the journal's reference are longer than {LONGEST_NOTE:,} characters"
    if any(len(one.text) + len(one.url) > LONGEST_NOTE for one in record.statements):
        yield f"a statement is longer than {LONGEST_NOTE:,} characters"
    if max(len(record.versions), len(record.statements), len(record.announcements)) > MOST_VERSIONS:
        yield f"it has more than {MOST_VERSIONS:,} versions, statements or announcements"


def _dates(record: PaperRecord) -> Iterator[str]:
    days: list[date | None] = [record.published_on, record.listing.listed_on if record.listing else None]
    days += [one.stated_on for one in record.statements]
    days += [one.announced_on for one in record.announcements]
    days += [moment.date() for moment in (record.version_at, *(one.submitted_at for one in record.versions)) if moment]
    latest = _latest(int(time()) // 60)
    for day in days:
        if day is not None and not (day.year >= EARLIEST_YEAR and day <= latest):
            yield f"the date {day.isoformat()} is before {EARLIEST_YEAR} or more than a year ahead"


@lru_cache(maxsize=1)
def _latest(minute: int) -> date:
    """The last day that a record may speak of; asked for once a minute, since it costs more than the comparison."""
    return timezone.localdate() + FURTHEST_AHEAD


def _numbers(record: PaperRecord) -> Iterator[str]:
    for name, number, largest in (
        ("the number of votes", record.votes_count, LARGEST_COUNT),
        ("the number of comments", record.comments_count, LARGEST_COUNT),
        ("the number of stars", record.stars_count, LARGEST_COUNT),
        ("the number of authors", record.author_count, LARGEST_COUNT),
        ("the rank", record.listing.rank if record.listing else None, LARGEST_COUNT),
        ("the version", record.version_number, LARGEST_VERSION),
        *(("the version", one.number, LARGEST_VERSION) for one in record.versions),
    ):
        if number is not None and not 0 <= number <= largest:
            yield f"{name} is {number}, not from 0 to {largest:,}"


def _names(record: PaperRecord) -> Iterator[str]:
    """Names by which things are found again are never cut: a cut name would be another one."""
    listing = record.listing
    stated: list[tuple[str, type[Model], str, Sequence[str]]] = [
        ("the source's key", SourceRecord, "ref", (record.ref,)),
        ("an author's ORCID", Authorship, "orcid", [author.orcid for author in record.authors]),
        ("an identifier", Identifier, "value", [value for it in record.identifiers for value in _forms(it)]),
        ("an identifier's scheme", Identifier, "scheme", [identifier.scheme for identifier in record.identifiers]),
        ("a category", Category, "code", record.categories),
        ("a category", Announcement, "category", [one.category for one in record.announcements]),
        ("an organisation's short name", Organisation, "slug", [item.slug for item in record.organisations]),
        ("an organisation's name", Organisation, "name", [item.name for item in record.organisations]),
        ("the name of what wrote the summary", Paper, "summary_model", (record.summary_model,)),
        ("the name of who listed it", Listing, "submitted_by", (listing.submitted_by,) if listing else ()),
    ]
    for told, model, field, values in stated:
        if values and max(map(len, values)) > longest(model, field):
            yield f"{told} is longer than {longest(model, field)} characters"
    categories = [*record.categories, *(one.category for one in record.announcements)]
    if any(not (item.scheme and item.value) for item in record.identifiers) or not all(categories):
        yield "an identifier or a category is empty"
    are_known = all(one.kind in _STATEMENTS for one in record.statements)
    if not are_known or any(one.kind not in _ANNOUNCEMENTS for one in record.announcements):
        yield "a statement or an announcement is of a kind that is not known"


def _forms(identifier: IdentifierRecord) -> tuple[str, str]:
    """As stated, and as it will be stored."""
    return identifier.value, canonical_identifier(identifier.scheme, identifier.value)[1]


@cache
def longest(model: type[Model], field: str) -> int:
    """The number of characters that a column takes."""
    column = model._meta.get_field(field)  # noqa: SLF001  (the documented way to a model's fields)
    assert isinstance(column, CharField), "only such a column has a limit"
    assert column.max_length is not None
    return column.max_length


def storable(record: PaperRecord) -> PaperRecord:
    """The record without characters that no database takes (NUL, unpaired surrogates); all else stays as received."""
    if _is_storable("".join(_all_texts(record))):
        return record
    text = storable_text
    return replace(
        record,
        title=text(record.title),
        abstract=text(record.abstract),
        ref=text(record.ref),
        authors=tuple(replace(author, name=text(author.name), orcid=text(author.orcid)) for author in record.authors),
        organisations=tuple(replace(it, slug=text(it.slug), name=text(it.name)) for it in record.organisations),
        identifiers=tuple(replace(it, scheme=text(it.scheme), value=text(it.value)) for it in record.identifiers),
        categories=tuple(text(code) for code in record.categories),
        links=tuple(LinkRecord(kind=link.kind, url=text(link.url)) for link in record.links),
        keywords=tuple(text(word) for word in record.keywords),
        summary=text(record.summary),
        summary_model=text(record.summary_model),
        licence=text(record.licence),
        remarks=text(record.remarks),
        journal_ref=text(record.journal_ref),
        statements=tuple(replace(one, text=text(one.text), url=text(one.url)) for one in record.statements),
        announcements=tuple(replace(one, category=text(one.category)) for one in record.announcements),
        listing=record.listing and replace(record.listing, submitted_by=text(record.listing.submitted_by)),
    )


def _all_texts(record: PaperRecord) -> Iterator[str]:
    yield from (record.title, record.abstract, record.ref, record.summary, record.summary_model)
    yield from (record.licence, record.remarks, record.journal_ref)
    yield from (text for author in record.authors for text in (author.name, author.orcid))
    yield from (text for one in record.organisations for text in (one.slug, one.name))
    yield from (text for one in record.identifiers for text in (one.scheme, one.value))
    yield from (text for one in record.statements for text in (one.text, one.url))
    yield from (one.category for one in record.announcements)
    yield from (link.url for link in record.links)
    yield from (*record.categories, *record.keywords)
    yield from (record.listing.submitted_by,) if record.listing else ()


def _is_storable(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def storable_text(text: str) -> str:
    """Text without NUL and unpaired surrogates, which neither SQLite nor PostgreSQL stores."""
    return text if _is_storable(text) else text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")

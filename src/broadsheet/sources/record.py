"""What a source says about one paper, as plain data.

Every source, whatever its format, yields ``PaperRecord`` values (or ``BadRecord`` where one record of a file cannot be
read) and knows nothing of the catalogue. Texts are kept as received: cleaning is the business of whoever shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

LinkKind = Literal["abstract", "pdf", "code", "project", "model", "dataset", "video", "other"]
AnnouncementKind = Literal["new", "cross", "replace", "replace-cross"]
StatementKind = Literal["published", "withdrawn", "retracted", "corrected"]


class SourceError(Exception):
    """A file or an answer that cannot be read at all; the text says what is wrong and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRecord:
    """One author as printed on the paper."""

    name: str
    orcid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRecord:
    """An organisation that the source names beside the paper; ``slug`` is the source's short name for it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierRecord:
    """An external identifier: ``scheme`` is ``arxiv``, ``doi``, ``openreview`` or any other lower-case word."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """A link that the source states beside the paper (links inside the abstract are found by the catalogue)."""

    kind: LinkKind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRecord:
    """The paper appears on a day's page. ``submitted_by`` is the source's name of who put it there, if any."""

    listed_on: date
    rank: int | None = None
    submitted_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    """One numbered version that the source lists, with the moment at which it was submitted, if stated."""

    number: int
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementRecord:
    """The source announced the paper in a category on a day, as a new one, a cross-list or a replacement.

    ``is_estimated`` marks a day that follows from the source's calendar and was not stated; a stated one replaces it.
    """

    category: str
    announced_on: date
    kind: AnnouncementKind = "new"
    is_estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRecord:
    """The source states what became of the paper: published somewhere, withdrawn, retracted, corrected.

    ``text`` says where or why in the source's words (``Nature 5, 2 (2025)``), ``url`` leads to the notice or to the
    published version, ``stated_on`` is the day of the event, where known.
    """

    kind: StatementKind
    text: str = ""
    url: str = ""
    stated_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRecord:
    """One paper as one source describes it.

    ``ref`` is the source's own key for the paper (an arXiv id, a database id), empty where it has none.
    ``author_count`` is what the source prints when it names no authors. ``where`` says where the record was read
    (``file.txt:12``), for messages. ``is_lossy`` marks texts that are known to have lost characters on the way.
    ``summary`` is a sentence that the source adds and ``summary_model`` the program that wrote it, empty for a person.
    ``votes_count``, ``comments_count`` and ``stars_count`` (of the code repository) are the source's own figures,
    ``None`` where it states none. ``licence`` is an address or a name, ``remarks`` what the authors note beside the
    paper (arXiv's "comments": pages, figures, where accepted), ``journal_ref`` where it appeared, as printed.
    """

    title: str
    abstract: str = ""
    ref: str = ""
    authors: tuple[AuthorRecord, ...] = ()
    author_count: int | None = None
    organisations: tuple[OrganisationRecord, ...] = ()
    identifiers: tuple[IdentifierRecord, ...] = ()
    categories: tuple[str, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    keywords: tuple[str, ...] = ()
    summary: str = ""
    summary_model: str = ""
    published_on: date | None = None
    version_number: int | None = None
    version_at: datetime | None = None
    versions: tuple[VersionRecord, ...] = ()
    licence: str = ""
    remarks: str = ""
    journal_ref: str = ""
    statements: tuple[StatementRecord, ...] = ()
    announcements: tuple[AnnouncementRecord, ...] = ()
    listing: ListingRecord | None = None
    votes_count: int | None = None
    comments_count: int | None = None
    stars_count: int | None = None
    is_lossy: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """One record of an otherwise readable file that had to be left out, with the place and the reason."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedRecord:
    """The source has removed a paper (an OAI-PMH record with status ``deleted``): it must not come back from there.

    ``ref`` is the source's key for it, as in ``PaperRecord``.
    """

    ref: str
    identifiers: tuple[IdentifierRecord, ...] = ()
    deleted_on: date | None = None
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPageRecord:
    """A page that somebody saved: its papers belong together in the order of the page.

    ``slug`` is stable for the same file content under the same name; ``printed_on`` is the date in the page's header.
    """

    slug: str
    title: str
    query: str = ""
    printed_on: date | None = None
    captured_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was recognised and read: which source, its records in order, and its page, if it is one.

    ``records`` holds good and bad records in the order of the file: a tuple where the file is small; else they are read
    as they are asked for, and again by each loop over them. ``position`` then tells how many bytes of how many were
    read, zeros where nobody knows; a file that cannot be read to its end raises ``SourceError`` from the loop.
    """

    source: str
    format: str
    records: Iterable[PaperRecord | BadRecord | DeletedRecord]
    page: SavedPageRecord | None = None
    position: Callable[[], tuple[int, int]] | None = None

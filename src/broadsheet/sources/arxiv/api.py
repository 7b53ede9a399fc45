"""arXiv's query API (info.arxiv.org/help/api/user-manual.html): papers by id, and those submitted in a span of time.

It answers with Atom. An error is an Atom feed, too, with one entry titled "Error", under the status 200 or 400.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from broadsheet.sources.arxiv.authors import named_author
from broadsheet.sources.arxiv.moments import web_moment
from broadsheet.sources.arxiv.paper import build_paper
from broadsheet.sources.arxiv.taxonomy import category_query, is_category
from broadsheet.sources.arxiv.xml import local_name, parse_forgivingly
from broadsheet.sources.door import BusyError, Door, StatusError
from broadsheet.sources.fields import FieldError
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.record import AuthorRecord, BadRecord, PaperRecord, SourceError, VersionRecord

URL = "https://export.arxiv.org/api/query"
IDS_PER_REQUEST = 100
RESULTS_PER_REQUEST = 2000
MOST_RESULTS = 30_000
"""A query with more results than this is refused beyond them, so it has to be asked in shorter spans."""

_ERROR_ID = re.compile(r"arxiv\.org/api/errors", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_STAMP = "%Y%m%d%H%M"
_MINUTE = timedelta(minutes=1)


class ApiError(SourceError):
    """The API states an error; the text is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """The records of one answer, in its order; how many entries it had and how many the query has (None: not said)."""

    records: tuple[PaperRecord | BadRecord, ...]
    entries_count: int
    total: int | None = None
    start: int | None = None


def read_api(content: bytes, name: str) -> ApiAnswer:
    """Read an answer of the API.

    Raises ``ApiError`` where it states an error and ``SourceError`` where it is something else. An id that arXiv does
    not know has no entry, or one without a text, which is left out.
    """
    root = parse_forgivingly(content, name)
    if local_name(root.tag) != "feed":
        raise SourceError(f"{name}: not an answer of arXiv's API but a document of <{local_name(root.tag)[:40]}>")
    records: list[PaperRecord | BadRecord] = []
    numbers: dict[str, int] = {}
    entries_count = 0
    for child in root:
        tag = local_name(child.tag)
        if tag in {"totalResults", "startIndex"} and _NUMBER.fullmatch((child.text or "").strip()):
            numbers[tag] = int(child.text or "")
        elif tag == "entry":
            entries_count += 1
            where = f"{name}: entry {entries_count}"
            try:
                if (paper := _entry(child, where)) is not None:
                    records.append(paper)
            except FieldError as error:
                records.append(BadRecord(where=where, reason=str(error)))
    return ApiAnswer(
        records=tuple(records),
        entries_count=entries_count,
        total=numbers.get("totalResults"),
        start=numbers.get("startIndex"),
    )


def _entry(element: Element, where: str) -> PaperRecord | None:
    fields = {local_name(child.tag): child.text or "" for child in element}
    address, title = fields.get("id", "").strip(), fields.get("title", "").strip()
    if _ERROR_ID.search(address) or (title == "Error" and parse_identifier(address) is None):
        raise ApiError(
            f"{where.partition(': entry')[0]}: the server says: {' '.join(fields.get('summary', '').split())}"
        )
    authors = tuple(_authors(element))
    if not title:
        if not authors and not fields.get("summary", "").strip():
            return None
        # The API takes the title "0" for none (lukasschwab/arxiv.py issue 71).
        title = "0"
    identifier = parse_identifier(address)
    where = f"{where} ({identifier.value if identifier else address[:40]})"
    published, updated = (_moment(fields, name) for name in ("published", "updated"))
    categories = [child.get("term", "") for child in element if local_name(child.tag) == "primary_category"]
    categories += [child.get("term", "") for child in element if local_name(child.tag) == "category"]
    return build_paper(
        arxiv_id=address,
        title=title,
        abstract=fields.get("summary", ""),
        authors=authors,
        categories=[category for category in categories if is_category(category)],
        comments=fields.get("comment", ""),
        journal_ref=fields.get("journal_ref", ""),
        doi=fields.get("doi", ""),
        published_on=published.date() if published else None,
        versions=_versions(identifier.version if identifier else None, published, updated),
        where=where,
    )


def _versions(number: int | None, published: datetime | None, updated: datetime | None) -> tuple[VersionRecord, ...]:
    """The first version and the newest one, which are those that the API knows."""
    if number is None:
        return ()
    first = VersionRecord(number=1, submitted_at=published)
    return (first,) if number == 1 else (first, VersionRecord(number=number, submitted_at=updated))


def _authors(element: Element) -> Iterator[AuthorRecord]:
    for child in element:
        if local_name(child.tag) == "author":
            name = next((part.text or "" for part in child if local_name(part.tag) == "name"), "")
            if (author := named_author(name, "", "")) is not None:
                yield author


def _moment(fields: dict[str, str], name: str) -> datetime | None:
    text = fields.get(name, "").strip()
    moment = web_moment(text)
    if text and moment is None:
        raise FieldError(f"{name} is not a time: {text[:40]!r}")
    return moment


class Api:
    """Asks the API at an address."""

    def __init__(self, url: str = URL) -> None:
        self.url = url

    def by_ids(self, door: Door, refs: Sequence[str]) -> Iterator[ApiAnswer]:
        """Ask for papers by their ids, as many at a time as the API takes well; what it does not know is missing.

        Raises ``FetchError`` as the door does, ``ApiError`` and ``SourceError`` as ``read_api``.
        """
        for start in range(0, len(refs), IDS_PER_REQUEST):
            asked = refs[start : start + IDS_PER_REQUEST]
            yield self._ask(door, {"id_list": ",".join(asked), "start": "0", "max_results": str(len(asked))})

    def submitted_between(self, door: Door, category: str, since: datetime, until: datetime) -> Iterator[ApiAnswer]:
        """Ask for the papers of a category (none: all) that were first submitted from ``since`` to before ``until``.

        A span with more results than the API gives is halved. An answer with fewer entries than asked for is no end:
        the next request begins behind what was received, until the total is reached or nothing more comes.
        """
        first, last = since.astimezone(UTC), until.astimezone(UTC) - _MINUTE
        query = f"submittedDate:[{first.strftime(_STAMP)} TO {last.strftime(_STAMP)}]"
        if category:
            query = f"{category_query(category)} AND {query}"
        start = empty = 0
        while True:
            answer = self._ask(
                door,
                {
                    "search_query": query,
                    "start": str(start),
                    "max_results": str(RESULTS_PER_REQUEST),
                    "sortBy": "submittedDate",
                    "sortOrder": "ascending",
                },
            )
            if (answer.total or 0) > MOST_RESULTS and until - since > 2 * _MINUTE:
                middle = since + (until - since) / 2
                yield from self.submitted_between(door, category, since, middle.replace(second=0, microsecond=0))
                yield from self.submitted_between(door, category, middle.replace(second=0, microsecond=0), until)
                return
            yield answer
            start += answer.entries_count
            empty = 0 if answer.entries_count else empty + 1
            if start >= (answer.total or 0) or start >= MOST_RESULTS or empty > 1:
                return

    def _ask(self, door: Door, params: dict[str, str]) -> ApiAnswer:
        url = f"{self.url}?{urlencode(params)}"
        try:
            content = door.get(url).content
        except BusyError:
            raise
        except StatusError as error:
            # The reason is in the Atom that comes with the refusal.
            if error.status == 400 and error.content.lstrip().startswith(b"<"):
                read_api(error.content, self.url)
            raise
        return read_api(content, self.url)

"""Saved answers of the Hugging Face daily-papers API (``/api/daily_papers``, ``/api/papers/search``).

An answer is an array of items; some people's archives wrap it (``{"date": ..., "data": [...]}``) or hold each item as
the text of a Python dictionary. All of these are read.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from broadsheet.sources import exchange
from broadsheet.sources.fields import FieldError, Fields, kind_of, parse_day, tidy_address
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    LinkKind,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    SourceError,
    SourceFile,
)
from broadsheet.sources.stripped_math import has_stripped_math
from broadsheet.sources.text_file import TextFile

FORMAT = "daily-papers-api"
SOURCE = "huggingface"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATA = re.compile(r'"data"\s*:\s*\[')
# A figure that is no number reads as missing.
_JSON = json.JSONDecoder(parse_constant=lambda _: None)
_BETWEEN_ITEMS = re.compile(r"[\s,]*")
_VIDEO = re.compile(r"\.(?:mp4|webm|mov|m4v)(?:[?#]|$)", re.IGNORECASE)
_LINKS: tuple[tuple[str, LinkKind], ...] = (("projectPage", "project"), ("githubRepo", "code"))


def looks_like_daily_papers(text: str) -> bool:
    """Whether the text is a JSON array, or an object with an array ``data`` near its beginning."""
    head = text[:4000].lstrip()
    return head.startswith("[") or (head.startswith("{") and _DATA.search(head) is not None)


def read_daily_papers(file: TextFile) -> SourceFile:
    """Read the papers of an answer in its order, which is their rank on the day's page (from 1).

    The day is that of ``submittedOnDailyAt`` (in UTC). Older answers lack it: there it is the day that the wrapper or
    the file's name states, else that of the item's own ``publishedAt`` if it is later than the paper's (older answers
    give the time of listing there), else ``captured_on``. An item without any of these is on no day's page. Authors
    marked as hidden are left out.

    Raises ``SourceError`` with line and column if the text is not JSON, or if it is not of this shape.
    """
    stated_on, items = _items(file)
    records: list[PaperRecord | BadRecord] = []
    for rank, (line, item) in enumerate(items, 1):
        where = file.where(line)
        try:
            records.append(read_item(item, rank, where, stated_on, file.captured_on))
        except FieldError as error:
            records.append(BadRecord(where=where, reason=str(error)))
    return SourceFile(source=SOURCE, format=FORMAT, records=tuple(records))


def _items(file: TextFile) -> tuple[date | None, list[tuple[int, object]]]:
    """The day that wrapper or file name state, and each item with the line where it begins."""
    try:
        answer = _JSON.decode(file.text)
        if isinstance(answer, list):
            return _named_day(file.stem), list(_with_lines(file.text, file.text.index("[") + 1, len(answer)))
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise SourceError(
                f"{file.name}:1: {kind_of(answer)}, not an array of papers nor an object with one as 'data'"
            )
        stated_on = Fields(answer).day("date") or _named_day(file.stem)
        return stated_on, list(_with_lines(file.text, _start_of(answer["data"], file.text), len(answer["data"])))
    except json.JSONDecodeError as error:
        raise SourceError(f"{file.name}:{error.lineno}: not JSON: {error.msg} (column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{file.name}:1: {error}") from error


def _named_day(stem: str) -> date | None:
    for text in _DAY.findall(stem):
        with suppress(FieldError):
            return parse_day("the day in the file's name", text)
    return None


def _start_of(items: list[object], text: str) -> int:
    """Where the first of the items stands: objects inside the answer may have a list of that name too."""
    for match in _DATA.finditer(text):
        if _JSON.raw_decode(text, match.end() - 1)[0] == items:
            return match.end()
    raise ValueError("the array 'data' is named in escapes")


def _with_lines(text: str, position: int, count: int) -> Iterator[tuple[int, object]]:
    line, counted = 1, 0
    for _ in range(count):
        between = _BETWEEN_ITEMS.match(text, position)
        position = between.end() if between else position
        line += text.count("\n", counted, position)
        counted = position
        item, position = _JSON.raw_decode(text, position)
        yield line, item


def _item_fields(item: object) -> Fields:
    if isinstance(item, str):
        try:
            item = ast.literal_eval(item)
        except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
            raise FieldError("the item is text, and not that of a Python dictionary") from error
    return Fields(item, "the item")


def read_item(
    item: object, rank: int, where: str, stated_on: date | None, captured_on: date | None = None
) -> PaperRecord:
    """One item of an answer, of any of its shapes; ``read_daily_papers`` says which day it belongs to.

    What another Broadsheet says beyond that shape is read as well (``exchange``).
    Raises ``FieldError`` if it cannot be used.
    """
    fields = _item_fields(item)
    paper = fields.fields("paper") if "paper" in fields else fields
    record = _paper(fields, paper, rank, where, stated_on, captured_on)
    return exchange.completed(record, paper.fields(exchange.FIELD)) if exchange.FIELD in paper else record


def _paper(
    item: Fields, paper: Fields, rank: int, where: str, stated_on: date | None, captured_on: date | None
) -> PaperRecord:
    title = paper.text("title") or item.text("title")
    if not title.strip():
        raise FieldError("the paper has no title")
    abstract = paper.text("summary") or item.text("summary")
    ref = paper.text("id").strip()
    identifier = parse_identifier(ref)
    published_on = paper.day("publishedAt")
    listed_on = _listing_day(item, paper, stated_on, published_on) or captured_on
    submitter = paper.fields("submittedOnDailyBy").text("user", "name") or item.fields("submittedBy").text(
        "user", "name"
    )
    return PaperRecord(
        title=title,
        abstract=abstract,
        ref=ref,
        authors=_authors(paper),
        organisations=_organisations(paper, item),
        identifiers=(identifier.record,) if identifier else (),
        links=_links(paper, item),
        keywords=tuple(dict.fromkeys(paper.texts("ai_keywords"))),
        summary=paper.text("ai_summary"),
        summary_model=paper.text("ai_summary_model"),
        published_on=published_on,
        version_number=identifier.version if identifier else None,
        listing=ListingRecord(listed_on=listed_on, rank=rank, submitted_by=submitter) if listed_on else None,
        votes_count=paper.count("upvotes"),
        comments_count=item.count("numComments"),
        stars_count=paper.count("githubStars"),
        is_lossy=has_stripped_math(f"{title}\n{abstract}"),
        where=where,
    )


def _listing_day(item: Fields, paper: Fields, stated_on: date | None, published_on: date | None) -> date | None:
    if day := paper.day("submittedOnDailyAt") or stated_on:
        return day
    item_day = item.day("publishedAt")
    return item_day if item_day and published_on and item_day > published_on else None


def _authors(paper: Fields) -> tuple[AuthorRecord, ...]:
    authors = [Fields(author, "an author") for author in paper.list_of("authors")[1]]
    visible = [author.text("name").strip() for author in authors if author.first("hidden")[1] is not True]
    return tuple(AuthorRecord(name=name) for name in visible if name)


def _organisations(paper: Fields, item: Fields) -> tuple[OrganisationRecord, ...]:
    organisation = (paper if "organization" in paper else item).fields("organization")
    slug = organisation.text("name").strip()
    return (OrganisationRecord(slug=slug, name=organisation.text("fullname").strip() or slug),) if slug else ()


def _links(paper: Fields, item: Fields) -> tuple[LinkRecord, ...]:
    stated = [(kind, tidy_address(*paper.first(name))) for name, kind in _LINKS]
    # The item repeats the paper's; each is tidied like any other link, since a bad one never costs a paper.
    listed = (value for fields in (paper, item) for value in fields.list_of("mediaUrls")[1])
    media = dict.fromkeys(tidy_address("an entry of mediaUrls", value) for value in listed)
    stated += [("video" if _VIDEO.search(url) else "other", url) for url in media]
    return tuple(LinkRecord(kind=kind, url=url) for kind, url in stated if url)

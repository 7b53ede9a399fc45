"""Pages of the Daily Papers site saved as HTML: a day, a week, a search, one paper.

The site puts what a page shows into an attribute, as JSON for its own scripts; where a tool has lost that, the cards of
the page are read, which show less.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from broadsheet.sources.data_file import DataFile
from broadsheet.sources.fields import FieldError, Fields, parse_day
from broadsheet.sources.file_shape import Head
from broadsheet.sources.hf_daily import SOURCE, read_item
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.record import (
    BadRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    SavedPageRecord,
    SourceError,
    SourceFile,
)
from broadsheet.sources.text_file import TextFile, slugify

FORMAT = "daily-papers-page"

_LISTS = ("dailyPapers", "papers", "searchResults", "results")
_TAG = re.compile(r"<div\b([^<>]{0,400}?\bdata-props=(?:\"[^\"]*\"|'[^']*')[^<>]{0,400})>", re.IGNORECASE)
_PROPS = re.compile(r"\bdata-props=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TARGET = re.compile(r"\bdata-target=[\"'](?:DailyPapers|PaperContent|Papers\w*|\w*Search\w*)[\"']", re.IGNORECASE)
_ADDRESS = re.compile(
    r"<(?:link\b[^<>]{0,300}rel=[\"']canonical[\"'][^<>]{0,300}href|meta\b[^<>]{0,300}og:url[^<>]{0,300}content)"
    r"=[\"']([^\"'<>]{1,1000})",
    re.IGNORECASE,
)
_DAY = re.compile(r"/papers/date/(\d{4}-\d{2}-\d{2})|[?&]date=(\d{4}-\d{2}-\d{2})", re.ASCII)
_CARD = re.compile(r"<article\b", re.IGNORECASE)
# More of a card is not looked at, and of a heading neither.
_LONGEST_CARD = 20_000
_LONGEST_HEADING = 3_000
_SHORTEST_ABSTRACT = 100
_HEADING = re.compile(r"<h3\b", re.IGNORECASE)
_PAPER_LINK = re.compile(
    r"<a\b[^<>]*href=[\"'](?:https?://(?:huggingface\.co|hf\.co))?/papers/([^\"'#?<>]+)[^<>]*>", re.IGNORECASE
)
_VOTES = re.compile(r"class=[\"'][^\"']*\bleading-none\b[^\"']*[\"'][^>]*>\s*([\d,]{1,9})\s*<")
_COUNT = re.compile(r"(?:·|•|&middot;|>)\s*(\d{1,5})\s+authors?\b", re.IGNORECASE)
_SUBMITTER = re.compile(r"Submitted by(?:\s|<[^>]*>)*([^\s<][^<]*)", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>")


def looks_like_daily_page(head: Head) -> bool:
    """Whether it is HTML with the site's data for a page of papers, or with links to papers in headings of cards."""
    text = head.text
    is_html = head.xml is not None and head.xml.name.lower() in {"html", "head", "body", "div", "main"}
    return is_html and ((_TARGET.search(text) is not None and "data-props=" in text) or _has_cards(text))


def _has_cards(text: str) -> bool:
    return any(_title(card) for _, card in _split_cards(text))


def _split_cards(text: str) -> Iterator[tuple[int, str]]:
    """Where each card begins, and its text up to its end or the next one."""
    starts = [match.start() for match in _CARD.finditer(text)]
    for start, following in pairwise([*starts, len(text)]):
        end = text.find("</article>", start, following)
        yield start, text[start : min(end if end >= 0 else following, start + _LONGEST_CARD)]


def _title(card: str) -> tuple[str, str, int] | None:
    """The identifier that a card's heading links to, the text of that link, and where it ends."""
    heading = _HEADING.search(card)
    if heading is None:
        return None
    bound = heading.start() + _LONGEST_HEADING
    link = _PAPER_LINK.search(card, heading.end(), bound)
    if link is None or (end := card.find("</a>", link.end(), bound)) < 0:
        return None
    return link[1], card[link.end() : end], end


def read_daily_page(file: DataFile) -> SourceFile:
    """Read the papers of a page in its order, which is their rank on a day's page.

    A page of a day says which; its papers are listed on it. A search's papers are on no day's page unless they state
    one. ``--captured-on`` serves days' pages that have lost theirs. Raises ``SourceError`` if no papers are found.
    """
    text = file.text()
    address = html.unescape(match[1]) if (match := _ADDRESS.search(text.text)) else ""
    found = next(_data(text), None)
    query = file.query or (found and _text(found[1], "query", "q")) or _query_of(address)
    stated_on = (_stated_day(found[1]) if found else None) or _day_of(address) or _named_day(text.stem)
    fallback = stated_on or (None if query else file.captured_on)
    records = tuple(_items(text, found[0], fallback) if found else _cards(text, fallback))
    if not records:
        raise SourceError(f"{text.name}:1: a page of the Daily Papers site without any papers")
    return SourceFile(
        source=SOURCE,
        format=FORMAT,
        records=records,
        page=SavedPageRecord(
            slug=f"{slugify(text.stem)[:60] or 'page'}-{text.digest[:8]}",
            title=query or f"Saved page {text.stem}",
            query=query,
            printed_on=stated_on,
            captured_on=file.captured_on,
        ),
    )


def _data(text: TextFile) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """The lists of papers in the data of the page's scripts, each with what stands beside it."""
    for tag in _TAG.finditer(text.text):
        found = _PROPS.search(tag[1])
        try:
            value = json.loads(html.unescape((found[1] or found[2] or "") if found else ""))
        except (ValueError, RecursionError):
            continue
        if not isinstance(value, dict):
            continue
        for name in _LISTS:
            if isinstance(value.get(name), list) and any(_is_paper(item) for item in value[name]):
                yield value[name], value
        if _is_paper(value):
            yield [value], value


def _is_paper(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    paper = item.get("paper", item)
    return isinstance(paper, dict) and isinstance(paper.get("id"), str) and "title" in paper


def _items(text: TextFile, items: list[Any], fallback: date | None) -> Iterator[PaperRecord | BadRecord]:
    for rank, item in enumerate(items, 1):
        where = f"{text.name}: item {rank}"
        try:
            yield read_item(item, rank, where, None, fallback)
        except FieldError as error:
            yield BadRecord(where=where, reason=str(error))


def _cards(text: TextFile, fallback: date | None) -> Iterator[PaperRecord | BadRecord]:
    rank, line, counted = 0, 1, 0
    for start, card in _split_cards(text.text):
        title = _title(card)
        if title is None:
            continue
        rank += 1
        line, counted = line + text.text.count("\n", counted, start), start
        where = text.where(line)
        try:
            yield _card(card, title, rank, where, fallback)
        except FieldError as error:
            yield BadRecord(where=where, reason=str(error))


def _card(card: str, title: tuple[str, str, int], rank: int, where: str, fallback: date | None) -> PaperRecord:
    linked, said, end = title
    identifier = parse_identifier(html.unescape(linked))
    if identifier is None or not (shown := _shown(said)):
        raise FieldError("a card without an identifier or a title")
    rest = card[end:]
    abstract = next((text for part in _paragraphs(rest) if len(text := _shown(part)) > _SHORTEST_ABSTRACT), "")
    votes, count, submitter = _VOTES.search(card), _COUNT.search(rest), _SUBMITTER.search(card)
    submitted_by = _shown(submitter[1]) if submitter else ""
    return PaperRecord(
        title=shown,
        abstract=abstract,
        ref=identifier.value,
        identifiers=(identifier.record,),
        author_count=int(count[1]) if count else None,
        organisations=(OrganisationRecord(slug=name, name=name),) if (name := _organisation(rest)) else (),
        version_number=identifier.version,
        listing=ListingRecord(listed_on=fallback, rank=rank, submitted_by=submitted_by) if fallback else None,
        votes_count=int(votes[1].replace(",", "")) if votes and votes[1].strip(",") else None,
        where=where,
    )


def _paragraphs(card: str) -> Iterator[str]:
    """The insides of paragraphs that are closed."""
    position = 0
    while (start := card.find("<p", position)) >= 0 and (end := card.find("</p>", start)) >= 0:
        yield card[start:end].partition(">")[2]
        position = end


def _organisation(card: str) -> str:
    match = re.search(r"href=[\"'](?:https?://huggingface\.co)?/organizations/([\w.-]{1,100})[\"'/]", card)
    return match[1] if match else ""


def _shown(text: str) -> str:
    return " ".join(html.unescape(_TAGS.sub(" ", text)).split())


def _text(values: dict[str, Any], *names: str) -> str:
    try:
        return " ".join(Fields(values).text(*names).split())
    except FieldError:
        return ""


def _stated_day(values: dict[str, Any]) -> date | None:
    try:
        return Fields(values).day("dateString", "date")
    except FieldError:
        return None


def _day_of(address: str) -> date | None:
    match = _DAY.search(address)
    return _day(match[1] or match[2]) if match else None


def _named_day(stem: str) -> date | None:
    match = re.search(r"\d{4}-\d{2}-\d{2}", stem, re.ASCII)
    return _day(match[0]) if match else None


def _day(text: str) -> date | None:
    try:
        return parse_day("the page's day", text)
    except FieldError:
        return None


def _query_of(address: str) -> str:
    try:
        return " ".join(parse_qs(urlsplit(address).query).get("q", [""])[0].split())
    except ValueError:
        return ""

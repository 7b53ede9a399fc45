"""Papers as JSON lines: one object a line, in the layout of BEIR's ``corpus.jsonl`` and with optional further fields.

====================  ==========================================================================================
field                 meaning
====================  ==========================================================================================
``_id``, ``id``       the source's own key; also an identifier if it is an arXiv identifier or a DOI
``title``             if empty, the first sentence of the text
``text, abstract``    the abstract
``authors``           names, objects ``{name, orcid}``, or one text with ``, `` and `` and `` between names
``date``              the day's page that the paper belongs to
``published``         day of publication; ``date`` where missing
``categories``        names, or one text with blanks between them
``keywords``          words, or one text with commas between them; also called ``concepts``
``links``             addresses, or objects ``{kind, url}``; one that cannot be used is no reason to refuse a paper
``github``            address of the code
``doi``               a DOI, bare or as an address
``upvotes, votes``    the source's own figure of votes
``comments``          the source's own figure of comments
``stars``             stars of the code
``summary``           a sentence that the source adds
``summary_model``     the program that wrote it
``organisations``     names, or objects ``{name, fullname}`` (short name, display name); a single one need not be a
                      list; also in the singular and with a z
====================  ==========================================================================================
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import get_args

from broadsheet.sources.data_file import DataFile, streamed
from broadsheet.sources.fields import FieldError, Fields, checked_text, tidy_address
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    LinkKind,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    SourceFile,
)
from broadsheet.sources.stated_links import kind_of_address
from broadsheet.sources.stripped_math import has_stripped_math
from broadsheet.sources.text_file import slugify

FORMAT = "jsonl"

_TITLE_LIMIT = 200
_BETWEEN_NAMES = re.compile(r",? and |, ")
_SENTENCE_END = re.compile(r"(?<=[^\s.])\s?[.?!](?=\s)")
_KINDS: dict[str, LinkKind] = {kind: kind for kind in get_args(LinkKind)}


def looks_like_jsonl(text: str) -> bool:
    """Whether one of the first lines is by itself a JSON object with a title, a text or an abstract."""
    lines = (line for line in text[:200_000].split("\n") if line.strip())
    return any(_is_record_line(line) for line, _ in zip(lines, range(20), strict=False))


def read_jsonl(file: DataFile) -> SourceFile:
    """Read one paper a line, as the records are asked for; blank lines are passed over.

    A line that is not a JSON object, has neither title nor text, or has a field of the wrong type is a bad record. The
    source is named after the file, or after its folder if it is called ``corpus.jsonl``.
    """
    name = slugify(file.folder if file.stem == "corpus" else file.stem) or "papers"
    return streamed(file, f"{FORMAT}:{name}", FORMAT, lambda: _records(file))


def _records(file: DataFile) -> Iterator[PaperRecord | BadRecord]:
    for number, line in file.lines():
        yield line if isinstance(line, BadRecord) else _record(line, file.where(number))


def _is_record_line(line: str) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not value.keys().isdisjoint({"title", "text", "abstract"})


def _record(line: str, where: str) -> PaperRecord | BadRecord:
    try:
        return _paper(Fields(json.loads(line)), where)
    except json.JSONDecodeError as error:
        return BadRecord(where=where, reason=f"not JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        return BadRecord(where=where, reason="not JSON that can be read: nested too deeply")
    except ValueError as error:
        return BadRecord(where=where, reason=str(error))


def _paper(line: Fields, where: str) -> PaperRecord:
    abstract = line.text("text", "abstract")
    title = line.text("title")
    if not title.strip():
        title = _first_sentence(abstract)
    if not title:
        raise FieldError("neither title nor text")
    ref = _ref(line)
    identifiers = _identifiers(line, ref)
    listed_on = line.day("date")
    return PaperRecord(
        title=title,
        abstract=abstract,
        ref=ref,
        authors=_authors(line),
        organisations=_organisations(line),
        identifiers=tuple(dict.fromkeys(identifier.record for identifier in identifiers)),
        categories=_words(line, "categories", separator=None),
        links=_links(line),
        keywords=_words(line, "keywords", "concepts", separator=","),
        summary=line.text("summary"),
        summary_model=line.text("summary_model"),
        published_on=line.day("published") or listed_on,
        version_number=next((identifier.version for identifier in identifiers if identifier.version), None),
        listing=ListingRecord(listed_on=listed_on) if listed_on else None,
        votes_count=line.count("upvotes", "votes"),
        comments_count=line.count("comments"),
        stars_count=line.count("stars"),
        is_lossy=has_stripped_math(f"{title}\n{abstract}"),
        where=where,
    )


def _first_sentence(text: str) -> str:
    """The text up to the end of its first sentence, cut where that is long: at a blank, if it has any."""
    text = " ".join(text.split())
    end = _SENTENCE_END.search(text)
    sentence = text[: end.start()] if end and end[0].endswith(".") else text[: end.end()] if end else text
    if not end:
        sentence = sentence.removesuffix(".").rstrip()
    if len(sentence) <= _TITLE_LIMIT:
        return sentence
    cut = sentence[: _TITLE_LIMIT - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(",;:") + "…"


def _ref(line: Fields) -> str:
    name, value = line.first("_id", "id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return "" if value is None else checked_text(name, value).strip()


def _identifiers(line: Fields, ref: str) -> list[ParsedIdentifier]:
    found = [parse_identifier(ref)]
    if doi := line.text("doi").strip():
        parsed = parse_identifier(doi)
        if not parsed or parsed.scheme not in {"doi", "arxiv"}:
            raise FieldError(f"doi is not a DOI: {doi[:60]!r}")
        found.append(parsed)
    return [identifier for identifier in found if identifier]


def _authors(line: Fields) -> tuple[AuthorRecord, ...]:
    name, value = line.first("authors")
    if isinstance(value, str):
        names = _BETWEEN_NAMES.split(checked_text(name, value))
        return tuple(AuthorRecord(name=text.strip()) for text in names if text.strip())
    authors = [_author(entry) for entry in line.list_of("authors")[1]]
    return tuple(author for author in authors if author.name)


def _author(entry: object) -> AuthorRecord:
    if isinstance(entry, str):
        return AuthorRecord(name=checked_text("an author", entry).strip())
    fields = Fields(entry, "an author")
    return AuthorRecord(name=fields.text("name").strip(), orcid=fields.text("orcid").strip())


def _organisations(line: Fields) -> tuple[OrganisationRecord, ...]:
    _, value = line.first("organisations", "organizations", "organisation", "organization")
    entries = value if isinstance(value, list) else [] if value is None else [value]
    organisations = [_organisation(entry) for entry in entries]
    return tuple(organisation for organisation in organisations if organisation.name)


def _organisation(entry: object) -> OrganisationRecord:
    if isinstance(entry, str):
        name = checked_text("an organisation", entry).strip()
        # A name in a script other than Latin leaves nothing of a slug; it is its own short name then.
        return OrganisationRecord(slug=slugify(name) or "-".join(name.casefold().split()), name=name)
    fields = Fields(entry, "an organisation")
    slug, name = fields.text("slug", "name").strip(), fields.text("fullname", "name").strip()
    return OrganisationRecord(slug=slug, name=name)


def _words(line: Fields, *names: str, separator: str | None) -> tuple[str, ...]:
    """Distinct texts of a list, or of one text that is split at the separator (``None``: at blanks)."""
    name, value = line.first(*names)
    if isinstance(value, str):
        texts = [text.strip() for text in checked_text(name, value).split(separator)]
        return tuple(dict.fromkeys(text for text in texts if text))
    return tuple(dict.fromkeys(line.texts(*names)))


def _links(line: Fields) -> tuple[LinkRecord, ...]:
    links = [_link(entry) for entry in line.list_of("links")[1]]
    links.append(LinkRecord(kind="code", url=tidy_address(*line.first("github"))))
    return tuple(dict.fromkeys(link for link in links if link.url))


def _link(entry: object) -> LinkRecord:
    if isinstance(entry, str):
        url, stated = tidy_address("a link", entry), ""
    else:
        fields = Fields(entry, "a link")
        url, stated = tidy_address(*fields.first("url")), fields.text("kind").strip()
    return LinkRecord(kind=_KINDS.get(stated) or kind_of_address(url), url=url)

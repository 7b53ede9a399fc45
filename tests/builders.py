"""Papers for tests: written here, taken in as any source's papers are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from broadsheet.catalogue.intake import IntakeResult, take_in
from broadsheet.catalogue.models import Paper
from broadsheet.search.maintenance import update_index
from broadsheet.sources.record import (
    AuthorRecord,
    IdentifierRecord,
    LinkRecord,
    ListingRecord,
    OrganisationRecord,
    PaperRecord,
    SavedPageRecord,
)

# A Wednesday in the middle of a month, so that week and month reach to both sides of it.
WEDNESDAY = date(2025, 10, 15)
SOURCE = "huggingface"

# One formula in a text of usual length, as in arXiv's abstracts; most have none, a few have many.
_SENTENCES = (
    "We study how a reader finds one good paper among many that look alike, and what a front page can do about it. ",
    "Earlier work ranks by votes alone, which rewards what was seen first and hides what was seen late or never. ",
    "On twelve benchmarks our way is 3.2$\\times$ faster than the strongest baseline at the same quality. ",
    "An ablation shows that most of the gain is due to the schedule and not to the size of the network. ",
    "People who used it for a month opened more papers than before and said that they had missed fewer of them. ",
    "The estimator $\\hat{\\theta}_{n}$ needs one pass over the data, which costs less than reading them. ",
    "We find that the order of the first four papers matters more than everything that is printed below the fold. ",
    "A second experiment with other readers, other topics and another language comes to the same result. ",
    "Where no votes are known, the text alone predicts them well enough to set a page that nobody complains of. ",
    "Limits of the method are discussed, among them the wish of authors to be read and the haste of those who vote. ",
    "Code and data are at https://github.com/example/front-page and need nothing but a laptop. ",
)


def abstract_of(length: int, start: int = 0) -> str:
    """An abstract of at most ``length`` characters with formulas and a link, as real ones have."""
    text = ""
    while len(text) < length:
        text += _SENTENCES[start % len(_SENTENCES)]
        start += 1
    return text[:length].rsplit(". ", 1)[0] + "." if length > 200 else text[:length]


def record(title: str, *, on: date | None = WEDNESDAY, authors: Iterable[str] = (), **fields: Any) -> PaperRecord:
    """A record of one paper, listed on a day; ``arxiv``, ``doi``, ``code`` and ``organisation`` are short forms."""
    identifiers = [
        IdentifierRecord(scheme=scheme, value=fields.pop(scheme)) for scheme in ("arxiv", "doi") if scheme in fields
    ]
    links = [LinkRecord(kind="code", url=fields.pop("code"))] if "code" in fields else []
    organisation = fields.pop("organisation", "")
    organisations = (OrganisationRecord(slug=organisation.lower(), name=organisation),) if organisation else ()
    fields.setdefault("listing", ListingRecord(listed_on=on) if on else None)
    return PaperRecord(
        title=title,
        authors=tuple(AuthorRecord(name=name) for name in authors),
        identifiers=tuple(identifiers),
        links=(*links, *fields.pop("links", ())),
        organisations=organisations,
        **fields,
    )


def take(*records: PaperRecord, source: str = SOURCE, page: SavedPageRecord | None = None) -> IntakeResult:
    """Take records in; every one must be accepted."""
    result = take_in(records, source=source, page=page)
    assert result.refused == [], result.refused
    return result


def take_and_index(*records: PaperRecord, source: str = SOURCE, page: SavedPageRecord | None = None) -> IntakeResult:
    """Take records in and make them searchable."""
    result = take(*records, source=source, page=page)
    update_index()
    return result


def paper(title: str, **fields: Any) -> Paper:
    """One paper in the catalogue."""
    take(record(title, **fields))
    return Paper.objects.get(title=title)


def many(count: int, *, on: date = WEDNESDAY, days: int = 1, length: int = 1_500) -> Sequence[PaperRecord]:
    """Records of papers as a full day brings them, spread over ``days`` days from ``on`` onwards."""
    return [
        record(
            f"Learning to Read Front Pages, Part {n}: Order and Attention in $\\mathbb{{R}}^{{{n}}}$",
            on=on + timedelta(days=n % days),
            abstract=abstract_of(length, n),
            authors=[f"Ada Reader{n}", f"Ben Writer{n}", "Chi Editor", "Dee Printer"][: 1 + n % 4],
            arxiv=f"2510.{10_000 + n}",
            categories=(["cs.CL", "cs.LG", "stat.ML"][n % 3], "cs.AI"),
            code=f"https://github.com/example/part-{n}",
            organisation=f"Institute {n % 5}",
            votes_count=count - n,
            comments_count=n % 3,
            published_on=on - timedelta(days=2),
        )
        for n in range(count)
    ]


def saved(slug: str = "front-pages", title: str = "Front pages", **fields: Any) -> SavedPageRecord:
    """A saved page to take papers in with."""
    return SavedPageRecord(slug=slug, title=title, **fields)

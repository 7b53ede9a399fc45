"""What is said of a paper wherever it is cited, as plain text that no format has escaped yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, prefetch_related_objects

from broadsheet.catalogue.models import Paper, PaperCategory
from broadsheet.catalogue.text import to_plain

AT_ONCE = 500
_PARTICLES = {"af", "al", "ben", "bin", "d'", "da", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du"}
_PARTICLES |= {"das", "el", "la", "le", "ten", "ter", "und", "van", "von"}
_GENERATION = re.compile(r"(?:jr|sr|[ivx]+)\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One paper. ``key`` is the same for the same paper and unique among others; ``note`` is what a person noted.

    ``received_title`` and ``received_abstract`` are as the source wrote them, with their formulas in TeX; ``title`` and
    ``abstract`` are their plain reading.
    """

    key: str
    title: str
    url: str
    abstract: str = ""
    received_title: str = ""
    received_abstract: str = ""
    authors: tuple[str, ...] = ()
    published_on: date | None = None
    arxiv: str = ""
    doi: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    journal_ref: str = ""
    note: str = ""


def cited(
    papers: Sequence[Paper], address_of: Callable[[Paper], str], notes: Mapping[int, str] | None = None
) -> Iterator[Cited]:
    """Papers as they are cited, in their order, in few queries; ``notes`` are by row id."""
    for start in range(0, len(papers), AT_ONCE):
        part = list(papers[start : start + AT_ONCE])
        categories = Prefetch("paper_categories", PaperCategory.objects.select_related("category"))
        prefetch_related_objects(part, "authorships", "identifiers", categories)
        for paper in part:
            yield _one(paper, address_of(paper), (notes or {}).get(paper.pk, ""))


def given_and_family(name: str) -> tuple[str, str] | None:
    """The two parts of a name as it is printed, ``("Ada", "van Reader")``; None where only people could tell."""
    words = name.split()
    if len(words) < 2 or "," in name or _GENERATION.fullmatch(words[-1]):
        return None
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def _one(paper: Paper, url: str, note: str) -> Cited:
    named = {item.scheme: item.value for item in paper.identifiers.all()}
    return Cited(
        key=f"arxiv-{paper.arxiv_id}" if paper.arxiv_id else f"paper-{paper.key}",
        title=to_plain(paper.title),
        url=url,
        abstract=to_plain(paper.abstract),
        received_title=paper.title,
        received_abstract=paper.abstract,
        authors=tuple(name for row in paper.authorships.all() if (name := to_plain(row.name))),
        published_on=paper.published_on,
        arxiv=paper.arxiv_id or named.get("arxiv", ""),
        doi=named.get("doi", ""),
        categories=tuple(entry.category.code for entry in paper.paper_categories.all()),
        keywords=tuple(to_plain(word) for word in paper.keywords),
        journal_ref=to_plain(paper.journal_ref),
        note=note,
    )

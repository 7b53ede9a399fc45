"""What a webhook tells, as plain values: each format prints these and looks nothing up itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse

from broadsheet.catalogue.models import Authorship, Paper, PaperCategory
from broadsheet.catalogue.text import to_plain
from broadsheet.community.models import Subscription
from broadsheet.delivery.values import Contents

SHORT_ABSTRACT = 300
MOST_AUTHORS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPaper:
    """A paper; all texts are plain. ``reason`` tells why it is recommended, where it is."""

    key: str
    name: str
    url: str
    title: str
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    abstract: str = ""
    categories: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    published_on: date | None = None
    listed_on: date | None = None
    code_url: str = ""
    votes_count: int = 0
    comments_count: int = 0
    stars_count: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A section: its title, the page that shows more of it, how many papers that has, and those that are told."""

    title: str
    url: str
    total: int
    papers: tuple[ToldPaper, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that one post tells. ``url`` is the page where the webhook is changed and switched off."""

    name: str
    url: str
    parts: tuple[ToldPart, ...]
    is_test: bool = False

    @property
    def count(self) -> int:
        """How many papers are told."""
        return sum(len(part.papers) for part in self.parts)


def told(subscription: Subscription, contents: Contents, *, is_test: bool = False) -> Told:
    """The contents in words; papers that were hidden since they were chosen are left out, and parts without any."""
    papers = _papers(contents.papers)
    parts = []
    for section in contents.sections:
        shown = tuple(
            _paper(papers[number], subscription.abstracts, section.reasons.get(number, ""))
            for number in section.papers
            if number in papers
        )
        if shown:
            parts.append(ToldPart(to_plain(section.title), _absolute(section.path), section.total, shown))
    return Told(
        name=to_plain(subscription.name),
        url=_absolute(reverse("web:webhook", args=[subscription.key])),
        parts=tuple(parts),
        is_test=is_test,
    )


def _absolute(path: str) -> str:
    return path if path.startswith(("http://", "https://")) else settings.BASE_URL + path


def _papers(numbers: Sequence[int]) -> dict[int, Paper]:
    rows = Paper.shown.filter(pk__in=numbers).prefetch_related(
        Prefetch("authorships", Authorship.objects.filter(position__lt=MOST_AUTHORS).order_by("position")),
        Prefetch("paper_categories", PaperCategory.objects.select_related("category")),
        "organisations",
    )
    return {paper.pk: paper for paper in rows}


def _paper(paper: Paper, abstracts: str, reason: str) -> ToldPaper:
    return ToldPaper(
        key=paper.key,
        name=paper.name,
        url=_absolute(reverse("web:paper", args=[paper.name])),
        title=" ".join(to_plain(paper.title).split()),
        authors=tuple(" ".join(to_plain(authorship.name).split()) for authorship in paper.authorships.all()),
        author_count=paper.author_count,
        abstract=_abstract(paper.abstract, abstracts),
        categories=tuple(entry.category.code for entry in paper.paper_categories.all()),
        organisations=tuple(to_plain(organisation.name) for organisation in paper.organisations.all()),
        published_on=paper.published_on,
        listed_on=paper.first_listed_on,
        code_url=paper.code_url,
        votes_count=paper.votes_count,
        comments_count=paper.comments_count,
        stars_count=paper.stars_count,
        reason=to_plain(reason),
    )


def _abstract(text: str, wanted: str) -> str:
    if wanted == Subscription.Abstracts.NONE:
        return ""
    plain = " ".join(to_plain(text).split())
    return cut(plain, SHORT_ABSTRACT) if wanted == Subscription.Abstracts.SHORT else plain


def cut(text: str, length: int) -> str:
    """At most so many characters of a text, cut between words where there are any, with an ellipsis for the rest."""
    if len(text) <= length:
        return text
    if length < 2:
        return "…"[:length]
    head = text[: length - 1]
    at = head.rfind(" ")
    return (head[:at] if at > length // 2 else head).rstrip(" ,;:.-") + "…"


def byline(paper: ToldPaper, most: int = 3) -> str:
    """The first authors, and how many more there are."""
    more = max(paper.author_count or 0, len(paper.authors)) - min(len(paper.authors), most)
    return ", ".join(paper.authors[:most]) + (f" +{more}" if more > 0 and paper.authors else "")


def facts(paper: ToldPaper) -> list[str]:
    """What stands under a title: who wrote it, its categories, and the figures that are not nought."""
    figures = [(paper.votes_count, "▲"), (paper.comments_count, "💬"), (paper.stars_count, "★")]
    told = [byline(paper), " ".join(paper.categories[:4]), *(f"{sign} {count:,}" for count, sign in figures if count)]
    return [part for part in told if part]

"""Papers as entries of feeds.

An entry's id is the address of its paper by public key, which never changes, so a reader shows nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from html import escape
from urllib.parse import quote

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.catalogue.text import safe_url, to_plain
from broadsheet.delivery.letters.maths import mail_html
from broadsheet.web.feeds.values import Entry, Kind

MOST_AUTHORS = 50
"""As many are named; some papers have thousands."""
SUMMARY_LENGTH = 280
ABSTRACTS_KEPT = 2_048
SHORT_TEXTS_KEPT = 16_384


def marks_of(papers: Sequence[Paper], kind: Kind, notes: Mapping[int, str]) -> list[str]:
    """What tells whether entries of these papers are as they were, without writing them: cheap, and never too coarse.

    Votes and comments stand in JSON Feed alone.
    """
    marks = []
    for paper in papers:
        told = [paper.key, paper.name, paper.changed_at, paper.title, paper.abstract, paper.summary, paper.extract]
        told += [paper.code_url, paper.dated_on, paper.author_count, paper.is_retracted, paper.is_withdrawn]
        told += [authorship.name for authorship in paper.authorships.all()]
        told += [entry.category.code for entry in paper.paper_categories.all()]
        told.append(notes.get(paper.pk, ""))
        if kind == "json":
            told += [paper.votes_count, paper.comments_count]
        marks.append(repr(told))
    return marks


def entries_of(papers: Sequence[Paper], notes: Mapping[int, str]) -> list[Entry]:
    """The entries, in the order of the papers; ``notes`` are words beside some of them, by row id."""
    listed = list(papers)
    prefetch_related_objects(listed, "identifiers")
    authors = _authors(listed)
    return [_entry(paper, tuple(authors[paper.pk]), notes.get(paper.pk, "")) for paper in listed]


def published(paper: Paper) -> datetime:
    """The moment that stands beside a paper in a feed: the beginning of its day."""
    return datetime.combine(paper.dated_on, time(), UTC) if paper.dated_on else paper.created_at


def lasting_url(paper: Paper) -> str:
    """The address of a paper that never changes."""
    return settings.BASE_URL + reverse("web:paper", args=[paper.key])


def _authors(papers: Sequence[Paper]) -> Mapping[int, list[str]]:
    """All authors by row id of their paper: lists hold but the first few."""
    rows = Authorship.objects.filter(paper__in=[paper.pk for paper in papers], position__lt=MOST_AUTHORS)
    named: dict[int, list[str]] = defaultdict(list)
    for number, name in rows.order_by("paper_id", "position").values_list("paper_id", "name"):
        if plain := _plain(name):
            named[number].append(plain)
    return named


def _entry(paper: Paper, authors: tuple[str, ...], note: str) -> Entry:
    shown = settings.BASE_URL + reverse("web:paper", args=[paper.name])
    elsewhere, doi, code = _elsewhere(paper), _doi(paper), safe_url(paper.code_url) if paper.code_url else ""
    codes = tuple(plain for entry in paper.paper_categories.all() if (plain := _plain(entry.category.code)))
    return Entry(
        id=lasting_url(paper),
        url=shown,
        title=_plain(paper.title) or _("Untitled"),
        published=published(paper),
        updated=paper.changed_at,
        content=_content(paper, note, _places(shown, elsewhere, doi, code)),
        summary=_plain(paper.summary or paper.extract) or _beginning(paper.abstract),
        authors=authors,
        categories=codes,
        elsewhere=elsewhere or doi,
        talk_url=f"{shown}#comments",
        talk_feed=f"{settings.BASE_URL}{reverse('web:comments_feed', args=['atom'])}?paper={paper.key}",
        told={
            "key": paper.key,
            "votes": paper.votes_count,
            "comments": paper.comments_count,
            **{scheme: value for scheme, value in (("arxiv", paper.arxiv_id), ("doi", doi), ("code", code)) if value},
            **({"because": note} if note else {}),
        },
    )


def _elsewhere(paper: Paper) -> str:
    return f"https://arxiv.org/abs/{quote(paper.arxiv_id, safe='/.')}" if paper.arxiv_id else ""


def _doi(paper: Paper) -> str:
    found = (row.value for row in paper.identifiers.all() if row.scheme == "doi")
    return next((f"https://doi.org/{quote(value, safe='/.()-_;:')}" for value in found), "")


def _places(shown: str, elsewhere: str, doi: str, code: str) -> str:
    """Where to go on, as links in one line."""
    places = [(elsewhere, "arXiv"), (doi, "DOI"), (code, _("code")), (f"{shown}#comments", _("discussion"))]
    return " · ".join(f'<a href="{escape(url)}">{escape(words)}</a>' for url, words in places if url)


def _content(paper: Paper, note: str, places: str) -> str:
    """What is read in the reader: the abstract, with math that needs no MathML."""
    parts = []
    if paper.is_retracted or paper.is_withdrawn:
        words = _("This paper was retracted.") if paper.is_retracted else _("This paper was withdrawn.")
        parts.append(f"<strong>{escape(words)}</strong>")
    if note:
        parts.append(f"<em>{escape(note)}</em>")
    if paper.summary:
        parts.append(f"<em>{_readable(paper.summary)}</em>")
    parts += _readable(paper.abstract).split("<br><br>") if paper.abstract else []
    return "".join(f"<p>{part}</p>" for part in (*parts, places) if part)


@lru_cache(maxsize=ABSTRACTS_KEPT)
def _readable(text: str) -> str:
    """The same papers stand in many feeds, and reading math takes the most of the time."""
    return mail_html(text)


@lru_cache(maxsize=ABSTRACTS_KEPT)
def _beginning(text: str) -> str:
    """The first lines of an abstract. A formula takes more signs to write than to read, so more of it is read."""
    return Truncator(to_plain(text[: 4 * SUMMARY_LENGTH])).chars(SUMMARY_LENGTH)


@lru_cache(maxsize=SHORT_TEXTS_KEPT)
def _plain(text: str) -> str:
    """Titles, names and codes, the same in many feeds."""
    return to_plain(text)

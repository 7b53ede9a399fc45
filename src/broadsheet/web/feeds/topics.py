"""The feeds that a WebSub hub is told of, each with a mark of what stands first in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings
from django.urls import reverse

from broadsheet.community.threads import newest
from broadsheet.search.find import find
from broadsheet.web.feeds.hub import category_queries, standard_queries
from broadsheet.web.feeds.query import address_of, question_of
from broadsheet.web.feeds.values import KINDS

LOOKED_AT = 50
"""Entries at the head of each feed: what is new comes there, and looking is cheap."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One feed in its formats (whole addresses), and a word that is another one when something in it is new or changed.

    In which order papers stand does not change it: readers put entries in an order of their own.
    """

    urls: tuple[str, ...]
    mark: str


def topics() -> Iterator[Topic]:
    """All of them, looked at one after the other, as they are asked for."""
    for query in (*standard_queries(), *category_queries()):
        papers = find(question_of(query), limit=LOOKED_AT).papers
        marks = sorted(f"{paper.key} {paper.changed_at.isoformat()}" for paper in papers)
        yield Topic(tuple(address_of(query, kind) for kind in KINDS), _digest(marks))
    said = newest()[:LOOKED_AT].values_list("key", "edited_at")
    urls = tuple(settings.BASE_URL + reverse("web:comments_feed", args=[kind]) for kind in KINDS)
    yield Topic(urls, _digest([f"{key} {edited_at}" for key, edited_at in said]))


def _digest(marks: list[str]) -> str:
    return blake2b("\n".join(marks).encode(), digest_size=12).hexdigest()

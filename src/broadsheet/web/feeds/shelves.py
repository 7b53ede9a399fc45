"""Which feeds there are: the instance's, and those of one person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.text import to_plain
from broadsheet.community.access import groups_of
from broadsheet.community.collections import collections_of
from broadsheet.community.models import Account, Collection
from broadsheet.delivery.searches import searches_of
from broadsheet.search.query import PaperQuery
from broadsheet.web.feeds.hub import category_queries, standard_queries
from broadsheet.web.feeds.query import address_of, page_of
from broadsheet.web.feeds.values import KINDS, NAMES

_STANDARD: Sequence[str | Promise] = (
    gettext_lazy("Papers of the day"),
    gettext_lazy("Newest papers"),
    gettext_lazy("Trending"),
    gettext_lazy("Rising"),
)
OWN: Mapping[str, tuple[str | Promise, PaperQuery | None, str]] = {
    "for-you": (gettext_lazy("For you"), None, "web:for_you"),
    "following": (gettext_lazy("What you follow"), PaperQuery(inside="followed", sort="newest"), "web:following"),
    "saved": (gettext_lazy("Saved papers"), PaperQuery(inside="saved"), "web:library"),
}
"""One's own lists that have a private feed: what each is called, the question that it is, the page that shows it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One feed in a list: what it is called, the page that shows the same, and its whole address by format."""

    title: str
    page_url: str
    urls: Mapping[str, str]

    @property
    def named(self) -> list[tuple[str, str]]:
        """The name of each format, and the address without the site's."""
        return [(NAMES[kind], url.removeprefix(settings.BASE_URL)) for kind, url in self.urls.items()]

    @property
    def atom(self) -> str:
        """The address of the Atom feed without the site's."""
        return self.urls["atom"].removeprefix(settings.BASE_URL)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some feeds under a heading; of many, the page names each by its Atom feed alone (``is_brief``)."""

    title: str
    lines: Sequence[Line]
    is_brief: bool = False


def public_shelves() -> list[Shelf]:
    """The feeds that everybody may read: the standard ones, and one for each category with papers."""
    standard = [_of_query(str(title), query) for title, query in zip(_STANDARD, standard_queries(), strict=True)]
    home = settings.BASE_URL + reverse("web:home")
    standard[0] = Line(standard[0].title, home, standard[0].urls)
    standard.append(
        Line(_("Comments"), settings.BASE_URL + reverse("web:comments"), _urls(_named("web:comments_feed")))
    )
    categories = [_of_query(to_plain(query.categories[0]), query) for query in category_queries()]
    return [Shelf(_("Lists"), standard), *([Shelf(_("Categories"), categories, is_brief=True)] if categories else [])]


def own_shelves(account: Account, secret: str) -> list[Shelf]:
    """A person's feeds; those with the ``secret`` in their address only where there is one."""
    collections = list(collections_of(account))
    is_open = Collection.Visibility.PUBLIC
    groups = list(groups_of(account).order_by("name", "pk")) if secret else []
    lists = [_own(what, secret) for what in OWN] if secret else []
    shelves = [
        Shelf(_("Your lists"), lists),
        Shelf(
            _("Saved searches"),
            [
                Line(
                    row.name,
                    settings.BASE_URL + reverse("web:saved_search", args=[row.key]),
                    _urls(_named("web:search_feed", row.secret)),
                )
                for row in searches_of(account)
            ],
        ),
        Shelf(
            _("Your collections"),
            [
                _of_collection(row, secret)
                for row in collections
                if secret or (row.visibility == is_open and not row.is_hidden)
            ],
        ),
        Shelf(
            _("Reading lists of your groups"),
            [
                Line(
                    to_plain(group.name),
                    settings.BASE_URL + reverse("web:group", args=[group.slug]),
                    _urls(_named("web:private_group_feed", secret, group.slug)),
                )
                for group in groups
            ],
        ),
    ]
    return [shelf for shelf in shelves if shelf.lines]


def _own(what: str, secret: str) -> Line:
    title, _query, page = OWN[what]
    return Line(str(title), settings.BASE_URL + reverse(page), _urls(_named("web:private_feed", secret, what)))


def _of_query(title: str, query: PaperQuery) -> Line:
    return Line(title, page_of(query), _urls(lambda kind: address_of(query, kind)))


def _of_collection(row: Collection, secret: str) -> Line:
    page = settings.BASE_URL + reverse("web:collection", args=[row.key])
    if row.visibility == Collection.Visibility.PUBLIC and not row.is_hidden:
        query = PaperQuery(collection=row.key)
        return Line(to_plain(row.title), page, _urls(lambda kind: address_of(query, kind)))
    return Line(to_plain(row.title), page, _urls(_named("web:private_collection_feed", secret, row.key)))


def _named(name: str, *args: str) -> Callable[[str], str]:
    return lambda kind: settings.BASE_URL + reverse(name, args=[*args, kind])


def _urls(address: Callable[[str], str]) -> Mapping[str, str]:
    return {kind: address(kind) for kind in KINDS}

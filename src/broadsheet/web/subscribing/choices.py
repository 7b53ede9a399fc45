"""What a digest may be put together of by a tick: for everybody, and for whoever has an account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from broadsheet.catalogue.text import to_plain
from broadsheet.community.access import Person, groups_of, is_member
from broadsheet.community.follows import follows_of, target_in
from broadsheet.community.models import Account, Collection
from broadsheet.delivery.subscribing import LONGEST_NAME, LONGEST_QUERY, Wish
from broadsheet.delivery.values import Section, SectionKind
from broadsheet.search.query import MOST_CATEGORIES, PaperQuery

MOST_SEARCHES = 20
MOST_GROUPS = 10
COUNT_AT_FIRST = 15
"""Papers of the one part that a new digest begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to tick: ``heading`` stands above its papers where the subscriber writes none."""

    heading: str
    about: str
    query: str = ""
    kind: SectionKind = "query"

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.kind, self.query

    def section(self, count: int) -> Section:
        """The part of a digest that it makes."""
        return Section(kind=self.kind, query=self.query, title=self.heading, count=count)


def beginning(person: Person, brings: str, name: str, zone: str) -> Wish:
    """What the form of a new digest shows: the question of ``brings`` (or ``for you``), else the morning paper."""
    choices = choices_for(person)
    keys = {choice.query or choice.kind: choice for choice in choices}
    choice = keys.get(brings) if brings else choices[0]
    section = choice.section(COUNT_AT_FIRST) if choice else Section(query=brings[:LONGEST_QUERY])
    called = name[:LONGEST_NAME] or (choice.heading if choice else _("New papers"))
    return Wish(name=called, sections=(section,), zone=zone)


def choices_for(person: Person) -> list[Choice]:
    """Everything that this person may tick, the morning paper first."""
    return [*_for_everybody(), *(_for_member(person) if is_member(person) else [])]


def categories_query(codes: Iterable[str]) -> str:
    """The question for the papers of some categories, of the week."""
    return PaperQuery(categories=tuple(codes), last="week").urlencode()


def _for_everybody() -> list[Choice]:
    return [
        Choice(
            heading=_("The morning paper"),
            about=_("today's trending: the papers of the newest day, what gets most attention first"),
            query=PaperQuery(last="day", sort="trending").urlencode(),
        ),
        Choice(
            heading=_("Trending this week"),
            about=_("what gets most attention of the last seven days"),
            query=PaperQuery(last="week", sort="trending").urlencode(),
        ),
        Choice(
            heading=_("Rising"),
            about=_("unusual attention in a paper's first week"),
            query=PaperQuery(sort="rising").urlencode(),
        ),
        Choice(
            heading=_("Most voted for"),
            about=_("of the last seven days"),
            query=PaperQuery(last="week", sort="votes").urlencode(),
        ),
    ]


def _for_member(account: Account) -> list[Choice]:
    told = [
        Choice(heading=_("For you"), about=_("what is recommended to you, with the reasons"), kind="for you"),
        Choice(
            heading=_("What you follow"),
            about=_("papers of the people, names, organisations and categories that you follow"),
            query=PaperQuery(inside="followed", sort="newest").urlencode(),
        ),
    ]
    codes = [target.name for row in follows_of(account) if (target := target_in(row)).kind == "category"]
    if codes:
        codes = sorted(codes)[:MOST_CATEGORIES]
        about = _("of the last seven days: %(codes)s") % {"codes": ", ".join(codes)}
        told.append(Choice(heading=_("Your categories"), about=about, query=categories_query(codes)))
    return [*told, *_reading_lists(account), *_saved_searches(account)]


def _reading_lists(account: Account) -> list[Choice]:
    rows = Collection.objects.filter(is_reading_list=True, group__in=groups_of(account)).select_related("group")
    return [
        Choice(
            heading=_("Reading list of %(group)s") % {"group": to_plain(row.group.name)},
            about=_("what the group puts on it"),
            query=PaperQuery(collection=row.key).urlencode(),
        )
        for row in rows.order_by("group__name", "pk")[:MOST_GROUPS]
        if row.group is not None
    ]


def _saved_searches(account: Account) -> list[Choice]:
    rows = account.saved_searches.order_by("name", "pk")[:MOST_SEARCHES]
    return [Choice(heading=to_plain(row.name)[:120], about=_("a saved search"), query=row.query) for row in rows]

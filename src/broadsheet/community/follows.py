"""Follows: what a person wants to hear of, and the papers that come of it.

An author is followed by the slug of the printed name, or by ORCID (no slug looks like one), so that no account is
needed to be followed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.authors import is_orcid
from broadsheet.catalogue.authorships import written_by
from broadsheet.catalogue.models import Authorship, Category, Organisation, Paper, PaperCategory
from broadsheet.community.access import RefusedError, may_act
from broadsheet.community.models import Account, Follow

Kind = Literal["person", "organisation", "category", "author"]
KINDS: tuple[Kind, ...] = ("person", "organisation", "category", "author")
MOST_FOLLOWS = 1_000
MOST_FOLLOWED_PAPERS = 5_000


@dataclass(frozen=True, slots=True)
class Target:
    """What can be followed: its kind, and its user name, slug or code."""

    kind: Kind
    name: str


def target_of(kind: str, name: str) -> Target:
    """The target with a name. Raises ``RefusedError`` for one that is not there."""
    if kind == "person" and Account.objects.filter(username=name, is_active=True, is_waiting=False).exists():
        return Target("person", name)
    if kind == "organisation" and Organisation.objects.filter(slug=name).exists():
        return Target("organisation", name)
    if kind == "category" and Category.objects.filter(code=name).exists():
        return Target("category", name)
    if kind == "author" and name and written_by(name).filter(paper__is_hidden=False).exists():
        return Target("author", name)
    raise RefusedError(_("There is nothing of that name to follow."))


def follow(account: Account, target: Target) -> None:
    """Follow something; a second time changes nothing.

    Raises ``RefusedError`` for oneself, for more than ``MOST_FOLLOWS``, and for somebody who may not act.
    """
    if not may_act(account):
        raise RefusedError(_("Only members who are not suspended can follow."))
    if target == Target("person", account.username):
        raise RefusedError(_("You cannot follow yourself."))
    if is_followed(account, target):
        return
    if account.follows.count() >= MOST_FOLLOWS:
        raise RefusedError(_("You follow %(n)s things; please let go of some first.") % {"n": MOST_FOLLOWS})
    row = Follow(follower=account, followed_at=timezone.now(), **_columns(target))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Somebody sent the form twice at once.
        if not is_followed(account, target):
            raise


def unfollow(account: Account, target: Target) -> bool:
    """Follow something no more; says whether it was followed."""
    return _rows(account, target).delete()[0] > 0


def is_followed(account: Account, target: Target) -> bool:
    """Whether a person follows something."""
    return _rows(account, target).exists()


def follows_of(account: Account) -> QuerySet[Follow]:
    """What a person follows, the newest first."""
    rows = account.follows.select_related("person", "organisation", "category")
    return rows.filter(Q(person=None) | Q(person__is_active=True)).order_by("-followed_at", "-pk")


def target_in(row: Follow) -> Target:
    """What a row is about."""
    if row.person is not None:
        return Target("person", row.person.username)
    if row.organisation is not None:
        return Target("organisation", row.organisation.slug)
    return Target("category", row.category.code) if row.category is not None else Target("author", row.author)


def followed_papers(account: Account) -> QuerySet[Paper]:
    """The papers of whom and what a person follows: theirs by a verified claim, their names', their categories'."""
    mine = Follow.objects.filter(follower=account)
    authors = set(mine.exclude(author="").values_list("author", flat=True))
    orcids = {name for name in authors if is_orcid(name)}
    people = mine.filter(person__isnull=False).values("person")
    wrote = Authorship.objects.filter(Q(slug__in=authors - orcids) | Q(orcid__in=orcids) | Q(account__in=people))
    of_groups = Paper.organisations.through.objects.filter(
        organisation__in=mine.filter(organisation__isnull=False).values("organisation")
    )
    listed = PaperCategory.objects.filter(category__in=mine.filter(category__isnull=False).values("category"))
    parts = Q(pk__in=wrote.values("paper")) | Q(pk__in=of_groups.values("paper")) | Q(pk__in=listed.values("paper"))
    return Paper.shown.filter(parts)


def followed_paper_ids(account: Account) -> frozenset[int]:
    """Row ids of the newest ``MOST_FOLLOWED_PAPERS`` of ``followed_papers``."""
    newest = followed_papers(account).order_by("-pk").values_list("pk", flat=True)
    return frozenset(newest[:MOST_FOLLOWED_PAPERS])


def followers_of(papers: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """Who follows something of some papers (row ids): by account, each paper once with the name of what is followed."""
    found: dict[int, dict[int, str]] = {}
    numbers = list(papers)
    paths = {
        "person__authorships__paper": "person__username",
        "organisation__papers": "organisation__name",
        "category__paper_categories__paper": "category__code",
    }
    for path, name in paths.items():
        rows = Follow.objects.filter(**{f"{path}__in": numbers})
        for follower, paper, why in rows.values_list("follower_id", path, name):
            found.setdefault(follower, {}).setdefault(paper, why)
    printed: dict[str, list[tuple[int, str]]] = {}
    for slug, orcid, paper, name in Authorship.objects.filter(paper__in=numbers).values_list(
        "slug", "orcid", "paper_id", "name"
    ):
        for author in filter(None, (slug, orcid)):
            printed.setdefault(author, []).append((paper, name))
    for follower, author in Follow.objects.filter(author__in=list(printed)).values_list("follower_id", "author"):
        for paper, name in printed[author]:
            found.setdefault(follower, {}).setdefault(paper, name)
    return {follower: list(told.items()) for follower, told in found.items()}


def _columns(target: Target) -> dict[str, object]:
    if target.kind == "person":
        return {"person": Account.objects.get(username=target.name)}
    if target.kind == "organisation":
        return {"organisation": Organisation.objects.get(slug=target.name)}
    if target.kind == "category":
        return {"category": Category.objects.get(code=target.name)}
    return {"author": target.name}


def _rows(account: Account, target: Target) -> QuerySet[Follow]:
    paths = {"person": "person__username", "organisation": "organisation__slug", "category": "category__code"}
    return Follow.objects.filter(**{"follower": account, paths.get(target.kind, "author"): target.name})

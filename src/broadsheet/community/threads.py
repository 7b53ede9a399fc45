"""Comments of a paper in the order of reading: answers below what they answer, older ones first.

However many there are, a page of them is few queries: the shape of the whole, the rows of the page, their signs, and
whom and what they name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import Person, is_member, is_moderator, membership_of
from broadsheet.community.models import Account, Comment, Group, Membership, Reaction
from broadsheet.community.rules import REACTIONS
from broadsheet.community.talk_text import Known, known_in

COMMENTS_ON_A_PAGE = 100
State = Comment.State
_Row = tuple[int, int | None, str, int | None]


@dataclass(frozen=True, slots=True)
class Sign:
    """A reaction, how many people set it, and whether the reader did."""

    sign: str
    count: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A comment in its thread: how deep it stands (0: answers nothing), what it answers, and the signs under it."""

    comment: Comment
    depth: int
    parent: Comment | None
    signs: tuple[Sign, ...] = ()
    is_author: bool = False
    is_mine: bool = False
    is_open: bool = True
    """Whether this reader may read the words; else only the place is shown, since answers stand below it."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One page of a paper's comments; ``count`` is how many can be read on all of them, pages count from 1."""

    said: Sequence[Said] = ()
    known: Known = field(default_factory=Known)
    count: int = 0
    number: int = 1
    pages: int = 1
    has_more: bool = False
    is_moderated_by_reader: bool = False
    """Whether this reader may hide and show what is here."""


def thread_of(
    paper: Paper,
    person: Person,
    group: Group | None = None,
    *,
    number: int = 1,
    at: str = "",
    after: str = "",
    size: int = COMMENTS_ON_A_PAGE,
) -> Thread:
    """A page of the comments of a paper, as a person sees them in public or in a group.

    ``at`` is the key of a comment: then it is the page with it that is given. ``after`` is one too: then it is what
    comes behind it, whatever page that is. A page beyond the last one is the last one.
    Places of deleted and hidden comments are there as long as something that is shown stands below them.
    """
    if group is None and not paper.comments_here_count and not is_member(person):
        return Thread()
    said = Comment.objects.filter(paper=paper, group=group).order_by("written_at", "pk")
    rows = list(said.values_list("pk", "parent_id", "state", "account_id", "key"))
    membership = membership_of(person, group) if group is not None else None
    if not rows or (group is not None and membership is None):
        return Thread()
    sees_all = membership.role == Membership.Role.OWNER if membership else is_moderator(person)
    own = person.pk if is_member(person) else None
    opened = {pk for pk, _, state, account, _ in rows if _is_open(state, sees_all or (own and own == account))}
    order = _order([row[:4] for row in rows], opened)
    keys = {key: pk for pk, _, _, _, key in rows}
    pages = max(1, -(-len(order) // size))
    places = {pk: place for place, (pk, _) in enumerate(order)}
    if (place := places.get(keys.get(at, 0))) is not None:
        number = place // size + 1
    number = min(max(1, number), pages)
    start = (number - 1) * size
    if after:
        start = places.get(keys.get(after, 0), len(order)) + 1
    found, known = _said(order[start : start + size], opened, person, paper)
    return Thread(
        said=found,
        known=known,
        count=sum(1 for _, _, state, _, _ in rows if state == State.VISIBLE),
        number=number,
        pages=pages,
        has_more=start + size < len(order),
        is_moderated_by_reader=sees_all,
    )


def with_signs(
    comments: Iterable[Comment], person: Person, authors: Collection[tuple[int, int]] = ()
) -> tuple[list[Said], Known]:
    """Comments each by itself, as lists of the newest ones show them; ``authors`` are (paper, account) row ids."""
    listed = list(comments)
    signs = signs_under(listed, person)
    told = [
        Said(
            comment=one,
            depth=0,
            parent=None,
            signs=signs.get(one.pk, ()),
            is_author=(one.paper_id, one.account_id) in authors,
            is_mine=is_member(person) and one.account_id == person.pk,
        )
        for one in listed
    ]
    return told, known_in(one.text for one in listed)


def newest(account: Account | None = None, paper: Paper | None = None) -> QuerySet[Comment]:
    """The public comments of papers that everybody sees, the newest first; of one person or one paper alone."""
    said = Comment.objects.filter(group__isnull=True, state=State.VISIBLE, paper__is_hidden=False)
    if account is not None:
        said = said.filter(account=account)
    if paper is not None:
        said = said.filter(paper=paper)
    return said.select_related("account", "paper", "parent", "parent__account").order_by("-written_at", "-pk")


def signs_under(comments: Collection[Comment], person: Person) -> dict[int, tuple[Sign, ...]]:
    """The signs under some comments by their row id, in the order of ``rules.REACTIONS``."""
    if not comments:
        return {}
    set_there = Reaction.objects.filter(comment__in=[one.pk for one in comments])
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for comment, sign, count in set_there.values_list("comment_id", "sign").annotate(n=Count("pk")).order_by():
        counts[comment][sign] = count
    mine: set[tuple[int, str]] = set()
    if counts and is_member(person):
        mine = set(set_there.filter(account=person).values_list("comment_id", "sign"))
    return {
        comment: tuple(Sign(sign, found[sign], (comment, sign) in mine) for sign in REACTIONS if sign in found)
        for comment, found in counts.items()
    }


def _is_open(state: str, is_for_them: bool | int | None) -> bool:
    return state == State.VISIBLE or (bool(is_for_them) and state in (State.HIDDEN, State.WAITING))


def _order(rows: Sequence[_Row], opened: Collection[int]) -> list[tuple[int, int]]:
    """Row ids with their depth in the order of reading; places that hold nothing open are left out."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent, _, _ in rows:
        below[parent].append(pk)
    # An answer is never older than what it answers, so going backwards meets all answers first.
    kept: set[int] = set()
    for pk, parent, _, _ in sorted(rows, reverse=True):
        if pk in opened or pk in kept:
            kept.add(pk)
            kept.update([parent] if parent is not None else [])
    order: list[tuple[int, int]] = []
    waiting = [(pk, 0) for pk in reversed(below[None]) if pk in kept]
    while waiting:
        pk, depth = waiting.pop()
        order.append((pk, depth))
        waiting += [(answer, depth + 1) for answer in reversed(below[pk]) if answer in kept]
    return order


def _said(
    part: Sequence[tuple[int, int]], opened: Collection[int], person: Person, paper: Paper
) -> tuple[list[Said], Known]:
    rows: Mapping[int, Comment] = (
        Comment.objects.select_related("account", "group", "parent", "parent__account")
        .defer("parent__text")
        .in_bulk([pk for pk, _ in part])
    )
    authors = {authorship.account_id for authorship in paper.authorships.all()} - {None}
    shown = [rows[pk] for pk, _ in part if pk in rows and pk in opened]
    signs = signs_under(shown, person)
    told = []
    for pk, depth in part:
        if (one := rows.get(pk)) is None:
            continue
        one.paper = paper
        told.append(
            Said(
                comment=one,
                depth=depth,
                parent=one.parent,
                signs=signs.get(pk, ()) if one.state == State.VISIBLE else (),
                is_author=one.account_id in authors,
                is_mine=is_member(person) and one.account_id == person.pk,
                is_open=pk in opened,
            )
        )
    return told, known_in(one.text for one in shown)

"""Collections: papers that a person or a group put together, in an order of their own, with notes.

Every change locks the collection's row, works on the order as it is by then, and leaves the positions dense (0, 1, 2,
...). A move says where a paper goes in relation to the others, never what the whole order is, so that two people who
edit at once both get what they asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import Person, RefusedError, is_member, may_act, membership_of, visible_collections
from broadsheet.community.library import fitting
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Collection, CollectionEntry, Group, Membership
from broadsheet.community.rules import LONGEST_ABOUT, LONGEST_NOTE, MOST_COLLECTIONS, MOST_ENTRIES

LONGEST_TITLE = 200
Step = Literal["up", "down", "first", "last"]
STEPS: tuple[Step, ...] = ("up", "down", "first", "last")
Visibility = Collection.Visibility
_STEPPED: dict[Step, Callable[[int, int], int]] = {
    "up": lambda at, last: max(at - 1, 0),
    "down": lambda at, last: min(at + 1, last),
    "first": lambda at, last: 0,
    "last": lambda at, last: last,
}


def collection_named(person: Person, key: str) -> Collection | None:
    """The collection of a key, if this person may see it."""
    rows = visible_collections(person).select_related("owner", "group")
    return rows.filter(key=key).first()


def may_put(person: Person, collection: Collection) -> bool:
    """Whether a person may add papers, take them out, order them and write beside them.

    That is its owner; of one without an owner, everybody in the group.
    """
    if not may_act(person):
        return False
    if collection.owner_id is not None:
        return collection.owner_id == person.pk
    return collection.group is not None and membership_of(person, collection.group) is not None


def may_run(person: Person, collection: Collection) -> bool:
    """Whether a person may rename, describe, share and delete a collection: its owner, or the owners of its group."""
    if not may_put(person, collection):
        return False
    if collection.owner_id is not None or collection.group is None:
        return True
    member = membership_of(person, collection.group)
    return member is not None and member.role == Membership.Role.OWNER


def collections_of(account: Account) -> QuerySet[Collection]:
    """A person's own collections, the last changed first, each with ``papers_count``."""
    return with_counts(Collection.objects.filter(owner=account)).order_by("-changed_at", "-pk")


def public_collections() -> QuerySet[Collection]:
    """The collections that everybody may see and that hold papers, the last changed first, with ``papers_count``."""
    rows = Collection.objects.filter(visibility=Visibility.PUBLIC, is_hidden=False)
    filled = CollectionEntry.objects.filter(collection=OuterRef("pk"), paper__is_hidden=False)
    return with_counts(rows.filter(Exists(filled))).select_related("owner").order_by("-changed_at", "-pk")


def collections_to_put_in(account: Account) -> QuerySet[Collection]:
    """The collections that a person may add papers to: the person's own, and those of the person's groups."""
    groups = Membership.objects.filter(account=account, joined_at__isnull=False).values("group")
    rows = Collection.objects.filter(Q(owner=account) | Q(owner=None, group__in=groups))
    return rows.select_related("group").order_by("-changed_at", "-pk")


def with_counts(rows: QuerySet[Collection]) -> QuerySet[Collection]:
    """Collections with ``papers_count``, which leaves out hidden papers."""
    return rows.annotate(papers_count=Count("entries", filter=Q(entries__paper__is_hidden=False)))


def entries_of(collection: Collection) -> QuerySet[CollectionEntry]:
    """The entries of a collection in its order, without those of hidden papers."""
    rows = CollectionEntry.objects.filter(collection=collection, paper__is_hidden=False)
    return rows.select_related("added_by").order_by("position", "pk")


def paper_ids_in(collection: Collection) -> list[int]:
    """Row ids of the papers of a collection in its order, hidden ones left out."""
    return list(entries_of(collection).values_list("paper_id", flat=True))


def make_collection(
    account: Account,
    title: str,
    *,
    about: str = "",
    visibility: str = Visibility.PRIVATE,
    group: Group | None = None,
    is_of_group: bool = False,
) -> Collection:
    """Make an empty collection, a person's own or (``is_of_group``) one of a whole group.

    ``group`` is needed to share it with a group, or for one of a group. Raises ``RefusedError`` with the reason where a
    text does not fit, the person may not, or there are too many already; and ``TooManyError``.
    """
    _refuse_idle(account)
    title, about = _titled(title), fitting(about, LONGEST_ABOUT, _("What a collection says of itself"))
    visibility, group = _shared(account, Visibility.GROUP if is_of_group else visibility, group)
    now = timezone.now()
    with transaction.atomic():
        # Whoever makes two at once makes one after the other, so that the limit holds.
        list(Account.objects.select_for_update().filter(pk=account.pk).values_list("pk"))
        spend("collect", account, now)
        there = Collection.objects.filter(owner=None, group=group) if is_of_group else account.collections.all()
        if there.count() >= MOST_COLLECTIONS:
            raise RefusedError(
                _("There are %(most)d collections already, which is the most.") % _most(MOST_COLLECTIONS)
            )
        return Collection.objects.create(
            title=title,
            about=about,
            owner=None if is_of_group else account,
            group=group,
            visibility=visibility,
            created_at=now,
            changed_at=now,
        )


def change_collection(
    account: Account, collection: Collection, *, title: str, about: str, visibility: str, group: Group | None = None
) -> None:
    """Rename a collection, describe it, and say who sees it; one of a group stays in its group.

    Raises ``RefusedError``.
    """
    title, about = _titled(title), fitting(about, LONGEST_ABOUT, _("What a collection says of itself"))
    with transaction.atomic():
        row = _locked(account, collection, may_run)
        if row.owner_id is not None:
            visibility, group = _shared(account, visibility, group)
            row.visibility, row.group = visibility, group
        row.title, row.about, row.changed_at = title, about, timezone.now()
        row.save()


def delete_collection(account: Account, collection: Collection) -> None:
    """Delete a collection; its papers stay where they are. A group's reading list goes with the group alone."""
    with transaction.atomic():
        row = _locked(account, collection, may_run)
        if row.is_reading_list:
            raise RefusedError(_("A group has one reading list, which goes when the group goes."))
        row.delete()


def copy_collection(account: Account, collection: Collection) -> Collection:
    """Make a private collection of one's own with the papers and notes of one that the person may see."""
    if not visible_collections(account).filter(pk=collection.pk).exists():
        raise RefusedError(_("There is no such collection."))
    title = _("%(title)s (copy)") % {"title": collection.title[: LONGEST_TITLE - 10]}
    now = timezone.now()
    with transaction.atomic():
        made = make_collection(account, title, about=collection.about)
        CollectionEntry.objects.bulk_create(
            CollectionEntry(
                collection=made, paper_id=paper_id, position=position, note=note, added_by=account, added_at=now
            )
            for position, (paper_id, note) in enumerate(entries_of(collection).values_list("paper_id", "note"))
        )
    return made


def add_papers(account: Account, collection: Collection, papers: Iterable[Paper]) -> int:
    """Add papers at the end, in their order; returns how many were not there before.

    Raises ``RefusedError`` where they are too many or one is hidden; then none is added.
    """
    wanted = list({paper.pk: paper for paper in papers}.values())
    if any(paper.is_hidden for paper in wanted):
        raise RefusedError(_("This paper cannot be collected."))
    now = timezone.now()
    with transaction.atomic():
        row = _locked(account, collection, may_put)
        spend("collect", account, now)
        order = _order(row)
        there = set(order)
        new = [paper for paper in wanted if paper.pk not in there]
        if len(order) + len(new) > MOST_ENTRIES:
            raise RefusedError(_("A collection holds at most %(most)d papers.") % _most(MOST_ENTRIES))
        _write_order(row, order)
        CollectionEntry.objects.bulk_create(
            CollectionEntry(collection=row, paper=paper, position=position, added_by=account, added_at=now)
            for position, paper in enumerate(new, len(order))
        )
        _touch(row)
    return len(new)


def take_out(account: Account, collection: Collection, paper: Paper) -> bool:
    """Take a paper out of a collection; False where it is not in it."""
    with transaction.atomic():
        row = _locked(account, collection, may_put)
        is_gone = bool(CollectionEntry.objects.filter(collection=row, paper=paper).delete()[0])
        if is_gone:
            _write_order(row, _order(row))
            _touch(row)
    return is_gone


def move(account: Account, collection: Collection, paper: Paper, step: Step) -> bool:
    """Move a paper one place up or down, or to an end, among the papers that are shown; False where it is not there."""
    with transaction.atomic():
        row = _locked(account, collection, may_put)
        order, shown = _order(row), paper_ids_in(row)
        if paper.pk not in shown:
            return False
        at = shown.index(paper.pk)
        goal = shown[_STEPPED[step](at, len(shown) - 1)]
        place = order.index(goal)
        order.remove(paper.pk)
        order.insert(place, paper.pk)
        _write_order(row, order)
        _touch(row)
    return True


def note_entry(account: Account, collection: Collection, paper: Paper, text: str) -> bool:
    """Write beside a paper what everybody reads who sees the collection; False where the paper is not in it."""
    words = fitting(text, LONGEST_NOTE, _("A note"))
    with transaction.atomic():
        row = _locked(account, collection, may_put)
        is_there = bool(CollectionEntry.objects.filter(collection=row, paper=paper).update(note=words))
        if is_there:
            _touch(row)
    return is_there


def _locked(account: Account, collection: Collection, may: Callable[[Person, Collection], bool]) -> Collection:
    """The collection as it is now, which nobody else changes until the transaction ends."""
    row = Collection.objects.select_for_update().filter(pk=collection.pk).first()
    if row is None or not may(account, row):
        _refuse_idle(account)
        raise RefusedError(_("This collection is not yours to change."))
    return row


def _refuse_idle(account: Account) -> None:
    if not may_act(account):
        raise RefusedError(_("Your account cannot collect papers at the moment; it can read."))


def _titled(title: str) -> str:
    words = " ".join(fitting(title, LONGEST_TITLE, _("A title")).split())
    if not words:
        raise RefusedError(_("A collection needs a title."))
    return words


def _shared(account: Account, visibility: str, group: Group | None) -> tuple[str, Group | None]:
    """Who sees a collection, and the group where it is shared with one that the person belongs to."""
    if visibility not in Visibility.values:
        raise RefusedError(_("A collection is private, shared with a group, or public."))
    if visibility != Visibility.GROUP:
        return visibility, None
    if group is None or not is_member(account) or membership_of(account, group) is None:
        raise RefusedError(_("Choose a group that you belong to."))
    return visibility, group


def _order(row: Collection) -> list[int]:
    entries = CollectionEntry.objects.filter(collection=row).order_by("position", "pk")
    return list(entries.values_list("paper_id", flat=True))


def _write_order(row: Collection, order: Sequence[int]) -> None:
    """Give every entry its place, and write those that change."""
    places = {paper_id: place for place, paper_id in enumerate(order)}
    changed = []
    for entry in CollectionEntry.objects.filter(collection=row).only("paper_id", "position"):
        if entry.position != places[entry.paper_id]:
            entry.position = places[entry.paper_id]
            changed.append(entry)
    CollectionEntry.objects.bulk_update(changed, ["position"], batch_size=500)


def _touch(row: Collection) -> None:
    row.changed_at = timezone.now()
    row.save(update_fields=["changed_at"])


def _most(most: int) -> dict[str, int]:
    return {"most": most}

"""Groups: who belongs to one, who is asked to, and what a group reads.

A group always has an owner: the last one cannot leave or step down while others belong to it, and when the last member
leaves, the group goes with all that is in it. Whoever is not in a group learns nothing of it, unless it is listed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from broadsheet.catalogue.models import Paper
from broadsheet.community import audit
from broadsheet.community.access import Person, RefusedError, groups_of, is_member, may_act, membership_of
from broadsheet.community.library import fitting
from broadsheet.community.limits import spend
from broadsheet.community.models import (
    Account,
    Collection,
    CollectionEntry,
    Comment,
    Group,
    Membership,
    Notification,
    Vote,
)
from broadsheet.community.notifications import tell
from broadsheet.community.rules import LONGEST_ABOUT, MOST_GROUP_MEMBERS, MOST_GROUPS_MADE

LONGEST_NAME = 120
Role = Membership.Role


@dataclass(frozen=True, slots=True)
class InGroup:
    """What one paper is to a group, and to one of its members."""

    votes_count: int = 0
    comments_count: int = 0
    is_voted_for: bool = False


def make_group(account: Account, name: str, *, about: str = "", is_listed: bool = False) -> Group:
    """Make a group of which the maker is the owner, with its reading list.

    Raises ``RefusedError`` with the reason, and ``TooManyError``.
    """
    _refuse_idle(account)
    name, about = _named(name), _described(about)
    now = timezone.now()
    with transaction.atomic():
        owned = Membership.objects.filter(account=account, role=Role.OWNER, joined_at__isnull=False).count()
        if owned >= MOST_GROUPS_MADE:
            raise RefusedError(_("Nobody owns more than %(most)d groups.") % {"most": MOST_GROUPS_MADE})
        spend("make a group", account, now)
        group = Group.objects.create(slug=_new_slug(name), name=name, about=about, is_listed=is_listed, created_at=now)
        Membership.objects.create(group=group, account=account, role=Role.OWNER, invited_at=now, joined_at=now)
        Collection.objects.create(
            title=_("Reading list"),
            group=group,
            visibility=Collection.Visibility.GROUP,
            is_reading_list=True,
            created_at=now,
            changed_at=now,
        )
        _note("group.make", account, group)
    return group


def change_group(account: Account, group: Group, *, name: str, about: str, is_listed: bool) -> None:
    """Rename a group, describe it, and say whether strangers see its name; its address stays. For owners."""
    name, about = _named(name), _described(about)
    with transaction.atomic():
        row = _owned(account, group)
        row.name, row.about, row.is_listed = name, about, is_listed
        row.save(update_fields=["name", "about", "is_listed"])


def delete_group(account: Account, group: Group) -> None:
    """Delete a group with its reading list, votes, comments and collections. For owners."""
    with transaction.atomic():
        _delete(account, _owned(account, group))


def invite(account: Account, group: Group, username: str) -> None:
    """Ask a person, by username, to join. For owners.

    Raises ``RefusedError`` where nobody is called so, or the person belongs to the group or was asked already.
    """
    with transaction.atomic():
        row = _owned(account, group)
        asked = Account.objects.filter(username__iexact=username.strip().removeprefix("@")).first()
        if asked is None or not is_member(asked):
            raise RefusedError(_("Nobody here is called %(name)s.") % {"name": username.strip()[:150]})
        if Membership.objects.filter(group=row, account=asked).exists():
            raise RefusedError(_("%(name)s is in the group or was asked already.") % {"name": asked.username})
        if Membership.objects.filter(group=row).count() >= MOST_GROUP_MEMBERS:
            raise RefusedError(_("A group has at most %(most)d members.") % {"most": MOST_GROUP_MEMBERS})
        now = timezone.now()
        spend("invite", account, now)
        made = Membership.objects.create(group=row, account=asked, invited_by=account, invited_at=now)
        words = _("You are asked to join %(name)s.") % {"name": row.name}
        tell(asked, Notification.Kind.GROUP, about=f"group {row.slug} {made.pk}", actor=account, words=words)


def accept(account: Account, group: Group) -> None:
    """Join a group that one was asked to join."""
    _refuse_idle(account)
    asked = Membership.objects.filter(group=group, account=account, joined_at=None)
    if not asked.update(joined_at=timezone.now()):
        raise RefusedError(_("You were not asked to join this group."))


def decline(account: Account, group: Group) -> None:
    """Say no to a group that one was asked to join; also while suspended."""
    if not Membership.objects.filter(group=group, account=account, joined_at=None).delete()[0]:
        raise RefusedError(_("You were not asked to join this group."))


def leave(account: Account, group: Group) -> None:
    """Leave a group; also while suspended. The last member's leaving is the end of the group."""
    with transaction.atomic():
        row = _locked(group)
        if row is None or membership_of(account, row) is None:
            raise RefusedError(_("You do not belong to this group."))
        others = Membership.objects.filter(group=row, joined_at__isnull=False).exclude(account=account)
        if not others.exists():
            _delete(account, row)
            return
        _refuse_last_owner(row, account)
        _part(row, account)


def remove(account: Account, group: Group, other: Account) -> None:
    """Remove somebody from a group, or take an invitation back. For owners; nobody removes the last owner."""
    with transaction.atomic():
        row = _owned(account, group)
        if not Membership.objects.filter(group=row, account=other).exists():
            raise RefusedError(_("%(name)s does not belong to this group.") % {"name": other.username})
        _refuse_last_owner(row, other)
        _part(row, other)
        _note("group.remove", account, row, person=other.username)


def give_role(account: Account, group: Group, other: Account, role: str) -> None:
    """Make a member an owner, or an owner a reader. For owners; one owner is always left."""
    if role not in Role.values:
        raise RefusedError(_("A member of a group is a reader or an owner."))
    with transaction.atomic():
        row = _owned(account, group)
        if role != Role.OWNER:
            _refuse_last_owner(row, other)
        members = Membership.objects.filter(group=row, account=other, joined_at__isnull=False)
        if not members.update(role=role):
            raise RefusedError(_("%(name)s does not belong to this group.") % {"name": other.username})
        _note("group.role", account, row, person=other.username, role=role)


def is_owner(person: Person, group: Group) -> bool:
    """Whether a person may invite, remove and rename in a group."""
    member = membership_of(person, group)
    return member is not None and member.role == Role.OWNER and may_act(person)


def invitations_of(account: Account) -> QuerySet[Membership]:
    """What a person was asked to join and has yet to answer."""
    asked = Membership.objects.filter(account=account, joined_at=None)
    return asked.select_related("group", "invited_by").order_by("-invited_at", "-pk")


def people_of(group: Group) -> QuerySet[Membership]:
    """Who belongs to a group and who is asked to, owners first."""
    return Membership.objects.filter(group=group).select_related("account").order_by("role", "joined_at", "pk")


def listed_groups(person: Person) -> QuerySet[Group]:
    """The groups that show their names, without those that a person belongs to."""
    return Group.objects.filter(is_listed=True).exclude(pk__in=groups_of(person).values("pk")).order_by("name", "pk")


def reading_list(group: Group) -> Collection:
    """The one list that a group reads from."""
    return Collection.objects.select_related("group").get(group=group, is_reading_list=True)


def mark_read_on(account: Account, group: Group, paper: Paper, read_on: date | None) -> None:
    """Say on which day a group read a paper of its reading list; None: it has yet to.

    Raises ``RefusedError`` for a day to come, for a paper that is not on the list, and for strangers.
    """
    _refuse_idle(account)
    if membership_of(account, group) is None:
        raise RefusedError(_("You do not belong to this group."))
    if read_on is not None and read_on > timezone.localdate() + timedelta(days=1):
        raise RefusedError(_("Nobody has read anything on a day to come."))
    entries = CollectionEntry.objects.filter(collection=reading_list(group), paper=paper)
    if not entries.update(read_on=read_on):
        raise RefusedError(_("This paper is not on the reading list."))


def read_within(group: Group, first: date, last: date) -> QuerySet[CollectionEntry]:
    """What a group read from one day to another, in the order of the days; hidden papers are left out."""
    entries = CollectionEntry.objects.filter(collection__group=group, collection__is_reading_list=True)
    shown = entries.filter(read_on__range=(first, last), paper__is_hidden=False)
    return shown.select_related("added_by").order_by("read_on", "position", "pk")


def in_group(group: Group, account: Account, paper_ids: list[int]) -> dict[int, InGroup]:
    """What papers are to a group: its votes and comments, counted in it alone, and whether ``account`` voted."""
    votes = Vote.objects.filter(group=group, paper_id__in=paper_ids, state=Vote.State.COUNTED).order_by()
    counts = votes.values("paper_id").annotate(n=Count("pk"), own=Count("pk", filter=Q(account=account)))
    said = Comment.objects.filter(group=group, paper_id__in=paper_ids, state=Comment.State.VISIBLE).order_by()
    comments = dict(said.values("paper_id").annotate(n=Count("pk")).values_list("paper_id", "n"))
    voted = {row["paper_id"]: (row["n"], bool(row["own"])) for row in counts}
    return {
        number: InGroup(voted.get(number, (0, False))[0], comments.get(number, 0), voted.get(number, (0, False))[1])
        for number in paper_ids
    }


def _part(group: Group, account: Account) -> None:
    """End a membership; what the person shared with the group is the person's alone again."""
    Membership.objects.filter(group=group, account=account).delete()
    shared = Collection.objects.filter(group=group, owner=account)
    shared.update(group=None, visibility=Collection.Visibility.PRIVATE, changed_at=timezone.now())


def _delete(account: Account, group: Group) -> None:
    _note("group.delete", account, group)
    shared = Collection.objects.filter(group=group, owner__isnull=False)
    shared.update(group=None, visibility=Collection.Visibility.PRIVATE, changed_at=timezone.now())
    group.delete()


def _refuse_last_owner(group: Group, account: Account) -> None:
    owners = Membership.objects.filter(group=group, role=Role.OWNER, joined_at__isnull=False)
    if {account.pk} == set(owners.values_list("account_id", flat=True)):
        raise RefusedError(_("A group needs an owner: make somebody else one first."))


def _locked(group: Group) -> Group | None:
    return Group.objects.select_for_update().filter(pk=group.pk).first()


def _owned(account: Account, group: Group) -> Group:
    """The group's row, locked, for one of its owners."""
    row = _locked(group)
    if row is None or not is_owner(account, row):
        _refuse_idle(account)
        raise RefusedError(_("Only an owner of the group may do this."))
    return row


def _refuse_idle(account: Account) -> None:
    if not may_act(account):
        raise RefusedError(_("Your account is suspended: you can read, and take your data along."))


def _named(name: str) -> str:
    words = " ".join(fitting(name, LONGEST_NAME, _("A name")).split())
    if not words:
        raise RefusedError(_("A group needs a name."))
    return words


def _described(about: str) -> str:
    return fitting(about, LONGEST_ABOUT, _("What a group says of itself"))


def _new_slug(name: str) -> str:
    """A name for addresses. Its end is random, so that nobody learns by making one that another is called so."""
    return f"{slugify(name)[:45].strip('-_') or 'group'}-{secrets.token_hex(3)}"


def _note(verb: str, actor: Account, group: Group, **details: str) -> None:
    audit.note(verb, actor=actor, subject_kind="group", subject=str(group.pk), details=details)

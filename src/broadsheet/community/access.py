"""Who may do what. All permissions go through the few functions here."""

from __future__ import annotations

from datetime import datetime
from typing import TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from broadsheet.community.models import Account, Collection, Comment, Group, Membership

Person = Account | AnonymousUser
_RANKS = {role: rank for rank, role in enumerate(Account.Role.values)}


class RefusedError(Exception):
    """Somebody may not do this now; the text says why, for the person."""


def is_member(person: Person) -> TypeGuard[Account]:
    """Whether this is a person with an account that is in use, suspended or not."""
    return isinstance(person, Account) and person.is_active and not person.is_waiting


def is_suspended(account: Account, now: datetime | None = None) -> bool:
    """Whether an account may only read at the moment."""
    if account.suspended_at is None:
        return False
    return account.suspended_until is None or account.suspended_until > (now or timezone.now())


def may_act(person: Person) -> TypeGuard[Account]:
    """Whether a person may vote, write and bring papers."""
    return is_member(person) and not is_suspended(person)


def has_role(person: Person, role: Account.Role) -> bool:
    """Whether a person has a role or a higher one, and is not suspended."""
    return may_act(person) and rank_of(person) >= _RANKS[role]


def rank_of(account: Account) -> int:
    """How high a person's role is, from 0 for a member."""
    return _RANKS[Account.Role.ADMIN if account.is_superuser else account.role]


def is_curator(person: Person) -> bool:
    """Whether a person may put days in order and decide on submissions."""
    return has_role(person, Account.Role.CURATOR)


def is_moderator(person: Person) -> bool:
    """Whether a person may hide, lock, merge, suspend and decide on reports and claims."""
    return has_role(person, Account.Role.MODERATOR)


def is_admin(person: Person) -> bool:
    """Whether a person may give roles, approve accounts and open Django's admin."""
    return has_role(person, Account.Role.ADMIN)


def groups_of(person: Person) -> QuerySet[Group]:
    """The groups that a person belongs to."""
    if not is_member(person):
        return Group.objects.none()
    return Group.objects.filter(memberships__account=person, memberships__joined_at__isnull=False)


def membership_of(person: Person, group: Group) -> Membership | None:
    """A person's membership of a group, None where there is none or it waits for an answer."""
    if not is_member(person):
        return None
    return Membership.objects.filter(group=group, account=person, joined_at__isnull=False).first()


def visible_comments(person: Person, group: Group | None = None) -> QuerySet[Comment]:
    """The comments that a person may see in public, or in a group.

    The places of deleted ones are among them, those of hidden ones for moderators only, and of waiting ones for
    moderators and whoever wrote them. For somebody who does not belong to the group there are none.
    """
    if group is not None and membership_of(person, group) is None:
        return Comment.objects.none()
    shown = Q(state__in=(Comment.State.VISIBLE, Comment.State.DELETED, Comment.State.ERASED))
    if is_moderator(person):
        shown |= Q(state__in=(Comment.State.HIDDEN, Comment.State.WAITING))
    elif is_member(person):
        shown |= Q(state=Comment.State.WAITING, account=person)
    return Comment.objects.filter(shown, group=group)


def visible_collections(person: Person) -> QuerySet[Collection]:
    """The collections that a person may see."""
    shown = Q(visibility=Collection.Visibility.PUBLIC, is_hidden=False)
    if is_member(person):
        shown |= Q(owner=person) | Q(visibility=Collection.Visibility.GROUP, group__in=groups_of(person))
    if is_moderator(person):
        shown |= Q(visibility=Collection.Visibility.PUBLIC)
    return Collection.objects.filter(shown)

"""The people of the tests: Alice and Bob are members, Charlie a stranger to what Alice has, and the rest have roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from broadsheet.community.models import Account

PASSWORD = "the seventh heron sleeps"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def person(
    name: str = "alice", *, role: Account.Role = Account.Role.MEMBER, is_new: bool = False, **told: object
) -> Account:
    """An account with a confirmed address, old enough that its votes count, unless it ``is_new``."""
    from allauth.account.models import EmailAddress

    account = Account.objects.create(username=name, email=f"{name}@example.org", password=hashed_password(), role=role)
    Account.objects.filter(pk=account.pk).update(date_joined=timezone.now() if is_new else LONG_AGO, **told)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    account.refresh_from_db()
    return account


@cache
def hashed_password() -> str:
    """The hash of ``PASSWORD``, made once: a good one is slow on purpose."""
    return make_password(PASSWORD)


def curator(name: str = "cora") -> Account:
    return person(name, role=Account.Role.CURATOR)


def moderator(name: str = "mo") -> Account:
    return person(name, role=Account.Role.MODERATOR)


def admin(name: str = "ada") -> Account:
    return person(name, role=Account.Role.ADMIN)


def suspended(name: str = "sue") -> Account:
    return person(name, suspended_at=timezone.now() - timedelta(days=1))

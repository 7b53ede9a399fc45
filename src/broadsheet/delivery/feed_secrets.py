"""The secret in the addresses of a person's private feeds: made when it is asked for, and replaced by another."""

from __future__ import annotations

from django.utils import timezone

from broadsheet.community.access import is_member
from broadsheet.community.models import Account, FeedSecret
from broadsheet.community.models.delivering import new_secret


def feed_secret_of(account: Account) -> str:
    """The secret of a person's private feeds; empty as long as none was asked for."""
    return FeedSecret.objects.filter(account=account).values_list("secret", flat=True).first() or ""


def renew_feed_secret(account: Account) -> str:
    """Give the private feeds of a person (new) addresses; those that there were lead nowhere from now on."""
    told = {"secret": new_secret(), "made_at": timezone.now()}
    return FeedSecret.objects.update_or_create(account=account, defaults=told)[0].secret


def close_feeds(account: Account) -> None:
    """Take the addresses of a person's private feeds away; there are none until they are asked for again."""
    FeedSecret.objects.filter(account=account).delete()


def account_of_feed_secret(secret: str) -> Account | None:
    """Whose private feeds have this secret in their addresses, while that account is in use."""
    found = FeedSecret.objects.select_related("account").filter(secret=secret).first()
    return found.account if found is not None and is_member(found.account) else None

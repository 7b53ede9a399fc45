"""Token buckets in the database: how often one hand may do something, over all processes of the instance."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from broadsheet.community.models import Account, Allowance
from broadsheet.community.rules import LIMITS, Limit

KEPT_SECONDS = 2 * 86_400


class TooManyError(Exception):
    """A limit is used up; ``wait_seconds`` tells when it may be tried again, and the text says so."""

    def __init__(self, act: str, wait_seconds: int) -> None:
        super().__init__(f"Too many at once: please wait {wait_seconds} seconds and try again.")
        self.act, self.wait_seconds = act, wait_seconds


def keyed(text: str) -> str:
    """A keyed hash (HMAC-SHA-256, RFC 2104, in hex) of something that must not be stored itself."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), sha256).hexdigest()


def spend(act: str, hand: Account | str, now: datetime | None = None) -> int:
    """Use up one of what ``rules.LIMITS`` allows a person, or a network address, of an act; returns how many are left.

    Raises ``TooManyError`` where nothing is left; nothing is used up then.
    """
    moment = now or timezone.now()
    name = f"account {hand.pk}" if isinstance(hand, Account) else f"network {hand}"
    with transaction.atomic():
        left = [_bucket(f"{act} {n} {name}", limit, moment) for n, limit in enumerate(LIMITS[act])]
        for bucket, limit in zip(left, LIMITS[act], strict=True):
            if bucket.level < 1:
                raise TooManyError(act, max(1, round((1 - bucket.level) / limit.per_second)))
        for bucket in left:
            bucket.level -= 1
            bucket.save(update_fields=["level", "updated_at"])
    return int(min(bucket.level for bucket in left))


def forget_old(now: datetime) -> int:
    """Delete what is full again anyway; returns how many."""
    return Allowance.objects.filter(updated_at__lt=now - timedelta(seconds=KEPT_SECONDS)).delete()[0]


def _bucket(text: str, limit: Limit, now: datetime) -> Allowance:
    """The bucket as it is now, locked until the transaction ends."""
    key = keyed(text)
    Allowance.objects.bulk_create([Allowance(key=key, level=limit.times, updated_at=now)], ignore_conflicts=True)
    bucket = Allowance.objects.select_for_update().get(key=key)
    since = max(0.0, (now - bucket.updated_at).total_seconds())
    bucket.level, bucket.updated_at = min(float(limit.times), bucket.level + since * limit.per_second), now
    return bucket

"""The audit log: a chain of lines of which none can be changed, added between or removed without being noticed.

Each line's digest (SHA-256) covers the one before. What names a person (who, from where, details) is only covered
through a salted digest, so that it can be blacked out for good and the chain still holds. The network is covered by one
of its own: it is forgotten after ``NETWORKS_KEPT``, long before the rest.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from broadsheet.community.models import Account, Deed

FIRST = "0" * 64
NETWORKS_KEPT = timedelta(days=90)
_OF_NETWORK = ("network", "network_salt")
_LOCK = 0x42726F6164
"""Of PostgreSQL's advisory locks the one of this chain; SQLite has one writer anyway."""


def note(
    verb: str,
    *,
    actor: Account | None = None,
    subject_kind: str = "",
    subject: str = "",
    reason: str = "",
    network: str = "",
    details: Mapping[str, Any] | None = None,
    is_public: bool = False,
) -> Deed:
    """Write one line, in the caller's transaction: ``verb`` such as ``comment.hide``, and what it was done to.

    ``subject`` is a public key (of a comment, paper, collection) or a row id in digits, never a person's name:
    ``details``, ``network`` and who did it are private and may be blacked out. ``is_public`` lines are in the public
    moderation log, without what is private.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = Deed.objects.order_by("-pk").first()
        private: dict[str, Any] = {
            "salt": secrets.token_hex(16),
            "actor": actor.username if actor else "",
            "details": dict(details or {}),
        }
        if network:
            salt = secrets.token_hex(16)
            private |= {"network": network, "network_salt": salt, "network_digest": _digest([salt, network])}
        deed = Deed(
            done_at=timezone.now(),
            verb=verb,
            subject_kind=subject_kind,
            subject=subject,
            reason=reason,
            is_public=is_public,
            actor=actor,
            private=private,
            private_digest=_digest(_without_network(private)),
            previous=last.digest if last else FIRST,
        )
        deed.digest = _chained(deed)
        deed.save(force_insert=True)
    return deed


def first_fault() -> Deed | None:
    """The first line that does not fit the chain; None when the whole log holds."""
    previous = FIRST
    for deed in Deed.objects.order_by("pk").iterator():
        if deed.previous != previous or deed.digest != _chained(deed) or not _is_private_sound(deed):
            return deed
        previous = deed.digest
    return None


def black_out(account: Account) -> int:
    """Empty what names a person in every line that the person wrote or that is about the person; returns how many."""
    mine = Deed.objects.filter(actor=account) | Deed.objects.filter(subject_kind="account", subject=str(account.pk))
    return Deed.objects.filter(pk__in=mine.values("pk")).update(private={}, actor=None)


def forget_networks(now: datetime) -> int:
    """Empty the networks in all lines that are older than ``NETWORKS_KEPT``; returns how many."""
    old = list(Deed.objects.filter(done_at__lt=now - NETWORKS_KEPT, private__has_key="network"))
    for deed in old:
        deed.private = _without_network(deed.private)
    Deed.objects.bulk_update(old, ["private"], batch_size=500)
    return len(old)


def _without_network(private: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in private.items() if name not in _OF_NETWORK}


def _is_private_sound(deed: Deed) -> bool:
    """Whether what names a person is as it was written, as far as it is still there."""
    private = deed.private
    if not private:
        return True
    is_network_sound = not any(name in private for name in _OF_NETWORK) or private.get("network_digest") == _digest(
        [private.get("network_salt"), private.get("network")]
    )
    return is_network_sound and _digest(_without_network(private)) == deed.private_digest


def _digest(plain: Any) -> str:
    return sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _chained(deed: Deed) -> str:
    told = [deed.previous, deed.done_at.isoformat(), deed.verb, deed.subject_kind, deed.subject, deed.reason]
    return _digest([*told, deed.is_public, deed.private_digest])

"""The audit log: a chain of lines of which none can be changed, added between or removed without being noticed.

Each line's digest (SHA-256) covers the one before. What names a person (who, from where, details) is only covered
through a salted digest, so that it can be blacked out for good and the chain still holds.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from broadsheet.community.models import Account, Deed

FIRST = "0" * 64
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
            "network": network,
        }
        private |= {"details": dict(details or {})}
        deed = Deed(
            done_at=timezone.now(),
            verb=verb,
            subject_kind=subject_kind,
            subject=subject,
            reason=reason,
            is_public=is_public,
            actor=actor,
            private=private,
            private_digest=_digest(private),
            previous=last.digest if last else FIRST,
        )
        deed.digest = _chained(deed)
        deed.save(force_insert=True)
    return deed


def first_fault() -> Deed | None:
    """The first line that does not fit the chain; None when the whole log holds."""
    previous = FIRST
    for deed in Deed.objects.order_by("pk").iterator():
        is_private_sound = not deed.private or _digest(deed.private) == deed.private_digest
        if deed.previous != previous or deed.digest != _chained(deed) or not is_private_sound:
            return deed
        previous = deed.digest
    return None


def black_out(account: Account) -> int:
    """Empty what names a person in every line that the person wrote or that is about the person; returns how many."""
    mine = Deed.objects.filter(actor=account) | Deed.objects.filter(subject_kind="account", subject=str(account.pk))
    return Deed.objects.filter(pk__in=mine.values("pk")).update(private={}, actor=None)


def _digest(plain: Any) -> str:
    return sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _chained(deed: Deed) -> str:
    told = [deed.previous, deed.done_at.isoformat(), deed.verb, deed.subject_kind, deed.subject, deed.reason]
    return _digest([*told, deed.is_public, deed.private_digest])

"""API tokens: a program's right to act for a person. Shown once; only the SHA-256 of one is kept."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q, QuerySet
from django.utils import timezone

from broadsheet.community import audit
from broadsheet.community.access import RefusedError, is_admin, is_member
from broadsheet.community.models import Account, ApiToken

PREFIX = "bsh_"
"""What every token begins with, so that scanners for secrets find one that was published by mistake."""
SCOPES = ("read", "write", "admin")
"""Each includes those before it."""
MOST_TOKENS = 50
LONGEST_NAME = 100
USE_NOTED_EVERY = timedelta(minutes=1)


def make(
    account: Account,
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
    network: str = "",
) -> tuple[ApiToken, str]:
    """A new token with the widest of ``scopes`` and those it includes; returns the row and the token itself.

    The token is ``bsh_`` and 256 random bits in base64url (RFC 4648, 5). It cannot be told again. Raises
    ``RefusedError`` for a missing or long name, no or unknown scopes, an end in the past, ``admin`` for somebody who is
    none, and more than ``MOST_TOKENS``.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise RefusedError(f"A token needs a name of at most {LONGEST_NAME} letters, such as where it is used.")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise RefusedError(f"What a token may do is one of: {', '.join(SCOPES)}.")
    if expires_at is not None and expires_at <= timezone.now():
        raise RefusedError("A token that has already expired is of no use: choose a later day.")
    if "admin" in scopes and not is_admin(account):
        raise RefusedError("Only an admin can have a token that may do what admins may.")
    if tokens_of(account).count() >= MOST_TOKENS:
        raise RefusedError(f"There are {MOST_TOKENS} tokens already: revoke one that is not needed.")
    text = PREFIX + secrets.token_urlsafe(32)
    widest = max(SCOPES.index(scope) for scope in scopes)
    token = ApiToken.objects.create(
        account=account,
        name=name,
        digest=_digest(text),
        hint=text[:8],
        scopes=list(SCOPES[: widest + 1]),
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    audit.note(
        "token.make",
        actor=account,
        subject_kind="token",
        subject=str(token.pk),
        network=network,
        details={"name": name, "scopes": token.scopes},
    )
    return token, text


def tokens_of(account: Account) -> QuerySet[ApiToken]:
    """A person's tokens that were not revoked, the newest first; expired ones are among them."""
    return account.tokens.filter(revoked_at__isnull=True).order_by("-pk")


def token_of(text: str, now: datetime | None = None) -> ApiToken | None:
    """The token that was sent, with its account; None for one that is unknown, expired or revoked.

    Neither is there one for an account that is closed or waits for approval. That it was used is written at most once
    a minute.
    """
    moment = now or timezone.now()
    # The digest is what is compared, so the time that this takes tells nothing of the token.
    token = ApiToken.objects.select_related("account").filter(digest=_digest(text), revoked_at__isnull=True).first()
    if token is None or not is_member(token.account):
        return None
    if token.expires_at is not None and token.expires_at <= moment:
        return None
    if token.used_at is None or token.used_at <= moment - USE_NOTED_EVERY:
        old = Q(used_at__isnull=True) | Q(used_at__lte=moment - USE_NOTED_EVERY)
        ApiToken.objects.filter(old, pk=token.pk).update(used_at=moment)
    return token


def revoke(token: ApiToken, *, actor: Account, network: str = "") -> None:
    """End a token at once and for good."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        audit.note("token.revoke", actor=actor, subject_kind="token", subject=str(token.pk), network=network)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()

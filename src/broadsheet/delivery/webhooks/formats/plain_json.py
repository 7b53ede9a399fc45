"""The generic format: versioned JSON, signed in the manner of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. A receiver computes
HMAC-SHA256 over ``{webhook-id}.{webhook-timestamp}.{body}`` with the bytes that the secret behind ``whsec_`` stands
for in base64, compares it with what follows ``v1,`` in ``webhook-signature``, refuses old timestamps, and drops what
it has under the same ``webhook-id`` already.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from hashlib import sha256
from typing import Any

from django.conf import settings

from broadsheet.delivery.webhooks.telling import Told, ToldPaper, ToldPart

VERSION = 1
"""Raised when a member changes its meaning or goes; receivers must bear new members."""
PREFIX = "whsec_"
KIND = "papers"


def payload(told: Told, *, delivery: str, issue: str, subscription: str, made_at: str) -> dict[str, Any]:
    """The body as plain data; ``made_at`` is the moment in ISO 8601 at which the issue was planned."""
    return {
        "type": KIND,
        "version": VERSION,
        "timestamp": made_at,
        "data": {
            "delivery": delivery,
            "issue": issue,
            "is_test": told.is_test,
            "instance": {"name": settings.NAME, "url": settings.BASE_URL},
            "subscription": {"key": subscription, "name": told.name, "url": told.url},
            "sections": [_part(part) for part in told.parts],
        },
    }


def new_signing_secret() -> str:
    """A secret to sign with, as the specification writes one: ``whsec_`` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed(secret: str, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers that go with a body; ``timestamp`` is the moment of this try in seconds since 1970."""
    message = b".".join((identifier.encode(), str(timestamp).encode(), body))
    digest = hmac.new(_key(secret), message, sha256).digest()
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _part(part: ToldPart) -> dict[str, Any]:
    return {
        "title": part.title,
        "url": part.url,
        "total": part.total,
        "papers": [_paper(paper) for paper in part.papers],
    }


def _paper(paper: ToldPaper) -> dict[str, Any]:
    return {
        "id": paper.name,
        "key": paper.key,
        "url": paper.url,
        "title": paper.title,
        "authors": list(paper.authors),
        "author_count": paper.author_count,
        "abstract": paper.abstract,
        "categories": list(paper.categories),
        "organisations": list(paper.organisations),
        "published_on": paper.published_on.isoformat() if paper.published_on else None,
        "listed_on": paper.listed_on.isoformat() if paper.listed_on else None,
        "code_url": paper.code_url or None,
        "votes_count": paper.votes_count,
        "comments_count": paper.comments_count,
        "stars_count": paper.stars_count,
        "reason": paper.reason or None,
    }

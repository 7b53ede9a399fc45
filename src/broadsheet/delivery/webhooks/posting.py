"""The transport of webhooks: one try to hand a delivery over, through the catalogue's door, and what became of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.outside import door
from broadsheet.community.access import may_act
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.values import Contents, Fate, Outcome
from broadsheet.delivery.webhooks.failing import note_outcome, switch_off
from broadsheet.delivery.webhooks.formats import discord, matrix, mattermost, plain_json, slack
from broadsheet.delivery.webhooks.telling import Told, told
from broadsheet.sources.door import FetchError, UnansweredError

Format = Subscription.Format
TIMEOUT = 10.0
"""Seconds for the whole of a try."""
LARGEST_ANSWER = 2**20
LONGEST_TOLD = 200
GONE = 410
_AGAIN = frozenset({408, 425, 429})
_ADDRESSES = re.compile(r"https?://[^\s'\"<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request. ``is_repeatable``: the receiver knows it again, so it may be sent a second time."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"
    is_repeatable: bool = False


def post(delivery: Delivery, *, now: datetime | None = None) -> Outcome:
    """Hand one delivery to its receiver, once; its contents have been settled before.

    A success is any 2xx. 408, 425, 429 and 5xx are tried again, when Retry-After says; 410 (RFC 9110, 15.5.11) and
    too many failures switch the webhook off, all other answers are a failure. Where none came, a receiver that tells
    repeats from news is tried again, and of any other the delivery is in doubt.
    """
    moment, subscription = now or timezone.now(), delivery.subscription
    if subscription.account is not None and not may_act(subscription.account):
        return Outcome(Fate.FAILED, _("The account is closed or suspended."))
    telling = told(subscription, Contents.from_json(delivery.contents or []))
    if not telling.parts:
        return Outcome(Fate.FAILED, _("All of its papers were hidden before it was sent."))
    outcome = hand_over(subscription, request_of(subscription, telling, delivery))
    if outcome.fate is Fate.FAILED and outcome.answer.startswith(str(GONE)):
        switch_off(subscription, _("the other side says that it is gone for good"), moment)
    else:
        note_outcome(delivery, outcome, moment)
    return outcome


def body_of(subscription: Subscription, contents: Contents, delivery: Delivery) -> bytes:
    """What is sent as the body, in UTF-8."""
    return request_of(subscription, told(subscription, contents), delivery).body


def request_of(subscription: Subscription, telling: Told, delivery: Delivery) -> Post:
    """The request that hands something told over, in the subscription's format."""
    url, secret = subscription.target, subscription.signing_secret
    if subscription.format == Format.JSON:
        body = _bytes(
            plain_json.payload(
                telling,
                delivery=delivery.key,
                issue=delivery.issue,
                subscription=subscription.key,
                made_at=delivery.planned_at.isoformat(),
            )
        )
        # Receivers compare it with their clock (Standard Webhooks), so it is the moment of this very try.
        headers = plain_json.signed(secret, delivery.key, int(time.time()), body)
        return _json_post(url, body, headers, is_repeatable=True)
    if subscription.format == Format.SLACK:
        return _json_post(url, _bytes(slack.message(telling)))
    if subscription.format == Format.DISCORD:
        # Without this Discord says yes before it has looked.
        joint = "&" if urlsplit(url).query else "?"
        return _json_post(f"{url}{joint}wait=true", _bytes(discord.message(telling)))
    if subscription.format == Format.MATTERMOST:
        return _json_post(url, _bytes(mattermost.message(telling)))
    if not secret:
        return _json_post(url, _bytes(matrix.hookshot(telling)))
    headers = {"Authorization": f"Bearer {secret}"}
    event = _bytes(matrix.event(telling))
    return _json_post(f"{url}/{delivery.key}", event, headers, method="PUT", is_repeatable=True)


def hand_over(subscription: Subscription, request: Post) -> Outcome:
    """Send one request and judge the answer; what is told of it holds neither the address nor the secret."""
    # An HTTP client takes a tenth of a second to load, and pages import this module.
    from broadsheet.sources.http import Limits
    from broadsheet.sources.http.waiting import retry_after

    limits = Limits(connect=TIMEOUT / 2, read=TIMEOUT, total=TIMEOUT, size=LARGEST_ANSWER)
    try:
        reply = door(limits=limits).send(
            request.url, method=request.method, content=request.body, headers=request.headers
        )
    except UnansweredError as error:
        fate = Fate.LATER if request.is_repeatable else Fate.IN_DOUBT
        return Outcome(fate, _scrubbed(_("No answer: %(why)s") % {"why": error}, subscription))
    except FetchError as error:
        return Outcome(_fate_unsent(error), _scrubbed(_("Not reached: %(why)s") % {"why": error}, subscription))
    answer = _scrubbed(f"{reply.status} {_words(reply.content)}".strip(), subscription)
    if 200 <= reply.status < 300:
        return Outcome(Fate.SENT, answer)
    if reply.status in _AGAIN or reply.status >= 500:
        wish = retry_after(reply.headers, time.time())
        return Outcome(Fate.LATER, answer, wish if wish is not None else _wish_in(reply.content))
    return Outcome(Fate.FAILED, answer)


def _fate_unsent(error: FetchError) -> Fate:
    """A host that does not answer may do so later; one that may not be posted to, or is unknown, will not."""
    from broadsheet.sources.door import TooSlowError
    from broadsheet.sources.http.guard import BrokenConnectionError

    return Fate.LATER if isinstance(error, (BrokenConnectionError, TooSlowError)) else Fate.FAILED


def _json_post(
    url: str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "POST",
    is_repeatable: bool = False,
) -> Post:
    told = {"Content-Type": "application/json"} | dict(headers or {})
    return Post(url=url, body=body, headers=told, method=method, is_repeatable=is_repeatable)


def _bytes(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _wish_in(content: bytes) -> float | None:
    """The milliseconds that a Matrix server of before version 1.10 asks to wait, as seconds."""
    try:
        wish = json.loads(content)["retry_after_ms"]
        return min(float(wish) / 1_000, 86_400.0) if wish >= 0 else None
    except (ValueError, TypeError, KeyError):
        return None


def _words(content: bytes) -> str:
    """The beginning of an answer in one printable line."""
    text = content[: 4 * LONGEST_TOLD].decode("utf-8", "replace")
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return flat[:LONGEST_TOLD]


def _scrubbed(text: str, subscription: Subscription) -> str:
    """Without addresses beyond their host, as those of chats let whoever knows them write there, and secrets."""
    told = _ADDRESSES.sub(lambda found: urlsplit(found[0]).hostname or "…", text)
    path = urlsplit(subscription.target).path
    for secret in (subscription.signing_secret, subscription.target, path if len(path) > 6 else "", *_long_parts(path)):
        told = told.replace(secret, "…") if secret else told
    return told[:500]


def _long_parts(path: str) -> list[str]:
    return [part for part in path.split("/") if len(part) >= 16]

"""Addresses that stand in a letter, and the signatures that open them.

A link to vote for or save a paper carries a signature over the delivery and the paper, made with the instance's key
(``django.core.signing``; an old key in ``BROADSHEET_SECRET_KEY_FALLBACKS`` still opens it). It is good for ``LASTING``
from when the issue was due. The web copy is opened by the delivery's own secret, which opens nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, Subscription

LASTING = timedelta(days=90)
_PAPER = "broadsheet.delivery.letters.paper"
_ARCHIVE = "broadsheet.delivery.letters.archive"


def paper_url(paper: Paper) -> str:
    """The address of a paper's page."""
    return settings.BASE_URL + reverse("web:paper", args=[paper.name])


def web_copy_url(delivery: Delivery) -> str:
    """The address of a letter's copy on the web."""
    return settings.BASE_URL + reverse("web:letter", args=[delivery.secret])


def archive_url(subscription: Subscription) -> str:
    """The address of all letters of a subscription: the subscriber's own page, or a signed one for a bare address."""
    if subscription.account_id is not None:
        return settings.BASE_URL + reverse("web:letters_of", args=[subscription.key])
    signature = Signer(salt=_ARCHIVE).signature(subscription.key)
    return settings.BASE_URL + reverse("web:letters_by_link", args=[subscription.key, signature])


def act_urls(delivery: Delivery, papers: Iterable[Paper]) -> list[str]:
    """For each paper the address of the page on which the subscriber votes for or saves it without signing in."""
    signer = Signer(salt=_PAPER)
    # Django is asked for one address; those of the other papers differ in their last two parts.
    start = settings.BASE_URL + reverse("web:letter_paper", args=[delivery.key, "a", "b"]).removesuffix("a/b")
    return [f"{start}{paper.key}/{signer.signature(f'{delivery.key}/{paper.key}')}" for paper in papers]


def opened(key: str, paper_key: str, signature: str, now: datetime) -> Delivery | None:
    """The delivery for whose subscriber a link to a paper speaks; None for a wrong link, or one that is too old."""
    if not _is_signed(_PAPER, f"{key}/{paper_key}", signature):
        return None
    rows = Delivery.objects.select_related("subscription__account").filter(key=key, due_at__gt=now - LASTING)
    return rows.filter(subscription__outlet=Subscription.Outlet.MAIL).first()


def archive_opened(key: str, signature: str) -> Subscription | None:
    """The subscription of a bare address whose letters a link shows; None for a wrong link."""
    if not _is_signed(_ARCHIVE, key, signature):
        return None
    return Subscription.objects.filter(key=key, account=None).first()


def _is_signed(salt: str, value: str, signature: str) -> bool:
    try:
        Signer(salt=salt).unsign(f"{value}:{signature}")
    except BadSignature:
        return False
    return True

"""How a webhook is made, changed, tried, switched on, and given a new secret."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.community.access import RefusedError, may_act
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Delivery, SavedSearch, Subscription
from broadsheet.delivery import subscribing
from broadsheet.delivery.lookback import lookback
from broadsheet.delivery.naming import path_of
from broadsheet.delivery.searches import question_of, section_of
from broadsheet.delivery.subscribing import Wish
from broadsheet.delivery.values import MOST_IN_A_SECTION, Contents, Filled, Outcome
from broadsheet.delivery.webhooks import posting, targets
from broadsheet.delivery.webhooks.formats.plain_json import new_signing_secret
from broadsheet.delivery.webhooks.telling import told
from broadsheet.search.find import find
from broadsheet.search.query import QueryError

Often = Literal["at once", "daily", "weekly"]
OFTEN: tuple[Often, ...] = ("at once", "daily", "weekly")
Format = Subscription.Format
MONDAY = 1
MOST_PAPERS: dict[str, int] = {
    Format.JSON: 100,
    Format.SLACK: 40,
    Format.DISCORD: 20,
    Format.MATRIX: 30,
    Format.MATTERMOST: 30,
}
"""So many papers of one question surely have room in one post of each format."""
MAILED = 30
"""Papers of a saved search in one letter, unless its subscriber chooses otherwise."""
TESTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often: at once, or at a time of day (minutes) in a zone, every day or on Mondays."""

    often: Often = "daily"
    minute: int = 7 * 60
    zone: str = ""


def wish_for(search: SavedSearch, rhythm: Rhythm, *, count: int) -> Wish:
    """What is wished of a search, as ``subscribing`` takes it: at most so many papers at a time.

    Raises ``RefusedError`` for a rhythm that there is not.
    """
    wish = Wish(name=search.name, sections=(section_of(search, count),), zone=search.account.zone or "UTC")
    return with_rhythm(wish, rhythm)


def with_rhythm(wish: Wish, rhythm: Rhythm) -> Wish:
    """The same at other times.

    Raises ``RefusedError`` for a rhythm that there is not.
    """
    if rhythm.often not in OFTEN:
        raise RefusedError(_("Choose how often: at once, daily or weekly."))
    is_at_once = rhythm.often == "at once"
    return replace(
        wish,
        rhythm=Subscription.Rhythm.AT_ONCE if is_at_once else Subscription.Rhythm.DAYS,
        days=MONDAY if rhythm.often == "weekly" else subscribing.EVERY_DAY,
        minute=rhythm.minute,
        zone=rhythm.zone or wish.zone,
    )


def often_of(subscription: Subscription) -> str:
    """Which of ``OFTEN`` a subscription is; empty for days of one's own choice."""
    if subscription.rhythm == Subscription.Rhythm.AT_ONCE:
        return "at once"
    if subscription.days == subscribing.EVERY_DAY:
        return "daily"
    return "weekly" if subscription.days.bit_count() == 1 else ""


def make_webhook(search: SavedSearch, address: targets.Address, wish: Wish) -> Subscription:
    """Begin to post what a search brings; a JSON webhook has a secret to sign with, to be shown this once.

    No more papers are posted at a time than have room in the format. Raises ``RefusedError`` for somebody who may not
    act, for an address that cannot be posted to (``targets.TargetError``), for a wish that cannot be done, and where
    there are as many subscriptions as there may be.
    """
    account = search.account
    if not may_act(account):
        raise RefusedError(_("This account cannot have webhooks now."))
    target = targets.checked(address)
    now = timezone.now()
    row = subscribing.made_of(subscribing.checked(_fitting(wish, address.format), account), now)
    row.account, row.search, row.confirmed_at = account, search, now
    row.outlet, row.format, row.target = Subscription.Outlet.WEBHOOK, address.format, target.url
    row.signing_secret = new_signing_secret() if address.format == Format.JSON else target.token
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        subscribing.refuse_too_many(account.subscriptions.filter(ended_at=None))
        row.save(force_insert=True)
    return row


def change_webhook(subscription: Subscription, address: targets.Address | None, wish: Wish) -> bool:
    """Post elsewhere or at other times; without an address it stays where it is. Whether the format became JSON.

    Then it has a new secret, to be shown this once. Raises ``RefusedError`` as ``make_webhook`` does.
    """
    is_json = False
    with transaction.atomic():
        if address is not None:
            target, before = targets.checked(address), subscription.format
            is_json = address.format == Format.JSON and before != Format.JSON
            subscription.format, subscription.target = address.format, target.url
            if address.format != before:
                wish = replace(wish, sections=tuple(replace(one, count=MOST_IN_A_SECTION) for one in wish.sections))
            if address.format != Format.JSON:
                subscription.signing_secret = target.token
            elif is_json:
                subscription.signing_secret = new_signing_secret()
            subscription.changed_at = timezone.now()
            subscription.save(update_fields=["format", "target", "signing_secret", "changed_at"])
        subscribing.change(subscription, _fitting(wish, subscription.format), subscription.account)
    return is_json


def _fitting(wish: Wish, kind: str) -> Wish:
    most = MOST_PAPERS.get(kind, 1)
    return replace(wish, sections=tuple(replace(one, count=min(one.count, most)) for one in wish.sections))


def switch_on(subscription: Subscription) -> bool:
    """Post again from the next moment on; failures of before do not count any more. Whether it was off."""
    if not subscribing.resume(subscription):
        return False
    subscription.changed_at = timezone.now()
    subscription.save(update_fields=["changed_at"])
    return True


def renew_secret(subscription: Subscription) -> str:
    """Give a JSON webhook another secret, which counts from the next post on; it is returned to be shown this once.

    Raises ``RefusedError`` for another format.
    """
    if subscription.format != Format.JSON:
        raise RefusedError(_("Only JSON is signed; the secret of a chat is its address or its token."))
    subscription.signing_secret = new_signing_secret()
    subscription.save(update_fields=["signing_secret"])
    return subscription.signing_secret


def try_out(subscription: Subscription, now: datetime | None = None) -> Outcome:
    """Post a few papers that the search brought lately as a test, which is told as one; returns what came of it.

    Nothing is written down: neither does a failure count, nor were the papers sent. Raises ``TooManyError`` for too
    many tests in too short a time.
    """
    assert subscription.account is not None, "a webhook is a person's"
    spend("test webhook", subscription.account)
    telling = told(subscription, _recently(subscription), is_test=True)
    delivery = Delivery(subscription=subscription, issue="test", planned_at=now or timezone.now())
    return posting.hand_over(subscription, posting.request_of(subscription, telling, delivery))


def _recently(subscription: Subscription) -> Contents:
    """The first papers that the search brought lately, else those that it finds at all."""
    assert subscription.search is not None, "a webhook is of a search"
    try:
        query = question_of(subscription.search)
    except QueryError:
        return Contents()
    found = lookback(query, first=TESTED).found
    found = found if found.papers else find(query, limit=TESTED)
    papers = tuple(paper.pk for paper in found.papers)
    part = Filled(title=subscription.search.name, path=path_of(query), papers=papers, total=found.total)
    return Contents((part,) if papers else ())


def webhook_of(account: Account, key: str) -> Subscription | None:
    """A person's webhook that has not ended."""
    rows = Subscription.objects.select_related("account", "search__account").filter(search__isnull=False)
    return rows.filter(account=account, key=key, outlet=Subscription.Outlet.WEBHOOK, ended_at=None).first()


def last_of(subscription: Subscription, most: int = 10) -> list[Delivery]:
    """The newest deliveries, whatever became of them."""
    return list(subscription.deliveries.order_by("-planned_at", "-pk")[:most])

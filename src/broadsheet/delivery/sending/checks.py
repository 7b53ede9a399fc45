"""Why something that is due is not sent after all, looked at when a sender has claimed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broadsheet.community.access import is_member, is_suspended
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.sending.ledger import ENDED
from broadsheet.delivery.subscribing import addresses_of
from broadsheet.delivery.suppressing import suppressed_among

UNCONFIRMED = "the subscription is not confirmed"
SUSPENDED = "the account is closed or suspended"
NO_ADDRESS = "there is no confirmed address"
NO_TARGET = "there is no address to post to"
IS_SUPPRESSED = "the address is not written to any more"


def destinations(deliveries: Sequence[Delivery]) -> tuple[dict[int, str], dict[int, str]]:
    """Where each goes, and why the others go nowhere, both by the delivery's row id; a few questions for all."""
    mailed = [one.subscription for one in deliveries if one.subscription.outlet == Subscription.Outlet.MAIL]
    addresses = addresses_of(mailed)
    suppressed = suppressed_among(set(addresses.values()))
    places: dict[int, str] = {}
    refused: dict[int, str] = {}
    for one in deliveries:
        if why := _why_not(one.subscription, addresses, suppressed):
            refused[one.pk] = why
        else:
            row = one.subscription
            places[one.pk] = row.target if row.outlet == Subscription.Outlet.WEBHOOK else addresses[row.pk]
    return places, refused


def _why_not(row: Subscription, addresses: Mapping[int, str], suppressed: set[str]) -> str:
    """Why nothing is sent to a subscription; empty where it is."""
    if row.confirmed_at is None:
        return UNCONFIRMED
    if row.ended_at is not None or not row.is_on:
        return ENDED
    if row.account is not None and (not is_member(row.account) or is_suspended(row.account)):
        return SUSPENDED
    if row.outlet == Subscription.Outlet.WEBHOOK:
        return "" if row.target else NO_TARGET
    if row.pk not in addresses:
        return NO_ADDRESS
    return IS_SUPPRESSED if addresses[row.pk] in suppressed else ""

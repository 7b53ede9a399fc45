"""Webhooks that fail again and again are switched off, and their owner is told on the site."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from broadsheet.community.models import Delivery, Notification, Subscription
from broadsheet.community.notifications import tell
from broadsheet.delivery.subscribing import pause
from broadsheet.delivery.values import Fate, Outcome

MOST_FAILURES = 10
"""So many deliveries in a row that failed switch a webhook off, ..."""
LONGEST_FAILING = timedelta(days=7)
"""... and so does failing for so long, however few there were."""


def note_outcome(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """Switch the webhook of a delivery off where this try was one failure too many.

    Failures count from the last success on, or from when the webhook was last changed or switched on.
    """
    if outcome.fate not in (Fate.FAILED, Fate.LATER):
        return
    subscription = delivery.subscription
    rows = Delivery.objects.filter(subscription=subscription).exclude(pk=delivery.pk)
    since = rows.filter(state=Delivery.State.SENT).order_by("-ended_at").values_list("ended_at", flat=True).first()
    since = max(subscription.changed_at, since or subscription.changed_at)
    failed = rows.filter(state=Delivery.State.FAILED, ended_at__gte=since).order_by("ended_at")
    count = failed.count() + (outcome.fate is Fate.FAILED)
    first = failed.values_list("ended_at", flat=True).first()
    if count >= MOST_FAILURES or (first is not None and first <= now - LONGEST_FAILING):
        why = _("it failed again and again; the last answer was: %(answer)s") % {"answer": outcome.answer}
        switch_off(subscription, why, now)


def switch_off(subscription: Subscription, why: str, now: datetime) -> None:
    """Post nothing more until the owner switches it on again, who is told why."""
    if not pause(subscription, why) or subscription.account is None:
        return
    told = {"name": subscription.name, "why": subscription.paused_because}
    tell(
        subscription.account,
        Notification.Kind.DELIVERY,
        about=f"webhook {subscription.key} off {now:%Y-%m-%dT%H:%M:%S}",
        words=_("The webhook “%(name)s” was switched off: %(why)s") % told,
    )

"""When something is sent, in words: ``Monday to Friday at 07:00 (Europe/Berlin)``."""

from __future__ import annotations

from django.utils.dates import WEEKDAYS as NAMES
from django.utils.translation import gettext as _

from broadsheet.community.models import Subscription
from broadsheet.delivery.subscribing import EVERY_DAY, WEEKDAYS


def when_told(subscription: Subscription) -> str:
    """How often and when, in words, without a full stop."""
    if subscription.rhythm == Subscription.Rhythm.AT_ONCE:
        return _("as soon as there is something new")
    told = {"days": days_told(subscription.days), "time": clock(subscription.minute), "zone": subscription.zone}
    return _("%(days)s at %(time)s (%(zone)s)") % told


def days_told(days: int) -> str:
    """Days of the week, a bit each (1 Monday, 64 Sunday), in words."""
    if days == EVERY_DAY:
        return _("every day")
    if days == WEEKDAYS:
        return _("Monday to Friday")
    names = [str(NAMES[number]) for number in range(7) if days >> number & 1]
    if len(names) == 1:
        return _("every %(day)s") % {"day": names[0]}
    return _("%(days)s and %(last)s") % {"days": ", ".join(names[:-1]), "last": names[-1]}


def clock(minute: int) -> str:
    """A time of day (minutes since midnight) as ``07:00``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"

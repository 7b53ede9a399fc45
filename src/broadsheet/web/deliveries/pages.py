"""The admins' page of what leaves: states by day, rates, what is in doubt, what failed, and who is not written to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from broadsheet.community.models import Account, Subscription, Suppression
from broadsheet.delivery import pausing, standing, suppressing
from broadsheet.delivery.doubts import in_doubt
from broadsheet.web.access import for_role

DOUBTS_SHOWN = 50
OUTLETS: dict[str, str | Promise] = {
    Subscription.Outlet.MAIL: gettext_lazy("Letters by day"),
    Subscription.Outlet.WEBHOOK: gettext_lazy("Posts to webhooks by day"),
}
REASONS: dict[str, str | Promise] = {
    Suppression.Reason.BOUNCED: gettext_lazy("letters to it came back"),
    Suppression.Reason.COMPLAINED: gettext_lazy("its reader complained"),
    Suppression.Reason.ASKED: gettext_lazy("its reader asked for it"),
    Suppression.Reason.ADMIN: gettext_lazy("an admin said so"),
}


@require_safe
@for_role(Account.Role.ADMIN)
def deliveries(request: HttpRequest) -> HttpResponse:
    """``GET /deliveries``: how delivery stands."""
    return shown(request)


def shown(request: HttpRequest, **more: Any) -> HttpResponse:
    """The page, with what was looked up where something was."""
    now = timezone.now()
    found, failed = list(in_doubt()[: DOUBTS_SHOWN + 1]), standing.failures()
    days = standing.by_day(now)
    # Asked for together: each look at addresses costs several questions.
    lines = standing.lines([*found[:DOUBTS_SHOWN], *failed])
    doubts, failures = lines[: len(lines) - len(failed)], lines[len(lines) - len(failed) :]
    counts = suppressing.count()
    context = {
        "heading": _("Deliveries"),
        "sends_mail": settings.SENDS_MAIL,
        "paused": pausing.paused_since(),
        "rates": pausing.rates(now),
        "limits": {"bounced": pausing.MOST_BOUNCED, "complained": pausing.MOST_COMPLAINED},
        "waiting": standing.due_but_unsent(now),
        "outlets": [(OUTLETS[outlet], days[outlet]) for outlet in OUTLETS if outlet in days],
        "doubts": doubts,
        "has_more_doubts": len(found) > DOUBTS_SHOWN,
        "failures": failures,
        "suppressed": [(REASONS[reason], number) for reason, number in counts.items() if number],
        "suppressed_count": sum(counts.values()),
        **more,
    }
    return render(request, "web/deliveries/deliveries.html", context)

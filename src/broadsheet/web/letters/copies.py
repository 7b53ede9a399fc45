"""The copy of a letter on the web, opened by the secret in its address."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from broadsheet.community.access import is_member
from broadsheet.community.models import Delivery
from broadsheet.delivery.letters.issues import Issue, issue_of
from broadsheet.delivery.letters.wording import day
from broadsheet.web.letters.keeping import by_address

MOST_IN_FULL = 30
"""A letter of more papers than this is shown as a list of titles."""


@by_address()
@require_safe
def letter(request: HttpRequest, secret: str) -> HttpResponse:
    """``GET /letters/SECRET``: what the letter said, with the votes and comments of now.

    Whoever was given the address reads it, so nothing on it says whose letter it was or acts in anybody's name.
    """
    delivery = get_object_or_404(Delivery.objects.select_related("subscription").exclude(contents=None), secret=secret)
    issue = issue_of(delivery)
    if not issue.count:
        raise Http404
    told = told_of(issue) | {"heading": date_format(issue.day, "j F Y")}
    if is_member(request.user) and delivery.subscription.account_id == request.user.pk:
        told["archive_key"] = delivery.subscription.key
    return render(request, "web/letters/letter.html", told)


def told_of(issue: Issue) -> dict[str, Any]:
    """What the template ``web/letters/issue.html`` shows of an issue, on whichever page it stands."""
    return {
        "issue": issue,
        "dateline": day(issue),
        "density": "item" if issue.count <= MOST_IN_FULL else "line",
        "because": {entry.paper.pk: entry.reason for entry in issue.entries if entry.reason},
    }

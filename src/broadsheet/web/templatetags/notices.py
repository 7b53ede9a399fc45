"""The count of unread notifications, for the masthead."""

from __future__ import annotations

from typing import Any

from django import template

from broadsheet.community.access import is_member
from broadsheet.community.models import Account
from broadsheet.community.notifications import COUNTED_UP_TO, unread_count

register = template.Library()


@register.inclusion_tag("web/notices/link.html", takes_context=True)
def notices_link(context: dict[str, Any]) -> dict[str, Any]:
    """A link to the notifications with how many are unread: one look at an index, for people with an account alone."""
    user = context.get("user")
    if not isinstance(user, Account) and user is not None:
        # The lazy object of the middleware; whoever is not signed in costs nothing.
        user = user if user.is_authenticated else None
    if user is None or not is_member(user):
        return {"is_shown": False}
    count = unread_count(user)
    figure = f"{COUNTED_UP_TO - 1}+" if count >= COUNTED_UP_TO else str(count)
    return {"is_shown": True, "count": count, "figure": figure, "section": context.get("section", "")}

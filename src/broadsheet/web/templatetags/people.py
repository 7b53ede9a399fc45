"""What the pages of settings share."""

from __future__ import annotations

from django import template
from django.template import RequestContext
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from broadsheet.community.access import is_admin
from broadsheet.community.invitations import may_invite

register = template.Library()

_FOR_ALL = (
    ("web:settings", _("Profile")),
    ("account_email", _("E-mail addresses")),
    ("account_change_password", _("Password")),
    ("mfa_index", _("Passkeys and second factor")),
    ("usersessions_list", _("Where you are signed in")),
    ("socialaccount_connections", _("Other accounts")),
    ("web:notice_settings", _("Notifications")),
    ("web:subscriptions", _("Papers by mail")),
    ("web:feeds", _("Feeds")),
    ("web:tokens", _("Tokens")),
    ("web:mydata", _("Your data")),
)


@register.simple_tag(takes_context=True)
def settings_menu(context: RequestContext) -> list[tuple[str, str, bool]]:
    """Address, title and whether it is this page, for everything that a person can set."""
    request = context["request"]
    entries = [*_FOR_ALL]
    if may_invite(request.user):
        entries.append(("web:invitations", _("Invitations")))
    if is_admin(request.user):
        entries.append(("web:waiting", _("Who waits to come in")))
    told = []
    for name, title in entries:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        told.append((url, str(title), url == request.path))
    return told

"""The way from a list to having it sent by mail."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from broadsheet.community.access import is_member
from broadsheet.delivery.confirming import takes_addresses

register = template.Library()


@register.simple_tag(takes_context=True)
def by_mail(context: RequestContext, brings: str, before: str = "") -> str | SafeString:
    """A link to the form that sends a question by mail, behind ``before``; nothing for whoever cannot have that.

    ``brings`` is a canonical query string, or ``for you``.
    """
    user = context["request"].user
    if not is_member(user) and not takes_addresses():
        return ""
    name = "web:subscription_new" if is_member(user) else "web:subscribe"
    url = f"{reverse(name)}?{urlencode({'brings': brings})}"
    return format_html('{}<a href="{}" rel="nofollow">{}</a>', before, url, _("By mail"))

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
    """For whoever has no account: a link to the form that sends a question by mail, behind ``before``.

    ``brings`` is a canonical query string. Members follow a list in several ways, by a link of its own.
    """
    if is_member(context["request"].user) or not takes_addresses():
        return ""
    url = f"{reverse('web:subscribe')}?{urlencode({'brings': brings})}"
    return format_html('{}<a href="{}" rel="nofollow">{}</a>', before, url, _("By mail"))

"""How a paper's badges read: published, withdrawn, retracted, corrected, a new version, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext

from broadsheet.catalogue.badges import KINDS
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import safe_url, to_plain

register = template.Library()

LONGEST_IN_A_LIST = 40
# What Creative Commons and arXiv call their licences, by what their addresses hold.
_LICENCES = {
    "creativecommons.org/licenses/by/": "CC BY",
    "creativecommons.org/licenses/by-sa/": "CC BY-SA",
    "creativecommons.org/licenses/by-nc/": "CC BY-NC",
    "creativecommons.org/licenses/by-nd/": "CC BY-ND",
    "creativecommons.org/licenses/by-nc-sa/": "CC BY-NC-SA",
    "creativecommons.org/licenses/by-nc-nd/": "CC BY-NC-ND",
    "creativecommons.org/publicdomain/zero/": "CC0",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A badge as it is printed: ``brief`` in a list, ``title`` with ``text`` and ``day`` on the paper's page."""

    kind: str
    brief: str
    title: str
    text: str
    url: str
    day: date | None
    said_by: str


@register.filter
def marks(paper: Paper) -> list[Mark]:
    """The badges of a paper, the graver first."""
    return [_mark(badge) for badge in paper.badges if badge["kind"] in KINDS]


def _mark(badge: Mapping[str, Any]) -> Mark:
    kind, text = badge["kind"], to_plain(badge["text"])
    day = date.fromisoformat(badge["day"]) if badge["day"] else None
    title = brief = _titles()[kind]
    if kind == "version":
        title, text = gettext("Version %(number)s") % {"number": text}, ""
        brief = f"{title}, {date_format(day, 'j M Y')}" if day else title
    elif kind == "published" and text:
        title = gettext("Published in")
        brief = f"{title} {Truncator(text).chars(LONGEST_IN_A_LIST)}"
    said_by = gettext("according to %(sources)s") % {"sources": ", ".join(map(to_plain, badge["sources"]))}
    return Mark(kind, brief, title, text, safe_url(badge["url"]), day, said_by)


def _titles() -> dict[str, str]:
    return {
        "retracted": gettext("Retracted"),
        "withdrawn": gettext("Withdrawn"),
        "corrected": gettext("Corrected"),
        "published": gettext("Published"),
        "version": "",
    }


@register.filter
def licence(paper: Paper) -> str | SafeString:
    """A paper's licence: its usual name as a link where it is a known address, else as the source names it."""
    stated = to_plain(paper.licence)
    address = safe_url(paper.licence)
    if not address:
        return stated
    name = next((name for part, name in _LICENCES.items() if part in address.lower()), "")
    version = address.rstrip("/").rpartition("/")[2]
    if name and version[:1].isdigit() and len(version) < 4:
        name = f"{name} {version}"
    shown = name or Truncator(address.partition("://")[2]).chars(LONGEST_IN_A_LIST)
    return format_html('<a href="{}" rel="nofollow noopener ugc license">{}</a>', address, shown)

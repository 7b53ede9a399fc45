"""The page of the sources: how each stands, when it was asked last and will be next, and what went wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from broadsheet.catalogue.standing import SourceStanding, source_standings

ADDRESS = re.compile(r"https?://[^\s'\"<>]*[^\s'\"<>.,;:)]")
STATES: Mapping[str, tuple[str, str | Promise]] = {
    "well": ("✓", gettext_lazy("up to date")),
    "new": ("·", gettext_lazy("not asked yet")),
    "running": ("→", gettext_lazy("being asked now")),
    "waiting": ("…", gettext_lazy("asked to wait")),
    "behind": ("!", gettext_lazy("behind")),
    "failing": ("✗", gettext_lazy("failing")),
    "off": ("○", gettext_lazy("switched off")),
}
TROUBLES = frozenset({"behind", "failing"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A source as the page shows it; addresses are without what may be a secret in them."""

    standing: SourceStanding
    title: str
    name: str
    mark: str
    word: str | Promise
    is_trouble: bool
    behind: str
    error: str


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source that the worker collects from."""
    shown = [_shown(one) for one in source_standings(timezone.now())]
    return render(request, "web/sources.html", {"heading": _("Sources"), "sources": shown})


def _shown(one: SourceStanding) -> Shown:
    mark, word = STATES[one.state]
    return Shown(
        standing=one,
        title=without_secrets(one.title),
        name=without_secrets(one.word),
        mark=mark,
        word=word,
        is_trouble=one.state in TROUBLES,
        behind=_span(one.behind) if one.behind else "",
        error=without_secrets(one.error),
    )


def without_secrets(text: str) -> str:
    """A text whose addresses have lost what may be a password or a token: the user's part, the query, the fragment."""
    return ADDRESS.sub(_bare, text)


def _bare(match: re.Match[str]) -> str:
    try:
        parts = urlsplit(match[0])
    except ValueError:
        return "…"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" + ("?…" if parts.query else "")


def _span(time: timedelta) -> str:
    """A span of time in words, in days from two days on, else in hours."""
    hours = max(1, round(time / timedelta(hours=1)))
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = round(time / timedelta(days=1))
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}

"""The log of what was done in everybody's name: in public without who decided, and whole for admins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper, PaperAlias
from broadsheet.catalogue.text import to_plain
from broadsheet.catalogue.text.clean import strip_unseen
from broadsheet.community.audit import first_fault
from broadsheet.community.models import Account, Comment, Deed
from broadsheet.web.access import for_role

LINES_ON_A_PAGE = 50
ENTRIES_IN_THE_FEED = 100
VERBS: dict[str, str | Promise] = {
    "comment.hide": gettext_lazy("A comment was hidden"),
    "comment.show": gettext_lazy("A comment was let through"),
    "paper.hide": gettext_lazy("A paper was hidden"),
    "paper.show": gettext_lazy("A paper was shown again"),
    "paper.lock": gettext_lazy("A paper was locked"),
    "paper.unlock": gettext_lazy("A paper was unlocked"),
    "paper.merge": gettext_lazy("Two papers were made one"),
    "paper.part": gettext_lazy("Two papers were parted again"),
    "paper.pin": gettext_lazy("A paper was pinned on a day"),
    "paper.unpin": gettext_lazy("A paper was unpinned"),
    "collection.hide": gettext_lazy("A collection was hidden"),
    "collection.show": gettext_lazy("A collection was shown again"),
    "ranking.weigh": gettext_lazy("The weights of the trending list were set"),
    "sending.pause": gettext_lazy("Sending letters was paused"),
    "sending.resume": gettext_lazy("Letters were sent again"),
    "delivery.resend": gettext_lazy("Letters in doubt were sent again"),
    "delivery.give up": gettext_lazy("Letters in doubt were given up"),
    "suppression.lift": gettext_lazy("An address was written to again"),
    "suppression.import": gettext_lazy("A list of addresses was suppressed"),
    "account.suspend": gettext_lazy("An account was suspended"),
    "account.lift": gettext_lazy("A suspension ended"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log in words; ``title`` and ``url`` are empty where the subject cannot be seen."""

    deed: Deed
    what: str
    title: str = ""
    url: str = ""


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """``GET /log``: every public act of moderation, the newest first."""
    page = Paginator(_public(), LINES_ON_A_PAGE).get_page(request.GET.get("p"))
    context = {"heading": _("Moderation log"), "page": page, "lines": _lines(page.object_list)}
    return render(request, "web/moderation/log.html", context)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """``GET /log.atom``: the same as Atom 1.0 (RFC 4287)."""
    own_url, page = settings.BASE_URL + reverse("web:log_feed"), settings.BASE_URL + reverse("web:log")
    made = Atom1Feed(
        title=_("%(name)s: moderation log") % {"name": settings.NAME},
        link=page,
        description=_("What moderators and curators did"),
        language=settings.LANGUAGE_CODE,
        feed_url=own_url,
        feed_guid=own_url,
    )
    for line in _lines(_public()[:ENTRIES_IN_THE_FEED]):
        made.add_item(
            title=strip_unseen(": ".join(filter(None, (line.what, line.title)))),
            link=f"{page}#deed-{line.deed.pk}",
            # Feeds hold HTML, and XML takes no control characters.
            description=escape(strip_unseen(line.deed.reason)),
            unique_id=f"{page}#deed-{line.deed.pk}",
            pubdate=line.deed.done_at,
            updateddate=line.deed.done_at,
        )
    response = HttpResponse(content_type=made.content_type)
    made.write(response, "utf-8")
    return response


@require_safe
@for_role(Account.Role.ADMIN)
def audit(request: HttpRequest) -> HttpResponse:
    """``GET /moderation/audit``: every line with who did it, narrowed by ``verb``; ``check=1`` verifies the chain."""
    verb = request.GET.get("verb", "").replace("\0", "")
    deeds = Deed.objects.order_by("-pk")
    page = Paginator(deeds.filter(verb=verb) if verb else deeds, LINES_ON_A_PAGE).get_page(request.GET.get("p"))
    is_checked = request.GET.get("check") == "1"
    context: dict[str, Any] = {
        "heading": _("Audit log"),
        "page": page,
        "verb": verb,
        "verbs": Deed.objects.order_by("verb").values_list("verb", flat=True).distinct(),
        "is_checked": is_checked,
        "fault": first_fault() if is_checked else None,
    }
    return render(request, "web/moderation/audit.html", context)


def _public() -> Any:
    return Deed.objects.filter(is_public=True).order_by("-pk")


def _lines(deeds: Iterable[Deed]) -> list[Line]:
    """Lines in words, with what each is about as far as everybody may see it; three questions for all of them."""
    rows = list(deeds)
    named: dict[str, set[str]] = {}
    for row in rows:
        named.setdefault(row.subject_kind, set()).add(row.subject)
    keys = named.get("paper", set())
    papers = {paper.key: paper for paper in Paper.shown.filter(key__in=keys).defer("abstract")}
    aliases = PaperAlias.objects.filter(key__in=keys - papers.keys(), paper__is_hidden=False).select_related("paper")
    papers |= {alias.key: alias.paper for alias in aliases}
    seen = set(
        Comment.objects.filter(key__in=named.get("comment", ()), paper__is_hidden=False).values_list("key", flat=True)
    )
    numbers = [int(text) for text in named.get("account", ()) if text.isdigit()]
    people = {
        str(number): name
        for number, name in Account.objects.filter(pk__in=numbers, is_active=True).values_list("pk", "username")
    }
    lines = []
    for row in rows:
        title = url = ""
        if row.subject_kind == "paper" and row.subject in papers:
            paper = papers[row.subject]
            title, url = to_plain(paper.title), reverse("web:paper", args=[paper.name])
        elif row.subject_kind == "comment" and row.subject in seen:
            title, url = _("comment"), _address("web:comment", row.subject)
        elif row.subject_kind == "account" and row.subject in people:
            title, url = people[row.subject], _address("web:person", people[row.subject])
        lines.append(Line(row, str(VERBS.get(row.verb, row.verb)), title, url))
    return lines


def _address(name: str, subject: str) -> str:
    try:
        return reverse(name, args=[subject])
    except NoReverseMatch:
        return ""

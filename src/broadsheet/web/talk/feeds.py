"""Comments as RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1: of all papers, of one paper, or of one person.

An entry's id is the lasting address of its comment. What is said in groups is in no feed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.community.access import is_suspended
from broadsheet.community.models import Account, Comment
from broadsheet.community.talk_text import html_of, known_in, plain_of
from broadsheet.community.threads import newest
from broadsheet.delivery.letters.maths import without_mathml
from broadsheet.web.feeds.answering import answered
from broadsheet.web.feeds.hub import hub_of_comments
from broadsheet.web.feeds.papers import SUMMARY_LENGTH, lasting_url
from broadsheet.web.feeds.values import Channel, Entry, Kind

COMMENTS_IN_A_FEED = 100


@require_safe
def feed(request: HttpRequest, kind: str) -> HttpResponse:
    """The newest comments; ``paper`` (any name of one) and ``person`` (a name) narrow them."""
    paper = account = None
    if name := request.GET.get("paper", ""):
        paper = paper_named(name)
        if paper is None or paper.is_hidden:
            return _unknown()
    if name := request.GET.get("person", ""):
        account = Account.objects.filter(username=name, is_active=True, is_waiting=False).first()
        if account is None or is_suspended(account):
            return _unknown()
    comments = list(newest(account, paper)[:COMMENTS_IN_A_FEED])
    return answered(
        request, cast("Kind", kind), _channel(paper, account, kind), _marks(comments), lambda: _entries(comments)
    )


def _unknown() -> HttpResponse:
    return HttpResponse("unknown\n", status=404, content_type="text/plain; charset=utf-8")


def _channel(paper: Paper | None, account: Account | None, kind: str) -> Channel:
    what = _("comments")
    if paper is not None:
        what = _("comments on %(title)s") % {"title": to_plain(paper.title)}
    if account is not None:
        what = _("%(what)s by %(name)s") % {"what": what, "name": to_plain(account.shown_name)}
    narrowed = [("paper", paper.key)] if paper is not None else []
    narrowed += [("person", account.username)] if account is not None else []
    own = reverse("web:comments_feed", args=[kind]) + (f"?{urlencode(narrowed)}" if narrowed else "")
    return Channel(
        title=f"{settings.NAME}: {what}",
        page_url=settings.BASE_URL + _page(paper, account),
        own_url=settings.BASE_URL + own,
        about=_("What people say about papers at %(name)s") % {"name": settings.NAME},
        hub="" if narrowed else hub_of_comments(),
    )


def _page(paper: Paper | None, account: Account | None) -> str:
    if paper is not None:
        return reverse("web:paper", args=[paper.name]) + "#comments"
    return reverse("web:comments") + (f"?{urlencode({'person': account.username})}" if account else "")


def _marks(comments: Sequence[Comment]) -> list[str]:
    """Names of people and papers that a text names may change as well, and are found anew when it is."""
    return [
        repr((one.key, one.written_at, one.edited_at, one.text, _name(one), one.paper.title, one.paper.name))
        for one in comments
    ]


def _entries(comments: Sequence[Comment]) -> list[Entry]:
    known = known_in(one.text for one in comments)
    return [_entry(one, _readable(html_of(one.text, known))) for one in comments]


def _name(comment: Comment) -> str:
    return to_plain(comment.account.shown_name) if comment.account else _("somebody")


def _entry(comment: Comment, written: str) -> Entry:
    address = settings.BASE_URL + reverse("web:comment", args=[comment.key])
    answered_to = settings.BASE_URL + reverse("web:comment", args=[comment.parent.key]) if comment.parent else ""
    title = to_plain(comment.paper.title)
    return Entry(
        id=address,
        url=address,
        title=_("%(name)s on %(title)s") % {"name": _name(comment), "title": title},
        published=comment.written_at,
        updated=comment.edited_at or comment.written_at,
        content=written,
        summary=Truncator(" ".join(plain_of(comment.text).split())).chars(SUMMARY_LENGTH),
        authors=(_name(comment),),
        talk_url=f"{settings.BASE_URL}{reverse('web:paper', args=[comment.paper.name])}#comments",
        answers=answered_to or lasting_url(comment.paper),
        told={"key": comment.key, "paper": comment.paper.key, "title": title},
    )


def _readable(written: str) -> str:
    """Links to this instance with its address, since a feed is read elsewhere (RFC 4287, 3.1.1.2), and no MathML."""
    return without_mathml(written).replace('href="/', f'href="{settings.BASE_URL}/')

"""Comments as RSS 2.0, Atom 1.0 (RFC 4287) and JSON Feed 1.1: of all papers, of one paper, or of one person.

An entry's id is the lasting address of its comment. What is said in groups is in no feed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.community.models import Account, Comment
from broadsheet.community.talk_text import html_of, known_in
from broadsheet.community.threads import newest
from broadsheet.web.feeds import XML_KINDS

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
        account = Account.objects.filter(username=name, is_active=True).first()
        if account is None:
            return _unknown()
    comments = list(newest(account, paper)[:COMMENTS_IN_A_FEED])
    title, page = _title(paper, account), settings.BASE_URL + _page(paper, account)
    own_url = settings.BASE_URL + request.get_full_path()
    known = known_in(one.text for one in comments)
    entries = [_entry(one, html_of(one.text, known)) for one in comments]
    if kind == "json":
        return _json(title, page, own_url, entries)
    made = XML_KINDS[kind](
        title=title,
        link=page,
        description=title,
        language=settings.LANGUAGE_CODE,
        feed_url=own_url,
        feed_guid=own_url,
    )
    for entry in entries:
        made.add_item(
            title=entry["title"],
            link=entry["url"],
            description=entry["content_html"],
            unique_id=entry["id"],
            unique_id_is_permalink=True,
            pubdate=entry["written_at"],
            updateddate=entry["changed_at"],
            author_name=entry["author"],
        )
    response = HttpResponse(content_type=made.content_type)
    made.write(response, "utf-8")
    return response


def _unknown() -> HttpResponse:
    return HttpResponse("unknown\n", status=404, content_type="text/plain; charset=utf-8")


def _title(paper: Paper | None, account: Account | None) -> str:
    what = _("comments")
    if paper is not None:
        what = _("comments on %(title)s") % {"title": to_plain(paper.title)}
    if account is not None:
        what = _("%(what)s by %(name)s") % {"what": what, "name": to_plain(account.shown_name)}
    return f"{settings.NAME}: {what}"


def _page(paper: Paper | None, account: Account | None) -> str:
    if paper is not None:
        return reverse("web:paper", args=[paper.name]) + "#comments"
    return reverse("web:comments") + (f"?person={account.username}" if account else "")


def _entry(comment: Comment, written: str) -> dict[str, Any]:
    name = to_plain(comment.account.shown_name) if comment.account else _("somebody")
    address = settings.BASE_URL + reverse("web:comment", args=[comment.key])
    return {
        "id": address,
        "url": address,
        "title": _("%(name)s on %(title)s") % {"name": name, "title": to_plain(comment.paper.title)},
        "content_html": _absolute(written),
        "author": name,
        "written_at": comment.written_at,
        "changed_at": comment.edited_at or comment.written_at,
    }


def _absolute(written: str) -> str:
    """Links to this instance with its address, since a feed is read elsewhere (RFC 4287, 3.1.1.2)."""
    return written.replace('href="/', f'href="{settings.BASE_URL}/')


def _json(title: str, page: str, own_url: str, entries: list[dict[str, Any]]) -> JsonResponse:
    def moment(when: datetime) -> str:
        return when.isoformat()

    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": page,
        "feed_url": own_url,
        "language": settings.LANGUAGE_CODE,
        "items": [
            {
                "id": entry["id"],
                "url": entry["url"],
                "title": entry["title"],
                "content_html": entry["content_html"],
                "date_published": moment(entry["written_at"]),
                "date_modified": moment(entry["changed_at"]),
                "authors": [{"name": entry["author"]}],
            }
            for entry in entries
        ],
    }
    return JsonResponse(told, content_type="application/feed+json; charset=utf-8")

"""The forms in which comments are written, answered and edited. Each shows first how it will look, if asked to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.comments import edit_comment, may_comment, may_edit, write_comment
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Comment
from broadsheet.community.talk_text import html_of
from broadsheet.web import errors
from broadsheet.web.access import for_active_members, private
from broadsheet.web.talk.finding import address_of, comment_for, group_for, page_of, paper_for


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, paper: str) -> HttpResponse:
    """What is said of a paper, in public or in a group (``group``), with the form below; POST says something."""
    about = paper_for(request.user, paper)
    group = group_for(request.user, request.POST.get("group") or request.GET.get("group", ""))
    if request.method != "POST":
        context = {"paper": about, "group": group, "heading": _("Comments"), "is_alone": True}
        return private(render(request, "web/talk/discussion.html", context))

    def say(account: Account, text: str) -> Comment:
        return write_comment(account, about, text, group=group)

    told = {
        "heading": _("A comment"),
        "action": reverse("web:comments_on", args=[about.key]),
        "paper": about,
        "group": group,
        "back": page_of(about, group),
        "is_open": may_comment(request.user, about, group),
    }
    return _form(request, say, told)


@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, key: str) -> HttpResponse:
    """The form in which a comment is answered."""
    parent = comment_for(request.user, key)

    def say(account: Account, text: str) -> Comment:
        return write_comment(account, parent.paper, text, parent=parent, group=parent.group)

    told = {
        "heading": _("An answer"),
        "action": reverse("web:comment_reply", args=[parent.key]),
        "paper": parent.paper,
        "group": parent.group,
        "parent": parent,
        "back": reverse("web:comment", args=[parent.key]),
        "is_open": parent.state == Comment.State.VISIBLE and may_comment(request.user, parent.paper, parent.group),
    }
    return _form(request, say, told)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The form in which somebody says something else in a comment of theirs; for others it is not there."""
    mine = comment_for(request.user, key)

    def say(account: Account, text: str) -> Comment:
        return edit_comment(account, mine, text)

    told = {
        "heading": _("Edit a comment"),
        "action": reverse("web:comment_edit", args=[mine.key]),
        "paper": mine.paper,
        "group": mine.group,
        "text": mine.text,
        "back": reverse("web:comment", args=[mine.key]),
        "is_edit": True,
        "is_open": may_edit(request.user, mine) and not mine.paper.is_locked,
    }
    return _form(request, say, told)


@for_active_members
def _form(request: HttpRequest, say: Callable[[Account, str], Comment], told: dict[str, Any]) -> HttpResponse:
    """Show a form, show how its text will look, or do what it says; no refusal loses the text."""
    if not told["is_open"]:
        return errors.refused(request, _closed(told["paper"].is_locked))
    context = told | {"most": rules.LONGEST_COMMENT}
    if request.method != "POST":
        return render(request, "web/talk/form.html", context)
    text = request.POST.get("text", "")
    context |= {"text": text}
    if "preview" in request.POST:
        return render(request, "web/talk/form.html", context | {"preview": html_of(text[: rules.LONGEST_COMMENT])})
    assert isinstance(request.user, Account)
    try:
        said = say(request.user, text)
    except RefusedError as error:
        return render(request, "web/talk/form.html", context | {"problem": str(error)}, status=403)
    except TooManyError as error:
        response = render(request, "web/talk/form.html", context | {"problem": str(error)}, status=429)
        response["Retry-After"] = str(error.wait_seconds)
        return response
    return redirect(address_of(said, request.user))


def _closed(is_locked: bool) -> str:
    return _("This paper is locked: it takes no more comments.") if is_locked else _("This is not yours to do.")

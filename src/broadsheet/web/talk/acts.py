"""Small acts on comments: a sign under one, taking one back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.community import reactions
from broadsheet.community.access import RefusedError
from broadsheet.community.comments import delete_comment, hide, may_delete, may_moderate, show
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Comment
from broadsheet.community.threads import with_signs
from broadsheet.web import errors
from broadsheet.web.access import for_active_members, for_members
from broadsheet.web.talk.finding import address_of, comment_for, page_of


@require_POST
@for_active_members
def react(request: HttpRequest, key: str) -> HttpResponse:
    """Set the sign ``sign`` under a comment or take it away; a script gets the signs alone."""
    assert isinstance(request.user, Account)
    comment = comment_for(request.user, key)
    try:
        reactions.react(request.user, comment, request.POST.get("sign", ""))
    except RefusedError as error:
        return errors.refused(request, str(error))
    except TooManyError as error:
        return errors.too_many(request, error)
    if request.headers.get("X-Requested-With") == "fetch":
        (said,), _known = with_signs([comment], request.user)
        return render(request, "web/talk/signs.html", {"said": said, "may_react": True})
    return redirect(address_of(comment, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def delete(request: HttpRequest, key: str) -> HttpResponse:
    """Ask whether a comment is to be taken back (GET) and take it back (POST); for others it is not there."""
    assert isinstance(request.user, Account)
    comment = comment_for(request.user, key)
    if not may_delete(request.user, comment):
        raise Http404
    if request.method == "POST":
        delete_comment(request.user, comment)
        is_left = Comment.objects.filter(pk=comment.pk).exists()
        anchor = f"#comment-{comment.key}" if is_left else "#comments"
        return redirect(page_of(comment.paper, comment.group) + anchor)
    context = {
        "heading": _("Delete a comment"),
        "comment": comment,
        "back": reverse("web:comment", args=[comment.key]),
        "has_answers": comment.replies.exists(),
    }
    return render(request, "web/talk/delete.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def hide_in_group(request: HttpRequest, key: str) -> HttpResponse:
    """Let an owner of a group hide a comment in it for a reason (``reason``), or show it again; others find nothing."""
    assert isinstance(request.user, Account)
    comment = comment_for(request.user, key)
    if comment.group is None or not may_moderate(request.user, comment):
        raise Http404
    if request.method == "POST":
        try:
            if "show" in request.POST:
                show(comment, request.user)
            else:
                hide(comment, request.user, request.POST.get("reason", ""))
        except RefusedError as error:
            return errors.refused(request, str(error))
        return redirect(address_of(comment, request.user))
    context = {
        "heading": _("Hide a comment"),
        "comment": comment,
        "reasons": Comment.Reason.choices,
        "back": reverse("web:comment", args=[comment.key]),
    }
    return render(request, "web/talk/hide.html", context)

"""Writing comments as clients of Hugging Face do: ``POST /api/papers/NAME/comment`` and ``.../comment/KEY/reply``.

Both take ``{"comment": "..."}`` and answer ``{"newMessage": {...}}`` in the shape of Hugging Face's description.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from broadsheet.api.access import needs_scope, refused
from broadsheet.api.comments import AskedError, body_of, comment_of, paper_of, text_in
from broadsheet.community.comments import State, write_comment
from broadsheet.community.models import Account, Comment
from broadsheet.community.talk_text import html_of


@require_POST
@needs_scope("write")
def comment(request: HttpRequest, name: str) -> HttpResponse:
    """Say something of a paper."""
    return _say(request, name, "")


@require_POST
@needs_scope("write")
def reply(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """Answer a comment of a paper."""
    return _say(request, name, key)


def _say(request: HttpRequest, name: str, key: str) -> HttpResponse:
    account, paper = request.user, paper_of(name)
    assert isinstance(account, Account)
    if paper is None:
        return refused("Paper not found", 404)
    parent = comment_of(account, key) if key else None
    if key and (parent is None or parent.paper_id != paper.pk):
        return refused("Comment not found", 404)
    try:
        text = text_in(body_of(request), "comment")
    except AskedError as error:
        return refused(str(error), 400)
    said = write_comment(account, paper, text, parent=parent, group=parent.group if parent else None)
    return JsonResponse({"newMessage": _message(said, account)})


def _message(said: Comment, account: Account) -> dict[str, Any]:
    person = {"name": account.username, "fullname": account.shown_name, "avatarUrl": "", "type": "user", "isPro": False}
    written_at = said.written_at.isoformat()
    data: dict[str, Any] = {
        "edited": False,
        "hidden": said.state != State.VISIBLE,
        "numEdits": 0,
        "editors": [account.username],
        "editorAvatarUrls": [],
        "latest": {"raw": said.text, "html": html_of(said.text), "updatedAt": written_at, "author": person},
        "reactions": [],
        "isReport": False,
    }
    if said.parent is not None:
        data["parentCommentId"] = said.parent.key
    return {"id": said.key, "createdAt": written_at, "type": "comment", "author": person, "data": data}

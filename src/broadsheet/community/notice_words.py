"""What a notification says and where it leads, for pages and letters; plain text, to be escaped where it is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.catalogue import text
from broadsheet.community.models import Comment, Notification
from broadsheet.community.talk_text import plain_of

Kind = Notification.Kind
EXCERPT_LENGTH = 240
NAMES = {
    Kind.REPLY: gettext_lazy("Somebody answers you"),
    Kind.MENTION: gettext_lazy("Somebody names you"),
    Kind.COMMENT: gettext_lazy("Comments on papers that you brought, wrote or spoke about"),
    Kind.CLAIM: gettext_lazy("What becomes of your claims"),
    Kind.SUBMISSION: gettext_lazy("What becomes of papers that you submit"),
    Kind.NEW_PAPER: gettext_lazy("New papers of whom and what you follow"),
    Kind.GROUP: gettext_lazy("Invitations and news of your groups"),
    Kind.MODERATION: gettext_lazy("What moderators decide on what is yours, or on what you report"),
    Kind.DELIVERY: gettext_lazy("Mail and webhooks of yours that were switched off"),
}
"""What each kind is called where people choose, in this order."""
_SUBMISSION = re.compile(r"submission ([0-9a-f]{16}) .+")
_WEBHOOK = re.compile(r"webhook ([0-9a-z]{16}) .+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A notification in words: a sentence, the title of the paper and a few words of a comment, both possibly empty.

    ``path`` is the address without host of what it is about, empty where that is nowhere to be seen.
    """

    sentence: str
    title: str = ""
    excerpt: str = ""
    path: str = ""


def spoken(row: Notification) -> Spoken:
    """A notification in words. What was hidden or deleted since is not quoted; ``paper`` and ``comment`` are loaded."""
    paper = row.paper if row.paper is not None and not row.paper.is_hidden else None
    title = text.to_plain(paper.title) if paper is not None else ""
    comment = row.comment if row.comment is not None and row.comment.state == Comment.State.VISIBLE else None
    excerpt = _short(plain_of(comment.text)) if comment is not None and row.kind != Kind.MODERATION else ""
    path = _path(row, is_said=comment is not None) if paper is not None or row.paper_id is None else _own(row)
    return Spoken(_sentence(row), title, excerpt, path)


def _sentence(row: Notification) -> str:
    if row.words and row.kind != Kind.NEW_PAPER:
        return row.words
    who = row.actor.shown_name if row.actor is not None else _("Somebody")
    sentences = {
        Kind.REPLY: _("%(who)s answered you"),
        Kind.MENTION: _("%(who)s named you in a comment"),
        Kind.COMMENT: _("%(who)s wrote a comment"),
        Kind.CLAIM: _("A claim was decided on"),
        Kind.SUBMISSION: _("A submission was decided on"),
        Kind.GROUP: _("There is news of a group"),
        Kind.MODERATION: _("A moderator decided"),
        Kind.DELIVERY: _("Something that is sent to you was switched off"),
    }
    if row.kind == Kind.NEW_PAPER:
        return _("New, as you follow %(what)s") % {"what": text.to_plain(row.words)} if row.words else _("New")
    return sentences[Kind(row.kind)] % {"who": who}


def _path(row: Notification, *, is_said: bool) -> str:
    if row.comment is not None and is_said:
        return _reversed("web:comment", row.comment.key)
    if own := _own(row):
        return own
    return _reversed("web:paper", row.paper.name) if row.paper is not None else ""


def _own(row: Notification) -> str:
    """The address of the thing itself, where that has a page of its own."""
    if match := _SUBMISSION.fullmatch(row.about):
        return _reversed("web:submission", match[1])
    if match := _WEBHOOK.fullmatch(row.about):
        return _reversed("web:webhook", match[1])
    return _reversed("web:groups") if row.kind == Kind.GROUP else ""


def _reversed(name: str, *args: str) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= EXCERPT_LENGTH else line[:EXCERPT_LENGTH].rsplit(" ", 1)[0] + " …"

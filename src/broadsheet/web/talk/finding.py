"""What an address of comments names; what is unknown and what is not for this reader are both not there (404)."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import Person, groups_of, is_moderator
from broadsheet.community.comments import may_see
from broadsheet.community.models import Comment, Group
from broadsheet.community.threads import thread_of


def comment_for(person: Person, key: str) -> Comment:
    """The comment of a key, if this reader may see it or its place."""
    rows = Comment.objects.select_related("account", "group", "paper", "parent", "parent__account")
    found = rows.filter(key=key).first()
    if found is None or not may_see(person, found) or (found.paper.is_hidden and not is_moderator(person)):
        raise Http404
    return found


def paper_for(person: Person, name: str) -> Paper:
    """The paper of a key, if it is not hidden from this reader."""
    found = Paper.objects.filter(key=name).prefetch_related("authorships").first()
    if found is None or (found.is_hidden and not is_moderator(person)):
        raise Http404
    return found


def group_for(person: Person, slug: str) -> Group | None:
    """The group of a name, if this reader belongs to it; None for no name."""
    if not slug:
        return None
    found = groups_of(person).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def address_of(comment: Comment, person: Person) -> str:
    """Where a comment stands: the page of its thread, at its place."""
    thread = thread_of(comment.paper, person, comment.group, at=comment.key)
    return page_of(comment.paper, comment.group, thread.number) + f"#comment-{comment.key}"


def page_of(paper: Paper, group: Group | None, number: int = 1) -> str:
    """The page on which what is said of a paper is read, in public or in a group."""
    path = reverse("web:paper", args=[paper.name])
    if group is not None:
        path = reverse("web:group_paper", args=[group.slug, paper.name])
    return path + (f"?c={number}" if number > 1 else "")

"""What an address of groups names; what is not for this reader is not there (404)."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from broadsheet.community.access import membership_of
from broadsheet.community.models import Group, Membership


def group_or_404(request: HttpRequest, slug: str) -> tuple[Group, Membership]:
    """The group of a name and the reader's membership of it."""
    group = Group.objects.filter(slug=slug).first()
    member = membership_of(request.user, group) if group is not None else None
    if group is None or member is None:
        raise Http404
    return group, member

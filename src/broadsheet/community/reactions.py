"""Signs under comments: set once a person and sign, and taken away by setting them again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.community.access import RefusedError
from broadsheet.community.comments import refuse_reaction
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Comment, Reaction
from broadsheet.community.rules import REACTIONS


def react(account: Account, comment: Comment, sign: str, *, now: datetime | None = None) -> bool:
    """Set a sign (one of ``rules.REACTIONS``) under a comment, or take it away; returns whether it is there now.

    Raises ``RefusedError`` for any other sign, for a comment that cannot be read, under a locked paper and for
    suspended people, ``TooManyError`` where the limit is used up.
    """
    moment = now or timezone.now()
    if sign not in REACTIONS:
        raise RefusedError(_("There is no such sign."))
    with transaction.atomic():
        # Whoever deletes or hides the comment waits, so that no sign is left under nothing.
        current = Comment.objects.select_for_update(of=("self",)).select_related("paper", "group").get(pk=comment.pk)
        refuse_reaction(account, current)
        spend("react", account, moment)
        if Reaction.objects.filter(comment=current, account=account, sign=sign).delete()[0]:
            return False
        Reaction.objects.bulk_create(
            [Reaction(comment=current, account=account, sign=sign, set_at=moment)], ignore_conflicts=True
        )
    return True

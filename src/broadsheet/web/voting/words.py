"""What is said of a vote: on its button, and of one that does not count."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text.plain import to_plain
from broadsheet.community.models import Account, Vote
from broadsheet.community.rules import HOUR, VOTES_COUNT_AFTER

TITLE_LENGTH = 80


def label(paper: Paper, *, is_mine: bool) -> str:
    """What a button does, for those who hear it: the figure alone says nothing."""
    title = Truncator(to_plain(paper.title)).chars(TITLE_LENGTH)
    told = _("Take back your vote for “%(title)s”") if is_mine else _("Vote for “%(title)s”")
    return f"{told % {'title': title}} ({votes_words(paper.votes_count)})"


def votes_words(count: int) -> str:
    """A number of votes with the word."""
    return ngettext("%(n)s vote", "%(n)s votes", count) % {"n": localize(count)}


def dismissal_words(is_dismissed: bool) -> str:
    """What the button says that folds a paper away, or undoes it."""
    return _("undo: not interested") if is_dismissed else _("not interested")


def spoken(paper: Paper, *, is_mine: bool) -> dict[str, str]:
    """What a script puts on a paper's buttons after a vote."""
    return {
        "label": label(paper, is_mine=is_mine),
        "figure": str(localize(paper.votes_count)),
        "words": votes_words(paper.votes_count) if paper.votes_count else _("vote"),
        "waits": _("waits"),
    }


def note(account: Account, state: str) -> str:
    """Why a vote in a state does not count (yet); empty where it does."""
    if state == Vote.State.WAITING:
        if account.date_joined > timezone.now() - VOTES_COUNT_AFTER:
            hours = int(VOTES_COUNT_AFTER.total_seconds() // HOUR)
            return _("Your vote is noted and counts once your account is %(hours)d hours old.") % {"hours": hours}
        return _("Your vote is noted and counts once your e-mail address is confirmed.")
    if state == Vote.State.HELD:
        return _("Your vote is noted; a moderator looks at it before it counts.")
    if state == Vote.State.REJECTED:
        return _("A moderator decided that your vote does not count.")
    if state == Vote.State.ASIDE:
        return _("Your vote does not count while your account is suspended.")
    return ""

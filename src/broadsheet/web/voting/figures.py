"""The figures of ``community.rules`` in words, for the about page: each is read from its constant when it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from broadsheet.community import rules
from broadsheet.community.rules import DAY, HOUR, MINUTE, Limit

ACTS: Mapping[str, str | Promise] = {
    "sign up": gettext_lazy("sign-ups from one address"),
    "vote": gettext_lazy("votes"),
    "comment": gettext_lazy("comments"),
    "edit": gettext_lazy("edits of comments"),
    "react": gettext_lazy("reactions"),
    "report": gettext_lazy("reports"),
    "claim": gettext_lazy("claims of papers"),
    "submit": gettext_lazy("papers brought"),
    "invite": gettext_lazy("invitations"),
    "api": gettext_lazy("requests of the API"),
    "shelve": gettext_lazy("papers put on or off the shelf"),
    "collect": gettext_lazy("changes of collections"),
    "import": gettext_lazy("imports into collections"),
    "make a group": gettext_lazy("groups made"),
    "take along": gettext_lazy("downloads of all of one's data"),
    "erase": gettext_lazy("tries to erase one's account"),
    "confirm an address": gettext_lazy("letters that ask one address whether it wants more"),
    "ask for letters": gettext_lazy("subscriptions without an account, from one network"),
    "test letter": gettext_lazy("letters to try a subscription"),
}
SIZES: Mapping[str, str | Promise] = {
    "LONGEST_NOTE": gettext_lazy("characters of a note"),
    "LONGEST_ABOUT": gettext_lazy("characters about a person, a collection or a group"),
    "MOST_ON_THE_SHELF": gettext_lazy("papers on a shelf"),
    "MOST_COLLECTIONS": gettext_lazy("collections of one owner"),
    "MOST_ENTRIES": gettext_lazy("papers in a collection"),
    "MOST_GROUPS_MADE": gettext_lazy("groups that one person made"),
    "MOST_GROUP_MEMBERS": gettext_lazy("people in a group"),
    "LARGEST_IMPORT": gettext_lazy("size of a file to import"),
    "MOST_IMPORTED": gettext_lazy("papers of one import"),
    "MOST_SUBSCRIPTIONS": gettext_lazy("subscriptions of one person or address"),
    "SIGNING_UP_TAKES": gettext_lazy("time in which nobody fills in a form to sign up"),
}
_IN_SENTENCES = frozenset(
    {
        *("VOTES_COUNT_AFTER", "VOTES_LOOKED_AT", "ALIKE_VOTES", "CHANCE_OF_ALIKE", "NEWCOMER_FOR", "COMPANY_WITHIN"),
        *("RING_PAPERS", "RING_WITHIN", "CHANCE_OF_PAIR", "RING_PEOPLE", "FIRST_POSTS_REVIEWED", "LINKS_OF_NEW_PEOPLE"),
        *("LONGEST_COMMENT", "EDITED_WITHOUT_TRACE", "SAME_WORDS_REFUSED"),
    }
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """An act, and how often it may be done."""

    act: str | Promise
    times: str


def figures() -> dict[str, Any]:
    """Every figure, by the name of its constant in lower case; ``limits`` and ``sizes`` are those of the tables."""
    known = {name: value for name, value in vars(rules).items() if _is_figure(name, value)}
    told = {name.lower(): _said(value) for name, value in known.items() if name in _IN_SENTENCES}
    sizes = [
        Allowed(SIZES.get(name, name.lower().replace("_", " ")), _size(name, value))
        for name, value in known.items()
        if name not in _IN_SENTENCES
    ]
    limits = [
        Allowed(ACTS.get(act, act), _(" and ").join(_often(limit) for limit in its))
        for act, its in rules.LIMITS.items()
    ]
    return told | {"limits": limits, "sizes": sizes, "reactions": " ".join(rules.REACTIONS)}


def _is_figure(name: str, value: object) -> bool:
    return name.isupper() and isinstance(value, int | float | timedelta) and name not in ("MINUTE", "HOUR", "DAY")


def _said(value: float | timedelta) -> str:
    if isinstance(value, timedelta):
        return _time(int(value.total_seconds()))
    if isinstance(value, float):
        return _("one case in %(n)s") % {"n": localize(round(1 / value))}
    return str(localize(value))


def _size(name: str, value: float | timedelta) -> str:
    """A figure of the table, in bytes where its name says so."""
    return filesizeformat(int(value)) if name == "LARGEST_IMPORT" and isinstance(value, int) else _said(value)


def _time(seconds: int) -> str:
    """A time in the largest unit that leaves a whole number of more than one, or of one."""
    if seconds % DAY == 0 and seconds > DAY:
        return ngettext("%(n)d day", "%(n)d days", seconds // DAY) % {"n": seconds // DAY}
    if seconds % HOUR == 0:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // HOUR) % {"n": seconds // HOUR}
    if seconds % MINUTE == 0:
        return ngettext("%(n)d minute", "%(n)d minutes", seconds // MINUTE) % {"n": seconds // MINUTE}
    return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}


def _often(limit: Limit) -> str:
    units = {MINUTE: _("a minute"), HOUR: _("an hour"), DAY: _("a day")}
    unit = units.get(limit.seconds) or _("in %(time)s") % {"time": _time(limit.seconds)}
    return f"{localize(limit.times)} {unit}"

"""Why a paper is recommended, in words: those that pages and letters share, and the plain ones of letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.ranking.personal.kinds import Reason, ReasonKind, Recommendation, SignalKind

MOST_REASONS = 2
"""More of them are not read."""
TITLE_LENGTH = 70
_LIKE: Mapping[SignalKind | None, str | Promise] = {
    SignalKind.VOTED: gettext_lazy("because you voted for {}"),
    SignalKind.SAVED: gettext_lazy("because you saved {}"),
    SignalKind.WROTE: gettext_lazy("because you wrote {}"),
    SignalKind.EXAMPLE: gettext_lazy("like {}"),
    SignalKind.FOLLOWED: gettext_lazy("like {}, which somebody whom you follow voted for"),
}


def titles_spoken_of(recommendations: Iterable[Recommendation]) -> dict[int, str]:
    """The plain titles of the papers that reasons speak of, by row id, asked for at once; hidden ones are left out."""
    numbers = {reason.paper_id for one in recommendations for reason in one.reasons if reason.paper_id is not None}
    titles = Paper.shown.filter(pk__in=numbers).values_list("pk", "title") if numbers else ()
    return {number: Truncator(to_plain(title)).chars(TITLE_LENGTH) for number, title in titles}


def because(one: Recommendation, titles: Mapping[int, str]) -> str:
    """The reasons that weigh most, empty where none is worth telling; ``titles`` as ``titles_spoken_of`` gives them."""
    said = dict.fromkeys(words for reason in one.reasons if (words := _told(reason, titles)))
    return "; ".join(list(said)[:MOST_REASONS])


def phrase_of(reason: Reason, field: str = "") -> tuple[str, str]:
    """The words for a reason that is not another paper, with ``{}`` for what is named, and its name; empty: nothing.

    ``field`` is named where exploring tells none of its own.
    """
    if reason.kind is ReasonKind.WORDS:
        if reason.name:
            return _("matches “{}”"), Truncator(reason.name).chars(TITLE_LENGTH)
        return (_("matches words: {}"), ", ".join(reason.words)) if reason.words else ("", "")
    if reason.kind is ReasonKind.FOLLOWED:
        return _("you follow {}"), reason.name
    if reason.kind is ReasonKind.EXPLORING:
        name = reason.name or field
        return (_("new in {}, exploring"), name) if name else (_("exploring"), "")
    return _("much noticed here"), ""


def like(signal: SignalKind | None) -> str:
    """The words for a reason that is another paper, with ``{}`` for it, by what the person did to that one."""
    return str(_LIKE.get(signal, _("like {}")))


def _told(reason: Reason, titles: Mapping[int, str]) -> str:
    if reason.kind is ReasonKind.LIKE_PAPER:
        title = titles.get(reason.paper_id or 0)
        return like(reason.signal).format(f"“{title}”") if title else ""
    words, name = phrase_of(reason)
    return words.format(name)

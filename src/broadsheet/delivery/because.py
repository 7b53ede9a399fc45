"""Why a paper is recommended, in plain words for a letter."""

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
_BECAUSE: Mapping[SignalKind | None, str | Promise] = {
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


def _told(reason: Reason, titles: Mapping[int, str]) -> str:
    if reason.kind is ReasonKind.LIKE_PAPER:
        title = titles.get(reason.paper_id or 0)
        return str(_BECAUSE.get(reason.signal, _("like {}"))).format(f"“{title}”") if title else ""
    if reason.kind is ReasonKind.WORDS:
        if reason.name:
            return _("matches “{}”").format(Truncator(reason.name).chars(TITLE_LENGTH))
        return _("matches words: {}").format(", ".join(reason.words)) if reason.words else ""
    if reason.kind is ReasonKind.FOLLOWED:
        return _("you follow {}").format(reason.name)
    if reason.kind is ReasonKind.EXPLORING:
        return _("new in {}, exploring").format(reason.name) if reason.name else _("exploring")
    return _("much noticed here")

"""Why a paper is recommended, in words; and what a person did that something was learnt from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.delivery.because import MOST_REASONS, TITLE_LENGTH, like, phrase_of
from broadsheet.ranking.personal.kinds import Reason, ReasonKind, Recommendation, SignalKind

DID: Mapping[SignalKind, str | Promise] = {
    SignalKind.VOTED: gettext_lazy("You voted for it"),
    SignalKind.SAVED: gettext_lazy("You saved it"),
    SignalKind.WROTE: gettext_lazy("You wrote it"),
    SignalKind.EXAMPLE: gettext_lazy("You gave it as an example"),
    SignalKind.FOLLOWED: gettext_lazy("Somebody whom you follow voted for it"),
    SignalKind.DISMISSED: gettext_lazy("You are not interested in it"),
}
"""What a person did, above the papers that it was done to."""


def papers_in(recommendations: Iterable[Recommendation]) -> set[int]:
    """The papers (row ids) that reasons speak of, so that they are looked up at once."""
    return {reason.paper_id for one in recommendations for reason in one.reasons if reason.paper_id is not None}


def because(one: Recommendation, shown: Mapping[int, Paper], spoken_of: Mapping[int, Paper]) -> SafeString:
    """Why one paper is recommended, as HTML: the reasons that weigh most.

    ``shown`` are the recommended papers and ``spoken_of`` those of ``papers_in``, by row id.
    """
    told = (_told(reason, shown[one.paper_id], spoken_of) for reason in one.reasons)
    said = list(dict.fromkeys(words for words in told if words))[:MOST_REASONS]
    return format_html_join("", "<span>{}</span>", ((words,) for words in said))


def _told(reason: Reason, paper: Paper, spoken_of: Mapping[int, Paper]) -> str:
    if reason.kind is ReasonKind.LIKE_PAPER:
        return _like(reason, paper, spoken_of)
    is_exploring = reason.kind is ReasonKind.EXPLORING
    field = next((entry.category.code for entry in paper.paper_categories.all()), "") if is_exploring else ""
    words, name = phrase_of(reason, field)
    return format_html(words, name) if words else ""


def _like(reason: Reason, paper: Paper, spoken_of: Mapping[int, Paper]) -> str:
    if reason.paper_id == paper.pk:
        return str(DID[reason.signal]) if reason.signal else ""
    other = spoken_of.get(reason.paper_id or 0)
    if other is None:
        return ""
    title = Truncator(to_plain(other.title)).chars(TITLE_LENGTH)
    link = format_html('<a href="{}">{}</a>', reverse("web:paper", args=[other.name]), title)
    said = format_html(like(reason.signal), link)
    return format_html("{} ({})", said, ", ".join(reason.words)) if reason.words else said

"""What was learnt of a person: shown as it is, and changed by whom it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.lookup import numbers_named
from broadsheet.catalogue.models import Paper
from broadsheet.community import tastes
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Taste, Unlearnt
from broadsheet.ranking.exploring.impressions import forget_impressions, impressions_of
from broadsheet.ranking.personal.cold_start import LONGEST_SENTENCE, say_interests, stand_in
from broadsheet.ranking.personal.kinds import Interest, Signal, SignalKind
from broadsheet.ranking.personal.serving import profile_of
from broadsheet.ranking.personal.signals import signals_of
from broadsheet.ranking.personal.unlearning import delete_interest
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_members
from broadsheet.web.foryou.words import DID

PAPERS_OF_AN_INTEREST = 5
SHOWN_UNLEARNT = 200
SHOWN_KEPT = 30

SLIDERS: Sequence[tuple[str, str | Promise, str | Promise, str | Promise]] = (
    ("recency", gettext_lazy("How new"), gettext_lazy("any age"), gettext_lazy("today’s first")),
    ("popularity", gettext_lazy("How much noticed"), gettext_lazy("no matter"), gettext_lazy("what others vote for")),
    ("exploration", gettext_lazy("Off the beaten track"), gettext_lazy("never"), gettext_lazy("often")),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An interest as the page shows it; ``more`` papers are not listed. ``sentences`` are the person's own words."""

    interest: Interest
    papers: tuple[Paper, ...]
    more: int
    sentences: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Its share of all interests."""
        return round(100 * self.interest.weight)


@dataclass(frozen=True, slots=True)
class Told:
    """One signal as the page lists it."""

    paper: Paper
    on: date


@require_safe
@for_members
def profile(request: HttpRequest) -> HttpResponse:
    """``GET /for-you/profile``: interests, signals and where they come from, sentences, sliders and switches."""
    account = account_of(request)
    taste, signals, interests = tastes.taste_of(account), signals_of(account), _interests(account)
    unlearnt = list(
        Unlearnt.objects.filter(account=account, paper__is_hidden=False)
        .order_by("-unlearnt_at", "-pk")
        .values_list("paper_id", flat=True)[:SHOWN_UNLEARNT]
    )
    named = {number for interest in interests for number in interest.paper_ids[:PAPERS_OF_AN_INTEREST]}
    wanted = named | {one.paper_id for one in signals} | set(unlearnt)
    papers = Paper.shown.only("pk", "key", "arxiv_id", "title").in_bulk(wanted)
    context = {
        "heading": _("What was learnt"),
        "taste": taste,
        "interests": [_shown(interest, papers, taste.interests) for interest in interests],
        "signals": _told(signals, papers),
        "signals_count": len(signals),
        "unlearnt": [papers[number] for number in unlearnt if number in papers],
        "sliders": [(name, label, low, high, round(100 * getattr(taste, name))) for name, label, low, high in SLIDERS],
        "longest": LONGEST_SENTENCE,
        "kept_days": settings.IMPRESSIONS_DAYS,
        "kept": impressions_of(account).filter(paper__is_hidden=False)[:SHOWN_KEPT],
    }
    return render(request, "web/foryou/profile.html", context)


@require_POST
@for_members
def change(request: HttpRequest) -> HttpResponse:
    """``POST /for-you/profile/change``: one of the forms of the page, by the button that sent it.

    Suspended people change it as well: it is about them, and touches nobody else.
    """
    name = next((name for name in _ACTS if name in request.POST), None)
    if name is None:
        raise Http404
    try:
        told = _ACTS[name](account_of(request), request)
    except RefusedError as error:
        return errors.refused(request, str(error))
    messages.success(request, told)
    return HttpResponseRedirect(reverse("web:for_you_profile"))


def _interests(account: Account) -> Sequence[Interest]:
    found = profile_of(account)
    return found.interests() if found is not None else ()


def _shown(interest: Interest, papers: Mapping[int, Paper], sentences: Iterable[str]) -> Shown:
    own = {stand_in(sentence): sentence for sentence in sentences}
    said = tuple(own[number] for number in interest.paper_ids if number in own)
    numbers = [number for number in interest.paper_ids if number not in own]
    listed = tuple(papers[number] for number in numbers[:PAPERS_OF_AN_INTEREST] if number in papers)
    return Shown(interest, listed, len(numbers) - len(listed), said)


def _told(signals: Sequence[Signal], papers: Mapping[int, Paper]) -> list[tuple[str, list[Told]]]:
    """Signals in groups by what was done, the latest first."""
    found = []
    for kind in SignalKind:
        rows = sorted((one for one in signals if one.kind is kind), key=lambda one: -one.day)
        listed = [Told(papers[one.paper_id], date.fromordinal(one.day)) for one in rows if one.paper_id in papers]
        if listed:
            found.append((str(DID[kind]), listed))
    return found


def _set(account: Account, request: HttpRequest) -> str:
    """The sliders and what may be kept, as they stand in one form."""
    shares = {name: _share(request.POST[name]) for name, *_words in SLIDERS if name in request.POST}
    is_logged = "is_logged" in request.POST
    tastes.change_taste(account, shares=shares, is_logged=is_logged)
    if not is_logged:
        forget_impressions(account)
    return _("Saved. It holds from the next page on.")


def _share(text: str) -> float:
    """A slider's per cent as a share."""
    try:
        return float(text) / 100
    except ValueError as error:
        raise RefusedError(_("A share is a number from 0 to 100.")) from error


def _switch_on(account: Account, _request: HttpRequest) -> str:
    tastes.change_taste(account, is_on=True)
    return _("“For you” is on.")


def _switch_off(account: Account, _request: HttpRequest) -> str:
    tastes.change_taste(account, is_on=False)
    return _("“For you” is off: nothing is computed for you.")


def _say(account: Account, request: HttpRequest) -> str:
    sentence = storable_text(request.POST["say"]).strip()
    if not sentence:
        raise RefusedError(_("Write what you look for first."))
    say_interests(account, [*_sentences(account), sentence], timezone.now())
    return _("The ranking looks for what you wrote.")


def _unsay(account: Account, request: HttpRequest) -> str:
    gone = request.POST["unsay"]
    tastes.keep_sentences(account, [one for one in _sentences(account) if one != gone])
    return _("This sentence is forgotten.")


def _unlearn(account: Account, request: HttpRequest) -> str:
    tastes.unlearn(account, [_paper(request.POST["unlearn"])])
    return _("Nothing is learnt from this paper any more.")


def _learn(account: Account, request: HttpRequest) -> str:
    tastes.learn_again(account, _paper(request.POST["learn"]))
    return _("The ranking learns from this paper again.")


def _delete_interest(account: Account, request: HttpRequest) -> str:
    if not delete_interest(account, request.POST["interest"], timezone.now()):
        raise RefusedError(_("This interest is not there any more: something was learnt in the meantime."))
    return _("This interest is deleted. Its papers are below, if you want any of them back.")


def _forget(account: Account, _request: HttpRequest) -> str:
    tastes.forget_all(account, [one.paper_id for one in signals_of(account)])
    forget_impressions(account)
    return _("Everything that was learnt is forgotten. Your votes and your library are as they were.")


def _sentences(account: Account) -> list[str]:
    return list(Taste.objects.filter(account=account).values_list("interests", flat=True).first() or [])


def _paper(name: str) -> int:
    number = numbers_named([name]).get(name)
    if number is None:
        raise Http404
    return number


_ACTS: Mapping[str, Callable[[Account, HttpRequest], str]] = {
    "set": _set,
    "on": _switch_on,
    "off": _switch_off,
    "say": _say,
    "unsay": _unsay,
    "unlearn": _unlearn,
    "learn": _learn,
    "interest": _delete_interest,
    "forget": _forget,
}

"""Beginning: a few papers to pick, a bibliography, a sentence, categories to follow, own works; then papers at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.lookup import numbers_named, papers_identified, papers_titled
from broadsheet.catalogue.models import Category, Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.community.access import RefusedError
from broadsheet.community.follows import follow, target_of
from broadsheet.community.limits import TooManyError, spend
from broadsheet.community.models import Account, Example
from broadsheet.community.tastes import taste_of
from broadsheet.ranking.daily import nearest_day, today
from broadsheet.ranking.personal.cold_start import (
    LONGEST_SENTENCE,
    give_examples,
    give_own_papers,
    say_interests,
)
from broadsheet.ranking.personal.picking import papers_to_pick
from broadsheet.sources.bibliography import LONGEST_TEXT, BibliographyError, read_bibliography
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members
from broadsheet.web.library.acting import cards

OFFERED = 24
"""So many papers to pick from."""
CATEGORIES = 16
CATEGORIES_OF = timedelta(days=30)


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def start(request: HttpRequest) -> HttpResponse:
    """``/for-you/start``: the ways to begin; POST with ``do`` takes one of them and leads to the papers."""
    if request.method != "POST":
        return _page(request)
    act = _WAYS.get(request.POST.get("do", ""))
    if act is None:
        return errors.refused(request, _("This form is not known."))
    try:
        told = act(request, account_of(request))
    except RefusedError as error:
        return _page(request, str(error))
    except TooManyError as error:
        return errors.too_many(request, error)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("web:for_you"))


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    account = account_of(request)
    offered = papers_to_pick(account, OFFERED, timezone.now())
    papers = cards(request, offered)
    context = {
        "heading": _("What do you like to read?"),
        "papers": [papers[number] for number in offered if number in papers],
        "picked": set(request.POST.getlist("paper")),
        "categories": _categories(),
        "longest": LONGEST_SENTENCE,
        "longest_text": LONGEST_TEXT,
        "sentence": request.POST.get("sentence", "")[:LONGEST_SENTENCE],
        "problem": problem,
        "has_orcid": bool(account.orcid and account.is_orcid_verified),
    }
    return render(request, "web/foryou/start.html", context, status=400 if problem else 200)


def _categories() -> list[str]:
    """The categories that most papers of the weeks before the newest day are in."""
    since = (nearest_day(today()) or today()) - CATEGORIES_OF
    recent = Category.objects.filter(paper_categories__paper__listings__listed_on__gte=since)
    return list(recent.annotate(n=Count("pk")).order_by("-n", "code").values_list("code", flat=True)[:CATEGORIES])


def _pick(request: HttpRequest, account: Account) -> str:
    numbers = numbers_named(request.POST.getlist("paper")[:OFFERED]).values()
    papers = list(Paper.shown.filter(pk__in=numbers))
    if not papers:
        raise RefusedError(_("Pick a paper or a few first."))
    give_examples(account, papers)
    return _learnt_from(len(papers))


def _bibliography(request: HttpRequest, account: Account) -> str:
    sent = request.FILES.get("file")
    text = _text_of(sent) if isinstance(sent, UploadedFile) and sent.size else request.POST.get("text", "")
    try:
        read = read_bibliography(storable_text(text))
    except BibliographyError as error:
        raise RefusedError(_("This could not be read: %(why)s.") % {"why": error}) from error
    spend("import", account)
    by_identifier = papers_identified({one for reference in read.references for one in reference.identifiers})
    by_title = papers_titled({to_plain(reference.title) for reference in read.references if reference.title})
    names = [
        next((by_identifier[one] for one in reference.identifiers if one in by_identifier), None)
        or by_title.get(to_plain(reference.title), "")
        for reference in read.references
    ]
    papers = list(Paper.shown.filter(pk__in=numbers_named([name for name in names if name]).values()))
    if not papers:
        raise RefusedError(_("None of these papers is on this site, so nothing can be learnt from them."))
    give_examples(account, papers, Example.Origin.BIBLIOGRAPHY)
    told = {"n": len(papers), "of": len(read.references) + read.broken}
    return _("%(n)s of %(of)s entries are papers of this site; the ranking learns from them.") % told


def _text_of(sent: UploadedFile[bytes]) -> str:
    # A character has four bytes at most.
    if (sent.size or 0) > 4 * LONGEST_TEXT:
        raise RefusedError(_("The file is larger than %(most)d MB.") % {"most": 4 * LONGEST_TEXT >> 20})
    return bytes(sent.read()).decode("utf-8", "replace")


def _sentence(request: HttpRequest, account: Account) -> str:
    sentence = storable_text(request.POST.get("sentence", "")).strip()
    if not sentence:
        raise RefusedError(_("Write what you look for first."))
    say_interests(account, [*taste_of(account).interests, sentence], timezone.now())
    return _("The ranking looks for what you wrote.")


def _follow(request: HttpRequest, account: Account) -> str:
    codes = request.POST.getlist("category")[:CATEGORIES]
    if not codes:
        raise RefusedError(_("Choose a category first."))
    for code in codes:
        follow(account, target_of("category", storable_text(code)))
    return _("You follow %(codes)s.") % {"codes": ", ".join(codes)}


def _orcid(_request: HttpRequest, account: Account) -> str:
    return _learnt_from(give_own_papers(account))


def _learnt_from(count: int) -> str:
    told = ngettext("The ranking learns from %(n)d paper.", "The ranking learns from %(n)d papers.", count)
    return told % {"n": count}


_WAYS: Mapping[str, Callable[[HttpRequest, Account], str]] = {
    "pick": _pick,
    "bibliography": _bibliography,
    "sentence": _sentence,
    "follow": _follow,
    "orcid": _orcid,
}

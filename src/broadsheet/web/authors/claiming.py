"""Claims: "this is me" beside a name, a person's own papers, and the moderators' queue."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.catalogue.lookup import shown_paper_named
from broadsheet.catalogue.models import Authorship
from broadsheet.community import claims
from broadsheet.community.access import RefusedError, is_moderator
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Claim
from broadsheet.web import errors
from broadsheet.web.access import account_of, for_active_members, for_members, for_role
from broadsheet.web.networks import address_of, network_of

CLAIMS_ON_A_PAGE = 50
LONGEST_REASON = 500


@require_http_methods(["GET", "HEAD", "POST"])
@for_active_members
def claim(request: HttpRequest, name: str) -> HttpResponse:
    """``/papers/NAME/claim``: which of the names is the reader's (``position``), and why; POST claims it."""
    paper = shown_paper_named(name)
    if paper is None:
        raise Http404
    account, problem = account_of(request), ""
    if request.method == "POST":
        try:
            claims.claim(account, paper, _number(request.POST.get("position", "")), request.POST.get("words", ""))
        except RefusedError as error:
            problem = str(error)
        except TooManyError as error:
            return errors.too_many(request, error)
        else:
            return redirect("web:my_papers")
    context = {
        "heading": _("Is this your paper?"),
        "paper": paper,
        "places": paper.authorships.all(),
        "chosen": request.POST.get("position", request.GET.get("position", "")),
        "words": request.POST.get("words", ""),
        "problem": problem,
        "mine": Claim.objects.filter(account=account, paper=paper).first(),
        "longest": claims.LONGEST_WORDS,
    }
    return render(request, "web/authors/claim.html", context, status=403 if problem else 200)


@require_safe
@for_members
def my_papers(request: HttpRequest) -> HttpResponse:
    """``GET /claims``: what the reader claimed and what became of it, and papers that only wait to be claimed."""
    account = account_of(request)
    rows = list(claims.claims_of(account))
    printed = Authorship.objects.filter(paper__in=[row.paper_id for row in rows]).values_list(
        "paper_id", "position", "account_id", "name"
    )
    names: dict[int, str] = {}
    by_place = {(paper, position): name for paper, position, _holder, name in printed}
    held = {paper: name for paper, _position, holder, name in printed if holder == account.pk}
    for row in rows:
        names[row.pk] = held.get(row.paper_id) or by_place.get((row.paper_id, row.position or 0), "")
    context = {
        "heading": _("My papers"),
        "rows": [(row, names[row.pk]) for row in rows],
        "offered": claims.offered(account),
        "account": account,
    }
    return render(request, "web/authors/my_papers.html", context)


@require_POST
@for_active_members
def claim_offered(request: HttpRequest) -> HttpResponse:
    """``POST /claims/offered``: claim every paper that has the reader's verified ORCID."""
    claims.claim_offered(account_of(request))
    return redirect("web:my_papers")


@require_POST
@for_members
def change(request: HttpRequest, number: int) -> HttpResponse:
    """``POST /claims/N`` with ``do``: show, hide or revoke one's own claim; verify, refuse or revoke for moderators.

    To everybody else the claim is not there.
    """
    account, act = account_of(request), request.POST.get("do", "")
    row = Claim.objects.filter(pk=number).first()
    if row is None or not (row.account_id == account.pk or is_moderator(account)):
        raise Http404
    reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())[:LONGEST_REASON]
    is_own, network = row.account_id == account.pk, network_of(address_of(request))
    try:
        if act in ("show", "hide") and is_own:
            claims.show_on_profile(account, row, is_shown=act == "show")
        elif act in ("verify", "refuse"):
            claims.decide(row, account, is_verified=act == "verify", reason=reason, network=network)
        elif act == "revoke":
            claims.revoke(row, account, reason=reason, network=network)
        else:
            return errors.bad_request(request, ValueError(act))
    except RefusedError as error:
        return errors.refused(request, str(error))
    return redirect("web:my_papers" if is_own else "web:claims")


@require_safe
@for_role(Account.Role.MODERATOR)
def queue(request: HttpRequest) -> HttpResponse:
    """``GET /moderation/claims``: claims to decide on, the oldest first, and those that were verified last."""
    page = Paginator(claims.waiting(), CLAIMS_ON_A_PAGE).get_page(request.GET.get("p"))
    verified = Claim.objects.filter(state=Claim.State.VERIFIED).select_related("account", "paper")
    context = {
        "heading": _("Claims"),
        "page": page,
        "rows": [(row, _printed(row)) for row in page.object_list],
        "verified": verified.order_by("-decided_at", "-pk")[:CLAIMS_ON_A_PAGE],
    }
    return render(request, "web/authors/queue.html", context)


def _printed(row: Claim) -> Authorship | None:
    if row.position is None:
        return None
    return Authorship.objects.filter(paper=row.paper_id, position=row.position).first()


def _number(text: str) -> int:
    """The place that a form names; -1, which is no place, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1

"""The forms of the page of deliveries: pause and resume, decide on doubts, look an address up, suppress and lift."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from broadsheet.catalogue.admission import storable_text
from broadsheet.community import audit
from broadsheet.community.models import Account, Suppression
from broadsheet.delivery import doubts as doubtful
from broadsheet.delivery import pausing, suppressing
from broadsheet.delivery.addresses import PREFIX_SHOWN, AddressError, digest_of, domain_of
from broadsheet.delivery.bounces.texts import without_addresses
from broadsheet.web.access import account_of, for_role
from broadsheet.web.deliveries.pages import REASONS, shown
from broadsheet.web.moderation.acting import network

PAGE = "web:deliveries"
LONGEST_REASON = 300
MOST_DECIDED = 1_000


@require_POST
@for_role(Account.Role.ADMIN)
def sending(request: HttpRequest) -> HttpResponse:
    """``POST /deliveries/sending``: pause all mail, or send it again."""
    if request.POST.get("do") == "resume":
        if pausing.resume(account_of(request)):
            messages.success(request, _("Letters are sent again, within a minute."))
    else:
        why = " ".join(storable_text(request.POST.get("why", "")).split())[:LONGEST_REASON]
        if pausing.pause(why or _("An admin paused it."), account_of(request)):
            messages.success(request, _("No letters are sent until somebody resumes, within a minute."))
    return redirect(PAGE)


@require_POST
@for_role(Account.Role.ADMIN)
def doubts(request: HttpRequest) -> HttpResponse:
    """``POST /deliveries/doubts``: send again what is in doubt, or give it up: one (``key``) or all."""
    rows = doubtful.in_doubt()
    if request.POST.get("key") != "all":
        rows = rows.filter(key=storable_text(request.POST.get("key", ""))[:16])
    is_resent = request.POST.get("do") == "resend"
    decide = doubtful.resend if is_resent else doubtful.give_up
    count = sum(decide(delivery) for delivery in list(rows[:MOST_DECIDED]))
    if not count:
        messages.info(request, _("Nothing of that is in doubt any more."))
        return redirect(PAGE)
    verb = "delivery.resend" if is_resent else "delivery.give up"
    audit.note(verb, actor=account_of(request), network=network(request), details={"count": count})
    words = (
        ngettext("%(n)d letter is sent again.", "%(n)d letters are sent again.", count)
        if is_resent
        else ngettext("%(n)d letter is given up.", "%(n)d letters are given up.", count)
    )
    messages.success(request, words % {"n": count})
    return redirect(PAGE)


@require_POST
@for_role(Account.Role.ADMIN)
def address(request: HttpRequest) -> HttpResponse:
    """``POST /deliveries/address``: tell whether an address is written to (never in an address bar), or lift that."""
    given = request.POST.get("address", "")
    try:
        row = suppressing.found(given)
    except AddressError as error:
        messages.error(request, _("That is no address: %(why)s.") % {"why": error})
        return redirect(PAGE)
    if request.POST.get("do") != "lift":
        return shown(request, looked_up=given.strip(), row=row, why=REASONS[row.reason] if row else "", **_of(row))
    if row is None or row.lifted_at is not None:
        messages.info(request, _("It is written to already."))
    elif suppressing.lift(given):
        audit.note(
            "suppression.lift",
            actor=account_of(request),
            network=network(request),
            subject_kind="address",
            subject=digest_of(given)[:PREFIX_SHOWN],
        )
        messages.success(request, _("An address at %(domain)s is written to again.") % {"domain": domain_of(given)})
    else:
        messages.error(request, _("Its reader complained: it is not written to any more."))
    return redirect(PAGE)


@require_POST
@for_role(Account.Role.ADMIN)
def suppress(request: HttpRequest) -> HttpResponse:
    """``POST /deliveries/suppress``: write to the addresses of a list no more."""
    why = without_addresses(storable_text(request.POST.get("why", "")))
    try:
        done = suppressing.import_addresses(request.POST.get("addresses", ""), why)
    except AddressError as error:
        messages.error(request, str(error))
        return redirect(PAGE)
    if done.added or done.known:
        audit.note(
            "suppression.import",
            actor=account_of(request),
            network=network(request),
            reason=why,
            details={"added": done.added, "known": done.known},
        )
        words = ngettext(
            "%(n)d address is suppressed now; %(known)d were before.",
            "%(n)d addresses are suppressed now; %(known)d were before.",
            done.added,
        )
        messages.success(request, words % {"n": done.added, "known": done.known})
    if done.refused or not (done.added or done.known):
        lines = ", ".join(map(str, done.refused[:10]))
        words = _("No address stands in line %(lines)s.") if lines else _("Give an address on each line.")
        messages.error(request, words % {"lines": lines})
    return redirect(PAGE)


def _of(row: Suppression | None) -> dict[str, bool]:
    """Whether a looked-up address is not written to, and whether that can be lifted."""
    is_suppressed = row is not None and row.lifted_at is None
    can_lift = is_suppressed and row is not None and row.reason != Suppression.Reason.COMPLAINED
    return {"is_suppressed": is_suppressed, "can_lift": can_lift}

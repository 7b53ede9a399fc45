"""Who may bring which papers when: the settings, in words for people before they submit, and enforced after."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.catalogue.models import Authorship, Listing, Paper
from broadsheet.community.access import Person, is_curator, is_member, may_act
from broadsheet.community.models import Account, Claim, Submission

State = Submission.State
COUNTED = (State.FETCHING, State.FOUND, State.WAITING, State.LISTED)
"""What counts towards the papers of a day; what was refused or taken back does not."""
SATURDAY = 5


def in_words() -> list[str]:
    """The rules of this instance, a sentence each, for whoever is about to submit."""
    who = {
        "members": _("Everybody with an account may submit papers."),
        "authors": _("Whoever has claimed a paper of their own may submit papers, and curators."),
        "curators": _("Curators submit papers."),
        "nobody": _("Nobody submits papers on this instance; they come from its sources alone."),
    }
    words = [who[settings.SUBMITTERS]]
    if settings.SUBMITTERS == "nobody":
        return words
    per_day, age = settings.SUBMIT_PER_DAY, settings.SUBMIT_MAX_AGE
    words.append(ngettext("%(n)d paper a day and person.", "%(n)d papers a day and person.", per_day) % {"n": per_day})
    if age:
        words.append(
            ngettext("A paper is at most %(n)d day old.", "A paper is at most %(n)d days old.", age) % {"n": age}
        )
    if not settings.SUBMIT_WEEKENDS:
        words.append(_("No submissions on Saturdays and Sundays."))
    if settings.SUBMIT_APPROVAL:
        words.append(_("A curator looks at each submission before it is on the day’s page."))
    words.append(_("A paper is listed once: one that was on a day’s page is not listed again."))
    return words


def needs_approval(account: Account) -> bool:
    """Whether a curator has to look at what this person brings."""
    return settings.SUBMIT_APPROVAL and not is_curator(account)


def refusal_of_person(person: Person) -> str:
    """Why a person may bring no papers at all, empty where they may."""
    if not is_member(person):
        return _("Sign in to submit papers.")
    if not may_act(person):
        return _("Your account is suspended.")
    if settings.SUBMITTERS == "nobody":
        return _("Nobody submits papers on this instance; they come from its sources alone.")
    if settings.SUBMITTERS == "members" or is_curator(person):
        return ""
    if settings.SUBMITTERS == "curators":
        return _("Only curators submit papers on this instance.")
    is_author = (
        Claim.objects.filter(account=person, state=Claim.State.VERIFIED).exists()
        or Authorship.objects.filter(account=person).exists()
    )
    return "" if is_author else _("Only people who have claimed a paper of their own submit papers on this instance.")


def refusal_of_moment(account: Account, now: datetime, *, but: Submission | None = None) -> str:
    """Why a person may bring no further paper now, empty where they may; ``but`` is a submission that is not counted.

    Ask while the account's row is locked: else two at once are both the last one allowed.
    """
    today = timezone.localdate(now)
    if not settings.SUBMIT_WEEKENDS and today.weekday() >= SATURDAY:
        return _("Papers can be submitted from Monday to Friday.")
    if submitted_on(account, today, but=but) >= settings.SUBMIT_PER_DAY:
        words = ngettext(
            "You have submitted %(n)d paper today, which is what one person may.",
            "You have submitted %(n)d papers today, which is what one person may.",
            settings.SUBMIT_PER_DAY,
        )
        return words % {"n": settings.SUBMIT_PER_DAY}
    return ""


def submitted_on(account: Account, day: date, *, but: Submission | None = None) -> int:
    """How many papers a person has brought on a day of the instance's time zone."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    rows = Submission.objects.filter(account=account, state__in=COUNTED, submitted_at__gte=start, submitted_at__lt=end)
    return (rows.exclude(pk=but.pk) if but else rows).count()


def refusal_of_paper(paper: Paper, now: datetime) -> str:
    """Why a paper may not be brought, empty where it may. That it was on a page before is not asked here."""
    if paper.is_hidden:
        return _("A moderator has taken this paper out of the lists; it cannot be submitted.")
    if paper.is_locked:
        return _("A moderator has locked this paper; it cannot be submitted.")
    oldest = settings.SUBMIT_MAX_AGE
    if not oldest:
        return ""
    if paper.published_on is None:
        return _("No source says when this paper was published, and only new ones may be submitted.")
    if (timezone.localdate(now) - paper.published_on).days > oldest:
        words = ngettext(
            "It was published on %(day)s; a paper may be at most %(n)d day old.",
            "It was published on %(day)s; a paper may be at most %(n)d days old.",
            oldest,
        )
        return words % {"n": oldest, "day": date_format(paper.published_on)}
    return ""


def listed_on(paper: Paper) -> date | None:
    """The first day on whose page a paper stands."""
    rows = Listing.objects.filter(paper=paper).order_by("listed_on")
    return rows.values_list("listed_on", flat=True).first()

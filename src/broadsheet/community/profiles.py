"""What people say of themselves, and what of it others see."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from broadsheet.catalogue.authors import is_orcid
from broadsheet.community.access import (
    Person,
    RefusedError,
    is_member,
    is_moderator,
    is_suspended,
    visible_collections,
    visible_comments,
)
from broadsheet.community.models import Account, Claim, Collection, Comment, Submission, Vote

MOST_LINKS = 8
LONGEST_URL = 500
LONGEST_LABEL = 60


def person_named(name: str, reader: Person) -> Account | None:
    """The person whose page a reader may see by this name, in any capitals; None for everybody else.

    Suspended and closed accounts have no page for others than themselves and moderators.
    """
    found = list(Account.objects.filter(username__iexact=name, is_active=True, is_waiting=False).order_by("pk"))
    account = next((one for one in found if one.username == name), found[0] if found else None)
    if account is None or (is_suspended(account) and reader != account and not is_moderator(reader)):
        return None
    return account


def votes_shown(account: Account, reader: Person) -> QuerySet[Vote] | None:
    """The counted votes of a person, the newest first; None where the person or the instance keeps them to itself."""
    is_shown = settings.VOTERS == "everybody" or (settings.VOTERS == "members" and is_member(reader))
    if reader != account and not (account.are_votes_public and is_shown):
        return None
    votes = Vote.objects.filter(account=account, group=None, state=Vote.State.COUNTED, paper__is_hidden=False)
    return votes.select_related("paper").order_by("-cast_at", "-pk")


def comments_shown(account: Account, reader: Person) -> QuerySet[Comment]:
    """A person's public comments that stand, the newest first."""
    said = visible_comments(reader).filter(account=account, state=Comment.State.VISIBLE, paper__is_hidden=False)
    return said.select_related("paper").order_by("-written_at", "-pk")


def submissions_shown(account: Account) -> QuerySet[Submission]:
    """The papers that a person brought and that are listed, the newest first."""
    brought = account.submissions.filter(state=Submission.State.LISTED, paper__isnull=False, paper__is_hidden=False)
    return brought.select_related("paper").order_by("-submitted_at", "-pk")


def papers_shown(account: Account) -> QuerySet[Claim]:
    """The papers that a person wrote, as was verified, and chose to show, the newest first."""
    claims = account.claims.filter(state=Claim.State.VERIFIED, is_on_profile=True, paper__is_hidden=False)
    return claims.select_related("paper").order_by("-paper__published_on", "-pk")


def collections_shown(account: Account, reader: Person) -> QuerySet[Collection]:
    """The public collections of a person, the newest first."""
    public = visible_collections(reader).filter(owner=account, visibility=Collection.Visibility.PUBLIC)
    return public.order_by("-changed_at", "-pk")


def checked_orcid(text: str) -> str:
    """An ORCID iD in its bare form, from that or from its address; '' for nothing.

    Raises ``RefusedError`` where it is none, its check digit (ISO 7064, MOD 11-2) included.
    """
    told = text.strip().upper().removeprefix("HTTPS://").removeprefix("HTTP://").removeprefix("ORCID.ORG/").strip("/")
    if not told:
        return ""
    if not is_orcid(told) or _check_digit(told.replace("-", "")[:-1]) != told[-1]:
        raise RefusedError(_("This is no ORCID iD: it has four groups of four, such as 0000-0002-1825-0097."))
    return told


def checked_link(label: str, url: str) -> dict[str, str] | None:
    """A link for a profile; None where neither is given.

    Raises ``RefusedError`` for anything but a whole http or https address without a password.
    """
    label, url = " ".join(label.split()), url.strip()
    if not url:
        if label:
            raise RefusedError(_("The link %(label)s has no address.") % {"label": label})
        return None
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        is_good = is_good and (parts.port is None or parts.port > 0)
    except ValueError:
        is_good = False
    if not is_good or len(url) > LONGEST_URL or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise RefusedError(_("%(url)s is not an address such as https://example.org/me.") % {"url": url[:80]})
    if len(label) > LONGEST_LABEL:
        raise RefusedError(_("A link is called by at most %(n)s letters.") % {"n": LONGEST_LABEL})
    return {"label": label or str(parts.hostname), "url": url}


def zones() -> Sequence[str]:
    """The names of all time zones (IANA), those of regions alone, in the order of the alphabet."""
    regions = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/")
    return sorted(
        name for name in available_timezones() if name == "UTC" or name.startswith((*regions, "Indian/", "Pacific/"))
    )


def checked_zone(name: str) -> str:
    """A time zone's name; '' for that of the instance. Raises ``RefusedError`` where there is none."""
    if name and name not in available_timezones():
        raise RefusedError(_("There is no time zone %(name)s.") % {"name": name[:60]})
    return ZoneInfo(name).key if name else ""


def _check_digit(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    left = (12 - total % 11) % 11
    return "X" if left == 10 else str(left)

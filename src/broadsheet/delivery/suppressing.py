"""Who is not written to, whatever happens: addresses that bounced, complained or asked, by their digests alone.

A suppression belongs to no account and no subscription, so it outlives both, and moves with the instance's data. It
ends only where somebody proves anew to want mail there (a confirmed double opt-in calls ``lift``) or an admin lifts it;
one for a complaint never ends by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from broadsheet.community.models import BounceScore, Suppression
from broadsheet.delivery.addresses import AddressError, digest_of, digests_of

CHUNK = 500
LONGEST_ANSWER = 500
MOST_IMPORTED = 100_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a list of addresses: how many are new, were known before, and which lines are no addresses."""

    added: int
    known: int
    refused: tuple[int, ...]


def is_suppressed(address: str) -> bool:
    """Whether nothing may be sent to an address; what is no address counts as suppressed."""
    return bool(suppressed_among([address]))


def suppressed_among(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses, as they were given, that nothing may be sent to; one question for every 500 of them."""
    given = list(dict.fromkeys(addresses))
    if not given:
        return set()
    digests = digests_of(given)
    wanted = list(dict.fromkeys(digests.values()))
    found: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        rows = Suppression.objects.filter(digest__in=wanted[start : start + CHUNK], lifted_at=None)
        found.update(rows.values_list("digest", flat=True))
    return {address for address in given if address not in digests or digests[address] in found}


def found(address: str) -> Suppression | None:
    """What is kept of an address, lifted or not; None where nothing is.

    Raises ``AddressError`` for what is no address.
    """
    return Suppression.objects.filter(digest=digest_of(address)).first()


def suppress(address: str, reason: Suppression.Reason | str, answer: str = "", now: datetime | None = None) -> bool:
    """Write to an address no more; returns whether it was written to before.

    A complaint takes the place of any other reason, and no reason takes its place. Raises ``AddressError`` for what is
    no address, and ``ValueError`` for a reason that there is not.
    """
    return suppress_digest(digest_of(address), reason, answer, now)


def suppress_digest(
    digest: str, reason: Suppression.Reason | str, answer: str = "", now: datetime | None = None
) -> bool:
    """As ``suppress``, for an address of which only the digest is known."""
    why = Suppression.Reason(reason)
    told = {"reason": why, "answer": answer[:LONGEST_ANSWER], "made_at": now or timezone.now(), "lifted_at": None}
    with transaction.atomic():
        row, is_made = Suppression.objects.select_for_update().get_or_create(digest=digest, defaults=told)
        was_written_to = is_made or row.lifted_at is not None
        is_graver = why == Suppression.Reason.COMPLAINED and row.reason != why
        if not is_made and (was_written_to or is_graver):
            Suppression.objects.filter(pk=row.pk).update(**told)
    return was_written_to


def lift(address: str, now: datetime | None = None) -> bool:
    """Let an address be written to again, as whoever reads it confirmed anew or an admin says so.

    Returns whether it may be now: an address that complained may not, whoever asks. What failed for a while before is
    forgotten. Raises ``AddressError`` for what is no address.
    """
    digest = digest_of(address)
    with transaction.atomic():
        row = Suppression.objects.select_for_update().filter(digest=digest, lifted_at=None).first()
        if row is not None:
            if row.reason == Suppression.Reason.COMPLAINED:
                return False
            row.lifted_at = now or timezone.now()
            row.save(update_fields=["lifted_at"])
        BounceScore.objects.filter(digest=digest).delete()
    return True


def import_addresses(text: str, answer: str = "", now: datetime | None = None) -> Imported:
    """Suppress all addresses of a text, one a line, as an admin has them from elsewhere.

    What stands behind a comma, semicolon or tab of a line is passed over, as are empty lines and those that begin with
    ``#``. Raises ``AddressError`` for more than ``MOST_IMPORTED`` lines.
    """
    lines = text.splitlines()
    if len(lines) > MOST_IMPORTED:
        raise AddressError(f"at most {MOST_IMPORTED} addresses are taken at once")
    moment = now or timezone.now()
    given = [(number, _first(line)) for number, line in enumerate(lines, start=1)]
    given = [(number, word) for number, word in given if word and not word.startswith("#")]
    digests = digests_of(word for _, word in given)
    refused = tuple(number for number, word in given if word not in digests)
    wanted = list(dict.fromkeys(digests.values()))
    added = 0
    for start in range(0, len(wanted), CHUNK):
        added += _import(wanted[start : start + CHUNK], answer, moment)
    return Imported(added=added, known=len(wanted) - added, refused=refused)


def count() -> dict[str, int]:
    """How many addresses are suppressed, by reason; every reason is there."""
    rows = Suppression.objects.filter(lifted_at=None).order_by().values_list("reason").annotate(Count("pk"))
    counted = dict(rows)
    return {reason: counted.get(reason, 0) for reason in Suppression.Reason.values}


def _import(digests: list[str], answer: str, now: datetime) -> int:
    told = {"reason": Suppression.Reason.ADMIN, "answer": answer[:LONGEST_ANSWER], "made_at": now}
    with transaction.atomic():
        rows = Suppression.objects.filter(digest__in=digests)
        known = set(rows.filter(lifted_at=None).values_list("digest", flat=True))
        rows.filter(lifted_at__isnull=False).update(**told, lifted_at=None)
        Suppression.objects.bulk_create(
            (Suppression(digest=digest, **told) for digest in digests if digest not in known), ignore_conflicts=True
        )
    return len(digests) - len(known)


def _first(line: str) -> str:
    for mark in (",", ";", "\t"):
        line = line.partition(mark)[0]
    return line.strip().strip('"<>').removeprefix("mailto:")

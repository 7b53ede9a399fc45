"""Subscriptions: what somebody wants sent, when and where to; made, changed, paused and ended here.

A subscription of a person is in force at once, since its letters go to an address that was confirmed before. One of an
address without an account waits until whoever reads the mail there has agreed (``delivery.confirming``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.admission import storable_text
from broadsheet.community import audit, rules
from broadsheet.community.access import Person, RefusedError, is_member, is_suspended
from broadsheet.community.models import Account, Delivery, Subscription
from broadsheet.delivery.calendar import next_due
from broadsheet.delivery.contents import give_back, sections_of
from broadsheet.delivery.values import MOST_IN_A_SECTION, MOST_SECTIONS, Section
from broadsheet.search.inside import resolved
from broadsheet.search.query import CATEGORY, QueryError, parse

EVERY_DAY, WEEKDAYS = 127, 31
MINUTES_OF_A_DAY = 24 * 60
LONGEST_NAME = 200
LONGEST_TITLE = 120
LONGEST_QUERY = 4_000
MOST_MUTED = 50
BY_ONESELF = ""
"""The reason (``paused_because``) of a pause that the subscriber asked for."""
_WISHED = ("name", "muted", "abstracts", "rhythm", "days", "minute", "zone")
_OF_TIME = frozenset({"rhythm", "days", "minute", "zone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants sent and when; ``days`` and ``minute`` as ``Subscription`` has them."""

    name: str
    sections: tuple[Section, ...]
    muted: tuple[str, ...] = ()
    abstracts: str = Subscription.Abstracts.SHORT
    rhythm: str = Subscription.Rhythm.DAYS
    days: int = EVERY_DAY
    minute: int = 7 * 60
    zone: str = "UTC"


def checked(wish: Wish, person: Person) -> Wish:
    """The wish in its kept form: queries canonical, texts trimmed.

    Raises ``RefusedError``, which names what is wrong and what is expected, where it cannot be done for this person.
    """
    name = " ".join(storable_text(wish.name).split())
    if not name or len(name) > LONGEST_NAME:
        raise RefusedError(_("Give it a name of at most %(n)d characters.") % {"n": LONGEST_NAME})
    if not 1 <= len(wish.sections) <= MOST_SECTIONS:
        raise RefusedError(_("Choose at least one thing that it brings, and at most %(n)d.") % {"n": MOST_SECTIONS})
    sections = tuple(checked_section(section, person) for section in wish.sections)
    if len({(section.kind, section.query) for section in sections}) < len(sections):
        raise RefusedError(_("The same question is in it twice."))
    muted = tuple(dict.fromkeys(wish.muted))
    wrong = [code for code in muted if len(code) > 60 or CATEGORY.fullmatch(code) is None]
    if wrong or len(muted) > MOST_MUTED:
        told = {"code": wrong[0] if wrong else len(muted), "n": MOST_MUTED}
        raise RefusedError(_("%(code)s: expected at most %(n)d codes of categories such as cs.CL.") % told)
    if wish.abstracts not in Subscription.Abstracts.values:
        raise RefusedError(_("Choose how much of the abstracts is sent."))
    if wish.rhythm not in Subscription.Rhythm.values or not 1 <= wish.days <= EVERY_DAY:
        raise RefusedError(_("Choose at least one day of the week."))
    if not 0 <= wish.minute < MINUTES_OF_A_DAY:
        raise RefusedError(_("Choose a time of day from 00:00 to 23:59."))
    return replace(wish, name=name, sections=sections, muted=muted, zone=checked_zone(wish.zone))


def checked_zone(name: str) -> str:
    """The name of a time zone as the tz database writes it.

    Raises ``RefusedError`` where there is none of that name.
    """
    try:
        return ZoneInfo(name.strip().replace(" ", "_")).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        told = {"zone": name[:40]}
        raise RefusedError(_("%(zone)s is not a time zone; write one such as Europe/Berlin.") % told) from None


def checked_section(section: Section, person: Person) -> Section:
    """The section with its canonical query.

    Raises ``RefusedError`` for a question that this person cannot ask, and for a count or a title out of bounds.
    """
    title = " ".join(storable_text(section.title).split())
    if len(title) > LONGEST_TITLE:
        raise RefusedError(_("A heading may have at most %(n)d characters.") % {"n": LONGEST_TITLE})
    if not 1 <= section.count <= MOST_IN_A_SECTION:
        raise RefusedError(_("Choose from 1 to %(n)d papers for each part.") % {"n": MOST_IN_A_SECTION})
    if section.kind == "for you":
        if not is_member(person):
            raise RefusedError(_("What is recommended to a person needs an account."))
        return replace(section, query="", title=title)
    if len(section.query) > LONGEST_QUERY:
        raise RefusedError(_("This question is too long: at most %(n)d characters.") % {"n": LONGEST_QUERY})
    try:
        query = replace(parse(QueryDict(section.query)), upto=None)
        resolved(query, person)
    except QueryError as error:
        raise RefusedError(_("This question cannot be asked: %(why)s.") % {"why": error}) from error
    return replace(section, query=query.urlencode(), title=title)


def subscribe(account: Account, wish: Wish, now: datetime | None = None) -> Subscription:
    """Begin to send a person what it wishes, by mail to its confirmed main address.

    Raises ``RefusedError`` for a wish that cannot be done, for somebody who may not act, and where there are
    ``rules.MOST_SUBSCRIPTIONS`` already.
    """
    if not is_member(account) or is_suspended(account):
        raise RefusedError(_("This account cannot have subscriptions now."))
    moment = now or timezone.now()
    made = made_of(checked(wish, account), moment)
    made.account, made.confirmed_at = account, moment
    with transaction.atomic():
        # Two requests at once count one after the other.
        Account.objects.select_for_update().get(pk=account.pk)
        refuse_too_many(account.subscriptions.filter(ended_at=None))
        made.save(force_insert=True)
    return made


def refuse_too_many(rows: QuerySet[Subscription]) -> None:
    """Raise ``RefusedError`` where somebody with these subscriptions may not have another one."""
    if rows.count() >= rules.MOST_SUBSCRIPTIONS:
        raise RefusedError(_("There are %(n)d already: end one first.") % {"n": rules.MOST_SUBSCRIPTIONS})


def made_of(wish: Wish, now: datetime) -> Subscription:
    """A subscription that was not stored yet, of nobody, as a checked wish has it, due at its next moment."""
    row = Subscription(made_at=now, changed_at=now, language=settings.LANGUAGE_CODE)
    _write(row, wish)
    set_due(row, now, afresh=True)
    return row


def set_due(row: Subscription, now: datetime, *, afresh: bool) -> None:
    """Set when the next one is due: ``due_at``, and ``planned_on`` as the day before what comes next.

    ``afresh`` begins at ``now``, without making up for what was missed; a day that was dealt with never comes again.
    What goes out at once is looked for from now on.
    """
    if row.rhythm == Subscription.Rhythm.AT_ONCE:
        row.due_at = now
        return
    day, row.due_at = next_due(row.days, row.minute, row.zone, None if afresh else row.planned_on, now)
    if row.planned_on is not None and day <= row.planned_on:
        day, row.due_at = next_due(row.days, row.minute, row.zone, row.planned_on, now)
    elif afresh or row.planned_on is None:
        row.planned_on = day - timedelta(days=1)


def wish_of(subscription: Subscription) -> Wish:
    """What is wished now; of a subscription of a saved search, what that asks for now."""
    # The name of a saved search may be longer than a heading.
    sections = tuple(replace(one, title=one.title[:LONGEST_TITLE]) for one in sections_of(subscription))
    told = {name: getattr(subscription, name) for name in _WISHED} | {"muted": tuple(subscription.muted)}
    return Wish(sections=sections, **told)


def change(subscription: Subscription, wish: Wish, person: Person | None = None, now: datetime | None = None) -> bool:
    """Send something else, or at other times, from now on; whether anything differs from before.

    What was put together already stays as it is. Another time moves the next letter: a day of the calendar that was
    dealt with is not dealt with again. Raises ``RefusedError`` as ``subscribe`` does.
    """
    whose = person or subscription.account or AnonymousUser()
    before, after = wish_of(subscription), checked(wish, whose)
    differing = {name for name in (*_WISHED, "sections") if getattr(before, name) != getattr(after, name)}
    if not differing:
        return False
    moment = now or timezone.now()
    with transaction.atomic():
        row = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
        _write(row, after)
        row.changed_at = moment
        fields = {*differing, "changed_at"}
        if _asked(before) != _asked(after):
            # It brings what is chosen here from now on, and no longer what the saved search asks for.
            row.search = None
            fields.add("search")
        if differing & _OF_TIME:
            set_due(row, moment, afresh=False)
            fields |= {"planned_on", "due_at"}
        row.save(update_fields=fields)
    subscription.refresh_from_db()
    return True


def _asked(wish: Wish) -> list[Section]:
    """What is asked for, however many papers of it are wanted."""
    return [replace(section, count=1) for section in wish.sections]


def pause(subscription: Subscription, because: str = BY_ONESELF) -> bool:
    """Send nothing until ``resume``; ``because`` tells the subscriber why, empty where it asked for it."""
    rows = Subscription.objects.filter(pk=subscription.pk, is_on=True, ended_at=None)
    is_changed = bool(rows.update(is_on=False, paused_because=because[:200]))
    subscription.refresh_from_db()
    return is_changed


def resume(subscription: Subscription, now: datetime | None = None) -> bool:
    """Go on sending at the next moment; the days that passed meanwhile are not made up for."""
    with transaction.atomic():
        row = Subscription.objects.select_for_update().get(pk=subscription.pk)
        if row.is_on or row.ended_at is not None:
            return False
        row.is_on, row.paused_because = True, ""
        set_due(row, now or timezone.now(), afresh=True)
        row.save(update_fields=["is_on", "paused_because", "planned_on", "due_at"])
    subscription.refresh_from_db()
    return True


def end(secret: str, why: str, now: datetime | None = None) -> bool:
    """End the subscription of a secret for good, with what waits to be sent; whether that changed anything.

    Any number of times, and for a secret that is nobody's (any more): nothing happens then. ``why`` is for the log, in
    a word or two such as ``one click``.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        row = Subscription.objects.select_for_update().filter(secret=secret.lower(), ended_at=None).first()
        if row is None:
            return False
        _end(row, why, moment)
    return True


def end_all_of(subscription: Subscription, why: str, now: datetime | None = None) -> int:
    """End every subscription by mail of the same person or address; returns how many."""
    moment = now or timezone.now()
    with transaction.atomic():
        rows = list(siblings_of(subscription).select_for_update())
        for row in rows:
            _end(row, why, moment)
    return len(rows)


def siblings_of(subscription: Subscription) -> QuerySet[Subscription]:
    """The subscriptions by mail of the same person or address that have not ended, this one among them."""
    rows = Subscription.objects.filter(ended_at=None, outlet=Subscription.Outlet.MAIL).order_by("pk")
    if subscription.account_id is not None:
        return rows.filter(account=subscription.account_id)
    return rows.filter(account=None, address=subscription.address)


def _end(row: Subscription, why: str, now: datetime) -> None:
    row.ended_at, row.is_on, row.due_at = now, False, None
    row.save(update_fields=["ended_at", "is_on", "due_at"])
    # A worker that has claimed one asks once more right before it hands it over, and then finds it gone.
    waiting = Delivery.objects.filter(subscription=row, state__in=(Delivery.State.PLANNED, Delivery.State.CLAIMED))
    told = {"state": Delivery.State.SUPPRESSED, "ended_at": now, "answer": _("ended by the subscriber")}
    for delivery in waiting.order_by("pk"):
        if waiting.filter(pk=delivery.pk).update(**told):
            give_back(delivery)
    audit.note("subscription.end", actor=row.account, subject_kind="subscription", subject=str(row.pk), reason=why)


def address_of(subscription: Subscription) -> str:
    """Where mail of a subscription goes now; empty: nowhere. Of many at once, ``addresses_of`` asks only once."""
    return addresses_of([subscription]).get(subscription.pk, "")


def addresses_of(subscriptions: Collection[Subscription]) -> Mapping[int, str]:
    """Where mail goes now, by the subscription's row id, with one query; nothing for those that go nowhere.

    A person is written to at the confirmed main address, unless the account is closed, waits or is suspended. An
    address without an account is written to once it was confirmed. Subscriptions should have their account loaded.
    """
    people = {row.account for row in subscriptions if row.account is not None}
    of_people = confirmed_addresses(account for account in people if is_member(account) and not is_suspended(account))
    told = {
        row.pk: of_people.get(row.account_id, "")
        if row.account_id is not None
        else (row.address if row.confirmed_at else "")
        for row in subscriptions
    }
    return {number: address for number, address in told.items() if address}


def confirmed_addresses(accounts: Iterable[Account]) -> dict[int, str]:
    """The confirmed main address of each account that has one, by row id."""
    numbers = [account.pk for account in accounts]
    if not numbers:
        return {}
    rows = EmailAddress.objects.filter(user__in=numbers, verified=True).order_by("primary", "-pk")
    # The last one of each person stands: the main one, else the oldest.
    return dict(rows.values_list("user_id", "email"))


def unsubscribe_url(subscription: Subscription) -> str:
    """The address that ends a subscription by one click (RFC 8058), whatever becomes of accounts and keys."""
    return settings.BASE_URL + reverse("web:unsubscribe", args=[subscription.secret])


def manage_url(subscription: Subscription) -> str:
    """The page where it is changed, paused and ended: with an account of one's own, else by its secret."""
    if subscription.account_id is not None:
        return settings.BASE_URL + reverse("web:subscription", args=[subscription.key])
    return settings.BASE_URL + reverse("web:subscription_by_secret", args=[subscription.secret])


def _write(row: Subscription, wish: Wish) -> None:
    for name in _WISHED:
        setattr(row, name, getattr(wish, name))
    row.muted = list(wish.muted)
    row.sections = [section.to_json() for section in wish.sections]

"""What a delivery brings: found for many subscribers at once, settled once, and never the same paper twice to anybody.

Contents and the papers that a recipient was sent are written in one transaction. A paper is left out that was sent to
the recipient before, that stands in an earlier section, whose primary category is muted, or that is hidden; the next
ones take their places, in the order of the question. Where nothing is left there is no letter.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from broadsheet.community.models import Account, Delivery, SentPaper, Subscription
from broadsheet.delivery.answers import Answer, Answers
from broadsheet.delivery.because import because, titles_spoken_of
from broadsheet.delivery.news import is_at_once, looked_at, looked_at_of
from broadsheet.delivery.values import Contents, ContentsError, Filled, Section
from broadsheet.ranking.personal.kinds import Recommendation
from broadsheet.ranking.personal.serving import ForYou, for_digests
from broadsheet.search.query import QueryError

LONGEST_ANSWER = 500
TRIES = 5
IN_A_TRANSACTION = 10
"""So many deliveries are written at once: others wait to write meanwhile."""
HELD_SECONDS = 30.0
"""So old the answer to a question may be that is brought to somebody; a paper that was hidden since is not shown."""
_MOST_RECOMMENDED = 400
"""So many recommendations are made at most, so that enough are left when those sent before are left out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one subscription asks for now; ``since`` is from when on papers are new for it."""

    subscription: Subscription
    sections: tuple[Section, ...]
    since: datetime
    recipient: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was put together, and which sections were left out, in words."""

    contents: Contents
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class Sent:
    """The papers (row ids) that recipients were sent, as far as they were asked for.

    One that does not look anything up knows only what is put together now.
    """

    looks_up: bool = True
    by_recipient: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    asked: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def ask(self, recipients: Iterable[str], numbers: Iterable[int]) -> None:
        """Look up which of these papers were sent to these recipients."""
        who, which = list(dict.fromkeys(recipients)), set(numbers)
        rows = SentPaper.objects.filter(recipient__in=who, paper__in=which) if which else SentPaper.objects.none()
        for recipient, number in rows.values_list("recipient", "paper"):
            self.by_recipient[recipient].add(number)
        for recipient in who:
            self.asked[recipient] |= which

    def has(self, recipient: str, number: int, beside: Callable[[], Iterable[int]]) -> bool:
        """Whether a paper was sent to a recipient; where that is looked up, it is with those that are beside it."""
        if self.looks_up and number not in self.asked[recipient]:
            self.ask([recipient], {number, *beside()})
        return number in self.by_recipient[recipient]


def recipient_of(subscription: Subscription) -> str:
    """For whom papers count as sent: a person, whatever brings them; else a webhook or an address by itself."""
    if subscription.account_id is not None and subscription.outlet == Subscription.Outlet.MAIL:
        return f"account {subscription.account_id}"
    return f"subscription {subscription.pk}"


def sections_of(subscription: Subscription) -> tuple[Section, ...]:
    """What a subscription asks for; one of a saved search always what that asks for now.

    Raises ``ContentsError`` where that cannot be read.
    """
    sections = tuple(Section.from_json(one) for one in subscription.sections)
    if subscription.search is None:
        return sections
    first = sections[0] if sections else Section()
    return (replace(first, kind="query", query=subscription.search.query, title=subscription.search.name),)


def fill(deliveries: Sequence[Delivery], now: datetime, *, answers: Answers | None = None) -> None:
    """Settle what each delivery brings; those that bring nothing end as ``EMPTY``, those that were settled stay.

    Each with the papers that its recipient is sent, in one transaction. Sections that cannot be answered (any more) are
    left out; ``answer`` says which. ``answers`` may be shared by runs within a minute. What another worker settled in
    the meantime is read instead. Every delivery should have its subscription, account and search loaded.
    """
    waiting = [one for one in deliveries if one.contents is None]
    shared = answers or Answers(now)
    try:
        _settle(waiting, now, shared)
    except IntegrityError:
        # Somebody put a letter together for one of these recipients at the same time: one after the other now.
        for delivery in waiting:
            if delivery.contents is None:
                _settle_alone(delivery, now, shared)


class Filler:
    """``fill`` for a run of many parts: each question is asked once, and again when its answer is old."""

    def __init__(self) -> None:
        self._answers: Answers | None = None
        self._asked_at = 0.0

    def fill(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """Settle what each delivery brings, as ``fill`` does."""
        if self._answers is None or time.monotonic() - self._asked_at > HELD_SECONDS:
            self._answers, self._asked_at = Answers(now), time.monotonic()
        fill(deliveries, now, answers=self._answers)


def give_back(delivery: Delivery) -> int:
    """Let the papers of a delivery that reached nobody be sent again; returns how many."""
    return SentPaper.objects.filter(delivery=delivery).delete()[0]


def _settle_alone(delivery: Delivery, now: datetime, answers: Answers) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            return _settle([delivery], now, answers)
        except IntegrityError:
            if attempt == TRIES:
                raise
    return None


def _settle(deliveries: Sequence[Delivery], now: datetime, answers: Answers) -> None:
    """Put together and write, some after the other; raises ``IntegrityError`` where a paper was sent meanwhile."""
    if not deliveries:
        return
    subscriptions = [delivery.subscription for delivery in deliveries]
    looks = looked_at_of(subscriptions, now, without=[delivery.pk for delivery in deliveries])
    found = put_together([wanted_of(row, looks[row.pk]) for row in subscriptions], now, answers)
    together = list(zip(deliveries, found, strict=True))
    for start in range(0, len(together), IN_A_TRANSACTION):
        _write_some(together[start : start + IN_A_TRANSACTION], now)


def _write_some(together: Sequence[tuple[Delivery, Found]], now: datetime) -> None:
    """Write what some deliveries bring, and to whom it is sent, in one transaction; then they know it themselves."""
    written: dict[int, Found] = {}
    with transaction.atomic():
        papers = []
        for delivery, found in together:
            if _write(delivery, found, now):
                written[delivery.pk] = found
                recipient = recipient_of(delivery.subscription)
                papers += [SentPaper(recipient=recipient, paper_id=n, delivery=delivery) for n in found.contents.papers]
        SentPaper.objects.bulk_create(papers)
    for delivery, _found in together:
        if delivery.pk not in written:
            delivery.refresh_from_db(fields=["state", "contents", "answer", "ended_at"])
            continue
        for name, value in _fields(written[delivery.pk], now).items():
            setattr(delivery, name, value)


def _fields(found: Found, now: datetime) -> dict[str, object]:
    fields: dict[str, object] = {"contents": found.contents.to_json()}
    if found.left_out:
        fields["answer"] = ("left out: " + "; ".join(found.left_out))[:LONGEST_ANSWER]
    if not found.contents.sections:
        fields |= {"state": Delivery.State.EMPTY, "ended_at": now, "claimed_by": "", "claimed_until": None}
    return fields


def _write(delivery: Delivery, found: Found, now: datetime) -> bool:
    """False where it was settled, or ended, by somebody else."""
    open_states = (Delivery.State.PLANNED, Delivery.State.CLAIMED)
    rows = Delivery.objects.filter(pk=delivery.pk, contents__isnull=True, state__in=open_states)
    return bool(rows.update(**_fields(found, now)))


def wanted_of(subscription: Subscription, since: datetime) -> Wanted:
    """What a subscription asks for; nothing, and why, where that cannot be read."""
    recipient = recipient_of(subscription)
    try:
        return Wanted(subscription, sections_of(subscription), since, recipient)
    except ContentsError as error:
        return Wanted(subscription, (), since, recipient, (str(error),))


def preview(subscription: Subscription, now: datetime, *, days: int | None = None) -> Contents:
    """What the next letter would bring; with ``days``, what would have come in so many days, sent before or not.

    Nothing is written, and the subscription need not be stored.
    """
    since = looked_at(subscription, now) if days is None else now - timedelta(days=days)
    sent = Sent(looks_up=days is None)
    return put_together([wanted_of(subscription, since)], now, Answers(now), sent)[0].contents


def put_together(wanted: Sequence[Wanted], now: datetime, answers: Answers, sent: Sent | None = None) -> list[Found]:
    """What each is brought, in the order given; nothing is written.

    Of two letters to one recipient the second is without the papers of the first. ``sent`` says what was sent before.
    """
    told = [_asked(one, answers) for one in wanted]
    recommended = _recommended(wanted, now)
    titles = titles_spoken_of(one for found in recommended.values() for one in found.recommendations)
    known = sent or Sent()
    if known.looks_up:
        firsts = {answer: answer.first() for asked, _left in told for _section, answer in asked if answer is not None}
        numbers = {number for first in firsts.values() for number in first}
        numbers |= {one.paper_id for found in recommended.values() for one in found.recommendations}
        known.ask((one.recipient for one in wanted), numbers)
    return [
        _put_together(one, asked, left_out, _Known(answers, known, recommended, titles))
        for one, (asked, left_out) in zip(wanted, told, strict=True)
    ]


Asked = list[tuple[Section, Answer | None]]
"""Sections with the answers to their questions; None stands for what is recommended."""


def _asked(wanted: Wanted, answers: Answers) -> tuple[Asked, list[str]]:
    """The sections that can be answered, and in words those that cannot."""
    asked: Asked = []
    left_out = list(wanted.left_out)
    for section in wanted.sections:
        if section.kind == "for you":
            asked.append((section, None))
            continue
        try:
            asked.append((section, answers.of(section.query, wanted.subscription, wanted.since)))
        except QueryError as error:
            left_out.append(f"{section.title or section.query}: {error}")
    return asked, left_out


def _recommended(wanted: Sequence[Wanted], now: datetime) -> dict[int, ForYou]:
    """What is recommended to everybody who wants it sent, by the account's row id."""
    people: dict[int, Account] = {}
    counts = [0]
    for one in wanted:
        account = one.subscription.account
        if account is not None and any(section.kind == "for you" for section in one.sections):
            people[account.pk] = account
            counts.append(sum(section.count for section in one.sections))
    if not people:
        return {}
    names = [f"account {number}" for number in people]
    before = SentPaper.objects.filter(recipient__in=names).order_by("-pk").values_list("recipient", flat=True)
    # What was sent lately is among the first that would be recommended again.
    sent = list(before[: _MOST_RECOMMENDED * len(people)])
    limit = min(max(counts) + max((sent.count(name) for name in names), default=0), _MOST_RECOMMENDED)
    return {account.pk: found for account, found in for_digests(list(people.values()), now, limit=limit)}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known to all that are put together in one go."""

    answers: Answers
    sent: Sent
    recommended: Mapping[int, ForYou]
    titles: Mapping[int, str]


def _put_together(wanted: Wanted, asked: Asked, left_out: Sequence[str], known: _Known) -> Found:
    sections = []
    for section, answer in asked:
        made = _for_you(wanted, section, known) if answer is None else _answered(wanted, section, answer, known)
        if made is not None:
            sections.append(made)
    return Found(Contents(tuple(sections)), tuple(left_out))


def _answered(wanted: Wanted, section: Section, answer: Answer, known: _Known) -> Filled | None:
    papers = _chosen(wanted, section.count, answer.numbers(), known, answer.first)
    if not papers:
        return None
    return Filled(title=section.title or answer.title, path=answer.path, papers=papers, total=answer.total)


def _for_you(wanted: Wanted, section: Section, known: _Known) -> Filled | None:
    found = known.recommended.get(wanted.subscription.account_id or 0)
    if found is None:
        return None
    by_number: dict[int, Recommendation] = {one.paper_id: one for one in found.recommendations}
    numbers = list(by_number)
    if is_at_once(wanted.subscription):
        fresh = known.answers.news(wanted.since)
        numbers = [number for number in numbers if number in fresh]
    papers = _chosen(wanted, section.count, numbers, known, lambda: numbers)
    if not papers:
        return None
    reasons = {number: words for number in papers if (words := because(by_number[number], known.titles))}
    title, path = section.title or _("For you"), reverse("web:for_you")
    return Filled(title=title, path=path, papers=papers, total=found.total, reasons=reasons)


def _chosen(
    wanted: Wanted, count: int, numbers: Iterable[int], known: _Known, beside: Callable[[], Collection[int]]
) -> tuple[int, ...]:
    """The first papers that the recipient was not sent, and which are now taken to be."""
    chosen: list[int] = []
    muted = [str(code).lower() for code in wanted.subscription.muted]
    for number in numbers:
        if len(chosen) == count:
            break
        if known.sent.has(wanted.recipient, number, beside):
            continue
        if muted and is_muted(known.answers.category_of(number, beside), muted):
            continue
        chosen.append(number)
    known.sent.by_recipient[wanted.recipient].update(chosen)
    return tuple(chosen)


def is_muted(code: str, muted: Collection[str]) -> bool:
    """Whether a primary category is muted, by itself or with its archive (``cs.*``); all in small letters."""
    return bool(code) and (code in muted or f"{code.partition('.')[0]}.*" in muted)

"""People's profiles as they follow from what was told, from those that are stored: only what is new is computed.

A profile that was stored is taken up where it stands: what was taken back is removed and what is new is added, exactly
(``Profile``). What belongs to a paper whose text or vector has changed is computed anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from broadsheet.community.models import Account, Taste
from broadsheet.ranking.personal.candidates import Pool, features_of, joined
from broadsheet.ranking.personal.cold_start import (
    Followed,
    features_of_sentences,
    followed_of_all,
    signals_of_sentences,
    stand_in,
)
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.held import Held
from broadsheet.ranking.personal.kinds import Signal, SignalKind
from broadsheet.ranking.personal.metric import Metric
from broadsheet.ranking.personal.packing import PackedError
from broadsheet.ranking.personal.profile import Profile
from broadsheet.ranking.personal.signals import Marks, marks_of_all
from broadsheet.ranking.personal.stored import Learnt, store_profiles, stored_profiles

_LENGTH, _SHORT = 4, 8
_Papers = dict[tuple[int, str], Held]
"""What a profile holds of a paper (or sentence), by its number and what its text and vector are known by."""


@dataclass(slots=True)
class Person:
    """All that a list for one person is made of. ``digest`` changes with anything that they told."""

    account: Account
    taste: Taste
    marks: Marks
    followed: Followed
    profile: Profile
    digest: str

    @property
    def is_cold(self) -> bool:
        """Whether nothing is known to rank by."""
        return not self.profile.held and self.followed.is_empty


def people_of(accounts: Sequence[Account], pool: Pool, learnt: Learnt, now: datetime) -> list[Person]:
    """People with their profiles, in the order given; those who want no recommendations are left out.

    Four questions to the database for any number of people, and a few more where a profile has to be computed; that is
    then stored.
    """
    tastes = Taste.objects.in_bulk([account.pk for account in accounts])
    taste_of = {account.pk: tastes.get(account.pk) or Taste(account=account) for account in accounts}
    served = [account for account in accounts if taste_of[account.pk].is_on]
    marks, followed, stored = marks_of_all(served, now), followed_of_all(served), stored_profiles(served)
    context = context_of(pool, learnt)
    people, stale = list[Person](), list[Person]()
    for account in served:
        taste, told = taste_of[account.pk], marks[account.pk]
        sentences = {stand_in(str(one)): str(one) for one in taste.interests}
        digest = told.digest(*sentences.values(), context)
        was, body = stored.get(account.pk, ("", b""))
        kept = _opened(body, pool.metric) if was == digest else None
        named = replace(followed[account.pk], sentences=sentences)
        person = Person(account, taste, told, named, kept.profile if kept else Profile((), pool.metric), digest)
        people.append(person)
        # Where nothing was told nothing is to be stored, unless something was.
        stale += [person] if kept is None and (body or told.signals or sentences) else []
    if stale:
        _renew(stale, [stored[one.account.pk][1] for one in stale if one.account.pk in stored], pool, learnt)
    return people


def context_of(pool: Pool, learnt: Learnt) -> str:
    """What tells features apart that cannot be compared: the model of the vectors and the weights of the words."""
    return sha256(f"{pool.fingerprint} {learnt.lexicon_id}".encode()).hexdigest()[:16]


def profile_from(signals: Sequence[Signal], pool: Pool, learnt: Learnt) -> Profile:
    """A profile of signals of any papers, which is stored nowhere."""
    papers = _features([one.paper_id for one in signals], [], pool, learnt)
    return Profile.of(signals, papers, metric=pool.metric)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A stored profile, with what it was made by: the context, and for each paper what its text was known by."""

    profile: Profile
    context: str
    texts: dict[int, str]


def _renew(people: Sequence[Person], bodies: Iterable[bytes], pool: Pool, learnt: Learnt) -> None:
    """Compute profiles from what of the stored ones still holds, and store them."""
    context, known = context_of(pool, learnt), _Papers()
    for body in bodies:
        kept = _opened(body, pool.metric)
        if kept is not None and kept.context == context:
            known |= {(one.signal.paper_id, kept.texts.get(one.signal.paper_id, "")): one for one in kept.profile.held}
    wanted: dict[tuple[int, str], str] = {}
    for person in people:
        wanted |= dict.fromkeys(_texts(person).items(), "")
        wanted |= {(number, ""): sentence for number, sentence in person.followed.sentences.items()}
    new = {one: sentence for one, sentence in wanted.items() if one not in known}
    papers = _features([number for number, _ in new if number >= 0], [one for one in new.values() if one], pool, learnt)
    rows = {int(number): row for row, number in enumerate(papers.numbers)}
    for number, text in new:
        if number in rows:
            known[number, text] = Held.of(Signal(number, SignalKind.EXAMPLE), papers, rows[number])
    made = {}
    for person in people:
        texts = _texts(person)
        signals = [*person.marks.signals, *signals_of_sentences(person.followed.sentences.values())]
        person.profile = _profile(signals, known, texts, pool.metric)
        made[person.account.pk] = person.digest, _packed(_Kept(person.profile, context, texts))
    store_profiles(made)


def _texts(person: Person) -> dict[int, str]:
    """What the text of each paper of a person's signals is known by, in short."""
    return {number: sha256(text.encode()).hexdigest()[:_SHORT] for number, text in person.marks.texts.items()}


def _profile(signals: Sequence[Signal], known: _Papers, texts: Mapping[int, str], metric: Metric) -> Profile:
    """The profile of signals of papers that are known; those of others, which were deleted meanwhile, are left out."""
    named = [(one, (one.paper_id, texts.get(one.paper_id, ""))) for one in signals]
    held = [replace(known[name], signal=one) for one, name in named if name in known]
    held.sort(key=lambda one: (one.signal.paper_id, one.signal.kind.value))
    return Profile(tuple(held), metric)


def _features(numbers: Sequence[int], sentences: Sequence[str], pool: Pool, learnt: Learnt) -> Features:
    """Features of papers, those of the pool from there, and of sentences."""
    rows = pool.rows_of(numbers)
    there = set(pool.features.numbers[rows].tolist())
    parts = [pool.features.take(rows)]
    if others := [number for number in numbers if number not in there]:
        parts.append(features_of(others, pool, learnt))
    if sentences:
        parts.append(features_of_sentences(sentences, pool, learnt))
    return joined(parts)


def _packed(kept: _Kept) -> bytes:
    head = json.dumps([kept.context, list(kept.texts.items())], separators=(",", ":")).encode()
    return len(head).to_bytes(_LENGTH, "little") + head + kept.profile.to_bytes()


def _opened(body: bytes, metric: Metric) -> _Kept | None:
    """What ``_packed`` made; None for what another version made."""
    try:
        start = _LENGTH + int.from_bytes(body[:_LENGTH], "little")
        context, texts = json.loads(body[_LENGTH:start])
        return _Kept(Profile.from_bytes(body[start:], metric=metric), context, dict(map(tuple, texts)))
    except (PackedError, ValueError, TypeError):
        return None

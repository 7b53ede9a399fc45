"""People's profiles as they follow from what was told, put together from what is stored of papers.

What a profile holds of a paper is the same for all people, so it is computed and stored once: of a person nothing is
stored beside what they told, and what they take back is gone. What belongs to a paper whose text or vector has changed
is computed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

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
from broadsheet.ranking.personal.kinds import Numbers, Signal, SignalKind
from broadsheet.ranking.personal.metric import Metric
from broadsheet.ranking.personal.packing import PackedError, packed, unpacked
from broadsheet.ranking.personal.profile import Profile
from broadsheet.ranking.personal.signals import Marks, marks_of_all
from broadsheet.ranking.personal.stored import Learnt, held_papers, hold_papers

MOST_SENTENCES: Final = 2_000
"""Of so many sentences of people it is kept in memory what they mean."""
_SHORT = 16
_Papers = dict[tuple[int, str], Held]
"""What a profile holds of a paper (or sentence), by its number and what it was made from."""
_sentences: dict[tuple[str, str], Held] = {}


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

    Four questions to the database for any number of people, and a few more where papers were told of which nothing is
    stored, or what is stored does not hold any more; that is then stored.
    """
    tastes = Taste.objects.in_bulk([account.pk for account in accounts])
    taste_of = {account.pk: tastes.get(account.pk) or Taste(account=account) for account in accounts}
    served = [account for account in accounts if taste_of[account.pk].is_on]
    marks, followed = marks_of_all(served, now), followed_of_all(served)
    context, people = context_of(pool, learnt), list[Person]()
    for account in served:
        taste, told = taste_of[account.pk], marks[account.pk]
        sentences = {stand_in(str(one)): str(one) for one in taste.interests}
        digest = told.digest(*sentences.values(), context)
        named = replace(followed[account.pk], sentences=sentences)
        people.append(Person(account, taste, told, named, Profile((), pool.metric), digest))
    known = _known({one for person in people for one in _texts(person, context).items()}, pool, learnt)
    known |= _said({one for person in people for one in person.followed.sentences.values()}, pool, learnt)
    for person in people:
        signals = [*person.marks.signals, *signals_of_sentences(person.followed.sentences.values())]
        person.profile = _profile(signals, known, _texts(person, context), pool.metric)
    return people


def context_of(pool: Pool, learnt: Learnt) -> str:
    """What tells features apart that cannot be compared: the model of the vectors and the weights of the words."""
    return sha256(f"{pool.fingerprint} {learnt.lexicon_id}".encode()).hexdigest()[:16]


def profile_from(signals: Sequence[Signal], pool: Pool, learnt: Learnt) -> Profile:
    """A profile of signals of any papers, which is stored nowhere."""
    numbers = [one.paper_id for one in signals]
    papers = _features(numbers, pool.rows_of(numbers), pool, learnt)
    return Profile.of(signals, papers, metric=pool.metric)


def _known(wanted: Collection[tuple[int, str]], pool: Pool, learnt: Learnt) -> _Papers:
    """What is held of papers, from what is stored; what is missing there is computed and stored."""
    known = _Papers()
    if not wanted:
        return known
    for number, (known_by, body) in held_papers({number for number, _ in wanted}).items():
        if (number, known_by) in wanted and (held := _opened(body)) is not None:
            known[number, known_by] = held
    missing = dict(one for one in wanted if one not in known)
    if missing:
        context, made = context_of(pool, learnt), dict[int, tuple[str, bytes]]()
        # The pool may have been read before a text changed.
        rows = pool.rows_of(missing)
        rows = rows[[missing[int(pool.features.numbers[row])] == _known_by(context, pool.texts[row]) for row in rows]]
        papers = _features(list(missing), rows, pool, learnt)
        for row, number in enumerate(papers.numbers.tolist()):
            held = Held.of(Signal(0, SignalKind.EXAMPLE), papers, row)
            known[number, missing[number]] = held
            made[number] = missing[number], packed([held])
        hold_papers(made)
    return known


def _said(sentences: Collection[str], pool: Pool, learnt: Learnt) -> _Papers:
    """What is held of sentences: that is stored nowhere, but kept in memory for a while."""
    context = context_of(pool, learnt)
    new = sorted(sentence for sentence in sentences if (context, sentence) not in _sentences)
    if len(_sentences) + len(new) > MOST_SENTENCES:
        _sentences.clear()
        new = sorted(sentences)
    if new:
        said = features_of_sentences(new, pool, learnt)
        for row, sentence in enumerate(new):
            _sentences[context, sentence] = Held.of(Signal(0, SignalKind.EXAMPLE), said, row)
    return {(stand_in(sentence), ""): _sentences[context, sentence] for sentence in sentences}


def _texts(person: Person, context: str) -> dict[int, str]:
    """What is to be held of each paper of a person's signals: what that is made from, in short."""
    return {number: _known_by(context, text) for number, text in person.marks.texts.items()}


def _known_by(context: str, text: str) -> str:
    return f"{context} {sha256(text.encode()).hexdigest()[:_SHORT]}"


def _profile(signals: Sequence[Signal], known: _Papers, texts: Mapping[int, str], metric: Metric) -> Profile:
    """The profile of signals of papers that are known; those of others, which were deleted meanwhile, are left out."""
    named = [(one, (one.paper_id, texts.get(one.paper_id, ""))) for one in signals]
    held = [replace(known[name], signal=one) for one, name in named if name in known]
    held.sort(key=lambda one: (one.signal.paper_id, one.signal.kind.value))
    return Profile(tuple(held), metric)


def _features(numbers: Sequence[int], rows: Numbers, pool: Pool, learnt: Learnt) -> Features:
    """Features of papers, those that are in these rows of the pool from there."""
    there = set(pool.features.numbers[rows].tolist())
    parts = [pool.features.take(rows)]
    if others := [number for number in numbers if number not in there]:
        parts.append(features_of(others, pool, learnt))
    return joined(parts)


@lru_cache(maxsize=4_000)
def _opened(body: bytes) -> Held | None:
    """What ``packed`` made of one paper; None for what another version made."""
    try:
        return unpacked(body)[0]
    except (PackedError, IndexError):
        return None

"""Beginning without votes: examples, a bibliography, ORCID, what is followed, a sentence, and papers to pick from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Final

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue.authorships import written_by
from broadsheet.catalogue.models import Paper
from broadsheet.community.access import RefusedError, may_act
from broadsheet.community.models import Account, Example, Follow, Taste, Unlearnt
from broadsheet.ranking.personal.candidates import Pool
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kinds import Floats, Signal, SignalKind
from broadsheet.ranking.personal.stored import Learnt
from broadsheet.search import embedder

MOST_EXAMPLES: Final = 200
MOST_SENTENCES, LONGEST_SENTENCE = 10, 300
MOST_LOOKED_AT: Final = 2_000
"""Papers to pick from are chosen among so many of those with most attention."""
_BONUS: Final = {"person": 1.5, "author": 1.5, "organisation": 0.75, "category": 0.75}
"""What following adds to a score, in standard deviations of the interest."""


@dataclass(frozen=True)
class Followed:
    """What a person follows, as (kind, what a pool knows it by, its name); and their sentences, by stand-in number."""

    rows: tuple[tuple[str, object, str], ...] = ()
    sentences: dict[int, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is followed."""
        return not self.rows

    @cached_property
    def _found(self) -> dict[int, tuple[Floats, dict[int, str]]]:
        return {}

    def bonus(self, pool: Pool) -> Floats:
        """What following adds to the score of each candidate, float32 (n,): the most of what applies."""
        return self._in(pool)[0]

    def name_at(self, pool: Pool, row: int) -> str:
        """The name of what is followed that raises a candidate; empty where nothing does."""
        return self._in(pool)[1].get(row, "")

    def _in(self, pool: Pool) -> tuple[Floats, dict[int, str]]:
        if id(pool) not in self._found:
            bonus, names = np.zeros(len(pool), np.float32), dict[int, str]()
            groups = {
                "person": pool.people,
                "author": pool.authors,
                "organisation": pool.organisations,
                "category": pool.categories,
            }
            for kind, key, name in self.rows:
                rows = groups[kind].get(key)
                if rows is not None:
                    raised = rows[bonus[rows] < _BONUS[kind]]
                    bonus[raised] = _BONUS[kind]
                    names |= dict.fromkeys(raised.tolist(), name)
            self._found[id(pool)] = bonus, names
        return self._found[id(pool)]


def followed_of_all(accounts: Sequence[Account]) -> dict[int, Followed]:
    """What people follow, by their row ids: one question."""
    found: dict[int, list[tuple[str, object, str]]] = {account.pk: [] for account in accounts}
    follows = Follow.objects.filter(follower__in=accounts).order_by("pk")
    for whose, person, username, shown, organisation, title, category, code, author in follows.values_list(
        "follower_id",
        "person_id",
        "person__username",
        "person__display_name",
        "organisation_id",
        "organisation__name",
        "category_id",
        "category__code",
        "author",
    ):
        if person is not None:
            found[whose].append(("person", person, shown or username))
        elif organisation is not None:
            found[whose].append(("organisation", organisation, title))
        elif category is not None:
            found[whose].append(("category", category, code))
        else:
            found[whose].append(("author", author, author))
    return {number: Followed(tuple(rows)) for number, rows in found.items()}


def stand_in(sentence: str) -> int:
    """The number, below 0, that a sentence has among row ids of papers."""
    return -1 - int.from_bytes(sha256(sentence.encode()).digest()[:6], "big")


def features_of_sentences(sentences: Sequence[str], pool: Pool, learnt: Learnt) -> Features:
    """Sentences as if they were papers: by meaning, where there is a model, and by their words."""
    dims = pool.features.dense.shape[1]
    model = embedder.encoder_for(pool.fingerprint) if pool.fingerprint and sentences else None
    dense = np.zeros((len(sentences), dims), np.float32)
    if model is not None and model.dims == dims:
        dense = np.stack([model.encode_query(sentence) for sentence in sentences]).astype(np.float32)
    nobody = [()] * len(sentences)
    numbers = [stand_in(sentence) for sentence in sentences]
    return Features.of(numbers, list(sentences), [""] * len(sentences), dense, nobody, lexicon=learnt.lexicon)


def signals_of_sentences(sentences: Iterable[str]) -> list[Signal]:
    """One signal for each sentence."""
    return [Signal(stand_in(sentence), SignalKind.EXAMPLE) for sentence in dict.fromkeys(sentences)]


def give_examples(account: Account, papers: Collection[Paper], origin: str = Example.Origin.PICKED) -> int:
    """Keep papers as examples of what a person looks for; returns how many are new. What was unlearnt is learnt again.

    ``origin`` is one of ``Example.Origin``. Raises ``RefusedError`` for somebody who may not act, and beyond
    ``MOST_EXAMPLES``.
    """
    _refuse(account)
    now = timezone.now()
    with transaction.atomic():
        Unlearnt.objects.filter(account=account, paper__in=papers).delete()
        there = set(Example.objects.filter(account=account).values_list("paper_id", flat=True))
        new = list({paper.pk: paper for paper in papers if paper.pk not in there and not paper.is_hidden}.values())
        if len(there) + len(new) > MOST_EXAMPLES:
            raise RefusedError(_("At most %(n)s papers can be given as examples.") % {"n": MOST_EXAMPLES})
        rows = [Example(account=account, paper=paper, origin=origin, given_at=now) for paper in new]
        Example.objects.bulk_create(rows, ignore_conflicts=True)
    return len(new)


def take_example_back(account: Account, paper: Paper) -> None:
    """Undo ``give_examples`` for one paper."""
    Example.objects.filter(account=account, paper=paper).delete()


def give_own_papers(account: Account) -> int:
    """Keep the papers beside which the person's verified ORCID stands as examples; returns how many are new."""
    if not (account.orcid and account.is_orcid_verified):
        raise RefusedError(_("Your ORCID is not verified yet."))
    wrote = written_by(account.orcid).filter(paper__is_hidden=False).values("paper")
    return give_examples(account, list(Paper.shown.filter(pk__in=wrote).order_by("-pk")[:50]), Example.Origin.ORCID)


def say_interests(account: Account, sentences: Sequence[str], now: datetime) -> None:
    """Keep what a person looks for in their own words, instead of what they said before. Raises ``RefusedError``."""
    _refuse(account)
    said = list(dict.fromkeys(" ".join(sentence.split()) for sentence in sentences if sentence.strip()))
    if len(said) > MOST_SENTENCES or any(len(sentence) > LONGEST_SENTENCE for sentence in said):
        told = {"n": MOST_SENTENCES, "long": LONGEST_SENTENCE}
        raise RefusedError(_("At most %(n)s sentences of at most %(long)s characters, please.") % told)
    Taste.objects.update_or_create(account=account, defaults={"interests": said, "changed_at": now})


def _refuse(account: Account) -> None:
    if not may_act(account):
        raise RefusedError(_("Only members who are not suspended can teach what they look for."))

"""What is recommended to a person, as a part of a letter: with reasons in words, and nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from broadsheet.catalogue.models import Paper
from broadsheet.community.library import save
from broadsheet.community.models import Delivery, Subscription, Taste
from broadsheet.delivery.because import because, titles_spoken_of
from broadsheet.delivery.contents import fill, preview
from broadsheet.delivery.values import Section
from broadsheet.ranking.personal.kinds import Reason, ReasonKind, Recommendation, SignalKind
from broadsheet.ranking.personal.serving import for_you
from tests.builders import WEDNESDAY, many, paper, record, take
from tests.delivery.subscribers import NOW, delivery, filled, subscription
from tests.people import person

pytestmark = pytest.mark.django_db
FOR_YOU = Section(kind="for you", count=3)


@pytest.fixture(autouse=True)
def noon() -> object:
    """It is the Wednesday of the builders."""
    with time_machine.travel(NOW, tick=False):
        yield


def test_they_come_in_their_order_and_go_on_next_time() -> None:
    alice = person("alice")
    take(*many(9, days=3, on=WEDNESDAY - timedelta(days=2)))
    recommended = [one.paper_id for one in for_you(alice, now=NOW, limit=9).recommendations]
    row = subscription(FOR_YOU, account=alice)
    first, second = filled(row), filled(row, "2025-10-16")
    assert first.contents[0]["papers"] + second.contents[0]["papers"] == recommended[:6]
    assert (first.contents[0]["title"], first.contents[0]["path"]) == ("For you", "/for-you")
    assert first.contents[0]["total"] == 9


def test_everybody_of_a_batch_is_brought_their_own() -> None:
    people = [person(name) for name in ("alice", "bob", "cleo")]
    Taste.objects.create(account=people[2], is_on=False, changed_at=NOW)
    take(*many(6))
    save(people[0], Paper.objects.order_by("pk")[0])
    rows = [subscription(FOR_YOU, account=one) for one in people]
    made = [delivery(row) for row in rows]
    fill(made, NOW)
    for one, whose in zip(made[:2], people, strict=False):
        known = {found.paper_id for found in for_you(whose, now=NOW, limit=6).recommendations}
        assert set(one.contents[0]["papers"]) <= known
        assert len(one.contents[0]["papers"]) == 3
    assert made[2].state == Delivery.State.EMPTY


def test_at_once_they_are_of_what_came() -> None:
    alice = person("alice")
    with time_machine.travel(NOW - timedelta(days=2), tick=False):
        take(record("Long here", on=WEDNESDAY - timedelta(days=2)))
    row = subscription(FOR_YOU, account=alice, rhythm=Subscription.Rhythm.AT_ONCE)
    assert preview(row, NOW).papers == ()
    new = paper("Just come")
    assert preview(row, NOW).papers == (new.pk,)


def test_an_address_without_an_account_is_recommended_nothing() -> None:
    take(*many(3))
    assert filled(subscription(FOR_YOU)).state == Delivery.State.EMPTY


def test_reasons_are_told_in_words() -> None:
    liked, hidden = paper("On **herons** and $x^2$"), paper("Hidden")
    Paper.objects.filter(pk=hidden.pk).update(is_hidden=True)
    said = [
        (Reason(ReasonKind.LIKE_PAPER, 0.5, liked.pk, SignalKind.VOTED), "because you voted for “On"),
        (Reason(ReasonKind.LIKE_PAPER, 0.5, liked.pk, SignalKind.SAVED), "because you saved “"),
        (Reason(ReasonKind.LIKE_PAPER, 0.5, hidden.pk, SignalKind.SAVED), ""),
        (Reason(ReasonKind.WORDS, 0.5, words=("heron", "marsh")), "matches words: heron, marsh"),
        (Reason(ReasonKind.WORDS, 0.5, name="Birds"), "matches “Birds”"),
        (Reason(ReasonKind.FOLLOWED, 0.5, name="Ada {0} Reader"), "you follow Ada {0} Reader"),
        (Reason(ReasonKind.EXPLORING, 0.5, name="cs.CL"), "new in cs.CL, exploring"),
        (Reason(ReasonKind.EXPLORING, 0.5), "exploring"),
        (Reason(ReasonKind.POPULAR, 0.5), "much noticed here"),
    ]
    for reason, words in said:
        one = Recommendation(liked.pk, 1.0, (reason,))
        told = because(one, titles_spoken_of([one]))
        assert told.startswith(words)
        assert bool(told) == bool(words)
    several = Recommendation(liked.pk, 1.0, tuple(reason for reason, _ in said[3:]))
    assert because(several, {}) == "matches words: heron, marsh; matches “Birds”"

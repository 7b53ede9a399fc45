"""Cold start: every way of beginning turns the list, and papers to pick from are of many fields."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from broadsheet.catalogue.models import Category, Paper
from broadsheet.community import tastes
from broadsheet.community.access import RefusedError
from broadsheet.community.follows import Target, follow
from broadsheet.community.models import Account, Example, Taste, Unlearnt
from broadsheet.community.votes import cast_vote
from broadsheet.ranking.personal.cold_start import (
    LONGEST_SENTENCE,
    MOST_EXAMPLES,
    MOST_SENTENCES,
    give_examples,
    give_own_papers,
    say_interests,
    take_example_back,
)
from broadsheet.ranking.personal.kinds import ReasonKind, SignalKind
from broadsheet.ranking.personal.picking import papers_to_pick
from broadsheet.ranking.personal.serving import for_you, profile_of
from broadsheet.ranking.personal.unlearning import delete_interest
from broadsheet.search.models import PaperVector
from tests.builders import WEDNESDAY, many, record, take
from tests.people import person, suspended
from tests.ranking.personal.world import NOW, fields, ids, numbers, plainly

pytestmark = pytest.mark.django_db


def first_of(account: Account, count: int = 6) -> set[int]:
    return set(numbers(for_you(account, now=NOW, limit=count)))


def test_picked_papers_are_enough() -> None:
    alice, papers = person(), fields()
    plainly(alice)
    assert give_examples(alice, papers["glass"][:3]) == 3
    assert give_examples(alice, papers["glass"][:3]) == 0

    found = for_you(alice, now=NOW, limit=6)

    assert not found.is_cold
    assert len(ids(papers["glass"][3:]) & set(numbers(found))) >= 5
    assert found.recommendations[0].reasons[0].signal == SignalKind.EXAMPLE
    for paper in papers["glass"][:3]:
        take_example_back(alice, paper)
    assert for_you(alice, now=NOW).is_cold


def test_a_sentence_is_enough_and_is_the_reason() -> None:
    alice, papers = person(), fields()
    plainly(alice)
    say_interests(alice, ["  sourdough   fermentation and yeast ", "sourdough fermentation and yeast"], NOW)
    assert Taste.objects.get(account=alice).interests == ["sourdough fermentation and yeast"]

    found = for_you(alice, now=NOW, limit=6)

    assert not found.is_cold
    assert ids(papers["bread"]) >= set(numbers(found))
    first = found.recommendations[0].reasons[0]
    assert (first.kind, first.name, first.paper_id) == (ReasonKind.WORDS, "sourdough fermentation and yeast", None)
    assert "sourdough fermentation" in first.words


def test_what_is_followed_is_enough_and_is_the_reason() -> None:
    alice, papers = person(), fields()
    plainly(alice)
    take(record("On kites", categories=("cs.KT",), authors=["Kit Flyer"]), record("On sails", authors=["Sal Sailor"]))
    assert Category.objects.filter(code="cs.KT").exists()
    follow(alice, Target("category", "cs.KT"))
    follow(alice, Target("author", "sal-sailor"))

    found = for_you(alice, now=NOW, limit=2)

    assert not found.is_cold
    titles = dict(Paper.objects.values_list("pk", "title"))
    assert [titles[number] for number in numbers(found)] == ["On sails", "On kites"]
    assert [one.reasons[0].kind for one in found.recommendations] == [ReasonKind.FOLLOWED] * 2
    assert [one.reasons[0].name for one in found.recommendations] == ["sal-sailor", "cs.KT"]
    assert papers


def test_papers_with_ones_verified_orcid_are_enough() -> None:
    alice, papers = person(), fields()
    mine = papers["chess"][0]
    mine.authorships.update(orcid="0000-0002-1825-0097")
    with pytest.raises(RefusedError):
        give_own_papers(alice)
    alice.orcid, alice.is_orcid_verified = "0000-0002-1825-0097", True
    alice.save()

    assert give_own_papers(alice) == 1
    assert Example.objects.get().origin == Example.Origin.ORCID
    assert len(ids(papers["chess"]) & first_of(alice)) >= 3


def test_what_is_too_much_or_not_allowed_is_refused() -> None:
    alice = person()
    take(*many(MOST_EXAMPLES + 1))
    papers = list(Paper.objects.order_by("pk"))
    with pytest.raises(RefusedError):
        give_examples(alice, papers)
    with pytest.raises(RefusedError):
        say_interests(alice, [f"sentence {n}" for n in range(MOST_SENTENCES + 1)], NOW)
    with pytest.raises(RefusedError):
        say_interests(alice, ["x" * (LONGEST_SENTENCE + 1)], NOW)
    with pytest.raises(RefusedError):
        give_examples(suspended(), papers[:1])
    assert not Example.objects.exists()


def test_a_deleted_interest_is_gone_and_can_be_learnt_again() -> None:
    alice, papers = person(), fields()
    plainly(alice)
    cast_vote(alice, papers["birds"][0])
    give_examples(alice, [papers["birds"][1]])
    say_interests(alice, ["herons and warblers"], NOW)
    profile = profile_of(alice, NOW)
    assert profile is not None
    for interest in profile.interests():
        assert delete_interest(alice, interest.key, NOW)
        assert not delete_interest(alice, interest.key, NOW)

    emptied = profile_of(alice, NOW)
    assert emptied is not None
    assert emptied.signals == ()
    assert for_you(alice, now=NOW).is_cold
    assert Taste.objects.get(account=alice).interests == []
    assert set(Unlearnt.objects.values_list("paper_id", flat=True)) == ids(papers["birds"][:2])
    tastes.learn_again(alice, papers["birds"][1].pk)
    assert not for_you(alice, now=NOW).is_cold


def test_an_example_that_is_given_again_is_learnt_again() -> None:
    alice, papers = person(), fields()
    tastes.unlearn(alice, [papers["birds"][0].pk])
    give_examples(alice, [papers["birds"][0]])
    assert not Unlearnt.objects.exists()
    assert not for_you(alice, now=NOW).is_cold


def test_papers_to_pick_from_are_noticed_ones_of_each_field() -> None:
    take(
        *(
            record(f"{field} {n}", on=WEDNESDAY - timedelta(days=n), votes_count=n)
            for field in ("Air", "Earth", "Fire")
            for n in range(9)
        ),
        record("Air of long ago", on=WEDNESDAY - timedelta(days=400), votes_count=99),
    )
    random = np.random.default_rng(3)
    directions = dict(zip(("Air", "Earth", "Fire"), np.eye(3, 8), strict=True))
    for paper in Paper.objects.order_by("pk"):
        vector = directions[paper.title.split()[0]] + random.normal(size=8) * 0.05
        PaperVector.objects.create(
            paper=paper, fingerprint="model", text_digest="", vector=vector.astype("<f2").tobytes()
        )
    titles = dict(Paper.objects.values_list("pk", "title"))

    offered = [titles[number] for number in papers_to_pick(None, 3, NOW)]

    assert {title.split()[0] for title in offered} == {"Air", "Earth", "Fire"}
    assert all(int(title.split()[1]) >= 4 for title in offered)
    alice = person()
    give_examples(alice, [Paper.objects.get(title=offered[0])])
    assert offered[0] not in [titles[number] for number in papers_to_pick(alice, 3, NOW)]
    assert len(set(papers_to_pick(alice, 50, NOW))) == 26
    assert papers_to_pick(alice, 0, NOW) == []


def test_without_vectors_the_most_noticed_are_offered() -> None:
    take(*(record(f"Paper {n} to notice", votes_count=n) for n in range(5)))
    titles = dict(Paper.objects.values_list("pk", "title"))
    assert [titles[number] for number in papers_to_pick(None, 2, NOW)] == ["Paper 4 to notice", "Paper 3 to notice"]

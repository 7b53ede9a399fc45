"""For you: what is shown, in which order, why, and that anything told or taken back counts at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.community import library
from broadsheet.community.models import Account, Example, Shelved, Taste
from broadsheet.community.votes import cast_vote, dismiss, withdraw_vote
from broadsheet.ranking.models import HeldPaper
from broadsheet.ranking.personal import candidates
from broadsheet.ranking.personal.candidates import forget_held
from broadsheet.ranking.personal.kinds import ReasonKind, SignalKind
from broadsheet.ranking.personal.serving import for_digests, for_papers, for_you, profile_of
from tests.builders import WEDNESDAY, record, take
from tests.people import person
from tests.ranking.personal.world import NOW, fields, ids, numbers, plainly

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_held() -> Iterator[None]:
    forget_held()
    yield
    forget_held()


@pytest.fixture
def papers() -> dict[str, list[Paper]]:
    return fields()


def served(account: Account, **told: int) -> list[int]:
    return numbers(for_you(account, now=NOW, **told))


def test_whoever_told_nothing_gets_everything_the_newest_first(papers: dict[str, list[Paper]]) -> None:
    found = for_you(person(), now=NOW, limit=50)

    assert found.is_cold
    assert found.total == len(found.recommendations) == 40
    listed = dict(Paper.objects.values_list("pk", "first_listed_on"))
    steady = [listed[one.paper_id] for one in found.recommendations if not one.is_exploring]
    assert steady[0] == WEDNESDAY
    assert sum(day == WEDNESDAY for day in steady[:12]) > 6


def test_three_votes_turn_the_list(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    plainly(alice)
    for paper in papers["birds"][:3]:
        cast_vote(alice, paper)

    found = for_you(alice, now=NOW, limit=10)

    assert not found.is_cold
    assert len(ids(papers["birds"]) & set(numbers(found)[:5])) >= 4
    assert not ids(papers["birds"][:3]) & set(numbers(found))
    first = found.recommendations[0].reasons[0]
    assert first.kind == ReasonKind.LIKE_PAPER
    assert first.signal == SignalKind.VOTED
    assert first.paper_id in ids(papers["birds"][:3])
    assert 0 < first.share <= 1


def test_a_vote_and_its_taking_back_count_at_once(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    plainly(alice)
    cast_vote(alice, papers["birds"][0])
    before = served(alice)
    cast_vote(alice, papers["chess"][0])
    with_chess = served(alice)
    withdraw_vote(alice, papers["chess"][0])

    assert len(ids(papers["chess"]) & set(with_chess[:10])) > len(ids(papers["chess"]) & set(before[:10]))
    assert served(alice) == before


def test_what_is_unwanted_sinks_and_is_gone(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    plainly(alice)
    dismiss(alice, papers["glass"][0])
    library.save(alice, papers["birds"][0])

    found = served(alice, limit=40)

    assert papers["glass"][0].pk not in found
    assert papers["birds"][0].pk not in found
    places = {number: place for place, number in enumerate(found)}
    assert max(places[n] for n in ids(papers["birds"][1:])) < min(places[n] for n in ids(papers["glass"][1:]))


def test_what_was_seen_before_today_is_not_shown_again(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    old, new = papers["bread"][:2]
    Shelved.objects.create(account=alice, paper=old, seen_at=NOW - timedelta(days=1))
    Shelved.objects.create(account=alice, paper=new, seen_at=NOW)

    found = served(alice, limit=40)

    assert old.pk not in found
    assert new.pk in found


def test_pages_follow_each_other_without_repeating(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    cast_vote(alice, papers["birds"][0])
    pages = [served(alice, limit=9, page=page) for page in range(1, 6)]
    together = [number for page in pages for number in page]

    assert together == served(alice, limit=100)
    assert len(set(together)) == len(together) == 39
    assert served(alice, limit=9, page=6) == []


def test_some_places_are_given_by_lot_the_same_ones_all_day() -> None:
    take(*(record(f"Paper {n} of very many", abstract=f"{n} things about topic {n % 7}") for n in range(120)))
    alice = person()
    Taste.objects.create(account=alice, exploration=0.2, changed_at=NOW)
    cast_vote(alice, Paper.objects.order_by("pk")[0])
    first = for_you(alice, now=NOW, limit=60).recommendations
    drawn = [one for one in first if one.is_exploring]

    assert len(drawn) == 12
    assert all(0 < one.propensity < 1 for one in drawn)
    assert all(one.reasons[0].kind == ReasonKind.EXPLORING for one in drawn)
    assert all(one.propensity == 1 for one in first if not one.is_exploring)
    assert not first[0].is_exploring
    assert for_you(alice, now=NOW + timedelta(hours=2), limit=60).recommendations == first
    tomorrow = for_you(alice, now=NOW + timedelta(days=1), limit=60).recommendations
    assert {one.paper_id for one in tomorrow if one.is_exploring} != {one.paper_id for one in drawn}


def test_hidden_papers_go_at_once_and_new_ones_come_at_once(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    gone = served(alice)[0]
    Paper.objects.filter(pk=gone).update(is_hidden=True)
    take(record("A paper of this hour", abstract="Fresh.", votes_count=5))
    found = served(alice, limit=50)

    assert gone not in found
    assert Paper.objects.get(title="A paper of this hour").pk in found


def test_old_papers_and_those_of_tomorrow_are_no_candidates() -> None:
    take(*(record(f"Paper of day {n}", on=WEDNESDAY - timedelta(days=n)) for n in range(20)))
    take(record("Paper of tomorrow", on=WEDNESDAY + timedelta(days=1)))
    found = served(person(), limit=50)

    assert set(Paper.objects.filter(pk__in=found).values_list("title", flat=True)) == {
        f"Paper of day {n}" for n in range(14)
    }


def test_whoever_is_off_gets_nothing_and_nothing_is_learnt(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    Taste.objects.create(account=alice, is_on=False, changed_at=NOW)
    cast_vote(alice, papers["birds"][0])

    found = for_you(alice, now=NOW)

    assert (found.is_on, found.recommendations, found.profile, found.total) == (False, (), None, 0)
    assert profile_of(alice, NOW) is None
    assert list(for_digests([alice], NOW)) == []
    assert not HeldPaper.objects.exists()


def test_what_is_held_of_papers_is_stored_once_for_all(
    django_assert_max_num_queries: Any, papers: dict[str, list[Paper]]
) -> None:
    alice = person()
    for paper in papers["birds"][:3]:
        cast_vote(alice, paper)
    first = profile_of(alice, NOW)
    assert first is not None
    stored = list(HeldPaper.objects.order_by("pk").values_list())
    assert [row[0] for row in stored] == sorted(ids(papers["birds"][:3]))
    bob = person("bob")
    for paper in papers["birds"][:3]:
        cast_vote(bob, paper)
    with django_assert_max_num_queries(6):
        again = profile_of(bob, NOW)
    assert again is not None
    assert again.to_bytes() == first.to_bytes()
    assert list(HeldPaper.objects.order_by("pk").values_list()) == stored

    cast_vote(alice, papers["chess"][0])
    withdraw_vote(alice, papers["birds"][0])
    taken_up = profile_of(alice, NOW)
    HeldPaper.objects.all().update(body=b"of another version")
    anew = profile_of(alice, NOW)

    assert taken_up is not None
    assert anew is not None
    assert taken_up.to_bytes() == anew.to_bytes()
    assert {one.paper_id for one in anew.signals} == ids(papers["birds"][1:3]) | {papers["chess"][0].pk}


def test_a_paper_that_changes_is_learnt_anew(papers: dict[str, list[Paper]]) -> None:
    alice = person()
    cast_vote(alice, papers["birds"][0])
    before = profile_of(alice, NOW)
    take(record("Birds study 0", abstract="Quite another text on lanterns.", authors=["Birds Author0"]), source="arxiv")
    after = profile_of(alice, NOW)
    assert before is not None
    assert after is not None
    changed = Paper.objects.get(pk=papers["birds"][0].pk)
    assert (before.to_bytes() != after.to_bytes()) == (changed.state_digest != papers["birds"][0].state_digest)


def test_digests_are_what_the_page_shows(papers: dict[str, list[Paper]]) -> None:
    alice, bob = person("alice"), person("bob")
    cast_vote(alice, papers["birds"][0])
    Example.objects.create(account=bob, paper=papers["glass"][0], given_at=NOW)
    found = {account.username: numbers(given) for account, given in for_digests([bob, alice], NOW, limit=12)}

    assert found == {"bob": served(bob, limit=12), "alice": served(alice, limit=12)}


def test_any_set_of_papers_is_enough(papers: dict[str, list[Paper]]) -> None:
    given = [paper.pk for paper in papers["glass"][:3]]
    found = for_papers(given, now=NOW, limit=5)

    assert len(ids(papers["glass"][3:]) & set(numbers(found))) >= 4
    assert not set(given) & set(numbers(found))
    assert not found.is_cold
    assert not HeldPaper.objects.exists()
    assert for_papers([], now=NOW).is_cold
    assert for_papers([10**9], now=NOW).is_cold


def test_an_empty_catalogue_has_nothing() -> None:
    found = for_you(person(), now=NOW)
    assert (found.total, found.recommendations, found.is_cold) == (0, (), True)


def test_a_process_that_begins_takes_up_kept_features(
    papers: dict[str, list[Paper]], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    monkeypatch.setattr(candidates, "MOST_UNKEPT", 10)
    alice = person()
    cast_vote(alice, papers["birds"][0])
    plainly(alice)
    first = for_you(alice, now=NOW, limit=40)
    (file,) = (tmp_path / "ranking").iterdir()
    counted: list[int] = []
    made = candidates.Features.of
    monkeypatch.setattr(
        candidates.Features,
        "of",
        lambda numbers, *rest, **more: (counted.append(len(numbers)), made(numbers, *rest, **more))[1],
    )
    forget_held()
    assert for_you(alice, now=NOW, limit=40).recommendations == first.recommendations
    assert counted == [], "all of them were kept"
    take(record("Birds study 10", abstract="We report on migrating herons by radar.", on=WEDNESDAY))
    forget_held()
    assert for_you(alice, now=NOW, limit=40).total == first.total + 1
    assert counted == [1]
    for broken in (file.read_bytes()[:-400], b"no features"):
        file.write_bytes(broken)
        forget_held()
        assert for_you(alice, now=NOW, limit=40).total == first.total + 1
        assert counted[-1] == 41
    assert [one.name for one in (tmp_path / "ranking").iterdir()] == [file.name]

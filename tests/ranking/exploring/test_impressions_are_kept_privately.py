"""What people were shown is kept with what came of it, for as long as the instance says, and of nobody who refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Impression, Taste
from broadsheet.ranking.exploring import impressions
from broadsheet.ranking.exploring.impressions import (
    MOST_AT_ONCE,
    forget_impressions,
    forget_old_impressions,
    impressions_of,
    note_shown,
)
from broadsheet.ranking.personal.kinds import Recommendation
from broadsheet.worker.impressions import impressions_errand
from broadsheet.worker.jobs import errands
from tests.builders import many, take
from tests.people import person

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 11, 20, 8, tzinfo=UTC)
FOR_YOU = Impression.Surface.FOR_YOU


@pytest.fixture
def papers() -> list[Paper]:
    take(*many(4))
    return list(Paper.objects.order_by("pk"))


def told(papers: list[Paper]) -> list[Recommendation]:
    return [
        Recommendation(one.pk, 4.0 - place, (), is_exploring=place == 1, propensity=0.25 if place == 1 else 1.0)
        for place, one in enumerate(papers)
    ]


def at(account: Account, paper: Paper, field: str) -> list[Any]:
    """What is set of a paper in each list in which it was shown, the first list first."""
    rows = Impression.objects.filter(account=account, paper=paper).order_by("shown_at", "pk")
    return list(rows.values_list(field, flat=True))


def test_a_list_is_kept_in_its_order_with_its_chances(papers: list[Paper]) -> None:
    alice = person("alice")
    shown = note_shown(alice, FOR_YOU, [*told(papers), told(papers)[0]], NOW)
    rows = list(impressions_of(alice))
    assert [row.paper for row in rows] == papers
    assert [row.position for row in rows] == [0, 1, 2, 3]
    assert [(row.propensity, row.is_exploring) for row in rows[:2]] == [(1.0, False), (0.25, True)]
    assert {(row.shown, row.surface, row.shown_at) for row in rows} == {(shown, "for you", NOW)}
    assert rows[0].score == 4.0
    assert not impressions_of(person("bob")).exists()
    with pytest.raises(ValueError, match="elsewhere"):
        note_shown(alice, "elsewhere", told(papers), NOW)


def test_it_costs_three_questions_however_long_the_list_is(
    papers: list[Paper], django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    alice = person("alice")
    with django_assert_max_num_queries(5):  # three, and the marks of a transaction within one
        note_shown(alice, FOR_YOU, told(papers), NOW)


def test_the_same_list_again_is_no_new_impression(papers: list[Paper]) -> None:
    alice = person("alice")
    first = note_shown(alice, FOR_YOU, told(papers), NOW)
    assert note_shown(alice, FOR_YOU, told(papers), NOW + timedelta(minutes=5)) == first
    assert note_shown(alice, FOR_YOU, told(papers[::-1]), NOW + timedelta(minutes=6)) not in ("", first)
    assert note_shown(alice, Impression.Surface.API, told(papers), NOW + timedelta(minutes=7)) not in ("", first)
    assert note_shown(alice, FOR_YOU, told(papers[::-1]), NOW + timedelta(hours=2)) not in ("", first)
    assert Impression.objects.count() == 16


def test_a_script_that_leafs_through_everything_leaves_a_bounded_log(papers: list[Paper]) -> None:
    alice = person("alice")
    rows = [
        Impression(account=alice, paper=papers[0], surface=FOR_YOU, shown=f"list-{number}", position=0, shown_at=NOW)
        for number in range(MOST_AT_ONCE - 1)
    ]
    Impression.objects.bulk_create(rows)
    assert note_shown(alice, FOR_YOU, told(papers), NOW + timedelta(minutes=1)) == ""
    assert note_shown(alice, FOR_YOU, told(papers), NOW + timedelta(minutes=31)) != ""


def test_of_whoever_refuses_nothing_is_kept(papers: list[Paper], settings: Any) -> None:
    alice, bob = person("alice"), person("bob")
    Taste.objects.create(account=alice, is_logged=False, changed_at=NOW)
    Taste.objects.create(account=bob, changed_at=NOW)
    assert note_shown(alice, FOR_YOU, told(papers), NOW) == ""
    impressions.note_opened(alice, papers[0].pk, NOW)
    assert note_shown(bob, FOR_YOU, [], NOW) == ""
    assert note_shown(bob, FOR_YOU, told(papers), NOW) != ""
    assert not impressions_of(alice).exists()
    assert forget_impressions(alice) == 0
    assert forget_impressions(bob) == 4
    settings.IMPRESSIONS_DAYS = 0
    assert note_shown(bob, FOR_YOU, told(papers), NOW) == ""
    assert not Impression.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_paper_that_is_gone_meanwhile_breaks_no_page(papers: list[Paper]) -> None:
    alice = person("alice")
    gone = Recommendation(papers[-1].pk + 1000, 1.0, ())
    assert note_shown(alice, FOR_YOU, [*told(papers), gone], NOW) == ""
    assert not Impression.objects.exists()


def test_what_is_old_is_deleted_every_night(papers: list[Paper], settings: Any) -> None:
    alice, settings.IMPRESSIONS_DAYS = person("alice"), 30
    note_shown(alice, FOR_YOU, told(papers), NOW)
    note_shown(alice, FOR_YOU, told(papers), NOW + timedelta(days=20))
    assert forget_old_impressions(NOW + timedelta(days=30)) == 0
    assert forget_old_impressions(NOW + timedelta(days=31)) == 4
    assert "impressions" in {errand.name for errand in errands()}
    settings.IMPRESSIONS_DAYS = 0
    assert impressions_errand().do(lambda: False) == "4 impressions deleted"
    assert not Impression.objects.exists()


def test_what_came_of_it_counts_for_the_latest_list_and_once(papers: list[Paper]) -> None:
    alice = person("alice")
    for day in (0, 1):
        note_shown(alice, FOR_YOU, told(papers), NOW + timedelta(days=day))
    later = NOW + timedelta(days=1, minutes=3)
    for note, field in (
        (impressions.note_opened, "opened_at"),
        (impressions.note_saved, "saved_at"),
        (impressions.note_voted, "voted_at"),
        (impressions.note_dismissed, "dismissed_at"),
    ):
        note(alice, papers[1].pk, later)
        note(alice, papers[1].pk, later + timedelta(hours=1))
        assert at(alice, papers[1], field) == [None, later]
        assert at(alice, papers[0], field) == [None, None]
    impressions.note_unsaved(alice, papers[1].pk)
    impressions.note_unvoted(alice, papers[1].pk)
    impressions.note_undismissed(alice, papers[1].pk)
    assert at(alice, papers[1], "saved_at") == at(alice, papers[1], "voted_at") == [None, None]
    assert at(alice, papers[1], "dismissed_at") == [None, None]
    assert at(alice, papers[1], "opened_at") == [None, later]


@pytest.mark.parametrize(
    ("address", "do", "undo", "field"),
    [
        ("web:vote", "vote", "unvote", "voted_at"),
        ("web:shelve", "save", "unsave", "saved_at"),
        ("web:dismiss", "dismiss", "undismiss", "dismissed_at"),
        ("web:shelve", "seen", "", "opened_at"),
        ("web:shelve", "read", "", "opened_at"),
    ],
)
def test_what_people_do_on_pages_is_noted(
    client: Client, papers: list[Paper], address: str, do: str, undo: str, field: str
) -> None:
    alice = person("alice")
    client.force_login(alice)
    note_shown(alice, FOR_YOU, told(papers), NOW)
    assert client.post(reverse(address), {do: papers[0].name}).status_code == 302
    assert at(alice, papers[0], field) != [None]
    assert at(alice, papers[1], field) == [None]
    if undo:
        client.post(reverse(address), {undo: papers[0].name})
        assert at(alice, papers[0], field) == [None]


def test_what_people_do_by_the_api_is_noted(client: Client, papers: list[Paper]) -> None:
    alice = person("alice")
    client.force_login(alice)
    note_shown(alice, FOR_YOU, told(papers), NOW)
    one = papers[0]
    vote, shelf = reverse("api:vote", args=[one.name]), reverse("api:library_paper", args=[one.name])
    assert client.put(vote).status_code == 200
    assert client.put(shelf, {"is_saved": True, "is_read": True}, "application/json").status_code == 200
    assert all(at(alice, one, field) != [None] for field in ("voted_at", "saved_at", "opened_at"))
    client.delete(vote)
    client.delete(shelf)
    assert at(alice, one, "voted_at") == at(alice, one, "saved_at") == [None]
    client.put(shelf, {"is_saved": True}, "application/json")
    client.put(shelf, {"is_saved": False}, "application/json")
    assert at(alice, one, "saved_at") == [None]


def test_people_read_what_was_kept_of_them_and_of_nobody_else(client: Client, papers: list[Paper]) -> None:
    alice, bob = person("alice"), person("bob")
    note_shown(alice, FOR_YOU, told(papers), NOW)
    impressions.note_opened(alice, papers[1].pk, NOW)
    Paper.objects.filter(pk=papers[3].pk).update(is_hidden=True)
    client.force_login(alice)
    page = client.get(reverse("web:for_you_profile")).content.decode()
    assert "What you were shown" in page
    assert "The last 3 papers" in page
    assert "place 2, by lot, opened" in page
    client.force_login(bob)
    assert "What you were shown" not in client.get(reverse("web:for_you_profile")).content.decode()

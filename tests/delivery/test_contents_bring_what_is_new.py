"""What a delivery brings: new papers in the order of the question, none twice to anybody, and never nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.catalogue.models import Paper
from broadsheet.community.collections import add_papers, make_collection
from broadsheet.community.library import save
from broadsheet.community.models import Delivery, SentPaper, Subscription
from broadsheet.delivery import answers, contents
from broadsheet.delivery.contents import fill, give_back, preview, recipient_of
from broadsheet.delivery.values import Section
from broadsheet.search.find import find
from broadsheet.search.query import PaperQuery
from tests.builders import WEDNESDAY, many, paper, record, take
from tests.delivery.subscribers import NOW, delivery, filled, subscription, titles_in, titles_of
from tests.people import person

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon() -> object:
    """It is the Wednesday of the builders."""
    with time_machine.travel(NOW, tick=False):
        yield


def listed(*titles: str, days_ago: int = 0, **fields: object) -> None:
    take(*(record(title, on=WEDNESDAY - days_ago * DAY, **fields) for title in titles))  # type: ignore[arg-type]


def test_contents_are_what_the_page_shows_in_its_order() -> None:
    take(*many(12))
    made = filled(subscription(Section(query="sort=votes", count=10)))
    shown = find(PaperQuery(sort="votes"), limit=10).papers
    assert titles_in(made) == [[one.title for one in shown]]
    section = made.contents[0]
    assert section["total"] == 12
    assert section["path"] == "/search?sort=votes"
    assert made.state == Delivery.State.PLANNED


def test_what_was_sent_is_followed_by_the_next_ones() -> None:
    take(*many(12))
    row = subscription(Section(query="", count=5))
    first, second = filled(row), filled(row, "2025-10-16", at=NOW + DAY)
    shown = [one.title for one in find(PaperQuery(), limit=10).papers]
    assert titles_in(first) + titles_in(second) == [shown[:5], shown[5:]]


def test_nobody_is_sent_a_paper_twice_whatever_brings_it() -> None:
    alice = person("alice")
    take(*many(4))
    one, other = subscription(account=alice), subscription("sort=votes", account=alice)
    both = [delivery(one), delivery(other)]
    fill(both, NOW)
    assert len(titles_in(both[0])[0]) == 4
    assert both[1].state == Delivery.State.EMPTY
    assert SentPaper.objects.filter(recipient=f"account {alice.pk}").count() == 4
    filled(subscription(account=person("bob")))
    assert SentPaper.objects.count() == 8


def test_a_webhook_counts_by_itself() -> None:
    alice = person("alice")
    take(*many(2))
    hook = subscription(account=alice, outlet=Subscription.Outlet.WEBHOOK, target="https://chat.example.org/hook")
    assert recipient_of(hook) == f"subscription {hook.pk}"
    assert titles_in(filled(subscription(account=alice))) == titles_in(filled(hook))


def test_a_paper_stands_in_the_first_of_two_sections() -> None:
    listed("Herons", categories=("cs.CL",))
    listed("Lanterns", categories=("cs.LG",))
    made = filled(subscription("cat=cs.CL", ""))
    assert titles_in(made) == [["Herons"], ["Lanterns"]]
    assert [section["title"] for section in made.contents] == ["cs.CL", "Newest papers"]


def test_an_empty_letter_is_recorded_and_not_sent() -> None:
    made = filled(subscription("cat=cs.CL"))
    assert (made.state, made.contents, made.ended_at) == (Delivery.State.EMPTY, [], NOW)


def test_a_section_without_papers_is_left_out() -> None:
    listed("Herons", categories=("cs.CL",))
    assert [section["title"] for section in filled(subscription("cat=math.AG", "cat=cs.CL")).contents] == ["cs.CL"]


def test_a_muted_category_is_left_out_by_what_a_paper_is_first_of_all() -> None:
    listed("Herons", categories=("cs.CL", "cs.LG"))
    listed("Lanterns", categories=("stat.ML", "cs.CL"))
    listed("Marshes", categories=("math.AG",))
    listed("Reeds")
    assert titles_in(filled(subscription(muted=["CS.cl", "math.*"]))) == [["Lanterns", "Reeds"]]


def test_a_hidden_paper_is_left_out() -> None:
    listed("Herons", "Lanterns")
    Paper.objects.filter(title="Herons").update(is_hidden=True)
    assert titles_in(filled(subscription())) == [["Lanterns"]]


def test_the_first_issue_looks_back_as_far_as_issues_lie_apart() -> None:
    with time_machine.travel(NOW - 9 * DAY, tick=False):
        listed("Of today")
        listed("Of Monday", days_ago=2)
        listed("Of last Thursday", days_ago=6)
        listed("Of long ago", days_ago=9)
    daily, weekly = subscription(days=127), subscription(days=0b100)
    assert titles_in(filled(daily)) == [["Of today", "Of Monday"]]
    assert titles_in(filled(weekly)) == [["Of today", "Of Monday", "Of last Thursday"]]


def test_a_question_without_a_period_brings_what_came_since_the_issue_before() -> None:
    row = subscription()
    listed("Old", days_ago=1)
    filled(row)
    with time_machine.travel(NOW + 7 * DAY, tick=False):
        take(record("Listed late", on=WEDNESDAY - 3 * DAY), record("New", on=WEDNESDAY + 7 * DAY))
        take(record("Of an archive", on=WEDNESDAY - 300 * DAY, published_on=WEDNESDAY - 300 * DAY))
        assert titles_in(filled(row, "2025-10-22", at=NOW + 7 * DAY)) == [["New", "Listed late"]]


def test_an_issue_that_reached_nobody_does_not_count_and_gives_its_papers_back() -> None:
    row = subscription()
    listed("Herons")
    lost = filled(row)
    Delivery.objects.filter(pk=lost.pk).update(state=Delivery.State.FAILED)
    with time_machine.travel(NOW + DAY, tick=False):
        listed("Lanterns", days_ago=-1)
        assert titles_of(preview(row, NOW + DAY).papers) == ["Lanterns"]
        assert give_back(lost) == 1
        assert titles_in(filled(row, "2025-10-16", at=NOW + DAY)) == [["Lanterns", "Herons"]]


def test_a_question_with_a_period_is_taken_as_it_is() -> None:
    with time_machine.travel(NOW - 20 * DAY, tick=False):
        listed("Old", days_ago=20)
    assert filled(subscription()).state == Delivery.State.EMPTY
    assert titles_in(filled(subscription("date=2025-09-25"))) == [["Old"]]
    assert titles_in(filled(subscription("last=month"))) == [["Old"]]
    assert titles_in(filled(subscription("sort=trending"))) == [["Old"]]


def test_what_is_sent_at_once_begins_when_it_was_asked_for() -> None:
    with time_machine.travel(NOW - 3 * DAY, tick=False):
        listed("Before", days_ago=2)
        listed("Trending before", days_ago=2)
    row = subscription("sort=trending", rhythm=Subscription.Rhythm.AT_ONCE)
    listed("After")
    assert titles_in(filled(row, "2025-10-15T12:00:00Z")) == [["After"]]


def test_a_personal_question_needs_its_person() -> None:
    alice, one = person("alice"), paper("Herons")
    save(alice, one)
    assert titles_in(filled(subscription("inside=saved", account=alice))) == [["Herons"]]
    nobody = filled(subscription("inside=saved", "", address="somebody@example.org"))
    assert titles_in(nobody) == [["Herons"]]
    assert "inside=saved: inside='saved': expected somebody who is signed in" in nobody.answer


def test_sections_that_cannot_be_read_bring_nothing() -> None:
    listed("Herons")
    made = filled(subscription(sections=[{"kind": "dance"}]))
    assert made.state == Delivery.State.EMPTY
    assert "kind='dance'" in made.answer


def test_what_is_settled_stays() -> None:
    listed("Herons")
    row = subscription()
    made = filled(row)
    listed("Lanterns")
    late = Delivery.objects.select_related("subscription").get(pk=made.pk)
    fill([late], NOW)
    assert titles_in(late) == [["Herons"]]
    stale = Delivery.objects.get(pk=made.pk)
    stale.contents = None
    fill([stale], NOW)
    assert titles_in(stale) == [["Herons"]]
    assert SentPaper.objects.count() == 1


def test_many_subscribers_with_one_question_cost_one_search() -> None:
    take(*many(30))
    rows = [subscription("cat=cs.AI", address=f"reader{n}@example.org") for n in range(40)]

    def queries(some: list[Subscription]) -> int:
        waiting = [delivery(row).pk for row in some]
        fetched = list(Delivery.objects.filter(pk__in=waiting).select_related("subscription"))
        with CaptureQueriesContext(connection) as captured:
            fill(fetched, NOW)
        return sum(one["sql"].startswith("SELECT") for one in captured.captured_queries)

    assert queries(rows[:2]) == queries(rows[2:])


def test_a_preview_writes_nothing_and_needs_nothing_stored() -> None:
    take(*many(20, on=WEDNESDAY - 9 * DAY, days=10))
    row = Subscription(sections=[Section(query="cat=cs.AI", count=3).to_json()], rhythm="days", days=127)
    assert len(preview(row, NOW).papers) == 3
    assert len(preview(row, NOW, days=14).papers) == 3
    assert not SentPaper.objects.exists()


def test_two_who_put_together_for_one_person_at_once_send_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one commits between our looking and our writing."""
    alice = person("alice")
    take(*many(4))
    ours = delivery(subscription(Section(query="", count=2), account=alice))
    theirs = delivery(subscription(Section(query="", count=2), account=alice))
    look = contents.put_together
    looks = []

    def looking(*told: object, **more: object) -> object:
        found = look(*told, **more)  # type: ignore[arg-type]
        looks.append(found)
        if len(looks) == 1:
            fill([theirs], NOW)
        return found

    monkeypatch.setattr(contents, "put_together", looking)
    fill([ours], NOW)
    assert len(looks) == 3
    shown = [one.title for one in find(PaperQuery(), limit=4).papers]
    assert titles_in(theirs) + titles_in(ours) == [shown[:2], shown[2:]]


def test_a_long_answer_is_read_on_until_enough_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "A_PART", 4)
    take(*many(12))
    row = subscription(Section(query="", count=3), muted=["cs.LG"])
    Paper.objects.filter(title__contains="Part 1:").update(is_hidden=True)
    shown = [
        one.title
        for one in find(PaperQuery(), limit=12).papers
        if one.paper_categories.all()[0].category.code != "cs.LG"
    ]
    made = [filled(row, f"2025-10-{15 + n}") for n in range(4)]
    assert [title for one in made for section in titles_in(one) for title in section] == shown
    assert len(shown) == 8


def test_at_once_a_collection_brings_what_was_added() -> None:
    alice, old, new = person("alice"), paper("Old"), paper("New")
    kept = make_collection(alice, "Marshes")
    with time_machine.travel(NOW - DAY, tick=False):
        add_papers(alice, kept, [old])
    daily = subscription(f"collection={kept.key}", account=alice)
    at_once = subscription(
        f"collection={kept.key}", account=person("bob"), rhythm=Subscription.Rhythm.AT_ONCE, confirmed_at=NOW - HOUR
    )
    assert titles_in(filled(daily)) == [["Old"]]
    nothing = filled(at_once, "2025-10-15T12:00:00Z")
    assert nothing.state == Delivery.State.EMPTY
    assert "expected a collection that you may see" in nothing.answer
    own = subscription(f"collection={kept.key}", account=alice, rhythm="at once", confirmed_at=NOW - HOUR)
    add_papers(alice, kept, [new])
    assert titles_in(filled(own, "2025-10-15T12:10:00Z")) == [["New"]]

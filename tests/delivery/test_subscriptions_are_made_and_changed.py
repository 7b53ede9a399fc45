"""A subscription is made, changed, paused and ended; what cannot be done is refused with words, and nothing is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from broadsheet.community import rules
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Collection, Deed, Delivery, SavedSearch, SentPaper, Subscription
from broadsheet.delivery import subscribing
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.delivery.subscribing import Wish
from broadsheet.delivery.values import Section
from tests.builders import paper
from tests.people import person, suspended

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)  # a Tuesday
TRENDING = Section(query="last=day&sort=trending", title="Trending", count=10)
WISH = Wish(name="The morning paper", sections=(TRENDING,), zone="Europe/Berlin")


def test_it_is_in_force_at_once_and_due_at_the_next_moment_in_its_zone() -> None:
    row = subscribing.subscribe(person(), WISH, NOON)
    assert row.confirmed_at == NOON
    assert row.due_at == datetime(2026, 3, 4, 6, tzinfo=UTC)
    assert row.planned_on == date(2026, 3, 3)
    assert subscribing.wish_of(Subscription.objects.get()) == WISH
    assert when_told(row) == "every day at 07:00 (Europe/Berlin)"


def test_questions_and_texts_are_kept_in_their_canonical_form() -> None:
    wish = replace(WISH, name="  My \n paper ", sections=(Section(query="sort=trending&last=day&upto=9&x=1"),))
    row = subscribing.subscribe(person(), wish, NOON)
    assert (row.name, row.sections[0]["query"]) == ("My paper", "last=day&sort=trending")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "200"),
        ({"sections": ()}, "at least one"),
        ({"sections": (TRENDING,) * 11}, "at most 10"),
        ({"sections": (TRENDING, TRENDING)}, "twice"),
        ({"sections": (replace(TRENDING, title="x" * 121),)}, "120"),
        ({"sections": (replace(TRENDING, count=0),)}, "1 to 100"),
        ({"sections": (replace(TRENDING, query="q=" + "x" * 4_000),)}, "too long"),
        ({"sections": (replace(TRENDING, query="mode=guess"),)}, "mode"),
        ({"sections": (replace(TRENDING, query="collection=nothere"),)}, "collection"),
        ({"muted": ("cs.CL", "not a code")}, "not a code"),
        ({"muted": tuple(f"cs.A{n}" for n in range(51))}, "at most 50"),
        ({"abstracts": "half"}, "abstracts"),
        ({"days": 0}, "at least one day"),
        ({"days": 128}, "at least one day"),
        ({"rhythm": "hourly"}, "day"),
        ({"minute": 1_440}, "23:59"),
        ({"zone": "Europe/Atlantis"}, "Europe/Atlantis"),
        ({"zone": "../../etc/passwd"}, "time zone"),
    ],
)
def test_what_cannot_be_done_is_refused_with_words(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        subscribing.subscribe(person(), replace(WISH, **wrong), NOON)
    assert not Subscription.objects.exists()


def test_a_private_collection_is_nobody_elses() -> None:
    alice, now = person(), timezone.now()
    kept = Collection.objects.create(title="To read", owner=alice, visibility="private", created_at=now, changed_at=now)
    wish = replace(WISH, sections=(Section(query=f"collection={kept.key}"),))
    assert subscribing.subscribe(alice, wish)
    for somebody in (person("bob"), AnonymousUser()):
        with pytest.raises(RefusedError):
            subscribing.checked(wish, somebody)


@pytest.mark.parametrize("section", [Section(kind="for you"), Section(query="inside=saved")])
def test_what_is_a_persons_own_needs_a_person(section: Section) -> None:
    assert subscribing.checked(replace(WISH, sections=(section,)), person())
    with pytest.raises(RefusedError):
        subscribing.checked(replace(WISH, sections=(section,)), AnonymousUser())


def test_nobody_has_more_than_the_rules_allow_and_whoever_is_suspended_has_none() -> None:
    alice = person()
    for _ in range(rules.MOST_SUBSCRIPTIONS):
        last = subscribing.subscribe(alice, WISH, NOON)
    with pytest.raises(RefusedError, match="end one first"):
        subscribing.subscribe(alice, WISH, NOON)
    subscribing.end(last.secret, "page")
    assert subscribing.subscribe(alice, WISH, NOON)
    with pytest.raises(RefusedError):
        subscribing.subscribe(suspended(), WISH, NOON)


def test_only_what_differs_counts_as_a_change() -> None:
    row = subscribing.subscribe(person(), WISH, NOON)
    assert not subscribing.change(row, WISH)
    assert subscribing.change(row, replace(WISH, name="Weekly", abstracts="none"), now=NOON.replace(hour=13))
    assert (row.name, row.abstracts, row.changed_at.hour) == ("Weekly", "none", 13)
    assert row.due_at == datetime(2026, 3, 4, 6, tzinfo=UTC)


def test_another_time_moves_the_next_letter_but_no_day_comes_twice() -> None:
    row = subscribing.subscribe(person(), WISH, NOON)
    Subscription.objects.filter(pk=row.pk).update(planned_on=date(2026, 3, 4))
    after_the_letter = datetime(2026, 3, 4, 8, tzinfo=UTC)
    subscribing.change(row, replace(WISH, minute=12 * 60), now=after_the_letter)
    assert row.due_at == datetime(2026, 3, 5, 11, tzinfo=UTC)
    subscribing.change(row, replace(WISH, days=1), now=after_the_letter)
    assert row.due_at == datetime(2026, 3, 9, 6, tzinfo=UTC)
    subscribing.change(row, replace(WISH, rhythm="at once"), now=after_the_letter)
    assert row.due_at == after_the_letter


def test_a_refused_change_changes_nothing() -> None:
    row = subscribing.subscribe(person(), WISH, NOON)
    with pytest.raises(RefusedError):
        subscribing.change(row, replace(WISH, name="New", zone="nowhere"))
    assert subscribing.wish_of(Subscription.objects.get()) == WISH


def test_other_parts_let_go_of_a_saved_search() -> None:
    alice = person()
    search = SavedSearch.objects.create(account=alice, name="Herons", query="q=herons", made_at=NOON)
    row = subscribing.subscribe(alice, replace(WISH, sections=(Section(query="q=herons", title="Herons"),)), NOON)
    Subscription.objects.filter(pk=row.pk).update(search=search)
    row.refresh_from_db()
    subscribing.change(row, replace(subscribing.wish_of(row), name="Birds"))
    assert row.search == search
    subscribing.change(row, replace(subscribing.wish_of(row), sections=(TRENDING,)))
    assert row.search is None


def test_after_a_pause_it_goes_on_and_makes_up_for_nothing() -> None:
    row = subscribing.subscribe(person(), replace(WISH, days=1), NOON)
    assert subscribing.pause(row)
    assert not subscribing.pause(row, "again")
    assert (row.is_on, row.paused_because) == (False, "")
    wednesday_in_two_weeks = datetime(2026, 3, 18, 12, tzinfo=UTC)
    assert subscribing.resume(row, wednesday_in_two_weeks)
    assert not subscribing.resume(row)
    assert (row.is_on, row.due_at) == (True, datetime(2026, 3, 23, 6, tzinfo=UTC))
    # What was missed on the Mondays in between is not due, however late somebody looks.
    assert row.planned_on == date(2026, 3, 22)


def test_a_day_that_was_sent_does_not_come_again_after_a_pause() -> None:
    row = subscribing.subscribe(person(), WISH, NOON)
    Subscription.objects.filter(pk=row.pk).update(planned_on=date(2026, 3, 4))
    row.refresh_from_db()
    subscribing.pause(row)
    subscribing.change(row, replace(WISH, minute=20 * 60), now=datetime(2026, 3, 4, 9, tzinfo=UTC))
    subscribing.resume(row, datetime(2026, 3, 4, 10, tzinfo=UTC))
    assert row.due_at == datetime(2026, 3, 5, 19, tzinfo=UTC)


def test_ending_takes_what_waits_along_and_may_be_said_any_number_of_times() -> None:
    row = subscribing.subscribe(person(), WISH, NOON)
    told = {"subscription": row, "due_at": NOON, "planned_at": NOON}
    waiting = Delivery.objects.create(issue="2026-03-04", **told)
    claimed = Delivery.objects.create(issue="2026-03-05", state="claimed", claimed_by="a worker", **told)
    SentPaper.objects.create(recipient="account 1", paper=paper("Herons"), delivery=claimed)
    sent = Delivery.objects.create(issue="2026-03-03", state="sent", **told)
    assert subscribing.end(row.secret.upper(), "one click", NOON)
    assert not subscribing.end(row.secret, "one click")
    assert not subscribing.end("0" * 40, "one click")
    row.refresh_from_db()
    waiting.refresh_from_db()
    sent.refresh_from_db()
    assert (row.ended_at, row.is_on, row.due_at) == (NOON, False, None)
    claimed.refresh_from_db()
    assert (waiting.state, claimed.state, sent.state) == ("suppressed", "suppressed", "sent")
    assert not SentPaper.objects.exists(), "what was not sent may be sent by another one"
    assert not subscribing.resume(row)
    (deed,) = Deed.objects.filter(verb="subscription.end")
    assert (deed.subject, deed.reason) == (str(row.pk), "one click")


def test_everything_of_one_person_is_ended_and_nothing_of_others() -> None:
    alice, bob = person(), person("bob")
    mine = [subscribing.subscribe(alice, WISH, NOON) for _ in range(2)]
    other = subscribing.subscribe(bob, WISH, NOON)
    assert subscribing.end_all_of(mine[0], "page") == 2
    assert list(Subscription.objects.filter(ended_at=None)) == [other]


def test_letters_go_to_the_confirmed_main_address_or_nowhere(django_assert_num_queries: Any) -> None:
    alice, bob, sue = person(), person("bob"), person("sue")
    rows = [subscribing.subscribe(one, WISH, NOON) for one in (alice, bob, sue)]
    EmailAddress.objects.filter(user=alice).update(primary=False)
    EmailAddress.objects.create(user=alice, email="new@example.org", verified=True, primary=True)
    EmailAddress.objects.create(user=alice, email="unread@example.org", verified=False)
    EmailAddress.objects.filter(user=bob).update(verified=False)
    sue.suspended_at = timezone.now()
    sue.save()
    rows = list(Subscription.objects.select_related("account"))
    with django_assert_num_queries(1):
        assert subscribing.addresses_of(rows) == {rows[0].pk: "new@example.org"}
    assert subscribing.address_of(rows[1]) == ""


def test_an_address_is_written_to_once_it_was_confirmed() -> None:
    row = subscribing.made_of(subscribing.checked(WISH, AnonymousUser()), NOON)
    row.address = "dora@example.org"
    row.save()
    assert subscribing.address_of(row) == ""
    row.confirmed_at = NOON
    assert subscribing.address_of(row) == "dora@example.org"
    assert subscribing.unsubscribe_url(row).endswith(f"/unsubscribe/{row.secret}")
    assert subscribing.manage_url(row).endswith(f"/subscriptions/by/{row.secret}")


@pytest.mark.parametrize(
    ("days", "words"),
    [(127, "every day"), (31, "Monday to Friday"), (2, "every Tuesday"), (0b1010001, "Monday, Friday and Sunday")],
)
def test_days_are_told_in_words(days: int, words: str) -> None:
    assert when_told(Subscription(days=days, minute=5, zone="UTC")) == f"{words} at 00:05 (UTC)"

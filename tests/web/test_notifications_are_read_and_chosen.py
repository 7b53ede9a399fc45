"""The page of notifications, its count in the masthead, and the table of what is wanted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.comments import hide, write_comment
from broadsheet.community.models import Account, Group, Membership, Notification, Submission
from broadsheet.community.notifications import COUNTED_UP_TO, Ways, tell, tell_of_comment, unread_count, ways
from tests.builders import record, take
from tests.people import moderator, person, suspended

pytestmark = pytest.mark.django_db
Kind = Notification.Kind


def paper(title: str = "Herons by the Thousand") -> Paper:
    take(record(title))
    return Paper.objects.get(title=title)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_an_answer_leads_to_the_comment_and_is_marked_as_read() -> None:
    alice, bob, about = person("alice"), person("bob", display_name="Bob <i>B</i>"), paper()
    first = write_comment(alice, about, "What do herons **eat**?")
    answer = write_comment(bob, about, "Fish, `mostly`.", parent=first)
    client = signed_in(alice)
    page = client.get("/notifications").content.decode()
    assert "Bob &lt;i&gt;B&lt;/i&gt; answered you" in page
    assert "Herons by the Thousand" in page
    assert "Fish, mostly." in page
    assert f'href="/comments/{answer.key}"' in page
    assert '<span class="count">1<' in page
    row = Notification.objects.get(account=alice)
    assert client.post("/notifications", {"read": str(row.pk)}).status_code == 302
    page = client.get("/notifications").content.decode()
    assert 'class="count"' not in page
    assert "answered you" in page
    assert "answered you" not in signed_in(bob).get("/notifications").content.decode()


def test_all_are_marked_at_once_and_only_ones_own() -> None:
    alice, bob = person("alice"), person("bob")
    for one in (alice, bob):
        for number in range(3):
            tell(one, Kind.CLAIM, about=f"claim {number} verified", words="Your claim holds.")
    client = signed_in(alice)
    others = Notification.objects.filter(account=bob).first()
    assert others is not None
    client.post("/notifications", {"read": f"{others.pk},x,99999999999999999999"})
    assert (unread_count(alice), unread_count(bob)) == (3, 3)
    client.post("/notifications", {"read": "all"})
    assert (unread_count(alice), unread_count(bob)) == (0, 3)


def test_a_script_marks_without_a_page() -> None:
    alice = person()
    tell(alice, Kind.CLAIM, about="claim 1 verified")
    client, row = signed_in(alice), Notification.objects.get()
    response = client.post("/notifications", {"read": row.pk}, headers={"Accept": "application/json"})
    assert (response.status_code, unread_count(alice)) == (204, 0)


def test_what_was_hidden_since_is_not_quoted() -> None:
    alice, bob, about = person("alice"), person("bob"), paper()
    answer = write_comment(bob, about, "Something unkind.", parent=write_comment(alice, about, "A question."))
    hide(answer, moderator(), "abuse")
    page = signed_in(alice).get("/notifications").content.decode()
    assert "Something unkind" not in page
    assert f'href="/papers/{about.key}"' in page
    Paper.objects.filter(pk=about.pk).update(is_hidden=True)
    page = signed_in(alice).get("/notifications").content.decode()
    assert "Herons by the Thousand" not in page


def test_a_submission_leads_to_its_page() -> None:
    alice = person()
    mine = Submission.objects.create(account=alice, named="x", submitted_at=timezone.now())
    tell(alice, Kind.SUBMISSION, about=f"submission {mine.key} refused", words="It was not listed: too old")
    page = signed_in(alice).get("/notifications").content.decode()
    assert f'href="/submissions/{mine.key}"' in page
    assert "It was not listed: too old" in page


def test_new_papers_stand_together() -> None:
    alice = person()
    for number in range(3):
        about = paper(f"Paper {number}")
        tell(alice, Kind.NEW_PAPER, about=f"paper {about.key}", paper=about, words="cs.LG")
    client = signed_in(alice)
    page = client.get("/notifications").content.decode()
    assert "3 new papers of what you follow" in page
    assert page.count("as you follow </span>cs.LG") == 3
    numbers = ",".join(str(row.pk) for row in Notification.objects.order_by("-pk"))
    assert f'value="{numbers}"' in page
    client.post("/notifications", {"read": numbers})
    assert unread_count(alice) == 0


def test_there_are_pages_of_them() -> None:
    alice = person()
    Notification.objects.bulk_create(
        Notification(account=alice, kind=Kind.CLAIM, about=f"{n}", words=f"Claim {n}.", made_at=timezone.now())
        for n in range(COUNTED_UP_TO + 20)
    )
    client = signed_in(alice)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get("/notifications").content.decode()
    assert len(asked) <= 16
    assert "?p=2" in page
    assert "99+" in page
    assert client.get("/notifications?p=3").status_code == 200
    assert client.post("/notifications", {"read": "1", "p": "2"})["Location"] == "/notifications?p=2"
    assert client.post("/notifications", {"read": "1", "p": "//x"})["Location"] == "/notifications"


def test_what_is_said_in_a_group_is_not_shown_to_who_has_left() -> None:
    alice, bob, about, now = person("alice"), person("bob"), paper(), timezone.now()
    group = Group.objects.create(slug="herons", name="Herons", created_at=now)
    for one in (alice, bob):
        Membership.objects.create(group=group, account=one, invited_at=now, joined_at=now)
    first = write_comment(alice, about, "Between us?", group=group)
    tell_of_comment(write_comment(bob, about, "Between us.", parent=first, group=group))
    client = signed_in(alice)
    assert "Between us." in client.get("/notifications").content.decode()
    Membership.objects.filter(account=alice).delete()
    assert "Between us." not in client.get("/notifications").content.decode()


def test_strangers_are_led_to_sign_in_and_the_suspended_may_read() -> None:
    for path in ("/notifications", "/settings/notifications"):
        assert Client().get(path).status_code == 302
        assert Client().post(path, {"read": "all"}).status_code == 302
    sue = signed_in(suspended())
    assert [sue.get(path).status_code for path in ("/notifications", "/settings/notifications")] == [200, 200]


def test_a_page_costs_somebody_who_is_not_signed_in_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        page = Client().get("/submit/bookmarklet").content.decode()
    assert len(asked) == 0
    assert "/notifications" not in page


def test_choices_are_kept(settings: Any) -> None:
    settings.SENDS_MAIL = True
    alice = person()
    client = signed_in(alice)
    page = client.get("/settings/notifications").content.decode()
    assert 'name="reply:mail" checked' in page
    client.post("/settings/notifications", {"reply:site": "on", "new paper:mail": "on"})
    alice.refresh_from_db()
    assert ways(alice, Kind.REPLY) == Ways(site=True, mail=False)
    assert ways(alice, Kind.NEW_PAPER) == Ways(site=False, mail=True)
    assert ways(alice, Kind.MENTION) == Ways(site=False, mail=False)


def test_without_mail_there_is_no_column_and_what_was_chosen_stays(settings: Any) -> None:
    settings.SENDS_MAIL = False
    alice = person()
    client = signed_in(alice)
    page = client.get("/settings/notifications").content.decode()
    assert "By mail" not in page
    assert "sends no mail" in page
    client.post("/settings/notifications", {"reply:site": "on"})
    alice.refresh_from_db()
    assert ways(alice, Kind.REPLY) == Ways(site=True, mail=True)
    assert ways(alice, Kind.MENTION) == Ways(site=False, mail=True)


def test_forms_from_elsewhere_are_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person())
    for path in ("/notifications", "/settings/notifications"):
        assert client.post(path, {"read": "all"}).status_code == 403

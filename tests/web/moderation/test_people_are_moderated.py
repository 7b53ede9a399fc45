"""The page about one person: suspend, lift, hide all lately said, and for admins the role."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.access import is_suspended
from broadsheet.community.models import Account, Comment, Deed
from tests.builders import record, take
from tests.people import admin, moderator, person
from tests.web.reading import parse_html

pytestmark = pytest.mark.django_db
ADDRESS = "/moderation/people/alice"


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return parse_html(answer.content.decode()).text


def test_somebody_is_suspended_with_an_end_and_freed(client: Client) -> None:
    alice = person()
    client.force_login(moderator())
    client.post(ADDRESS, {"do": "suspend", "reason": "Advertising", "until": "2024-01-01"})
    client.post(ADDRESS, {"do": "suspend", "reason": "Advertising", "until": "soon"})
    client.post(ADDRESS, {"do": "suspend", "reason": ""})
    client.post(ADDRESS, {"do": "jump"})
    alice.refresh_from_db()
    assert not is_suspended(alice)
    day = f"{timezone.localdate().replace(year=timezone.localdate().year + 1):%Y-%m-01}"
    client.post(ADDRESS, {"do": "suspend", "reason": "Advertising", "until": day})
    alice.refresh_from_db()
    assert is_suspended(alice)
    assert f"{timezone.localtime(alice.suspended_until):%Y-%m-%d %H:%M}".endswith("-02 00:00")
    assert "Suspended until" in _text(client, ADDRESS)
    assert "An account was suspended: alice" in _text(Client(), "/log")
    client.post(ADDRESS, {"do": "lift", "reason": "Promised better"})
    alice.refresh_from_db()
    assert not is_suspended(alice)
    assert "Promised better" in _text(client, ADDRESS)


def test_all_comments_of_the_last_days_are_hidden(client: Client) -> None:
    take(record("A paper"))
    alice = person()
    Comment.objects.create(account=alice, paper=Paper.objects.get(), text="Seeds", written_at=timezone.now())
    client.force_login(moderator())
    client.post(ADDRESS, {"do": "remove", "days": "²", "reason": "spam"})
    assert Comment.objects.get().state == "visible"
    client.post(ADDRESS, {"do": "remove", "days": "2", "reason": "spam"})
    assert Comment.objects.get().state == "hidden"
    assert "1 of them hidden" in _text(client, ADDRESS)


def test_admins_alone_give_roles_and_never_lose_the_last(client: Client) -> None:
    alice = person()
    mo, ada = moderator(), admin()
    client.force_login(mo)
    assert "Give this role" not in _text(client, ADDRESS)
    client.post(ADDRESS, {"do": "role", "role": "moderator"})
    alice.refresh_from_db()
    assert alice.role == "member"
    client.force_login(ada)
    client.post(ADDRESS, {"do": "role", "role": "emperor"})
    client.post(ADDRESS, {"do": "role", "role": "moderator"})
    client.post("/moderation/people/ada", {"do": "role", "role": "member"})
    alice.refresh_from_db()
    ada.refresh_from_db()
    assert (alice.role, ada.role) == ("moderator", "admin")
    assert Deed.objects.get().verb == "account.role"
    assert "account.role" in _text(client, "/moderation/audit")
    assert "account.role" not in _text(client, "/log")
    assert "alice" in _text(client, "/moderation/roles")
    assert client.get("/moderation/roles?name=alice")["Location"] == ADDRESS
    assert client.get("/moderation/roles?name=nobody").status_code == 404


def test_the_audit_page_verifies_the_chain_and_narrows(client: Client) -> None:
    alice, ada = person(), admin()
    client.force_login(ada)
    client.post(ADDRESS, {"do": "role", "role": "curator"})
    client.post(ADDRESS, {"do": "suspend", "reason": "x"})
    assert "The whole chain holds" in _text(client, "/moderation/audit?check=1")
    narrowed = parse_html(client.get("/moderation/audit?verb=account.role").content.decode())
    assert len(narrowed.one("tbody").all("tr")) == 1
    Deed.objects.filter(verb="account.role").update(reason="changed")
    assert "The chain breaks" in _text(client, "/moderation/audit?check=1")
    assert alice.username == Account.objects.get(pk=alice.pk).username


def test_who_is_unknown_or_waits_has_no_page(client: Client) -> None:
    person(is_waiting=True)
    client.force_login(moderator())
    assert client.get(ADDRESS).status_code == client.get("/moderation/people/nobody").status_code == 404

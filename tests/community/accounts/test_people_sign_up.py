"""People make accounts: what is asked of them, what keeps programs out, and what the instance's mode does with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from broadsheet.community import invitations, rules
from broadsheet.community.models import Account, Deed
from tests.community.accounts.visitors import code_of_last_letter, is_signed_in, sign_in, sign_up
from tests.people import admin, person

pytestmark = pytest.mark.django_db
CONFIRM = "/accounts/confirm-email/"


def names() -> set[str]:
    return set(Account.objects.values_list("username", flat=True))


def test_an_address_is_confirmed_by_a_code_before_anybody_is_in(client: Client) -> None:
    response = sign_up(client)
    assert response["Location"] == CONFIRM
    assert not is_signed_in(client)
    letter = mail.outbox[-1]
    assert letter.to == ["nora@example.org"]
    assert letter.subject.startswith("[Broadsheet] ")
    assert "http://127.0.0.1:8000" in letter.body
    wrong = client.post(CONFIRM, {"code": "WRONG1"})
    assert wrong.status_code == 200
    assert not EmailAddress.objects.get(email="nora@example.org").verified
    client.post(CONFIRM, {"code": code_of_last_letter()})
    assert is_signed_in(client)
    account = Account.objects.get(username="nora")
    assert EmailAddress.objects.get(user=account).verified
    assert account.password.startswith("argon2$argon2id$")
    assert account.signed_up_from == "127.0.0.0/24"
    assert list(Deed.objects.order_by("pk").values_list("verb", flat=True))[:1] == ["account.sign-up"]


def test_without_a_mail_server_nobody_is_asked_for_a_code(client: Client, settings: Any) -> None:
    settings.SENDS_MAIL = settings.ACCOUNT_PREVENT_ENUMERATION = settings.ACCOUNT_EMAIL_NOTIFICATIONS = False
    sign_up(client)
    assert is_signed_in(client)
    assert not EmailAddress.objects.get().verified
    assert mail.outbox == []
    for path in ("/accounts/login/code/", "/accounts/password/reset/"):
        assert "No mail is sent from here" in Client().get(path).content.decode()
    taken = sign_up(Client(), username="other")
    assert "already registered" in taken.content.decode()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"homepage": "https://spam.example"}, "has to stay empty"),
        ({"made": ""}, "open for too long"),
        ({"made": "IiI:1abcde:forged"}, "open for too long"),
        ({"username": "Adm1n"}, "kept for the house"),
        ({"username": "r.o_o-t"}, "kept for the house"),
        ({"username": "about"}, "kept for the house"),
        ({"username": "no spaces"}, "letters, digits"),
        ({"username": "nоra"}, "letters, digits"),
        ({"username": "trailing."}, "letters, digits"),
        ({"username": "n" * 31}, "at most 30"),
        ({"username": "ALICE"}, "already exists"),
        ({"password1": "seven77"}, "at least 8"),
        ({"password1": "n" * 257}, "up to 256"),
        ({"password1": "password123"}, "too common"),
        ({"email": "nora@mail.refused.example"}, "cannot be used here"),
    ],
)
def test_what_is_wrong_is_said_and_makes_no_account(
    client: Client, settings: Any, changed: dict[str, str], why: str
) -> None:
    settings.EMAIL_REFUSED = ["refused.example"]
    person("alice")
    response = sign_up(client, **changed)
    assert response.status_code == 200
    assert why in response.content.decode()
    assert names() == {"alice"}
    assert mail.outbox == []


def test_a_password_of_any_kind_of_characters_will_do(client: Client) -> None:
    assert sign_up(client, password1="ö" * 256)["Location"] == CONFIRM


def test_nobody_fills_in_a_form_in_no_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "SIGNING_UP_TAKES", timedelta(minutes=1))
    response = sign_up(client)
    assert "very fast" in response.content.decode()
    assert names() == set()


def test_a_known_address_is_told_by_mail_alone(client: Client) -> None:
    person("alice")
    response = sign_up(client, email="Alice@example.org")
    assert response["Location"] == sign_up(Client(), username="nobody2", email="new@example.org")["Location"]
    told = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert "already" in told["alice@example.org"]
    assert names() == {"alice", "nobody2"}


def test_few_sign_up_from_one_network(client: Client) -> None:
    times = rules.LIMITS["sign up"][0].times
    for number in range(times):
        sign_up(Client(), username=f"new{number}", email=f"new{number}@example.org")
    assert len(names()) == times
    refused = sign_up(Client(REMOTE_ADDR="127.0.0.99"), username="late", email="late@example.org")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert sign_up(Client(REMOTE_ADDR="10.1.2.3"), username="else", email="else@example.org").status_code == 302


def test_one_person_has_a_single_instance(client: Client, settings: Any) -> None:
    settings.MODE = "single"
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert "belongs to one person" in elsewhere.get("/accounts/signup/").content.decode()
    assert elsewhere.post("/accounts/signup/", {"username": "nora"}).status_code == 200
    assert names() == set()
    assert "Make an account" not in elsewhere.get("/accounts/login/").content.decode()


def test_only_the_invited_come_where_people_are_invited(client: Client, settings: Any) -> None:
    settings.MODE = "invite"
    assert "were invited" in client.get("/accounts/signup/").content.decode()
    _, code = invitations.invite(admin(), role=Account.Role.CURATOR)
    client.post(f"/join/{code}")
    sign_up(client)
    account = Account.objects.get(username="nora")
    assert account.role == Account.Role.CURATOR
    assert not account.is_waiting
    assert "were invited" in Client().get("/accounts/signup/").content.decode()


def test_who_waits_for_approval_is_told_so_and_cannot_sign_in(client: Client, settings: Any) -> None:
    settings.MODE = "approval"
    response = sign_up(client, reason_to_join="I read about printing")
    assert response["Location"] == "/accounts/inactive/"
    account = Account.objects.get(username="nora")
    assert account.is_waiting
    assert account.reason_to_join == "I read about printing"
    assert sign_in(Client(), "nora", "a lantern in the harbour")["Location"] == "/accounts/inactive/"
    assert "waits for an admin" in client.get("/accounts/inactive/").content.decode()

"""People sign in by name, address, code and second step; nobody learns who is here, and nobody may guess for long."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.test import Client

from broadsheet.community import people
from broadsheet.community.accounts.passwords import give_password
from broadsheet.community.models import Account, Deed
from tests.community.accounts.visitors import code_of_last_letter, fields, is_signed_in, sign_in
from tests.people import PASSWORD, person
from tests.web.reading import parse_html

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "an otter under the bridge"


@pytest.mark.parametrize("login", ["alice", "Alice", "alice@example.org", "ALICE@example.org"])
def test_a_name_and_an_address_will_do(login: str, client: Client) -> None:
    person()
    sign_in(client, login)
    assert is_signed_in(client)
    assert Deed.objects.get().verb == "account.sign-in"


@pytest.mark.parametrize("sends_mail", [True, False])
def test_the_first_admin_needs_neither_mail_nor_a_provider(sends_mail: bool, settings: Any, client: Client) -> None:
    settings.SENDS_MAIL = settings.ACCOUNT_EMAIL_NOTIFICATIONS = sends_mail
    people.add("edith", password=NEW_PASSWORD, role=Account.Role.ADMIN)
    sign_in(client, "edith", NEW_PASSWORD)
    assert is_signed_in(client)
    assert mail.outbox == []


def test_an_address_that_was_never_confirmed_is_asked_for_its_code_again(client: Client) -> None:
    EmailAddress.objects.filter(user=person()).update(verified=False)
    assert sign_in(client, "alice")["Location"] == "/accounts/confirm-email/"
    assert not is_signed_in(client)
    client.post("/accounts/confirm-email/", {"code": code_of_last_letter()})
    assert is_signed_in(client)


def test_signing_in_leads_on_to_where_somebody_was_and_nowhere_else(client: Client) -> None:
    person()
    page = client.get("/accounts/login/?next=/search%3Fq%3Dink").content.decode()
    told = {**fields(page), "login": "alice", "password": PASSWORD}
    assert client.post("/accounts/login/", told)["Location"] == "/search?q=ink"
    evil = Client().post("/accounts/login/", {**told, "next": "https://evil.example/"})
    assert evil["Location"] == "/"


def test_signing_in_changes_the_session(client: Client) -> None:
    person()
    planted = client.session
    planted["of"] = "somebody else"
    planted.save()
    client.cookies["session"] = planted.session_key
    sign_in(client, "alice")
    assert is_signed_in(client)
    assert client.session.session_key != planted.session_key
    assert not planted.exists(planted.session_key)


@pytest.mark.parametrize("known", ["alice", "alice@example.org", "passkey"])
@pytest.mark.parametrize("unknown", ["nobody", "nobody@example.org"])
def test_the_unknown_get_the_same_answer_after_the_same_work(
    known: str, unknown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person()
    keyless = person("passkey")
    keyless.set_unusable_password()
    keyless.save()
    hashed: list[str] = []
    encode = Argon2PasswordHasher.encode
    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher, "encode", lambda self, *told: (hashed.append("one"), encode(self, *told))[1]
    )
    monkeypatch.setattr(
        Argon2PasswordHasher, "verify", lambda self, *told: (hashed.append("one"), verify(self, *told))[1]
    )
    answers, work = [], []
    for login in (known, unknown):
        hashed.clear()
        answer = sign_in(Client(), login, "not the password")
        page = parse_html(answer.content.decode())
        answers.append(
            (answer.status_code, [one.text for one in page.all("p") if "fault" in one.attrs.get("class", "")])
        )
        work.append(len(hashed))
    assert work == [1, 1]
    assert answers[0][0] == answers[1][0] == 200
    assert "not correct" in str(answers[0][1])
    if ("@" in known) == ("@" in unknown):
        assert answers[0] == answers[1]


def test_a_code_for_an_unknown_address_looks_the_same_and_tells_its_owner(client: Client) -> None:
    person()
    known = client.post("/accounts/login/code/", {"email": "alice@example.org"})
    unknown = Client().post("/accounts/login/code/", {"email": "nobody@example.org"})
    assert known["Location"] == unknown["Location"]
    assert "no account with this address" in str(mail.outbox[-1].body)
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"], ["nobody@example.org"]]


def test_a_code_signs_in_once(client: Client) -> None:
    person()
    client.post("/accounts/login/code/", {"email": "alice@example.org"})
    code = code_of_last_letter()
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert is_signed_in(client)
    other = Client()
    other.post("/accounts/login/code/confirm/", {"code": code})
    assert not is_signed_in(other)


def test_a_code_can_be_tried_three_times(client: Client) -> None:
    person()
    client.post("/accounts/login/code/", {"email": "alice@example.org"})
    code = code_of_last_letter()
    for _ in range(3):
        client.post("/accounts/login/code/confirm/", {"code": "WRONG1"})
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert not is_signed_in(client)


def test_ten_wrong_passwords_in_an_hour_are_enough_for_an_account(client: Client) -> None:
    person()
    for number in range(10):
        sign_in(Client(REMOTE_ADDR=f"10.0.{number}.1"), "alice", "guess")
    refused = sign_in(Client(REMOTE_ADDR="10.9.9.9"), "alice")
    assert "Too many" in refused.content.decode()
    assert not is_signed_in(client)


def test_twenty_wrong_passwords_in_an_hour_are_enough_for_an_address(client: Client) -> None:
    person()
    for number in range(20):
        # What a reader writes into the header counts for nothing as long as no proxy is told of.
        sign_in(Client(headers={"X-Forwarded-For": f"10.0.{number}.1"}), f"guess{number}", "guess")
    assert "Too many" in sign_in(client, "alice").content.decode()
    elsewhere = Client(REMOTE_ADDR="10.9.9.9")
    sign_in(elsewhere, "alice")
    assert is_signed_in(elsewhere)


def test_codes_are_not_sent_for_ever(client: Client) -> None:
    for _ in range(5):
        Client().post("/accounts/password/reset/", {"email": "nobody@example.org"})
    refused = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert len(mail.outbox) == 5
    assert refused.status_code == 429 or "too many" in refused.content.decode()
    for number in range(21):
        last = Client().post("/accounts/login/code/", {"email": f"n{number}@example.org"})
    assert "Too many" in last.content.decode()
    assert len(mail.outbox) == 5 + 20


def test_a_new_password_ends_all_other_sessions(client: Client) -> None:
    person()
    other = Client()
    sign_in(client, "alice")
    sign_in(other, "alice")
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert "account.password-changed" in Deed.objects.values_list("verb", flat=True)
    assert "Password" in mail.outbox[-1].subject
    assert "choose a new password at once" in str(mail.outbox[-1].body)


def test_a_password_that_was_lost_is_set_anew_by_code(client: Client) -> None:
    person()
    lost = Client()
    sign_in(client, "alice")
    lost.post("/accounts/password/reset/", {"email": "alice@example.org"})
    lost.post("/accounts/password/reset/confirm/", {"code": code_of_last_letter()})
    lost.post("/accounts/password/reset/complete/", {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not is_signed_in(client)
    sign_in(client, "alice", NEW_PASSWORD)
    assert is_signed_in(client)


def test_a_password_from_the_machine_itself_ends_all_sessions(client: Client) -> None:
    alice = person()
    sign_in(client, "alice")
    give_password(alice, NEW_PASSWORD)
    assert not is_signed_in(client)
    sign_in(client, "alice", NEW_PASSWORD)
    assert is_signed_in(client)


def test_sessions_are_listed_and_the_others_ended(client: Client) -> None:
    person()
    bob = person("bob")
    bobs, other = Client(), Client(headers={"User-Agent": "a paper boy"})
    bobs.force_login(bob)
    sign_in(client, "alice")
    sign_in(other, "alice")
    assert "a paper boy" in client.get("/accounts/sessions/").content.decode()
    client.post("/accounts/sessions/")
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert is_signed_in(bobs)


def test_a_closed_account_is_out_at_once(client: Client) -> None:
    alice = person()
    sign_in(client, "alice")
    Account.objects.filter(pk=alice.pk).update(is_active=False)
    assert not is_signed_in(client)


def code_for(secret: str) -> str:
    return str(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def with_second_step(client: Client) -> tuple[str, list[str]]:
    """Sign Alice in, set up an authenticator app, and give its secret and the recovery codes."""
    sign_in(client, "alice")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    done = client.post("/accounts/2fa/totp/activate/", {"code": f"{int(code_for(secret)):06}"}, follow=True)
    return secret, list(done.context["unused_codes"])


def test_a_recovery_code_is_good_once_and_shown_once(client: Client) -> None:
    person()
    secret, codes = with_second_step(client)
    assert secret == secret.upper()
    assert len(codes) == 10
    assert codes[0] not in client.get("/accounts/2fa/recovery-codes/").content.decode()
    for is_first in (True, False):
        other = Client()
        assert sign_in(other, "alice")["Location"] == "/accounts/2fa/authenticate/"
        assert not is_signed_in(other)
        other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert is_signed_in(other) is is_first
    wrong = Client()
    sign_in(wrong, "alice")
    wrong.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not is_signed_in(wrong)


def test_who_signed_in_long_ago_is_asked_again_before_the_second_step_changes(client: Client) -> None:
    client.force_login(person())
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        assert client.get(path)["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_pages_of_people_are_kept_out_of_caches_and_others_are_not(client: Client, index_dir: Any) -> None:
    about = client.get("/about")
    assert "private" not in about.get("Cache-Control", "")
    assert about.has_header("ETag")
    assert "no-store" in client.get("/accounts/login/")["Cache-Control"]
    client.force_login(person())
    mine = client.get("/about")
    assert "private" in mine["Cache-Control"]
    assert "Cookie" in mine["Vary"]
    assert "alice" in mine.content.decode()
    assert "no-store" in client.get("/accounts/sessions/")["Cache-Control"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_only_forms_are_taken(method: str, client: Client) -> None:
    client.force_login(person())
    for path in ("/accounts/password/change/", "/accounts/email/", "/accounts/2fa/totp/activate/"):
        assert getattr(client, method)(path).status_code == 405

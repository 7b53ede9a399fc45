"""People come by a provider: who they are there is believed, that an address is theirs only where it was verified."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.test import Client, RequestFactory

from broadsheet.community.accounts.provider_adapter import ProviderAdapter, ProviderSession
from broadsheet.community.models import Account
from tests.community.accounts.visitors import code_of_last_letter, come_by_provider, fields, is_signed_in, sign_in
from tests.fakes.oidc import FakeIssuer
from tests.fakes.servers import FakeServer, hang_up, redirect
from tests.people import PASSWORD, person

pytestmark = pytest.mark.django_db
SIGN_UP = "/accounts/3rdparty/signup/"


def make_account(client: Client, **changed: str) -> Any:
    """Choose a name on the form that follows the way back."""
    told = fields(client.get(SIGN_UP).content.decode())
    return client.post(SIGN_UP, {**told, **changed})


def test_a_verified_address_needs_no_code(client: Client, issuer: FakeIssuer) -> None:
    assert come_by_provider(client)["Location"] == SIGN_UP
    assert fields(client.get(SIGN_UP).content.decode())["email"] == "vera@example.org"
    make_account(client, username="vera")
    assert is_signed_in(client)
    vera = Account.objects.get()
    assert not vera.has_usable_password()
    assert EmailAddress.objects.get(user=vera).verified
    again = Client()
    come_by_provider(again)
    assert is_signed_in(again)
    assert Account.objects.count() == 1
    assert [one.path for one in issuer.server.requests].count("/token") == 2


@pytest.mark.parametrize("said", [False, None, "true", "false", 1])
def test_an_address_that_was_not_verified_needs_a_code(client: Client, issuer: FakeIssuer, said: Any) -> None:
    issuer.person["email_verified"] = said
    come_by_provider(client)
    make_account(client, username="vera")
    assert not is_signed_in(client)
    assert not EmailAddress.objects.get().verified
    client.post("/accounts/confirm-email/", {"code": code_of_last_letter()})
    assert is_signed_in(client)


def test_an_address_other_than_the_verified_one_needs_a_code(client: Client, issuer: FakeIssuer) -> None:
    come_by_provider(client)
    make_account(client, username="vera", email="somebody@example.org")
    assert not EmailAddress.objects.get(email="somebody@example.org").verified


@pytest.mark.parametrize("is_verified", [True, False])
def test_nobody_takes_over_an_account_by_its_address(client: Client, issuer: FakeIssuer, is_verified: bool) -> None:
    alice = person()
    issuer.person.update(email="alice@example.org", email_verified=is_verified)
    come_by_provider(client)
    make_account(client, username="mallory")
    assert not is_signed_in(client)
    assert Account.objects.get() == alice
    assert not SocialAccount.objects.exists()
    assert "already" in mail.outbox[-1].subject


def test_a_way_back_that_was_not_begun_here_is_refused(client: Client, issuer: FakeIssuer) -> None:
    response = client.get("/accounts/oidc/house/login/callback/?code=abc&state=forged")
    assert "could not be believed" in response.content.decode()
    other = Client()
    sent = other.post("/accounts/oidc/house/login/?process=login")
    away = fields(sent.content.decode()) or sent.content.decode()
    state = str(away).partition("state=")[2].partition("&")[0]
    stolen = client.get(f"/accounts/oidc/house/login/callback/?code=abc&state={state}")
    assert "could not be believed" in stolen.content.decode()
    assert "/token" not in [one.path for one in issuer.server.requests]


def test_a_get_only_asks_whether_to_go(client: Client, issuer: FakeIssuer) -> None:
    page = client.get("/accounts/oidc/house/login/?process=login").content.decode()
    assert "Sign in with House" in page
    assert issuer.server.requests == []
    assert "House" in client.get("/accounts/login/").content.decode()
    assert client.get("/accounts/oidc/nobody/login/").status_code == 404


def test_a_connection_is_made_and_undone_by_whoever_is_signed_in(client: Client, issuer: FakeIssuer) -> None:
    alice = person()
    sign_in(client, "alice")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    come_by_provider(client, process="connect")
    connection = SocialAccount.objects.get(user=alice)
    assert EmailAddress.objects.filter(user=alice).count() == 1
    assert "House" in client.get("/accounts/3rdparty/").content.decode()
    again = Client()
    come_by_provider(again)
    assert is_signed_in(again)
    bobs = Client()
    person("bob")
    sign_in(bobs, "bob")
    bobs.post("/accounts/reauthenticate/", {"password": PASSWORD})
    come_by_provider(bobs, process="connect")
    assert SocialAccount.objects.get().user == alice
    bobs.post("/accounts/3rdparty/", {"account": connection.pk})
    assert SocialAccount.objects.exists()
    client.post("/accounts/3rdparty/", {"account": connection.pk})
    assert not SocialAccount.objects.exists()


def test_a_provider_that_is_away_or_leads_elsewhere_is_named(client: Client, settings: Any) -> None:
    with FakeServer() as broken:
        issuer = FakeIssuer(server=broken)
        settings.SOCIALACCOUNT_PROVIDERS = issuer.providers
        broken.on("/.well-known/openid-configuration", hang_up, redirect("http://127.0.0.1:9/"))
        for _ in range(2):
            response = client.post("/accounts/oidc/house/login/?process=login")
            assert response.status_code == 502
            assert "does not answer" in response.content.decode()


@pytest.mark.parametrize("address", ["http://provider.example/", "file:///etc/passwd", "ftp://provider.example/"])
def test_providers_are_asked_by_https_alone(address: str) -> None:
    with pytest.raises(requests.RequestException, match="https"):
        ProviderSession().get(address)


def orcid_login(account: Account, uid: str = "0000-0002-1825-0097") -> SocialLogin:
    return SocialLogin(user=account, account=SocialAccount(provider="orcid", uid=uid, user=account))


def test_orcid_gives_its_id_and_takes_it_with_the_connection(settings: Any, rf: RequestFactory) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = False
    alice = person()
    request = rf.get("/")
    request.user = AnonymousUser()
    adapter = ProviderAdapter(request)
    from allauth.core import context

    with context.request_context(request):
        login = orcid_login(alice)
        adapter.send_notification_mail("socialaccount/email/account_connected", alice, {"account": login.account})
        alice.refresh_from_db()
        assert (alice.orcid, alice.is_orcid_verified) == ("0000-0002-1825-0097", True)
        adapter.send_notification_mail("socialaccount/email/account_disconnected", alice, {"account": login.account})
        alice.refresh_from_db()
        assert not alice.is_orcid_verified
        other = SocialAccount(provider="house", uid="0000-0002-1825-0097", user=alice)
        adapter.send_notification_mail("socialaccount/email/account_connected", alice, {"account": other})
        alice.refresh_from_db()
        assert not alice.is_orcid_verified

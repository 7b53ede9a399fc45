"""API tokens: made, sent, limited and ended; and what they may do that a session may not."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.api.access import needs_scope
from broadsheet.api.bearer import BearerMiddleware
from broadsheet.community import tokens
from broadsheet.community.access import RefusedError
from broadsheet.community.limits import TooManyError
from broadsheet.community.models import Account, Allowance, ApiToken, Deed
from broadsheet.community.rules import LIMITS
from tests.people import admin, person, suspended

pytestmark = pytest.mark.django_db


def token_for(account: Account, *scopes: str, **told: Any) -> str:
    return tokens.make(account, name="Script", scopes=scopes or ("read",), **told)[1]


def me(text: str, path: str = "/api/v1/me", **headers: str) -> Any:
    return Client(headers={"Authorization": f"Bearer {text}"} | headers).get(path)


@needs_scope("write")
def writing(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"by": request.user.username})  # type: ignore[union-attr]


@needs_scope("admin")
def ruling(request: HttpRequest) -> HttpResponse:
    return JsonResponse({})


@needs_scope("write")
def refusing(request: HttpRequest) -> HttpResponse:
    raise RefusedError("Not today.")


@needs_scope("read")
def limiting(request: HttpRequest) -> HttpResponse:
    raise TooManyError("search", 7)


def ask(view: Any, text: str) -> Any:
    request = RequestFactory().post("/api/v1/x", headers={"Authorization": f"Bearer {text}"})
    request.user = Account()  # type: ignore[assignment]
    return BearerMiddleware(view)(request)


class TestToken:
    def test_is_shown_once_and_kept_as_a_hash(self) -> None:
        text = token_for(person())
        assert text.startswith("bsh_")
        assert len(text) == 4 + 43
        kept = str(list(ApiToken.objects.values())) + str(list(Deed.objects.values()))
        assert text not in kept
        assert text[10:] not in kept

    def test_tells_who_it_acts_for(self) -> None:
        response = me(token_for(person(), "write"))
        assert response.status_code == 200
        told = response.json()
        assert (told["username"], told["token"]["scopes"]) == ("alice", ["read", "write"])
        assert "no-store" in response["Cache-Control"]

    def test_is_read_by_clients_of_hugging_face(self) -> None:
        told = me(token_for(person(), "write"), "/api/whoami-v2").json()
        assert (told["type"], told["name"], told["emailVerified"]) == ("user", "alice", True)
        assert (told["auth"]["type"], told["auth"]["accessToken"]["role"]) == ("access_token", "write")
        assert told["auth"]["accessToken"]["displayName"] == "Script"

    @pytest.mark.parametrize("text", ["bsh_", "bsh_" + "x" * 43, "bsh_\u00e9", "bsh_" + "y" * 9_000])
    def test_that_is_wrong_is_refused_even_where_nobody_is_asked_for(self, text: str) -> None:
        for path in ("/api/v1/me", "/api/v1/papers", "/api/daily_papers"):
            response = Client(headers={"Authorization": f"Bearer {text}"}).get(path)
            assert (response.status_code, set(response.json())) == (401, {"error"})
            assert response["WWW-Authenticate"].startswith("Bearer")

    @given(header=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
    def test_of_any_kind_never_breaks_anything(self, header: str) -> None:
        request = RequestFactory().get("/api/v1/me", headers={"Authorization": header})
        request.user = Account()  # type: ignore[assignment]
        assert BearerMiddleware(lambda request: HttpResponse())(request).status_code in (200, 401)

    def test_of_another_site_says_nothing_of_anybody(self) -> None:
        assert me("hf_abcdefgh", "/api/daily_papers").status_code == 200
        assert me("hf_abcdefgh").status_code == 401
        assert Client().get("/api/v1/me").status_code == 401

    def test_ends(self) -> None:
        alice = person()
        token, text = tokens.make(alice, name="Script", scopes=["read"])
        assert me(text).status_code == 200
        tokens.revoke(token, actor=alice)
        assert me(text).status_code == 401
        late = token_for(alice, expires_at=timezone.now() + timedelta(hours=1))
        assert me(late).status_code == 200
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert me(late).status_code == 401

    def test_of_a_closed_account_is_refused_and_of_a_suspended_one_reads(self) -> None:
        sue, alice = suspended(), person()
        text = token_for(sue, "write")
        assert me(text).status_code == 200
        assert ask(writing, text).status_code == 403
        text = token_for(alice, "write")
        assert ask(writing, text).status_code == 200
        Account.objects.filter(pk=alice.pk).update(is_active=False)
        assert ask(writing, text).status_code == 401

    def test_is_of_no_use_on_pages_and_in_addresses(self) -> None:
        text = token_for(person(), "write")
        assert me(text, "/settings").status_code == 302
        assert Client().get(f"/api/v1/me?token={text}&access_token={text}").status_code == 401

    def test_is_in_no_log_line(self, caplog: pytest.LogCaptureFixture) -> None:
        text = token_for(person())
        with caplog.at_level(logging.DEBUG):
            me(text)
            me(text + "x")
        assert text not in caplog.text

    def test_notes_its_use_once_a_minute(self, django_assert_num_queries: Any) -> None:
        alice = person()
        text = token_for(alice)
        now = timezone.now()
        assert tokens.token_of(text, now)
        assert ApiToken.objects.get().used_at == now
        with django_assert_num_queries(1):
            tokens.token_of(text, now + timedelta(seconds=59))
        assert ApiToken.objects.get().used_at == now
        tokens.token_of(text, now + timedelta(seconds=60))
        assert ApiToken.objects.get().used_at == now + timedelta(seconds=60)

    @pytest.mark.parametrize(
        "told",
        [
            {"name": " "},
            {"name": "x" * 101},
            {"scopes": []},
            {"scopes": ["root"]},
            {"scopes": ["admin"]},
            {"expires_at": timezone.now() - timedelta(days=1)},
        ],
    )
    def test_is_not_made(self, told: dict[str, Any]) -> None:
        with pytest.raises(RefusedError):
            tokens.make(person(), **{"name": "Script", "scopes": ["read"], **told})
        assert not ApiToken.objects.exists()


class TestScope:
    def test_is_what_a_token_may_do(self) -> None:
        alice, ada = person(), admin()
        assert ask(writing, token_for(alice, "read")).status_code == 403
        assert ask(writing, token_for(alice, "write")).status_code == 200
        assert ask(ruling, token_for(alice, "write")).status_code == 403
        ruler = token_for(ada, "admin")
        assert ask(ruling, ruler).status_code == 200
        assert ask(ruling, token_for(ada, "write")).status_code == 403
        Account.objects.filter(pk=ada.pk).update(role="member", is_superuser=False)
        assert ask(ruling, ruler).status_code == 403

    def test_refusals_have_one_shape(self) -> None:
        text = token_for(person(), "write")
        for view, status in ((refusing, 403), (limiting, 429)):
            response = ask(view, text)
            assert response.status_code == status
            assert b'{"error": "' in response.content
        assert ask(limiting, text)["Retry-After"] == "7"

    def test_has_to_be_one_that_there_is(self) -> None:
        with pytest.raises(ValueError, match="no scope"):
            needs_scope("everything")


class TestSession:
    def test_reads(self) -> None:
        client = Client()
        client.force_login(person())
        assert client.get("/api/v1/me").json()["token"] is None
        assert client.get("/api/whoami-v2").json()["auth"] == {"type": "session"}

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_of_another_sites_page_writes_nothing(self, site: str) -> None:
        request = RequestFactory().post("/api/v1/x", headers={"Sec-Fetch-Site": site})
        request.user = person()  # type: ignore[assignment]
        assert writing(request).status_code == 403

    def test_counts_for_nothing_beside_a_token(self) -> None:
        client = Client(headers={"Authorization": f"Bearer {token_for(person('bob'))}"})
        client.force_login(person())
        assert client.get("/api/v1/me").json()["username"] == "bob"


def test_a_token_may_ask_only_so_often() -> None:
    text = token_for(person())
    first = me(text)
    most = LIMITS["api"][0].times
    assert first["RateLimit-Policy"] == f'"api";q={most};w=60'
    assert first["RateLimit"] == f'"api";r={most - 1};t=1'
    Allowance.objects.update(level=0.1, updated_at=timezone.now())
    response = me(text)
    assert (response.status_code, set(response.json())) == (429, {"error"})
    assert response["RateLimit"].startswith('"api";r=0;t=')
    assert int(response["Retry-After"]) >= 1
    assert me(token_for(person("bob"))).status_code == 200


class TestPage:
    def test_makes_a_token_and_shows_it_once(self) -> None:
        client = Client()
        client.force_login(person())
        response = client.post("/settings/tokens", {"name": "Script", "scope": "write", "expires_on": ""})
        text = response.context["made"]
        assert me(text).json()["token"]["scopes"] == ["read", "write"]
        page = client.get("/settings/tokens")
        assert text not in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        number = ApiToken.objects.get().pk
        assert client.post(f"/settings/tokens/{number}/revoke").status_code == 302
        assert me(text).status_code == 401
        assert client.post(f"/settings/tokens/{number}/revoke").status_code == 404

    def test_says_what_is_wrong(self) -> None:
        client = Client()
        client.force_login(person())
        response = client.post("/settings/tokens", {"name": "", "scope": "admin", "expires_on": "yesterday"})
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {"name", "scope", "expires_on"}
        response = client.post("/settings/tokens", {"name": "x", "scope": "read", "expires_on": "2020-01-01"})
        assert response.status_code == 400
        assert "expired" in response.content.decode()

    def test_is_for_ones_own_tokens_alone(self) -> None:
        tokens.make(person(), name="Script", scopes=["read"])
        client = Client()
        client.force_login(person("charlie"))
        assert client.post(f"/settings/tokens/{ApiToken.objects.get().pk}/revoke").status_code == 404
        assert "Script" not in client.get("/settings/tokens").content.decode()

    def test_makes_none_for_suspended_people_who_may_still_revoke(self) -> None:
        sue = suspended()
        token, text = tokens.make(sue, name="Script", scopes=["read"])
        client = Client()
        client.force_login(sue)
        assert client.post("/settings/tokens", {"name": "x", "scope": "read"}).status_code == 403
        assert client.post(f"/settings/tokens/{token.pk}/revoke").status_code == 302
        assert me(text).status_code == 401

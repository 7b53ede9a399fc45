"""Who may sign in or up, in each mode of the instance."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone

from broadsheet.community import invitations, people
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Deed, Invitation
from broadsheet.web.people.single_person import SinglePersonMiddleware
from tests.people import admin, curator, person

pytestmark = pytest.mark.django_db
HOME = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}


def request_with(code: str = "", **posted: str) -> HttpRequest:
    request = RequestFactory().post("/accounts/signup/", posted)
    request.session = SessionStore()
    if code:
        request.session[people.INVITATION_KEY] = code
    return request


def signed_up(name: str, request: HttpRequest) -> Account:
    account = Account.objects.create(username=name, email=f"{name}@example.org")
    people.welcome(account, request)
    account.refresh_from_db()
    return account


def is_owner(**told: str) -> bool:
    response = Client().get("/settings", **{**HOME, **told})
    return response.status_code == 200 and response.context["user"].username == "owner"


@pytest.fixture
def single(settings: object) -> None:
    settings.MODE, settings.PROXIES = "single", 0  # type: ignore[attr-defined]


@pytest.mark.usefixtures("single")
class TestOnePerson:
    def test_needs_not_sign_in_on_the_machine_itself(self) -> None:
        assert is_owner()
        owner = Account.objects.get()
        assert (owner.username, owner.role, owner.has_usable_password()) == ("owner", "admin", False)
        assert is_owner(HTTP_HOST="localhost:8000")
        assert is_owner(HTTP_HOST="[::1]:8000", REMOTE_ADDR="::1")
        assert Account.objects.count() == 1
        assert Deed.objects.filter(verb="account.owner").count() == 1

    @pytest.mark.parametrize(
        "told",
        [
            {"REMOTE_ADDR": "192.0.2.7"},
            {"REMOTE_ADDR": ""},
            {"HTTP_HOST": "testserver"},
            {"HTTP_HOST": "papers.example.org"},
            {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            {"HTTP_FORWARDED": "for=127.0.0.1"},
            {"HTTP_VIA": "1.1 proxy"},
            {"HTTP_X_REAL_IP": "127.0.0.1"},
            {"HTTP_X_FORWARDED_PROTO": "https"},
            {"SERVER_PROTOCOL": "HTTP/1.0"},
            {"HTTP_ORIGIN": "https://elsewhere.example.org"},
            {"HTTP_ORIGIN": "null"},
            {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_SEC_FETCH_MODE": "cors"},
            {"HTTP_SEC_FETCH_SITE": "same-site", "HTTP_SEC_FETCH_MODE": "no-cors"},
            {
                "HTTP_SEC_FETCH_SITE": "cross-site",
                "HTTP_SEC_FETCH_MODE": "navigate",
                "HTTP_SEC_FETCH_DEST": "iframe",
            },
        ],
    )
    def test_is_nobody_from_elsewhere(self, told: dict[str, str], settings: object) -> None:
        settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
        assert not is_owner(**told)

    def test_is_the_owner_behind_a_link_on_another_site(self) -> None:
        assert is_owner(
            HTTP_SEC_FETCH_SITE="cross-site", HTTP_SEC_FETCH_MODE="navigate", HTTP_SEC_FETCH_DEST="document"
        )

    def test_is_nobody_where_the_instance_has_another_address(self, settings: object) -> None:
        settings.BASE_URL = "https://papers.example.org"  # type: ignore[attr-defined]
        assert not is_owner()

    def test_is_nobody_behind_a_proxy_that_says_nothing(self, settings: object) -> None:
        settings.PROXIES = 1  # type: ignore[attr-defined]
        assert not is_owner()

    @pytest.mark.parametrize("mode", ["invite", "approval", "open"])
    def test_is_nobody_once_the_mode_is_another_and_the_owner_stays_admin(self, mode: str, settings: object) -> None:
        assert is_owner()
        settings.MODE = mode  # type: ignore[attr-defined]
        assert not is_owner()
        assert Account.objects.get(username="owner").role == Account.Role.ADMIN

    def test_is_asked_for_the_token_of_forms(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.get("/settings", **HOME)
        assert client.post("/settings", {"display_name": "Mallory"}, **HOME).status_code == 403
        forged = {"HTTP_ORIGIN": "http://127.0.0.1:9999"}
        assert client.post("/settings", {"display_name": "Mallory"}, **HOME, **forged).status_code == 403
        assert Account.objects.get().display_name == ""

    def test_is_the_first_admin_where_there_is_one(self) -> None:
        admin("ada")
        assert Client().get("/settings", **HOME).context["user"].username == "ada"

    def test_gives_no_rights_to_somebody_who_is_called_owner(self) -> None:
        person("owner")
        assert Client().get("/settings", **HOME).status_code == 302

    def test_may_be_signed_in_as_somebody_else(self) -> None:
        client = Client()
        client.force_login(person("bob"))
        assert client.get("/settings", **HOME).context["user"].username == "bob"

    def test_signs_nobody_up(self) -> None:
        assert not people.may_sign_up(request_with())

    def test_asks_the_database_for_nobody_where_nobody_is_asked_for(self, django_assert_num_queries: object) -> None:
        middleware = SinglePersonMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
        request = RequestFactory().get("/", **HOME)
        request.user = None  # type: ignore[assignment]
        with django_assert_num_queries(0):  # type: ignore[operator]
            middleware(request)


class TestInvitations:
    @pytest.fixture(autouse=True)
    def mode(self, settings: object) -> None:
        settings.MODE = "invite"  # type: ignore[attr-defined]

    def test_let_one_person_in_with_the_role_that_was_offered(self) -> None:
        alice = curator("alice")
        invitation, code = invitations.invite(alice, role=Account.Role.CURATOR)
        assert code not in str(Invitation.objects.values())
        assert not people.may_sign_up(request_with())
        assert not people.may_sign_up(request_with("another"))
        assert people.may_sign_up(request_with(code))
        bob = signed_up("bob", request_with(code))
        assert (bob.role, bob.is_waiting, bob.is_active) == ("curator", False, True)
        invitation.refresh_from_db()
        assert invitation.used_by == bob
        assert not people.may_sign_up(request_with(code))
        late = signed_up("late", request_with(code))
        assert (late.role, late.is_waiting, late.is_active) == ("member", True, False)

    def test_for_an_address_let_only_that_one_in(self) -> None:
        _, code = invitations.invite(person(), email="Bob@Example.org")
        assert signed_up("charlie", request_with(code)).is_waiting
        assert not signed_up("bob", request_with(code)).is_waiting

    def test_end(self) -> None:
        alice = person()
        invitation, code = invitations.invite(alice)
        invitations.withdraw(invitation, actor=alice)
        assert not people.may_sign_up(request_with(code))
        old, code = invitations.invite(alice)
        Invitation.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        assert not people.may_sign_up(request_with(code))

    @pytest.mark.parametrize(
        "told", [{"role": Account.Role.CURATOR}, {"email": "nobody"}, {"days": 0}, {"days": 10_000}]
    )
    def test_are_refused(self, told: dict[str, object]) -> None:
        with pytest.raises(RefusedError):
            invitations.invite(person(), **told)  # type: ignore[arg-type]
        assert not Invitation.objects.exists()

    def test_are_made_and_withdrawn_on_a_page_and_shown_once(self, client: Client) -> None:
        client.force_login(person())
        made = client.post("/invitations", {"email": "", "role": "member", "days": "7"}).context["made"]
        path = "/join/" + made.rsplit("/", 1)[1]
        assert made not in client.get("/invitations").content.decode()
        visitor = Client()
        assert "invites you" in visitor.get(path).content.decode()
        assert visitor.session.get(people.INVITATION_KEY) is None
        assert visitor.post(path).status_code == 302
        assert path.endswith(visitor.session[people.INVITATION_KEY])
        number = Invitation.objects.get().pk
        stranger = Client()
        stranger.force_login(person("charlie"))
        assert stranger.post(f"/invitations/{number}/withdraw").status_code == 404
        assert client.post(f"/invitations/{number}/withdraw").status_code == 302
        assert visitor.get(path).status_code == 404

    def test_of_a_form_with_faults_say_which(self, client: Client) -> None:
        client.force_login(person())
        response = client.post("/invitations", {"email": "x", "role": "admin", "days": "0"})
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {"email", "role", "days"}


class TestApproval:
    @pytest.fixture(autouse=True)
    def mode(self, settings: object) -> None:
        settings.MODE = "approval"  # type: ignore[attr-defined]

    def test_lets_somebody_in_who_is_told(self, client: Client) -> None:
        willa = signed_up("willa", request_with(reason_to_join="I read <b>papers</b>"))
        assert (willa.is_waiting, willa.is_active) == (True, False)
        ada = admin()
        client.force_login(ada)
        assert "I read &lt;b&gt;papers&lt;/b&gt;" in client.get("/moderation/waiting").content.decode()
        assert client.post(f"/moderation/waiting/{willa.pk}", {"approve": "1"}).status_code == 302
        willa.refresh_from_db()
        assert (willa.is_waiting, willa.is_active) == (False, True)
        assert [message.to for message in mail.outbox] == [["willa@example.org"]]
        assert Deed.objects.filter(verb="account.approve", actor=ada, subject=str(willa.pk)).exists()
        with pytest.raises(RefusedError):
            people.approve(willa, actor=ada)

    def test_turns_somebody_away_and_keeps_nothing(self, client: Client) -> None:
        willa = signed_up("willa", request_with(reason_to_join="Because"))
        client.force_login(admin())
        client.post(f"/moderation/waiting/{willa.pk}", {"refuse": "1", "why": "Wrong field"})
        assert not Account.objects.filter(username="willa").exists()
        assert "willa" not in str(list(Deed.objects.values()))
        assert "Wrong field" in mail.outbox[0].body

    @pytest.mark.parametrize("who", [person, curator])
    def test_is_for_admins_alone(self, client: Client, who: object) -> None:
        willa = signed_up("willa", request_with())
        client.force_login(who("zoe"))  # type: ignore[operator]
        assert client.get("/moderation/waiting").status_code == 404
        assert client.post(f"/moderation/waiting/{willa.pk}", {"approve": "1"}).status_code == 404

    def test_cannot_be_had_by_refusing_somebody_who_is_in(self, client: Client) -> None:
        bob = person("bob")
        client.force_login(admin())
        client.post(f"/moderation/waiting/{bob.pk}", {"refuse": "1"})
        assert Account.objects.filter(username="bob").exists()


def test_an_open_instance_takes_everybody(settings: object) -> None:
    settings.MODE = "open"  # type: ignore[attr-defined]
    assert people.may_sign_up(request_with())
    bob = signed_up("bob", request_with())
    assert (bob.role, bob.is_waiting, bob.is_active) == ("member", False, True)


class TestRoles:
    def test_are_given_by_admins_and_noted(self) -> None:
        ada, bob = admin(), person("bob")
        people.set_role(bob, Account.Role.MODERATOR, actor=ada)
        bob.refresh_from_db()
        assert (bob.role, bob.is_superuser) == ("moderator", False)
        assert Deed.objects.filter(verb="account.role", actor=ada, subject=str(bob.pk)).exists()
        with pytest.raises(RefusedError):
            people.set_role(ada, Account.Role.MEMBER, actor=bob)

    def test_leave_one_admin(self) -> None:
        ada = admin()
        with pytest.raises(RefusedError, match="only admin"):
            people.set_role(ada, Account.Role.MEMBER)
        people.set_role(person("bob"), Account.Role.ADMIN, actor=ada)
        people.set_role(ada, Account.Role.MEMBER, actor=ada)
        assert Account.objects.get(username="ada").role == "member"

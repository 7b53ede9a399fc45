"""What people say of themselves, and what of it and of what they did others see."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.models import Paper
from broadsheet.community import profiles
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Claim, Collection, Comment, Group, Submission, Vote
from tests.builders import WEDNESDAY, many, take
from tests.people import moderator, person, suspended

pytestmark = pytest.mark.django_db


def client_of(account: Account | None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(account)
    return client


def page(path: str = "/people/alice", reader: Account | None = None, status: int = 200) -> str:
    response = client_of(reader).get(path)
    assert response.status_code == status
    return response.content.decode()


def form(**told: str) -> dict[str, str]:
    return {"display_name": "Alice", "are_votes_public": "on", **told}


@pytest.fixture
def alice() -> Account:
    """Who voted, spoke, submitted, claimed and collected, each in public and otherwise."""
    alice = person(display_name="Alice A.", affiliation="Heron Institute", about="I *read*.")
    take(*many(6, on=WEDNESDAY, days=1))
    papers, now = list(Paper.objects.order_by("pk")), timezone.now()
    group = Group.objects.create(slug="g", name="G", created_at=now)
    Vote.objects.create(account=alice, paper=papers[0], cast_at=now)
    Vote.objects.create(account=alice, paper=papers[1], state="waiting", cast_at=now)
    Vote.objects.create(account=alice, paper=papers[2], group=group, cast_at=now)
    for text, told in {
        "In public": {},
        "In a group": {"group": group},
        "Hidden words": {"state": "hidden"},
        "Waiting words": {"state": "waiting"},
    }.items():
        Comment.objects.create(account=alice, paper=papers[3], text=text, written_at=now, **told)
    Submission.objects.create(account=alice, named="x", paper=papers[4], state="listed", submitted_at=now)
    Claim.objects.create(account=alice, paper=papers[5], state="verified", claimed_at=now)
    for visibility in ("public", "private"):
        Collection.objects.create(
            title=f"A {visibility} one", owner=alice, visibility=visibility, created_at=now, changed_at=now
        )
    return alice


def shown(text: str, alice: Account) -> set[int]:
    """Which of the six papers stand on a page."""
    papers = list(Paper.objects.order_by("pk"))
    return {number for number, paper in enumerate(papers) if f'href="/papers/{paper.name}"' in text}


@pytest.mark.usefixtures("alice")
class TestPage:
    def test_shows_what_is_public(self, alice: Account, settings: Any) -> None:
        settings.VOTERS = "everybody"
        text = page()
        assert "<em>read</em>" in text
        assert "Heron Institute" in text
        assert shown(text, alice) == {0, 3, 4, 5}
        assert "In public" in text
        assert "A public one" in text
        for secret in ("In a group", "Hidden words", "Waiting words", "A private one", "alice@example.org"):
            assert secret not in text

    @pytest.mark.parametrize(
        ("voters", "is_public", "seen"),
        [
            ("everybody", True, (True, True, True)),
            ("members", True, (False, True, True)),
            ("nobody", True, (False, False, True)),
            ("everybody", False, (False, False, True)),
        ],
    )
    def test_shows_votes_as_person_and_instance_decide(
        self, alice: Account, settings: Any, voters: str, is_public: bool, seen: tuple[bool, ...]
    ) -> None:
        settings.VOTERS = voters
        Account.objects.filter(pk=alice.pk).update(are_votes_public=is_public)
        for reader, is_seen in zip((None, person("bob"), alice), seen, strict=True):
            assert (0 in shown(page(reader=reader), alice)) == is_seen
            page("/people/alice/votes", reader, 200 if is_seen else 404)

    def test_has_pages_of_each_kind(self, alice: Account) -> None:
        for name in ("papers", "submissions", "comments", "collections"):
            page(f"/people/alice/{name}")
            page(f"/people/alice/{name}?p=9")
        page("/people/alice/secrets", status=404)
        page("/people/alice/comments?p=x", status=404)

    def test_shows_no_hidden_papers_and_collections(self, alice: Account, settings: Any) -> None:
        settings.VOTERS = "everybody"
        Paper.objects.update(is_hidden=True)
        Collection.objects.update(is_hidden=True)
        text = page()
        assert shown(text, alice) == set()
        assert "A public one" not in text

    def test_leaves_out_claims_that_are_not_to_be_shown(self, alice: Account) -> None:
        alice.claims.update(is_on_profile=False)
        assert 5 not in shown(page(), alice)

    def test_asks_the_database_seldom(self, django_assert_max_num_queries: Any, settings: Any) -> None:
        settings.VOTERS = "everybody"
        client = Client()
        client.get("/people/alice")
        with django_assert_max_num_queries(14):
            client.get("/people/alice")


def test_names_are_found_in_any_capitals() -> None:
    person()
    response = Client().get("/people/ALICE")
    assert (response.status_code, response["Location"]) == (302, "/people/alice")


def test_suspended_closed_and_waiting_people_are_nowhere_to_others() -> None:
    sue, bob = suspended(), person("bob")
    person("willa", is_waiting=True, is_active=False)
    person("carl", is_active=False)
    for name in ("sue", "willa", "carl", "nobody"):
        page(f"/people/{name}", None, 404)
        page(f"/people/{name}", bob, 404)
    page("/people/sue", sue)
    page("/people/sue", moderator())


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "[x](javascript:alert(1))"]
)
def test_nothing_that_people_write_runs(payload: str) -> None:
    person(
        display_name=payload,
        affiliation=payload,
        about=payload,
        links=[{"label": payload[:60], "url": "https://example.org/"}],
    )
    text = page()
    assert "<script>alert" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text


class TestSettings:
    def test_are_saved_and_shown(self) -> None:
        client = client_of(person())
        sent = form(
            affiliation="Heron Institute",
            orcid="https://orcid.org/0000-0002-1825-0097",
            zone="Europe/Berlin",
            label_0="Home",
            url_0="https://example.org/a",
            label_1="",
            url_1="http://example.org:8080/b",
        )
        assert client.post("/settings", sent).status_code == 302
        alice = Account.objects.get()
        assert (alice.orcid, alice.zone, alice.is_orcid_verified) == ("0000-0002-1825-0097", "Europe/Berlin", False)
        assert alice.links == [
            {"label": "Home", "url": "https://example.org/a"},
            {"label": "example.org", "url": "http://example.org:8080/b"},
        ]
        text = client.get("/settings").content.decode()
        assert "Your settings were saved." in text
        assert 'value="https://example.org/a"' in text
        client.post("/settings", {"display_name": ""})
        alice.refresh_from_db()
        assert (alice.links, alice.are_votes_public, alice.shown_name) == ([], False, "alice")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("orcid", "0000-0002-1825-0098"),
            ("orcid", "1825"),
            ("url_0", "javascript:alert(1)"),
            ("url_0", "https://"),
            ("url_0", "https://user:word@example.org"),
            ("url_0", "https://example.org:99999"),
            ("url_0", "//example.org"),
            ("url_0", "https://example.org/" + "x" * 500),
            ("zone", "Mars/Olympus"),
            ("about", "x" * 2_001),
            ("display_name", "x" * 121),
        ],
    )
    def test_with_faults_are_not_saved_and_say_where(self, field: str, value: str) -> None:
        client = client_of(person())
        response = client.post("/settings", form(**{field: value}))
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {field}
        assert Account.objects.get().display_name == ""

    def test_keep_an_orcid_verified_as_long_as_it_stays(self) -> None:
        alice = person(orcid="0000-0002-1825-0097", is_orcid_verified=True)
        client = client_of(alice)
        client.post("/settings", form(orcid="0000-0002-1825-0097"))
        alice.refresh_from_db()
        assert alice.is_orcid_verified
        client.post("/settings", form(orcid="0000-0001-5109-3700"))
        alice.refresh_from_db()
        assert (alice.orcid, alice.is_orcid_verified) == ("0000-0001-5109-3700", False)

    def test_are_not_for_strangers_and_stay_as_they_are_while_suspended(self) -> None:
        assert Client().get("/settings").status_code == 302
        client = client_of(suspended())
        assert client.get("/settings").status_code == 200
        assert client.post("/settings", form()).status_code == 403

    def test_of_the_zone_hold_for_times_on_pages(self) -> None:
        alice = person(zone="Asia/Tokyo")
        take(*many(1, on=WEDNESDAY, days=1))
        late = timezone.datetime(2026, 3, 1, 20, 0, tzinfo=timezone.get_default_timezone())
        Comment.objects.create(account=alice, paper=Paper.objects.get(), text="Good morning", written_at=late)
        assert "1 Mar 2026" in page()
        assert "2 Mar 2026" in page(reader=alice)


@given(st.text(max_size=60), st.text(max_size=80))
def test_a_link_is_refused_or_leads_somewhere_safe(label: str, url: str) -> None:
    for told in (url, f"https://{url}", f"https://example.org/{url}"):
        try:
            link = profiles.checked_link(label, told)
        except RefusedError:
            continue
        assert link is None or link["url"].startswith(("http://", "https://", "HTTP", "Http", "hTTP"))


@given(st.from_regex(r"\A[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]\Z"))
def test_one_of_eleven_check_digits_fits(orcid: str) -> None:
    fits = []
    for digit in "0123456789X":
        try:
            fits.append(profiles.checked_orcid(orcid[:-1] + digit))
        except RefusedError:
            continue
    assert len(fits) == 1

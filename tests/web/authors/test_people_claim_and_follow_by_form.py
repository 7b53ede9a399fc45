"""Claims and follows by form: what each person may do, and what everybody else is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community.models import Account, Claim, Follow, Vote
from broadsheet.search.maintenance import update_index
from tests.builders import many, take
from tests.people import LONG_AGO, curator, moderator, person, suspended
from tests.web.reading import Reader, parse_html

ORCID = "0000-0002-1825-0097"
PAPER = "/papers/2510.10001"


@pytest.fixture
def filled(reader: Reader) -> Reader:
    take(*many(3))
    update_index()
    return reader


def post(client: Client, path: str, form: dict[str, str], status: int) -> HttpResponse:
    answer: Any = client.post(path, form)
    assert answer.status_code == status, answer.content.decode()[:2_000]
    return answer


def signed_in(client: Client, account: Account) -> Account:
    client.force_login(account)
    return account


def test_the_name_on_the_paper_leads_to_the_form(filled: Reader, client: Client) -> None:
    alice = signed_in(client, person(orcid=ORCID, is_orcid_verified=True))
    Authorship.objects.filter(paper__arxiv_id="2510.10001", position=1).update(orcid=ORCID)
    link = filled.open(PAPER).all("a", class_="claim")[1]
    form = filled.open(link.attrs["href"])
    assert form.one("option", selected="").text == "Ben Writer1"
    assert post(client, link.attrs["href"], {"position": "1"}, 302)["Location"] == "/claims"
    assert Claim.objects.get().state == "verified"
    mine = filled.open("/claims")
    assert "verified by ORCID" in mine.text
    assert "Ben Writer1" in mine.text
    assert filled.open(PAPER).one("a", class_="known").text == f"@{alice.username}"
    assert not filled.open(PAPER).all("a", class_="claim"), "nobody is two of the authors"


def test_a_claim_goes_through_the_queue(filled: Reader, client: Client) -> None:
    alice, mo = signed_in(client, person()), moderator()
    post(client, f"{PAPER}/claim", {"position": "0", "words": "<script>see</script> my page"}, 302)
    number = Claim.objects.get().pk
    assert "waits for a moderator" in filled.open("/claims").text
    filled.get("/moderation/claims", 404)
    signed_in(client, mo)
    queue = filled.open("/moderation/claims")
    assert "<script>see</script> my page" in queue.text
    assert (
        post(client, f"/claims/{number}", {"do": "verify", "reason": "seen"}, 302)["Location"] == "/moderation/claims"
    )
    assert Authorship.objects.get(account=alice).position == 0
    post(client, f"/claims/{number}", {"do": "verify"}, 403)
    post(client, f"/claims/{number}", {"do": "revoke", "reason": "no"}, 302)
    assert not Authorship.objects.filter(account=alice).exists()


def test_a_claim_is_changed_by_its_person_and_moderators_alone(filled: Reader, client: Client) -> None:
    signed_in(client, person())
    post(client, f"{PAPER}/claim", {"position": "0"}, 302)
    path = f"/claims/{Claim.objects.get().pk}"
    post(client, path, {"do": "verify"}, 403)
    post(client, path, {"do": "nonsense"}, 400)
    post(client, path, {"do": "hide"}, 302)
    assert not Claim.objects.get().is_on_profile
    for somebody in (person("charlie"), curator()):
        signed_in(client, somebody)
        post(client, path, {"do": "revoke"}, 404)
    post(client, "/claims/999999", {"do": "revoke"}, 404)
    filled.get(path, 405)
    client.logout()
    post(client, path, {"do": "revoke"}, 302)
    assert Claim.objects.exists(), "who is not signed in is led to sign in"


def test_a_refusal_says_why_and_keeps_what_was_written(filled: Reader, client: Client) -> None:
    signed_in(client, person())
    for position in ("7", "x", ""):
        page = parse_html(
            post(client, f"{PAPER}/claim", {"position": position, "words": "kept words"}, 403).content.decode()
        )
        assert "no such name" in page.one("p", role="alert").text
        assert page.one("textarea").text == "kept words"
    filled.get("/papers/2510.99999/claim", 404)
    signed_in(client, suspended())
    filled.get(f"{PAPER}/claim", 403)
    assert filled.open("/claims"), "a suspended person may read"
    post(client, "/claims/offered", {}, 403)


def test_all_that_is_offered_is_claimed_with_one_button(filled: Reader, client: Client) -> None:
    signed_in(client, person(orcid=ORCID, is_orcid_verified=True))
    Authorship.objects.filter(position=0).update(orcid=ORCID)
    assert "Claim all 3" in filled.open("/claims").text
    post(client, "/claims/offered", {}, 302)
    assert Claim.objects.filter(state="verified").count() == 3


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("/authors/ada-reader1", "author"),
        ("/organisations/institute%201", "organisation"),
        ("/search?cat=cs.CL", "category"),
    ],
)
def test_a_button_follows_and_lets_go(filled: Reader, client: Client, page: str, kind: str) -> None:
    assert filled.open(page).one("a", class_="follow").attrs["href"].startswith("/accounts/login/?next=/")
    alice = signed_in(client, person())
    for do, count in (("follow", 1), ("unfollow", 0)):
        form = filled.open(page).one("form", class_="follow")
        sent = {field.attrs["name"]: field.attrs["value"] for field in form.all("input")}
        assert sent["kind"] == kind
        button = form.one("button")
        assert button.attrs["value"] == do
        assert post(client, "/follow", sent | {"do": do}, 302)["Location"] == page
        assert Follow.objects.filter(follower=alice).count() == count


@pytest.mark.parametrize("page", ["/search?cat=cs.*", "/search?cat=cs.CL&q=x", "/search", "/search?cat=cs.ZZ"])
def test_other_lists_have_no_button(filled: Reader, page: str) -> None:
    assert not filled.open(page).all("a", class_="follow")


def test_following_shows_new_papers_to_its_person_alone(filled: Reader, client: Client) -> None:
    filled.get("/following", 302)
    signed_in(client, person())
    assert "Nothing yet" in filled.open("/following").text
    post(client, "/follow", {"kind": "author", "name": "ada-reader1"}, 302)
    post(client, "/follow", {"kind": "category", "name": "cs.LG", "next": "//evil.example"}, 302)
    answer = filled.get("/following")
    assert "no-store" in answer["Cache-Control"]
    page = filled.open("/following")
    assert len(page.all("article")) == 1
    assert "Ada Reader1" in page.one("ul", class_="people").text
    assert page.one("ul", class_="people").one("a", href="/search?cat=cs.LG")


def test_what_cannot_be_followed_is_refused(filled: Reader, client: Client) -> None:
    filled.get("/follow", 405)
    post(client, "/follow", {"kind": "author", "name": "ada-reader1"}, 302)
    signed_in(client, person())
    for kind, name in (("author", "nobody"), ("paper", "x"), ("person", "alice"), ("", "\0")):
        post(client, "/follow", {"kind": kind, "name": name}, 403)
        post(client, "/follow", {"kind": "nonsense", "name": name, "do": "unfollow"}, 403)
    assert (
        post(client, "/follow", {"kind": "author", "name": "ada-reader1", "next": "//evil.example"}, 302)["Location"]
        == "/following"
    )
    signed_in(client, suspended())
    post(client, "/follow", {"kind": "author", "name": "ada-reader1"}, 403)


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_public_votes_are_a_feed(filled: Reader, client: Client, settings: object, kind: str) -> None:
    bob = person("bob")
    Vote.objects.create(account=bob, paper=Paper.objects.get(arxiv_id="2510.10001"), state="counted", cast_at=LONG_AGO)
    path = f"/people/bob/votes.{kind}"
    filled.get(path, 404)
    settings.VOTERS = "everybody"  # type: ignore[attr-defined]
    answer = filled.get(path)
    assert "2510.10001" in answer.content.decode()
    filled.get(f"/people/nobody/votes.{kind}", 404)
    Account.objects.filter(pk=bob.pk).update(are_votes_public=False)
    filled.get(path, 404)


def test_people_say_where_they_belong_and_moderators_mark_it(filled: Reader, client: Client) -> None:
    page, slug = "/organisations/institute%201", "institute 1"
    assert not filled.open(page).all("ul", class_="people")
    post(client, "/affiliations", {"organisation": slug, "do": "join"}, 302)
    signed_in(client, person())
    assert post(client, "/affiliations", {"organisation": slug, "do": "join"}, 302)["Location"] == page
    assert [item.text for item in filled.open(page).one("ul", class_="people").all("li")] == ["alice"]
    post(client, "/affiliations", {"organisation": slug, "do": "verify", "person": "alice"}, 404)
    post(client, "/affiliations", {"organisation": slug, "do": "nonsense"}, 400)
    post(client, "/affiliations", {"organisation": "none", "do": "join"}, 404)
    filled.get("/affiliations", 405)
    signed_in(client, moderator())
    post(client, "/affiliations", {"organisation": slug, "do": "verify", "person": "nobody"}, 404)
    post(client, "/affiliations", {"organisation": slug, "do": "verify", "person": "alice"}, 302)
    assert "verified" in filled.open(page).one("ul", class_="people").text
    signed_in(client, Account.objects.get(username="alice"))
    post(client, "/affiliations", {"organisation": slug, "do": "leave"}, 302)
    assert not filled.open(page).all("ul", class_="people")
    signed_in(client, suspended())
    post(client, "/affiliations", {"organisation": slug, "do": "join"}, 403)


@pytest.mark.parametrize("path", ["/follow", f"{PAPER}/claim", "/claims/offered", "/claims/1", "/affiliations"])
def test_a_form_of_another_site_is_refused(filled: Reader, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person())
    post(strict, path, {"kind": "author", "name": "ada-reader1", "position": "0"}, 403)
    assert not Follow.objects.exists()
    assert not Claim.objects.exists()

"""Whoever comes to "for you" for the first time tells what they like in one of several ways, and has papers at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Example, Follow, Taste
from tests.people import suspended
from tests.web.foryou.conftest import titles

pytestmark = pytest.mark.usefixtures("two_fields")


def began(client: Client, **sent: object) -> Any:
    response = client.post("/for-you/start", sent, follow=True)
    assert response.redirect_chain == [("/for-you", 302)]
    return response


def test_the_first_visit_leads_to_beginning(client_of: Client) -> None:
    response = client_of.get("/for-you", follow=True)
    assert response.redirect_chain == [("/for-you/start", 302)]
    assert response.content.count(b'type="checkbox" name="paper"') == 24
    assert b"cs.PL" in response.content
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_picked_papers_bring_more_of_their_kind(client_of: Client, alice: Account) -> None:
    response = began(client_of, do="pick", paper=["2510.10001", "2510.10002", "2510.10003"])
    assert all(title.startswith("Herons") for title in titles(response)[:5])
    assert not {"Herons 1", "Herons 2", "Herons 3"} & set(titles(response))
    assert Example.objects.filter(account=alice, origin="picked").count() == 3
    assert "The ranking learns from 3 papers." in response.content.decode()
    assert 'class="because"' in response.content.decode()


def test_a_pasted_bibliography_and_a_file_are_learnt_from(client_of: Client, alice: Account) -> None:
    text = "@article{a, title={Compilers 1}, eprint={2510.20001}}\n@article{b, title={Known to nobody here}}"
    response = began(client_of, do="bibliography", text=text)
    assert "1 of 2 entries are papers of this site" in response.content.decode()
    assert titles(response)[0].startswith("Compilers")
    sent = SimpleUploadedFile("mine.bib", b"@article{c, title={Compilers 2}}")
    began(client_of, do="bibliography", file=sent)
    assert Example.objects.filter(account=alice, origin="bibliography").count() == 2


def test_a_sentence_is_looked_for_by_its_words(client_of: Client) -> None:
    response = began(client_of, do="sentence", sentence="register allocation in compilers")
    assert titles(response)[0].startswith("Compilers")
    assert Taste.objects.get().interests == ["register allocation in compilers"]


def test_categories_are_followed(client_of: Client, alice: Account) -> None:
    response = began(client_of, do="follow", category=["cs.PL"])
    assert Follow.objects.get(follower=alice).category.code == "cs.PL"
    assert all(title.startswith("Compilers") for title in titles(response)[:5])
    assert "you follow cs.PL" in response.content.decode()


def test_own_papers_are_taken_by_a_confirmed_orcid(client_of: Client, alice: Account) -> None:
    assert client_of.post("/for-you/start", {"do": "orcid"}).status_code == 400
    orcid = "0000-0002-1825-0097"
    Account.objects.filter(pk=alice.pk).update(orcid=orcid, is_orcid_verified=True)
    Paper.objects.get(title="Herons 1").authorships.create(name="Alice", position=0, orcid=orcid)
    response = began(client_of, do="orcid")
    assert Example.objects.get().origin == "orcid"
    assert titles(response)[0].startswith("Herons")


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"do": "pick"}, "Pick a paper"),
        ({"do": "pick", "paper": "no-such-paper"}, "Pick a paper"),
        ({"do": "bibliography", "text": ""}, "could not be read"),
        ({"do": "bibliography", "text": "Known to nobody at all"}, "None of these papers"),
        ({"do": "sentence", "sentence": "  "}, "Write what you look for"),
        ({"do": "sentence", "sentence": "x" * 301}, "At most"),
        ({"do": "follow"}, "Choose a category"),
        ({"do": "follow", "category": "no.such"}, "nothing of that name"),
    ],
)
def test_what_says_nothing_is_refused_in_place(client_of: Client, sent: dict[str, str], why: str) -> None:
    response = client_of.post("/for-you/start", sent)
    assert response.status_code == 400
    assert why in response.content.decode()
    assert not Example.objects.exists()


def test_an_unknown_form_is_refused(client_of: Client) -> None:
    assert client_of.post("/for-you/start", {"do": "dance"}).status_code == 403


def test_a_file_that_is_too_large_is_refused(client_of: Client) -> None:
    sent = SimpleUploadedFile("mine.bib", b"x" * 2_000_001)
    response = client_of.post("/for-you/start", {"do": "bibliography", "file": sent})
    assert (response.status_code, b"larger than" in response.content) == (400, True)


def test_somebody_who_is_not_signed_in_reads_what_it_is(client: Client) -> None:
    response = client.get("/for-you")
    assert response.status_code == 200
    assert "/accounts/login/?next=/for-you" in response.content.decode()
    assert client.get("/for-you/start")["Location"].startswith("/accounts/login/")
    assert "For you</a>" not in client.get("/").content.decode()


def test_suspended_people_read_and_do_not_teach() -> None:
    client = Client()
    client.force_login(suspended())
    assert client.post("/for-you/start", {"do": "pick", "paper": "2510.10001"}).status_code == 403
    assert client.get("/for-you").status_code in (200, 302)


def test_beginning_costs_little(client_of: Client, django_assert_max_num_queries) -> None:
    client_of.get("/for-you/start")
    with django_assert_max_num_queries(16):
        assert client_of.get("/for-you/start").status_code == 200

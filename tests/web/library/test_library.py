"""A person's library on pages: one-key saving, reading marks, notes, files to take along; nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Paper
from broadsheet.community import library, rules
from broadsheet.community.models import Account, Shelved
from tests.builders import WEDNESDAY, many, record, take
from tests.people import person, suspended
from tests.web.reading import Reader, parse_html

pytestmark = pytest.mark.django_db
DAY = f"/date/{WEDNESDAY}"


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"


@pytest.fixture
def one(db: None) -> Paper:
    take(record("Kites in still air", arxiv="2510.10001", abstract="How kites hang."))
    return Paper.objects.get()


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_a_member_saves_by_form_and_comes_back_to_the_paper(one: Paper) -> None:
    alice = person()
    client = client_of(alice)
    page = Reader(client).open(DAY)
    (button,) = page.all("button", class_="saving")
    form = page.one("form", id="shelving")
    assert (button.attrs["form"], button.attrs["aria-pressed"]) == ("shelving", "false")
    told = {button.attrs["name"]: button.attrs["value"], "next": form.one("input", name="next").attrs["value"]}
    answer = client.post(form.attrs["action"], told)
    assert (answer.status_code, answer["Location"]) == (302, f"{DAY}#p-{one.key}")
    row = Shelved.objects.get()
    assert row.saved_at is not None
    assert row.seen_at is not None
    (button,) = Reader(client).open(DAY).all("button", class_="saving")
    assert (button.attrs["name"], button.attrs["aria-pressed"]) == ("unsave", "true")
    client.post("/library/shelve", {"unsave": one.name})
    assert Shelved.objects.get().saved_at is None


def test_a_script_gets_what_it_shows(one: Paper) -> None:
    client = client_of(person())
    answer = client.post("/library/shelve", {"read": one.name}, headers={"Accept": "application/json"})
    told = answer.json()
    assert (told["name"], told["is_saved"], told["is_read"], told["reading"]) == (one.name, False, True, "read")
    assert "no-store" in answer["Cache-Control"]


def test_a_vote_without_a_script_marks_a_paper_as_seen(one: Paper) -> None:
    client = client_of(person())
    client.post("/vote", {"vote": one.name}, headers={"Accept": "application/json"})
    assert not Shelved.objects.exists()
    client.post("/vote", {"vote": one.name})
    assert Shelved.objects.get().seen_at is not None


def test_what_is_not_sent_changes_nothing(one: Paper) -> None:
    client = client_of(person())
    for path in ("/papers/2510.10001", "/library", DAY):
        client.get(path)
    assert client.get("/library/shelve").status_code == 405
    assert client.post("/library/shelve", {"save": "nowhere"}).status_code == 404
    assert client.post("/library/shelve", {"other": one.name}).status_code == 404
    assert not Shelved.objects.exists()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("bob"))
    assert strict.post("/library/shelve", {"save": one.name}).status_code == 403


def test_strangers_and_suspended_people_save_nothing(one: Paper) -> None:
    answer = Client().post("/library/shelve", {"save": one.name})
    assert answer.status_code == 302
    assert "next=" in answer["Location"]
    assert client_of(suspended()).post("/library/shelve", {"save": one.name}).status_code == 403
    assert not Shelved.objects.exists()
    assert Reader(Client()).open(DAY).all("button", class_="saving") == []


def test_the_library_shows_unread_papers_first_and_is_its_owners(db: None) -> None:
    take(*many(3))
    alice, bob = person(), person("bob")
    papers = {paper.arxiv_id: paper for paper in Paper.objects.all()}
    for name in ("2510.10000", "2510.10001", "2510.10002"):
        library.save(alice, papers[name])
    library.mark_read(alice, papers["2510.10002"])
    library.write_note(alice, papers["2510.10001"], "Only *mine*, for $x^2$")
    client = client_of(alice)
    page = Reader(client).open("/library")
    names = [article.one("h2").one("a").attrs["href"] for article in page.all("article")]
    assert names == ["/papers/2510.10001", "/papers/2510.10000", "/papers/2510.10002"]
    assert page.one("em").text == "mine"
    assert [
        it.one("h2").one("a").attrs["href"] for it in Reader(client).open("/library?show=read").all("article")
    ] == names[2:]
    assert len(Reader(client).open("/library?show=noted").all("article")) == 1
    for other in (Reader(client_of(bob)).open("/library"), Reader(client_of(bob)).open("/papers/2510.10001")):
        assert "Only" not in other.one("main").text or "Only you" in other.one("main").text
        assert other.all("em") == []
    assert Client().get("/library").status_code == 302
    assert "no-store" in client.get("/library")["Cache-Control"]


def test_a_note_is_kept_edited_and_taken_away(one: Paper) -> None:
    alice = person()
    client = client_of(alice)
    address = f"/library/notes/{one.name}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"note": "  First\r\nsecond "})["Location"] == f"/papers/{one.name}"
    assert Shelved.objects.get().note == "First\nsecond"
    assert "First" in Reader(client).open(f"/papers/{one.name}").one("div", class_="shelving").text
    client.post(address, {"note": ""})
    assert Shelved.objects.get().noted_at is None
    answer = client.post(address, {"note": "x" * (rules.LONGEST_NOTE + 1)})
    assert answer.status_code == 403
    assert "at most 10,000 characters" in parse_html(answer.content.decode()).one("main").text


def test_hostile_notes_are_shown_as_words(one: Paper) -> None:
    alice = person()
    library.save(alice, one)
    library.write_note(alice, one, "<script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3))")
    for path in ("/library", f"/papers/{one.name}"):
        text = client_of(alice).get(path).content.decode()
        assert "<script>alert" not in text
        assert "<img" not in text
        assert 'href="javascript' not in text


def test_a_hidden_paper_is_nowhere_in_the_library(one: Paper) -> None:
    alice = person()
    library.save(alice, one)
    attention.hide(one.pk, is_hidden=True)
    client = client_of(alice)
    assert Reader(client).open("/library").all("article") == []
    assert client.post("/library/shelve", {"save": one.name}).status_code == 404
    assert one.title not in client.get("/library/export.bib").content.decode()


@pytest.mark.parametrize("kind", ["bib", "ris", "csl.json", "jsonl", "md"])
def test_the_library_is_taken_along_in_every_format(one: Paper, kind: str) -> None:
    alice = person()
    library.save(alice, one)
    library.write_note(alice, one, "good figures")
    answer = client_of(alice).get(f"/library/export.{kind}")
    text = answer.content.decode()
    assert "Kites in still air" in text
    assert "good figures" in text
    assert answer["Content-Disposition"] == f'attachment; filename="library-saved.{kind}"'
    assert "no-store" in answer["Cache-Control"]
    assert Client().get(f"/library/export.{kind}").status_code == 302
    assert client_of(alice).get("/library/export.exe").status_code == 404


def test_a_page_asks_the_database_as_seldom_for_many_papers(django_assert_max_num_queries: Any) -> None:
    take(*many(30))
    alice = person()
    for paper in Paper.objects.all():
        library.save(alice, paper)
    client = client_of(alice)
    client.get("/library")
    with django_assert_max_num_queries(16):
        client.get("/library")

"""Collections on pages: made, ordered and noted by plain forms; followed, taken along, and filled from a file."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from broadsheet.catalogue.models import Paper
from broadsheet.community import collections, groups, library, rules, votes
from broadsheet.community.models import Account, Collection
from tests.builders import many, record, take, take_and_index
from tests.people import person, suspended
from tests.web.reading import Element, Reader, parse_html

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def an_open_instance(settings: Any) -> None:
    settings.MODE = "open"


@pytest.fixture
def alice(db: None) -> Account:
    return person()


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def made(account: Account, count: int = 3, **told: Any) -> Collection:
    take_and_index(*many(count, length=200))
    collection = collections.make_collection(account, "Kites", **told)
    collections.add_papers(account, collection, Paper.objects.order_by("arxiv_id"))
    return collection


def names(page: Element) -> list[str]:
    return [article.one("h2").one("a").attrs["href"].removeprefix("/papers/") for article in page.all("article")]


def test_a_collection_is_made_filled_ordered_and_deleted_by_forms(alice: Account) -> None:
    take(*many(3, length=100))
    client = client_of(alice)
    assert client.get("/collections/new").status_code == 200
    address = client.post("/collections/new", {"title": "Kites", "visibility": "private"})["Location"]
    for name in ("2510.10000", "https://arxiv.org/abs/2510.10001", "arXiv:2510.10002v3"):
        assert client.post(f"{address}/entries", {"add": name}).status_code == 302
    page = Reader(client).open(address)
    assert names(page) == ["2510.10000", "2510.10001", "2510.10002"]
    up = page.all("button", name="up")[-1]
    assert up.attrs["form"] == page.one("form", id="ordering").attrs["id"]
    answer = client.post(f"{address}/entries", {up.attrs["name"]: up.attrs["value"]})
    assert answer["Location"].startswith(f"{address}#p-")
    assert names(Reader(client).open(address)) == ["2510.10000", "2510.10002", "2510.10001"]
    client.post(f"{address}/entries", {"remove": "2510.10000"})
    assert client.get(f"{address}/notes/2510.10001").status_code == 200
    assert client.get(f"{address}/notes/2510.10000").status_code == 404
    client.post(f"{address}/notes/2510.10001", {"note": "See **figure 2**"})
    assert Reader(client).open(address).one("strong").text == "figure 2"
    client.post(f"{address}/edit", {"title": "Winds", "about": "of *all* kinds", "visibility": "public"})
    page = Reader(client).open(address)
    assert (page.one("h1").text, page.one("em").text) == ("Winds", "all")
    assert client.post(f"{address}/entries", {"add": "2599.99999"}).status_code == 403
    assert client.post(f"{address}/entries", {"turn": "2510.10001"}).status_code == 404
    assert client.post(f"{address}/delete")["Location"] == "/collections"
    assert not Collection.objects.exists()


def test_a_paper_is_put_into_collections_from_its_page(alice: Account) -> None:
    take(record("Kites in still air", arxiv="2510.10001"))
    client = client_of(alice)
    address = "/library/collect/2510.10001"
    client.post(address, {"title": "Of kites"})
    collection = Collection.objects.get()
    (button,) = [it for it in Reader(client).open(address).all("button") if it.attrs.get("name") == "remove"]
    assert (button.attrs["value"], button.attrs["aria-pressed"]) == (collection.key, "true")
    client.post(address, {"remove": collection.key})
    assert not collection.entries.exists()
    client.post(address, {"add": collection.key})
    assert collection.entries.count() == 1
    other = collections.make_collection(person("bob"), "Bob's", visibility="public")
    assert client.post(address, {"add": other.key}).status_code == 404


def test_public_collections_are_everybodys_and_private_ones_their_owners(alice: Account) -> None:
    collection = made(alice)
    address = f"/collections/{collection.key}"
    for client in (Client(), client_of(person("charlie")), client_of(suspended())):
        assert client.get(address).status_code == 404
        assert client.get(f"{address}/export.bib").status_code == 404
        assert "Kites" not in Reader(client).open("/collections").one("main").text
    Collection.objects.update(visibility="public")
    page = Reader(Client()).open(address)
    assert len(names(page)) == 3
    assert page.all("button", name="up") == []
    assert "Kites" in Reader(Client()).open("/collections").one("main").text
    charlie = client_of(Account.objects.get(username="charlie"))
    assert Reader(charlie).open(address).all("a", href=f"/report/collection/{collection.key}")
    assert charlie.get(f"/report/collection/{collection.key}").status_code == 200
    for path in ("/edit", "/delete", "/entries", "/import", "/notes/2510.10000"):
        assert charlie.post(address + path, {"title": "x", "remove": "2510.10000"}).status_code == 404, path
    assert charlie.post(f"{address}/copy")["Location"] != address
    assert client_of(Account.objects.get(username="sue")).post(f"{address}/copy").status_code == 403
    Collection.objects.filter(owner=alice).update(is_hidden=True)
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_a_public_collection_is_followed_in_its_order(kind: str, alice: Account) -> None:
    collection = made(alice, visibility="public")
    collections.move(alice, collection, Paper.objects.get(arxiv_id="2510.10002"), "first")
    answer = Client().get(f"/feed.{kind}?collection={collection.key}")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Kites" in text
    places = [text.index(f"/papers/{name}") for name in ("2510.10002", "2510.10000", "2510.10001")]
    assert places == sorted(places)
    Collection.objects.update(visibility="private")
    assert Client().get(f"/feed.{kind}?collection={collection.key}").status_code == 400
    assert Client().get(f"/feed.{kind}?inside=saved").status_code == 400


def test_a_collection_is_searched_by_words_in_its_order_and_in_any_other(alice: Account) -> None:
    take_and_index(*many(6, length=400))
    collection = collections.make_collection(alice, "Kites", visibility="public")
    chosen = [Paper.objects.get(arxiv_id=f"2510.1000{n}") for n in (4, 1, 3)]
    collections.add_papers(alice, collection, chosen)
    reader = Reader(Client())
    ids = ["2510.10004", "2510.10001", "2510.10003"]
    assert names(reader.open(f"/search?collection={collection.key}")) == ids
    assert sorted(names(reader.open(f"/search?collection={collection.key}&q=front+pages"))) == sorted(ids)
    assert names(reader.open(f"/search?collection={collection.key}&q=front+pages&sort=saved")) == ids
    assert names(reader.open(f"/search?collection={collection.key}&sort=votes")) == sorted(ids)
    assert names(reader.open(f"/search?collection={collection.key}&q=%22part+3%22")) == ["2510.10003"]
    assert names(reader.open(f"/search?collection={collection.key}&cat=cs.LG")) == ["2510.10004", "2510.10001"]


def test_ones_own_papers_are_searched_and_nobody_elses(alice: Account) -> None:
    take_and_index(*many(6, length=400))
    papers = {n: Paper.objects.get(arxiv_id=f"2510.1000{n}") for n in range(6)}
    library.save(alice, papers[0])
    library.save(alice, papers[1])
    library.mark_read(alice, papers[2])
    library.write_note(alice, papers[3], "mine")
    votes.cast_vote(alice, papers[4])
    mine, others = Reader(client_of(alice)), client_of(person("bob"))
    for inside, found in (("saved", {0, 1}), ("read", {2}), ("noted", {3}), ("voted", {4}), ("followed", set())):
        for words in ("", "&q=front", "&q=front&mode=words", "&sort=votes", "&cat=cs.*"):
            page = mine.open(f"/search?inside={inside}{words}")
            assert set(names(page)) == {f"2510.1000{n}" for n in found}, (inside, words)
            assert names(Reader(others).open(f"/search?inside={inside}{words}")) == []
        answer = mine.client.get(f"/search?inside={inside}&q=front")
        assert "no-store" in answer["Cache-Control"]
        assert mine.client.get(f"/api/v1/papers?inside={inside}").json()["total"] == len(found)
        assert "no-store" in mine.client.get(f"/api/v1/papers?inside={inside}")["Cache-Control"]
        anonymous = Client().get(f"/search?inside={inside}")
        assert anonymous.status_code == 302
        assert "next=" in anonymous["Location"]
        told = Client().get(f"/api/v1/papers?inside={inside}")
        assert told.status_code == 400
        assert "sign in first" in told.json()["error"]
    assert mine.client.get("/search?inside=hers").status_code == 400


def test_a_bibliography_is_sent_by_form(alice: Account) -> None:
    take(record("Kites in still air", arxiv="2510.10001"))
    collection = collections.make_collection(alice, "From my files")
    client = client_of(alice)
    address = f"/collections/{collection.key}/import"
    assert client.get(address).status_code == 200
    text = b"@misc{a, title={Kites in still air}, eprint={2510.10001}}\n@misc{b, author={Nobody}}\n"
    answer = client.post(address, {"file": SimpleUploadedFile("../../x.bib", text)})
    said = parse_html(answer.content.decode()).one("main").text
    assert answer.status_code == 200
    assert "2 entries were in the file." in said
    assert "file:2: the entry has no title" in said
    assert collection.entries.count() == 1
    for file in (None, SimpleUploadedFile("a.bib", b""), SimpleUploadedFile("a.bib", b"no bibliography")):
        refused = client.post(address, {"file": file} if file else {})
        assert refused.status_code == 400
        assert "Nothing has been changed." in parse_html(refused.content.decode()).one("main").text
    large = SimpleUploadedFile("a.bib", b"@" * (rules.LARGEST_IMPORT + 1))
    assert client.post(address, {"file": large}).status_code == 400
    assert client_of(person("bob")).get(address).status_code == 404


def test_pages_of_collections_and_groups_ask_seldom(alice: Account, django_assert_max_num_queries: Any) -> None:
    collection = made(alice, 25)
    group = groups.make_group(alice, "Kite lab")
    listed = groups.reading_list(group)
    collections.add_papers(alice, listed, Paper.objects.all())
    for entry in listed.entries.all():
        collections.note_entry(alice, listed, entry.paper, f"note by @alice on {entry.pk}")
    client = client_of(alice)
    for path in (f"/collections/{collection.key}", "/collections", "/groups", f"/collections/{listed.key}"):
        with django_assert_max_num_queries(16):
            client.get(path)
    with django_assert_max_num_queries(22):
        client.get(f"/groups/{group.slug}")

"""New papers are recommended from any list: names, a collection, a library, a search, a pasted bibliography."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Collection, CollectionEntry, Shelved
from tests.web.foryou.conftest import titles
from tests.web.reading import parse_html

pytestmark = pytest.mark.usefixtures("two_fields")
MOST_QUERIES = 16


def collection_of(owner: Account, visibility: str, *given: str) -> Collection:
    now = timezone.now()
    made = Collection.objects.create(title="Birds", owner=owner, visibility=visibility, created_at=now, changed_at=now)
    for place, title in enumerate(given):
        paper = Paper.objects.get(title=title)
        CollectionEntry.objects.create(collection=made, paper=paper, position=place, added_at=now)
    return made


def test_papers_by_name_bring_others_like_them(client: Client) -> None:
    response = client.get("/recommended?like=2510.10001&like=2510.10002")
    assert all(title.startswith("Herons") for title in titles(response)[:5])
    assert not {"Herons 1", "Herons 2"} & set(titles(response))
    page = parse_html(response.content.decode())
    assert page.one("h1").text == "Recommended from these 2 papers"
    assert "like Herons" in page.all("p", class_="because")[0].text
    assert "private" not in response.get("Cache-Control", "")


def test_a_collection_and_a_library_are_for_whom_they_are_for(client_of: Client, alice: Account) -> None:
    mine = collection_of(alice, "private", "Compilers 1", "Compilers 2")
    public = collection_of(alice, "public", "Herons 1")
    response = client_of.get(f"/recommended?collection={mine.key}")
    assert titles(response)[0].startswith("Compilers")
    assert "private" in response["Cache-Control"]
    assert Client().get(f"/recommended?collection={mine.key}").status_code == 400
    assert titles(Client().get(f"/recommended?collection={public.key}"))[0].startswith("Herons")
    Shelved.objects.create(account=alice, paper=Paper.objects.get(title="Herons 3"), saved_at=timezone.now())
    assert titles(client_of.get("/recommended?inside=saved"))[0].startswith("Herons")
    assert Client().get("/recommended?inside=saved").status_code == 400


def test_a_search_brings_others_than_it_found(client: Client) -> None:
    response = client.get("/recommended?q=compilers&cat=cs.PL&from=2025-01-01")
    assert response.status_code == 200
    assert "Recommended from these 12 papers" in response.content.decode()


@pytest.mark.parametrize("asked", ["", "?like=no-such-paper", "?q=nothinghasthisword", "?like=2510.10001&p=99", "?p=x"])
def test_what_means_no_paper_is_refused(client: Client, asked: str) -> None:
    assert client.get(f"/recommended{asked}").status_code == 400


def test_pages_of_lists_lead_there(client_of: Client, alice: Account) -> None:
    made = collection_of(alice, "private", "Herons 1")
    Shelved.objects.create(account=alice, paper=Paper.objects.get(title="Herons 3"), saved_at=timezone.now())
    for path, leads in (
        (f"/collections/{made.key}", f"/recommended?collection={made.key}"),
        ("/library", "/recommended?inside=saved"),
        ("/search?q=herons", "/recommended?q=herons"),
        ("/search?like=2510.10001", "/recommended?like=2510.10001"),
    ):
        page = parse_html(client_of.get(path).content.decode())
        links = [a.attrs["href"] for a in page.all("a") if a.text == "Recommend from these"]
        assert links == [leads], path
        assert client_of.get(leads).status_code == 200
    pasted = client_of.post("/similar", {"text": "@misc{a, eprint={2510.10001}}\n@misc{b, year=2025}"})
    assert "/recommended?like=2510.10001" in pasted.content.decode()


def test_any_set_costs_little(client_of: Client, django_assert_max_num_queries) -> None:
    for asked in ("q=herons", "like=2510.10001"):
        client_of.get(f"/recommended?{asked}")
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client_of.get(f"/recommended?{asked}").status_code == 200

"""Pages of authors and organisations: a query like every list, with its feeds, and what is said above the papers."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client

from broadsheet.catalogue.models import Authorship, Organisation, Paper
from broadsheet.community.models import Affiliation
from broadsheet.search.maintenance import update_index
from tests.builders import many, record, take, take_and_index
from tests.people import LONG_AGO, person
from tests.web.reading import Element, Reader, links_of

ORCID = "0000-0002-1825-0097"


@pytest.fixture
def filled(reader: Reader) -> Reader:
    take_and_index(*many(8, days=3))
    take(record("By two", arxiv="2510.20001", authors=["Chi Editor", "Éva Ödön"], categories=("cs.CL",)))
    Authorship.objects.filter(paper__arxiv_id="2510.20001", position=0).update(orcid=ORCID)
    update_index()
    return reader


def keys_of(page: Element) -> list[str]:
    """The keys of the papers on a page."""
    names = [link.rsplit("/", 1)[1] for link in links_of(page)]
    keys = dict(Paper.objects.values_list("arxiv_id", "key"))
    return [keys[name] for name in names]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/authors/chi-editor", "author=chi-editor"),
        ("/authors/chi-editor?cat=cs.CL", "author=chi-editor&cat=cs.CL"),
        ("/authors/chi-editor?sort=votes&year=2025", "author=chi-editor&sort=votes&year=2025"),
        (f"/authors/{ORCID}", f"author={ORCID}"),
        ("/authors/eva-odon", "author=eva-odon"),
        ("/organisations/institute%201", "org=institute+1"),
        ("/organisations/institute%201?cat=cs.LG", "org=institute+1&cat=cs.LG"),
    ],
)
def test_a_page_a_feed_and_the_api_give_the_same(filled: Reader, client: Client, path: str, query: str) -> None:
    page = filled.open(path)
    by_page = keys_of(page)
    assert by_page, "there are papers"
    feed = next(link.attrs["href"] for link in page.all("link", rel="alternate") if "json" in link.attrs["type"])
    for address in (feed, f"/feed.json?{query}"):
        told = json.loads(client.get(address).content)
        assert by_page == [item["id"].rsplit("/", 1)[1] for item in told["items"]]
        assert by_page == keys_of(filled.open(told["home_page_url"].removeprefix(settings.BASE_URL)))
    assert by_page == [one["key"] for one in client.get(f"/api/v1/papers?{query}&limit=100").json()["papers"]]


def test_namesakes_are_one_page_and_an_orcid_is_one_person(filled: Reader) -> None:
    text = filled.open("/authors/chi-editor").text
    assert "it may be several people" in text
    assert ORCID in text
    own = filled.open(f"/authors/{ORCID}")
    assert "it may be several people" not in own.text
    assert [link.text for link in own.all("h2", class_="title")] == ["By two"]


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/authors/Chi%20Editor", "/authors/chi-editor"),
        ("/authors/Editor,%20Chi", "/authors/chi-editor"),
        ("/authors/0000-0002-1825-009x", "/authors/0000-0002-1825-009X"),
        (f"/authors/chi-editor?orcid={ORCID}", f"/authors/{ORCID}"),
    ],
)
def test_every_way_to_write_a_name_leads_to_one_address(filled: Reader, asked: str, leads_to: str) -> None:
    assert filled.get(asked, 302)["Location"] == leads_to


@pytest.mark.parametrize("path", ["/authors/nobody", "/authors/0000-0001-0000-0000", "/organisations/none"])
def test_who_is_not_there_has_no_page(filled: Reader, path: str) -> None:
    filled.get(path, 404)


def test_an_author_of_hidden_papers_has_no_page(filled: Reader) -> None:
    Paper.objects.filter(arxiv_id="2510.20001").update(is_hidden=True)
    filled.get("/authors/eva-odon", 404)
    assert "Éva" not in filled.open("/authors/chi-editor").text


def test_it_tells_with_whom_in_what_and_when(filled: Reader) -> None:
    portrait = filled.open("/authors/eva-odon").one("div", class_="portrait")
    assert portrait.one("a", href="/authors/chi-editor").text == "Chi Editor"
    assert portrait.one("a", href="/authors/eva-odon?cat=cs.CL")
    assert portrait.one("a", href="/authors/eva-odon?year=2025")


def test_a_person_who_proved_it_is_linked(filled: Reader) -> None:
    alice = person(display_name="Alice A.")
    Authorship.objects.filter(name="Éva Ödön").update(account=alice)
    assert filled.open("/authors/eva-odon").one("a", class_="known", href="/people/alice").text == "Alice A."
    assert filled.open("/papers/2510.20001").one("a", class_="known", href="/people/alice")


def test_names_on_a_paper_lead_to_their_pages(filled: Reader) -> None:
    page = filled.open("/papers/2510.20001")
    assert page.one("a", href="/authors/eva-odon").text == "Éva Ödön"
    assert page.one("a", href="/authors/chi-editor")
    assert filled.open("/papers/2510.10001").one("a", href="/organisations/institute%201").text == "Institute 1"
    assert "this is me" not in page.text, "only who is signed in claims"


def test_organisations_are_listed_with_their_papers(filled: Reader) -> None:
    page = filled.open("/organisations")
    told = [
        (item.one("a").text, item.one("span", class_="count").text) for item in page.one("ul", class_="roll").all("li")
    ]
    assert told == [
        ("Institute 0", "2"),
        ("Institute 1", "2"),
        ("Institute 2", "2"),
        ("Institute 3", "1"),
        ("Institute 4", "1"),
    ]
    assert [item.text for item in filled.open("/organisations?q=TE+3").one("ul", class_="roll").all("a")] == [
        "Institute 3"
    ]
    assert "No organisation has this" in filled.open("/organisations?q=zzz").text
    filled.get("/organisations?p=9", 400)


def test_members_stand_on_the_page_of_their_organisation(filled: Reader) -> None:
    there = Organisation.objects.get(slug="institute 1")
    for account, is_verified in (
        (person("alice"), True),
        (person("bob"), False),
        (person("gone", is_active=False), True),
    ):
        Affiliation.objects.create(account=account, organisation=there, is_verified=is_verified, stated_at=LONG_AGO)
    people = filled.open("/organisations/institute%201").one("ul", class_="people")
    assert [item.text for item in people.all("li")] == ["alice verified", "bob"]


@pytest.mark.parametrize("path", ["/authors/chi-editor", "/organisations/institute%201", "/organisations"])
def test_a_page_asks_little_of_the_database(filled: Reader, path: str, django_assert_max_num_queries: object) -> None:
    filled.get(path)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        filled.get(path)


def test_names_run_nothing(reader: Reader) -> None:
    bad = "Eve <script>alert(1)</script> <img src=x onerror=alert(1)>"
    take(
        record(
            "A hostile paper",
            arxiv="2510.30001",
            authors=[bad, "Ada Reader"],
            organisation='"><script>alert(1)</script>',
        )
    )
    slug = Authorship.objects.get(position=0).slug
    for path in ("/papers/2510.30001", f"/authors/{slug}", "/authors/ada-reader", "/organisations"):
        page = reader.open(path)
        assert all(script.attrs.get("src") or script.attrs.get("type") for script in page.all("script"))
        assert not page.all("img")
    organisation = reader.open("/organisations").one("ul", class_="roll").one("a").attrs["href"]
    assert reader.open(organisation).one("h1")

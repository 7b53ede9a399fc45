"""The search page: what it says of the question, of the answer, and of each paper; ways to narrow, sort and go on."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.search import embedder
from broadsheet.search.engines.base import EngineGoneError
from tests.builders import WEDNESDAY, many, record, saved, take, take_and_index
from tests.encoders import FakeEncoder
from tests.web.reading import Element, Reader, cards, links_of, titles_of


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model, so that papers are found by meaning, too."""
    model = FakeEncoder()
    monkeypatch.setattr(embedder, "encoder", lambda: model)


def hrefs(page: Element, label: str) -> list[str]:
    """Where the links with this text lead."""
    return [a.attrs["href"] for a in page.one("main").all("a") if a.text == label]


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_it_says_how_a_question_was_read_only_where_that_is_not_plain(reader: Reader) -> None:
    take_and_index(record("Counting sheep"))
    assert not reader.open("/search?q=counting+sheep").all(class_="readas")
    said = reader.open('/search?q=title:sheep -wolf "counting them" year:..2020 votes:5..20').one(class_="readas").text
    assert said == "Read as: in the title “sheep” · not “wolf” · “counting them” · year up to 2020 · votes 5 to 20"
    said = reader.open("/search?q=(org:acme OR author:ada) cat:cs.* has:code date:2025-10-29.. lang:de").text
    assert "(from acme or by ada) · category cs.* · with code · listed from 2025-10-29 · language de" in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("foo:bar", "“foo:bar” could not be read as written"),
        ("votes:many", "“votes:many” asks for something that cannot be asked for"),
        ("sheep OR", "“OR” has nothing beside it"),
        ("author: sheep", "“author:” says nothing to look for"),
        ("id:2511.99999", "No paper here is known as “2511.99999”"),
        ("x " * 499, "What follows"),
        ('many words that are pasted and mean to say "in quotes" no more than this', "read as running text"),
    ],
)
def test_it_says_what_was_not_read_as_written_and_leads_to_help(typed: str, said: str, reader: Reader) -> None:
    take_and_index(record("Counting sheep"))
    page = reader.open(f"/search?q={typed}")
    if said == "What follows":
        assert not page.all(class_="notes")
        return
    notes = page.one(class_="notes")
    assert said in notes.text
    assert [a.attrs["href"] for a in notes.all("a")] == ["/search/help"]


def test_it_suggests_what_was_meant_and_keeps_the_filters(reader: Reader) -> None:
    take_and_index(*(record(f"Reinforcement in flocks, part {n}", abstract="Reinforcement.") for n in range(30)))
    page = reader.open("/search?q=reinforcemnt&sort=votes&p=1&upto=1000000000")
    (link,) = hrefs(page, "reinforcement")[:1]
    assert asked(link) == {"q": ["reinforcement"], "sort": ["votes"]}


def test_it_tells_how_many_have_everything(reader: Reader) -> None:
    take_and_index(record("Counting sheep"), record("Counting stars"), record("Nothing of it"))
    said = reader.open("/search?q=counting+sheep").one(role="status").text
    assert said == "2 papers, 1 of them has everything you typed"
    assert reader.open("/search?q=counting").one(role="status").text == "2 papers, all with everything you typed"
    assert "none of them with everything" in reader.open("/search?q=counting+zebras").one(role="status").text
    assert reader.open("/search").one(role="status").text == "3 papers"
    assert reader.open("/search?q=zebra").one(role="status").text == "0 papers"


def test_facets_narrow_with_true_counts_and_can_be_taken_away(reader: Reader) -> None:
    take_and_index(*many(9), record("Old pages", published_on=WEDNESDAY.replace(year=2020), on=None))
    page = reader.open("/search?q=pages")
    facets = page.one(class_="facets")
    assert [section.one("h2").text for section in facets.all("section")] == [
        "Category",
        "Year",
        "Organisation",
        "Code",
    ]
    for link in facets.all("a"):
        narrowed = reader.open(link.attrs["href"])
        counts = [
            count.text for item in facets.all("li") if link in item.all("a") for count in item.all(class_="count")
        ]
        assert [str(len(cards(narrowed)))] == counts, link.text
        back = narrowed.one(class_="chosen").all("a")[0]
        assert asked(back.attrs["href"]) == {"q": ["pages"]}
        (marked,) = narrowed.one(class_="facets").all("a", **{"aria-current": "true"})
        assert asked(marked.attrs["href"]) == {"q": ["pages"]}
    both = reader.open("/search?q=pages&cat=cs.CL,stat.ML&year=2025&code=1&org=nobody&from=2025-10-01&to=2025-10-31")
    chosen = [a.text for a in both.one(class_="chosen").all("a")]
    assert [text.split(" ×")[0] for text in chosen] == [
        "cs.CL",
        "stat.ML",
        "2025",
        "nobody",
        "2025-10-01 – 2025-10-31",
        "with code",
        "all papers",
    ]
    first = both.one(class_="chosen").all("a")[0].attrs["href"]
    assert asked(first)["cat"] == ["stat.ML"]


def test_orders_are_links_and_preferences_are_options(reader: Reader) -> None:
    take_and_index(*many(4))
    page = reader.open("/search?q=pages&year=2025")
    assert asked(hrefs(page, "votes")[0]) == {"q": ["pages"], "year": ["2025"], "sort": ["votes"]}
    (nav,) = [nav for nav in page.all("nav") if nav.attrs["aria-label"] == "Order"]
    assert [a.text for a in nav.all("a", **{"aria-current": "true"})] == ["relevance"]
    assert asked(hrefs(page, "recent")[0])["prefer"] == ["recent"]
    chosen = reader.open("/search?q=pages&prefer=recent")
    (recent,) = [a for a in chosen.one("main").all("a") if a.text == "recent ×"]
    assert asked(recent.attrs["href"]) == {"q": ["pages"]}
    assert not hrefs(reader.open("/search?q=pages&sort=votes"), "recent")
    assert not hrefs(reader.open("/search"), "relevance")


def test_a_new_question_keeps_what_the_list_is_narrowed_to(reader: Reader) -> None:
    take_and_index(*many(4))
    form = reader.open("/search?q=pages&year=2025&org=institute+1&cat=cs.CL&prefer=recent&p=1").one(
        "form", role="search"
    )
    kept = {field.attrs["name"]: field.attrs.get("value", "") for field in form.all("input")}
    assert (
        kept.items() >= {"year": "2025", "org": "institute 1", "cat": "cs.CL", "prefer": "recent", "q": "pages"}.items()
    )
    assert "p" not in kept
    assert "upto" not in kept


def test_matches_are_marked_and_the_rest_is_told(reader: Reader, fake: None) -> None:
    take_and_index(
        record(
            "Counting <sheep> at night",
            abstract="We count sheep & <b>wolves</b>.",
            authors=["A", "B", "C", "Dee Night"],
            organisation="Sheep Institute",
        ),
        record("Bounds of $x^2$ sheep", abstract="A vehicle."),
        record("Of an automobile", abstract="It has wheels."),
    )
    page = reader.open("/search?q=sheep+dee+unicorns+org:sheep")
    (card,) = cards(page)
    assert [mark.text for mark in card.one(class_="title").all("mark")] == ["sheep"]
    assert [mark.text for mark in card.one(class_="abstract").all("mark")] == ["sheep"]
    assert card.one(class_="abstract").text == "We count sheep & <b>wolves</b>."
    assert not card.all("b")
    why = card.one(class_="why").text
    assert "words and meaning" in why
    assert "authors match" in why
    assert "organisation matches" in why
    assert "without unicorns" in why
    assert [struck.text for struck in card.all("s")] == ["unicorns"]
    formula = next(card for card in cards(reader.open("/search?q=sheep")) if "Bounds" in card.text)
    assert formula.one(class_="title").all("math")
    assert not formula.one(class_="title").all("mark")
    meaning = next(card for card in cards(reader.open("/search?q=car")) if "automobile" in card.text)
    assert meaning.one(class_="why").text == "meaning"
    assert not meaning.all("s")


def test_every_result_leads_to_similar_papers(reader: Reader, fake: None) -> None:
    take_and_index(record("Counting sheep", arxiv="2510.00001"), record("Counting wolves"), record("Counting stars"))
    page = reader.open("/search?q=sheep")
    (link,) = hrefs(page, "similar")[:1]
    assert link == "/search?like=2510.00001"
    answer = reader.open(link)
    assert sorted(titles_of(answer)) == ["Counting stars", "Counting wolves"]
    assert "Papers like “Counting sheep”" in answer.one("main").text


def test_a_page_after_the_first_shows_what_it_would_have_shown(reader: Reader) -> None:
    for path in ("/search?q=pages", "/search?q=pages&sort=newest", "/search", f"/date/{WEDNESDAY}", "/month/2025-10"):
        take_and_index(*many(65))
        first = reader.open(path)
        (onward,) = [a.attrs["href"] for a in first.one("main").all("a", rel="next") if "p=" in a.attrs["href"]]
        second, third = reader.open(onward), reader.open(onward.replace("p=2", "p=3"))
        newer = [
            record(
                f"Newer pages {path} {n}",
                abstract="Pages pages pages.",
                on=WEDNESDAY,
                published_on=WEDNESDAY,
                votes_count=500,
            )
            for n in range(3)
        ]
        take_and_index(*newer)
        assert set(titles_of(reader.open(path))) & {one.title for one in newer}, path
        assert links_of(reader.open(onward)) == links_of(second), path
        assert links_of(reader.open(onward.replace("p=2", "p=3"))) == links_of(third), path
        assert (
            asked(onward)["upto"]
            == asked(reader.open(onward).one("main").all("a", rel="next")[-1].attrs["href"])["upto"]
        )


def test_feeds_never_stop_at_a_page(reader: Reader) -> None:
    take_and_index(*many(40))
    third = Paper.objects.order_by("pk")[2].pk
    page = reader.open(f"/search?q=pages&upto={third}")
    assert len(cards(page)) == 3
    assert all("upto" not in link.attrs["href"] for link in page.all("link"))
    assert len(reader.get(f"/feed.json?q=pages&upto={third}").json()["items"]) == 40  # type: ignore[attr-defined]


def test_nothing_found_says_what_to_try(reader: Reader, fake: None) -> None:
    take_and_index(record("Counting sheep"))
    page = reader.open("/search?q=sheep&mode=words&year=1999")
    assert "Nothing was found" in page.text
    assert asked(hrefs(page, "Search without filters")[0]) == {"q": ["sheep"], "mode": ["words"]}
    assert asked(hrefs(page, "Search by meaning")[0])["mode"] == ["meaning"]
    assert hrefs(page, "Read the newest papers") == ["/"]


def test_the_first_visit_shows_what_can_be_typed(reader: Reader) -> None:
    take_and_index(record("Counting sheep"))
    examples = reader.open("/search").one(class_="examples").all("a")
    assert len(examples) >= 5
    for link in examples:
        reader.open(link.attrs["href"])
    assert not reader.open("/search?q=sheep").all(class_="examples")


def test_help_shows_examples_that_work(reader: Reader) -> None:
    take_and_index(record("Counting sheep"))
    page = reader.open("/search/help")
    links = page.one("main").all("table")
    assert len(links) == 3
    for link in [a for table in links for a in table.all("a")]:
        answer = reader.open(link.attrs["href"])
        # Examples say nothing that cannot be read; only a paper that is not here may be unknown.
        assert "could not be read" not in answer.text, link.text
        assert "cannot be asked for" not in answer.text, link.text


def test_a_search_without_its_engine_says_so(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    take_and_index(record("Counting sheep"))

    def gone(*args: Any) -> None:
        raise EngineGoneError("tests: nobody answers")

    monkeypatch.setattr("broadsheet.search.find.engine", gone)
    for path in ("/search?q=sheep", "/search?q=sheep&year=2025"):
        response = reader.get(path)
        assert response.status_code == 200
    page = reader.open("/search?q=sheep")
    assert titles_of(page) == ["Counting sheep"]
    assert "cannot be reached" in page.text
    assert titles_of(reader.open("/search")) == ["Counting sheep"]
    reader.open(links_of(page)[0])
    assert reader.get("/api/v1/papers?q=sheep&facets=1").json()["notice"] == "engine_gone"  # type: ignore[attr-defined]


def test_a_search_without_a_model_says_so(reader: Reader) -> None:
    take_and_index(record("Counting sheep"))
    assert "found by words alone" in reader.open("/search?q=sheep").text
    assert "found by words alone" not in reader.open("/search?q=sheep&mode=words").text


def test_a_whole_title_leads_to_its_paper_and_a_short_one_to_a_list(reader: Reader) -> None:
    take_and_index(record("Attention"), record("Counting Sheep in the Dark: A Study", arxiv="2510.00001"))
    assert reader.redirected("/search?q=counting sheep in the dark, a study") == "/papers/2510.00001"
    assert reader.redirected("/search?q=(arXiv:2510.00001v2)") == "/papers/2510.00001"
    assert titles_of(reader.open("/search?q=attention")) == ["Attention"]
    reader.open("/search?q=counting sheep in the dark, a study&year=2025")


def test_a_saved_page_can_be_searched_within(reader: Reader) -> None:
    take_and_index(*(record(f"Counting {what}") for what in ("sheep", "stars", "words")))
    take(record("Counting stars"), record("Counting sheep"), page=saved())
    page = reader.open("/search?q=counting&saved=front-pages&sort=saved")
    assert titles_of(page) == ["Counting stars", "Counting sheep"]
    assert "saved page “Front pages”" in page.one(class_="chosen").text
    assert [order.text for order in page.one("nav", **{"aria-label": "Order"}).all("a")][1] == "as saved"

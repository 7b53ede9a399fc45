"""What a card and a paper's page say of a paper."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from broadsheet.catalogue.models import Paper, PaperAlias
from broadsheet.catalogue.text import to_plain
from broadsheet.sources.record import LinkRecord
from tests.builders import WEDNESDAY, abstract_of, paper, record, saved, take
from tests.web.reading import Element, Reader, cards, titles_of

DAY = f"/date/{WEDNESDAY}"
ENDING = "</script><script>alert(1)</script><!--"


def only_card(reader: Reader, path: str = DAY) -> Element:
    (card,) = cards(reader.open(path))
    return card


@pytest.mark.parametrize(
    ("fields", "said", "unsaid"),
    [
        ({"author_count": 1}, "1 author", "1 authors"),
        ({"author_count": 7}, "7 authors", "7 author "),
        ({"authors": ["Ada Reader"]}, "Ada Reader", "author"),
        ({"authors": ["Ada", "Ben"]}, "Ada and Ben", "more"),
        ({"authors": ["Ada", "Ben", "Chi", "Dee", "Eve"]}, "Ada, Ben, Chi and 2 more", "Dee"),
        ({"comments_count": 1}, "1 comment", "1 comments"),
        ({"comments_count": 3}, "3 comments", "vote"),
        ({"votes_count": 1}, "1 vote", "1 votes"),
        ({"votes_count": 12}, "12 votes", "comment"),
        ({"organisation": "Example Institute"}, "Example Institute", "author"),
        ({"categories": ("cs.CL", "stat.ML")}, "cs.CL", "author"),
        ({}, "15 Oct 2025", "author"),
    ],
)
def test_a_card_says_what_is_known_in_good_english(
    fields: dict[str, Any], said: str, unsaid: str, reader: Reader
) -> None:
    take(record("One", **fields))
    text = only_card(reader).text
    assert said in text
    assert unsaid not in text


def test_a_card_leads_to_paper_code_and_category(reader: Reader) -> None:
    take(record("One", arxiv="2510.00001", code="https://github.com/example/one", categories=("cs.CL",)))
    hrefs = [a.attrs["href"] for a in only_card(reader).all("a")]
    assert hrefs == ["/papers/2510.00001", "/search?cat=cs.CL", "https://github.com/example/one"]
    assert titles_of(reader.open(hrefs[1])) == ["One"]


def test_a_card_with_code_tells_its_stars(reader: Reader) -> None:
    take(record("One", code="https://github.com/example/one", stars_count=1_234))
    assert "★ 1,234" in only_card(reader).text


def test_a_card_without_code_tells_no_stars(reader: Reader) -> None:
    take(record("One", stars_count=1_234))
    assert "★" not in only_card(reader).text


def test_a_papers_summary_is_told_from_its_abstract(reader: Reader) -> None:
    take(
        record(
            "One", arxiv="2510.00001", abstract="All of it.", summary="A <b>sentence</b>.", summary_model="a/<i>b</i>"
        )
    )
    page = reader.open("/papers/2510.00001")
    assert "A <b>sentence</b>. Summary by a/<i>b</i> All of it." in " ".join(page.one("main").text.split())


def test_a_card_has_the_whole_abstract_a_click_away(reader: Reader) -> None:
    abstract = abstract_of(1_500)
    take(record("One", abstract=abstract))
    for path in (DAY, "/search"):
        card = only_card(reader, path)
        assert card.all("summary")
        words = set(re.findall(r"[a-z]{4,}", to_plain(abstract).lower())) - {"https"}
        assert words <= set(re.findall(r"[a-z]{4,}", card.text.lower()))


def test_a_short_abstract_has_no_rest(reader: Reader) -> None:
    take(record("One", abstract="Short and whole."))
    card = only_card(reader)
    assert "Short and whole." in card.text
    assert not card.all("details")


def test_formulas_in_titles_are_set_as_formulas(reader: Reader) -> None:
    take(record(r"Bounds of $\mathcal{O}(n^2)$ for Schr\"odinger's cat", abstract="In $x^2$."))
    title = next(a for a in only_card(reader).all("a"))
    assert title.all("math")
    assert "$" not in title.text
    assert "Schrödinger" in title.text


def test_a_title_that_holds_an_address_is_one_link(reader: Reader) -> None:
    take(record("See https://evil.example/ and more", arxiv="2510.00001"))
    assert [a.attrs["href"] for a in only_card(reader).all("a")] == ["/papers/2510.00001"]


def test_a_paper_page_has_what_citation_tools_read(reader: Reader, settings: Any) -> None:
    settings.BASE_URL = "https://papers.example"
    take(
        record(
            "Learning & <Reading>: $x^2$",
            arxiv="2510.00001",
            doi="10.1234/five",
            authors=["Ada Reader", "Ben O'Writer"],
            abstract="About $\\alpha$ & more.",
            published_on=date(2025, 10, 13),
            keywords=("reading", "pages"),
        )
    )
    page = reader.open("/papers/2510.00001")
    address = "https://papers.example/papers/2510.00001"
    tags: dict[str, list[str]] = {}
    for meta in page.all("meta"):
        tags.setdefault(meta.attrs.get("name") or meta.attrs.get("property", ""), []).append(
            meta.attrs.get("content", "")
        )
    assert tags["citation_title"] == ["Learning & <Reading>: x²"]
    assert tags["citation_author"] == ["Ada Reader", "Ben O'Writer"]
    assert tags["citation_publication_date"] == tags["citation_online_date"] == ["2025/10/13"]
    assert tags["citation_arxiv_id"] == ["2510.00001"]
    assert tags["citation_doi"] == ["10.1234/five"]
    assert tags["citation_pdf_url"] == ["https://arxiv.org/pdf/2510.00001"]
    assert tags["citation_abstract_html_url"] == tags["og:url"] == [address]
    assert tags["citation_keywords"] == ["reading", "pages"]
    assert tags["og:title"] == ["Learning & <Reading>: x²"]
    assert tags["og:type"] == ["article"]
    assert tags["og:description"] == tags["description"] == ["About α & more."]
    assert [link.attrs["href"] for link in page.all("link", rel="canonical")] == [address]


def json_ld(page: Element) -> dict[str, Any]:
    told = json.loads("".join(map(str, page.one("script", type="application/ld+json").children)))
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize(
    "hostile",
    [ENDING, "<!--<script>", '"}</ScRiPt >{"', "a\u2028b\u2029c", "&lt;/script&gt;", "\\u003c/script>", "]]>"],
)
def test_json_ld_says_exactly_what_is_known_whatever_a_stranger_wrote(hostile: str, reader: Reader) -> None:
    title = f"Ends {hostile} here"
    made = paper(
        title, authors=[f"Ada {hostile}"], abstract=f"Says {hostile}.", keywords=(hostile,), arxiv="2510.00001"
    )
    told = json_ld(reader.open("/papers/2510.00001"))
    assert told["headline"] == to_plain(title)
    assert told["author"] == [{"@type": "Person", "name": to_plain(f"Ada {hostile}")}]
    assert told["abstract"] == to_plain(made.abstract)
    assert told["keywords"] == [to_plain(hostile)]
    assert told["identifier"] == ["arxiv:2510.00001"]


def test_hostile_names_in_every_field_stay_text(reader: Reader) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    take(
        record(
            evil,
            abstract=evil,
            authors=[evil],
            organisation=evil,
            keywords=(evil,),
            arxiv="2510.00001",
            links=tuple(
                LinkRecord(kind="project", url=url)
                for url in ("javascript:alert(1)", f"https://a.example/{evil}", "data:text/html,x", "//evil.example")
            ),
        ),
        page=saved(title=evil, query=evil),
    )
    for path in (DAY, "/papers/2510.00001", "/saved", "/saved/front-pages", f"/search?q={evil}", "/about"):
        page = reader.open(path)
        assert not page.all("img"), path
        assert [s.attrs.get("type") for s in page.all("script") if not s.attrs.get("src")] in (
            [],
            ["application/ld+json"],
        )
        assert all(a.attrs["href"].startswith(("/", "https://", "#")) for a in page.all("a")), path


def test_every_name_of_a_paper_leads_to_its_page(reader: Reader) -> None:
    made = paper("One", arxiv="2510.00001", doi="10.1234/five")
    for name in ("2510.00001v3", made.key, made.key.upper(), "10.1234/five", "10.1234/FIVE", "arXiv:2510.00001"):
        assert reader.redirected(f"/papers/{name}") == "/papers/2510.00001", name
    for words in ("2510.00001v3", "https://arxiv.org/pdf/2510.00001", "https://doi.org/10.1234/five", made.key):
        assert reader.redirected(f"/search?q={words}") == "/papers/2510.00001", words
    assert "One" in reader.open("/papers/2510.00001").one("h1").text


def test_old_arxiv_ids_and_bare_keys_are_addresses(reader: Reader) -> None:
    old, bare = paper("Old", arxiv="math/0611800"), paper("Bare")
    assert reader.open(f"/papers/{old.name}").one("h1").text == "Old"
    assert reader.open(f"/papers/{bare.key}").one("h1").text == "Bare"


def test_the_key_of_a_merged_paper_leads_to_the_other(reader: Reader) -> None:
    first, second = (
        paper("A title that is long enough to be told apart", arxiv="2510.00001"),
        paper("Other words", doi="10.1/x"),
    )
    take(record("A title that is long enough to be told apart", arxiv="2510.00001", doi="10.1/x"), source="crossref")
    assert Paper.objects.count() == 1
    alias = PaperAlias.objects.get()
    assert alias.key in (first.key, second.key)
    assert reader.redirected(f"/papers/{alias.key}") == "/papers/2510.00001"


def test_a_paper_page_names_where_it_was_seen(reader: Reader) -> None:
    take(record("One", arxiv="2510.00001"), page=saved())
    take(record("One", arxiv="2510.00001", on=date(2025, 10, 16)), source="other")
    hrefs = [a.attrs["href"] for a in reader.open("/papers/2510.00001").one("main").all("a")]
    assert {DAY, "/date/2025-10-16", "/saved/front-pages"} <= set(hrefs)


def test_an_abstract_that_is_missing_is_said_to_be(reader: Reader) -> None:
    take(record("One", arxiv="2510.00001"))
    assert "No abstract is known" in reader.open("/papers/2510.00001").text


def test_a_saved_page_opens_whole_and_in_its_order(reader: Reader) -> None:
    titles = [f"Paper {n * 7 % 43}" for n in range(43)]
    take(*(record(title, on=None, votes_count=n) for n, title in enumerate(titles)), page=saved(query="front pages"))
    page = reader.open("/saved/front-pages")
    assert titles_of(page) == titles
    assert "43 papers" in page.text
    assert "front pages" in page.text
    listing = reader.open("/saved")
    assert "43 papers" in listing.text
    assert "/saved/front-pages" in [a.attrs["href"] for a in listing.one("main").all("a")]
    assert titles_of(reader.open("/saved/front-pages?sort=votes")) == titles[::-1]

"""Papers like others: the form to paste into, the list it leads to, and what stands beside a paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from broadsheet.search import embedder
from broadsheet.search.query import MOST_ALIKE
from tests.builders import many, paper, record, take_and_index
from tests.encoders import FakeEncoder
from tests.web.reading import Element, Reader, parse_html, titles_of


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model, so that papers are similar by meaning."""
    model = FakeEncoder()
    monkeypatch.setattr(embedder, "encoder", lambda: model)


def paste(reader: Reader, text: str) -> Any:
    return reader.client.post("/similar", {"text": text})


def likes(address: str) -> list[str]:
    return [value for name, value in parse_qsl(urlsplit(address).query) if name == "like"]


def test_a_bibliography_leads_to_papers_like_all_of_it(reader: Reader) -> None:
    take_and_index(
        record("Counting sheep at night", arxiv="2510.00001"),
        record("Counting wolves by the day", doi="10.1234/wolves"),
        record("Counting sheep again", arxiv="2510.00003"),
        record("Of other things entirely", arxiv="2510.00004"),
    )
    answer = paste(
        reader,
        "@misc{a, eprint={2510.00001}}\n@article{b, title={Whatever}, doi={10.1234/WOLVES}}\n"
        "@book{c, title={Sheep in {Song}}}\n@misc{d, title={COUNTING SHEEP, AGAIN!}}",
    )
    assert answer.status_code == 302
    (wolves,) = [
        name for name in likes(answer["Location"]) if name not in ("2510.00001", "2510.00003", "Sheep in Song")
    ]
    assert likes(answer["Location"]) == ["2510.00001", wolves, "2510.00003", "Sheep in Song"]
    page = reader.open(answer["Location"])
    assert not {"Counting sheep at night", "Counting wolves by the day", "Counting sheep again"} & set(titles_of(page))
    told = page.one(class_="alike")
    assert "Papers like these 4 together" in told.text
    assert "1 of them known here by its title alone" in told.text
    less = next(a.attrs["href"] for a in told.all("a", class_="less"))
    assert likes(less) == likes(answer["Location"])[1:]


def test_what_was_not_taken_is_told_before_going_on(reader: Reader) -> None:
    take_and_index(*many(3))
    answer = paste(reader, "@misc{a, eprint={2510.10001}}\n@misc{b, year=2025}\n@misc{c, title={x\n")
    page = parse_html(answer.content.decode())
    said = page.one(role="status").text
    assert "2 entries were read: 1 is a paper of this catalogue, 0 are known by their titles alone" in said
    assert "1 has neither a known identifier nor a title. 1 more could not be read." in said
    (onward,) = [a.attrs["href"] for a in page.one(role="status").all("a")]
    assert likes(onward) == ["2510.10001"]
    reader.open(onward)


def test_more_than_can_be_compared_is_left_out_and_said(reader: Reader) -> None:
    take_and_index(*many(3))
    many_titles = "\n".join(f"A title that nobody knows, number {n}" for n in range(MOST_ALIKE + 7))
    page = parse_html(paste(reader, many_titles).content.decode())
    assert "7 were left out" in page.one(role="status").text
    long_titles = "\n".join(f"{n} {'ü' * 290}" for n in range(30))
    page = parse_html(paste(reader, long_titles).content.decode())
    (onward,) = [a.attrs["href"] for a in page.one(role="status").all("a")]
    assert len(onward) < 8_000
    assert "were left out" in page.one(role="status").text
    reader.open(onward)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no paper"),
        ("x" * 500_001, "500,001 characters, more than 500,000"),
        ("x\n" * 2_001, "2,002 entries, more than 2,000"),
    ],
    ids=["empty", "long", "many"],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, said: str, reader: Reader) -> None:
    answer = paste(reader, text)
    assert answer.status_code == 400
    assert said in parse_html(answer.content.decode()).one(role="alert").text


def test_what_is_far_too_much_is_refused(reader: Reader) -> None:
    answer = paste(reader, "x" * 3_000_000)
    assert answer.status_code == 400
    assert "too much at once" in answer.content.decode()


def test_what_was_pasted_stays_text(reader: Reader) -> None:
    evil = "</textarea><script>alert(1)</script>"
    page = parse_html(paste(reader, f"@misc{{a, title={{{evil}}}}}\n@misc{{b}}").content.decode())
    assert evil in page.one("textarea").text
    assert all(script.attrs.get("src") for script in page.all("script"))
    assert evil[:11] in reader.open("/search?like=" + "%3C/textarea%3E%3Cscript%3E").one(class_="alike").text


def similar_to(page: Element) -> list[str]:
    (section,) = [one for one in page.all("section") if one.one("h2").text == "Similar papers"]
    return [a.text for a in section.all("a", class_="title")]


def test_a_papers_page_shows_the_first_of_the_papers_like_it(reader: Reader) -> None:
    take_and_index(*many(12))
    page = reader.open("/papers/2510.10001")
    shown = similar_to(page)
    assert len(shown) == 6
    (more,) = [a.attrs["href"] for a in page.all("a") if a.text == "More similar papers"]
    assert titles_of(reader.open(more))[:6] == shown


def test_a_papers_page_without_anything_similar_has_no_such_section(reader: Reader) -> None:
    paper("Alone", arxiv="2510.00001")
    sections = reader.open("/papers/2510.00001").all("section")
    assert [section.attrs.get("id") for section in sections] == ["comments"]


def test_the_same_paper_from_elsewhere_is_named(reader: Reader) -> None:
    abstract = (
        "We count sheep that jump over fences in the dark and find that most of them are counted twice, which explains "
        "why shepherds sleep so well and mathematicians do not. Fences are cheap."
    )
    authors = ["Ada Reader", "Ben Writer", "Chi Editor"]
    take_and_index(
        record("Counting sheep in the dark", abstract=abstract, authors=authors, arxiv="2510.00001"),
        record("Counting sheep in the dark: extended version", abstract=abstract, authors=authors, doi="10.1/sheep"),
        record("Counting wolves in the dark", abstract="Something else about wolves.", authors=["Eve Other"]),
    )
    page = reader.open("/papers/2510.00001")
    (section,) = [one for one in page.all("section") if one.one("h2").text == "Probably the same paper"]
    assert [a.text for a in section.all("a")] == ["Counting sheep in the dark: extended version"]

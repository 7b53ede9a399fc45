"""What became of a paper stands beside its title, with who says so, in lists and on its page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.sources.record import StatementRecord, VersionRecord
from broadsheet.web.templatetags.marks import licence
from tests.builders import WEDNESDAY, record, take
from tests.hostile import HOSTILE
from tests.web.reading import Element, Reader, cards

DAY = f"/date/{WEDNESDAY}"
NATURE = StatementRecord(
    kind="published", text="Nature 5, 2 (2025)", url="https://doi.org/10.5555/one", stated_on=date(2025, 10, 9)
)
RETRACTED = StatementRecord(kind="retracted", text="The data were made up", url="https://example.org/notice")


def marks_of(reader: Reader, path: str = DAY) -> list[Element]:
    (card,) = cards(reader.open(path))
    return [span for span in card.all("span") if "according to" in span.attrs.get("title", "")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"statements": (NATURE,)}, "Published in Nature 5, 2 (2025)"),
        ({"statements": (StatementRecord(kind="published"),)}, "Published"),
        ({"journal_ref": "J. Pages 3, 1"}, "Published in J. Pages 3, 1"),
        ({"statements": (StatementRecord(kind="withdrawn", text="by the authors"),)}, "Withdrawn"),
        ({"statements": (RETRACTED,)}, "Retracted"),
        ({"statements": (StatementRecord(kind="corrected"),)}, "Corrected"),
        ({"version_number": 3}, "Version 3"),
        (
            {
                "versions": (
                    VersionRecord(number=1),
                    VersionRecord(number=2, submitted_at=datetime(2025, 10, 9, tzinfo=UTC)),
                )
            },
            "Version 2, 9 Oct 2025",
        ),
    ],
)
@pytest.mark.parametrize("view", ["", "?view=lines"])
def test_a_list_says_it_in_few_words_with_its_source(fields, said, view, reader: Reader) -> None:
    take(record("One", **fields), source="crossref")
    (mark,) = marks_of(reader, DAY + view)
    assert mark.text == said
    assert mark.attrs["title"] == "according to crossref"


def test_a_paper_of_which_nothing_is_said_has_no_mark(reader: Reader) -> None:
    take(record("One", version_number=1))
    assert marks_of(reader) == []
    assert "marks" not in reader.get(DAY).content.decode()


def test_a_search_says_it_too(reader: Reader, words_alone: None) -> None:
    take(record("One", statements=(RETRACTED,)))
    (mark,) = marks_of(reader, "/search?q=one")
    assert mark.text == "Retracted"


def test_the_graver_stands_first_and_sources_are_named_together(reader: Reader) -> None:
    take(record("One two three", version_number=2, statements=(NATURE, RETRACTED)), source="crossref")
    take(record("One two three", statements=(RETRACTED,)), source="pubmed")
    assert [(mark.text, mark.attrs["title"]) for mark in marks_of(reader)] == [
        ("Retracted", "according to crossref, pubmed"),
        ("Published in Nature 5, 2 (2025)", "according to crossref"),
        ("Version 2", "according to crossref"),
    ]


def test_the_page_says_where_when_and_why(reader: Reader) -> None:
    versions = (VersionRecord(number=1, submitted_at=datetime(2025, 10, 1, 9, tzinfo=UTC)), VersionRecord(number=2))
    fields = {"remarks": "12 pages", "journal_ref": "Nature 5, 2", "licence": "CC BY 4.0", "versions": versions}
    take(record("One", arxiv="2510.00001", statements=(NATURE, RETRACTED), **fields), source="crossref")
    page = reader.open("/papers/2510.00001")
    text = " ".join(page.text.split())
    assert "Retracted The data were made up according to crossref" in text
    assert "Published in Nature 5, 2 (2025), 9 October 2025 according to crossref" in text
    told = dict(zip([dt.text for dt in page.all("dt")], [dd.text for dd in page.all("dd")], strict=True))
    assert (told["journal"], told["remarks"], told["licence"]) == ("Nature 5, 2", "12 pages", "CC BY 4.0")
    assert [dd.text for dd in page.all("dd")].count("1, 1 October 2025") == 1
    hrefs = [link.attrs["href"] for link in page.all("a")]
    assert {"https://doi.org/10.5555/one", "https://example.org/notice"} <= set(hrefs)


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", ">CC BY 4.0</a>"),
        ("http://creativecommons.org/licenses/by-nc-nd/4.0/legalcode", ">CC BY-NC-ND</a>"),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", ">arxiv.org/licenses/nonexclusive-distrib"),
        ("CC BY 4.0", "CC BY 4.0"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_a_licence_has_its_usual_name(stated, shown) -> None:
    told = licence(Paper(licence=stated))
    assert shown in told
    assert ("<a href=" in told) is stated.startswith("http")


def test_hostile_texts_stay_texts(reader: Reader) -> None:
    take(record("A harmless paper", arxiv="2510.00001"))
    scripts = reader.get("/papers/2510.00001").content.count(b"<script")
    for n, text in enumerate(HOSTILE[:40]):
        told = (
            StatementRecord(kind="published", text=text, url="javascript:alert(1)"),
            StatementRecord(kind="retracted", text=text, url=f"https://example.org/{text}"),
        )
        fields = {"remarks": text, "journal_ref": text, "licence": text, "statements": told}
        take(record(f"Paper {n}", ref=str(n), on=None, **fields), source="a")
        paper = Paper.objects.get(title=f"Paper {n}")
        page = reader.get(f"/papers/{paper.key}").content.decode()
        assert page.count("<script") == scripts
        assert 'href="javascript:' not in page
        assert "<img" not in page

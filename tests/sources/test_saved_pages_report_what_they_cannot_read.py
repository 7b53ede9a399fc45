"""A card that is no paper is reported with its line, and the cards around it are kept."""

from __future__ import annotations

import pytest

from tests.sources.pages import (
    CAPTURED_ON,
    CARDS,
    KITES,
    MOSS,
    OWLS,
    Card,
    abstract,
    complaints,
    meta_lines,
    papers,
    spaced_bare,
    spaced_with_meta,
    tight_bare,
)

OWLS_META = meta_lines(OWLS)
DAMAGE = {
    "no abstract": (f"\n\n{OWLS.paragraphs[0]}", "", OWLS.title, "a title without an abstract: 'Do Owls Count?'"),
    "no title": (f"{OWLS.title}\n\n", "", OWLS.paragraphs[0], "an abstract without a title: 'We look at owls"),
    "neither": (
        f"{OWLS.title}\n\n{OWLS.paragraphs[0]}\n\n",
        "",
        "  • 1 authors",
        "a date and authors without a title",
    ),
    "no attribution": (
        OWLS_META,
        OWLS_META.replace("  • 1 authors\n", ""),
        None,
        "neither a number of authors nor an organisation: '·'",
    ),
    "odd attribution": (
        "• 1 authors",
        "• many authors",
        "  • many authors",
        "neither a number of authors nor an organisation: '• many authors'",
    ),
    "no date": ("·\nDec 12, 2024 2", "·", None, "not a date such as 'Jul 14' or 'Dec 12, 2024': '·'"),
    "odd date": ("Dec 12, 2024 2", "12/12/2024", "12/12/2024", "not a date such as 'Jul 14' or 'Dec 12, 2024': '12/12"),
}


@pytest.mark.parametrize(("part", "instead", "line", "reason"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_card_is_reported_and_the_others_are_kept(read, part, instead, line, reason) -> None:
    whole = spaced_with_meta(CARDS)
    text = whole.replace(part, instead)
    assert text != whole
    file = read(text, captured_on=CAPTURED_ON)
    assert [paper.title for paper in papers(file)] == [KITES.title, MOSS.title]
    (complaint,) = complaints(file)
    lines = text.split("\n")
    # Without a line of its own the dot of the card stands in.
    number = lines.index(line) if line else [n for n, one in enumerate(lines) if one == "·"][1]
    assert complaint.startswith(f"page.txt:{number + 1}: {reason}")


@pytest.mark.parametrize("layout", [spaced_bare, tight_bare])
def test_a_bare_title_without_an_abstract_is_reported(read, layout) -> None:
    text = layout(CARDS).replace(f"\n{OWLS.paragraphs[0]}", "")
    file = read(text)
    assert complaints(file) == [
        f"page.txt:{text.split(chr(10)).index(OWLS.title) + 1}: a title without an abstract: 'Do Owls Count?'"
    ]
    assert [paper.title for paper in papers(file)] == [KITES.title, MOSS.title]


@pytest.mark.parametrize("layout", [spaced_bare, tight_bare])
def test_a_last_title_without_an_abstract_is_reported(read, layout) -> None:
    file = read(layout([*CARDS[:2], Card("The End of the Page", ())]))
    assert [paper.title for paper in papers(file)] == [KITES.title, OWLS.title]
    assert [complaint.partition(": ")[2] for complaint in complaints(file)] == [
        "a title without an abstract: 'The End of the Page'"
    ]


def test_what_follows_the_last_meta_lines_is_reported(read) -> None:
    file = read(spaced_with_meta(CARDS) + "\n\nPrevious\n\nNext", captured_on=CAPTURED_ON)
    assert len(papers(file)) == 3
    assert [complaint.partition(": ")[2] for complaint in complaints(file)] == [
        "a title without an abstract: 'Previous'",
        "a title without an abstract: 'Next'",
    ]


def test_a_bare_page_that_begins_with_an_abstract_is_reported(read) -> None:
    file = read(spaced_bare([Card(abstract("nothing"), (abstract("kites"),)), OWLS]))
    assert [paper.title for paper in papers(file)] == [OWLS.title]
    assert "an abstract without a title: 'We look at nothing" in complaints(file)[0]

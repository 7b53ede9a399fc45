"""The three layouts of saved pages, and the small accidents of saving that change nothing."""

from __future__ import annotations

import pytest

from broadsheet.sources.record import OrganisationRecord, SourceError
from tests.sources.pages import (
    BANNER,
    BYLINE,
    CAPTURED_ON,
    CARDS,
    KITES,
    MOSS,
    OWLS,
    Card,
    abstract,
    bare,
    cards_of,
    complaints,
    meta_lines,
    papers,
    spaced_bare,
    spaced_with_meta,
    tight_bare,
)


def test_it_reads_cards_with_meta_lines(read) -> None:
    file = read(spaced_with_meta(CARDS), captured_on=CAPTURED_ON)
    assert (file.format, file.source) == ("saved-page", "saved-page")
    assert cards_of(file) == CARDS
    kites, owls, moss = papers(file)
    assert (kites.author_count, owls.author_count, moss.author_count) == (3, 1, None)
    assert moss.organisations == (OrganisationRecord(slug="fern-lab", name="Fern & Moss Lab"),)
    assert [paper.listing.listed_on for paper in papers(file)] == [card.day for card in CARDS]


@pytest.mark.parametrize("layout", [spaced_bare, tight_bare])
def test_it_reads_bare_cards(read, layout) -> None:
    file = read(layout(CARDS))
    assert cards_of(file) == tuple(map(bare, CARDS))
    assert [paper.listing for paper in papers(file)] == [None] * 3


def test_the_figure_after_the_date_counts_comments_and_never_votes(read) -> None:
    owls = papers(read(spaced_with_meta([OWLS]), captured_on=CAPTURED_ON))[0]
    assert (owls.comments_count, owls.votes_count) == (2, None)
    assert owls.published_on == OWLS.day


def test_it_keeps_the_lines_of_each_card(read) -> None:
    file = read(spaced_with_meta(CARDS), captured_on=CAPTURED_ON)
    lines = spaced_with_meta(CARDS).split("\n")
    assert [paper.where for paper in papers(file)] == [f"page.txt:{lines.index(card.title) + 1}" for card in CARDS]


@pytest.mark.parametrize("layout", [spaced_with_meta, spaced_bare, tight_bare])
@pytest.mark.parametrize(
    "accident",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text + "\n",
        lambda text: "\n\n" + text + "\r\n \n",
        lambda text: text.replace("\n", " \n"),
    ],
    ids=["CRLF", "CR", "byte-order mark", "newline at the end", "blank lines around", "blanks at line ends"],
)
def test_accidents_of_saving_change_nothing(read, layout, accident) -> None:
    file = read(accident(layout(CARDS)), captured_on=CAPTURED_ON)
    assert cards_of(file) == cards_of(read(layout(CARDS), captured_on=CAPTURED_ON))
    assert len(file.records) == 3


@pytest.mark.parametrize("layout", [spaced_with_meta, spaced_bare, tight_bare])
def test_an_abstract_may_have_several_paragraphs(read, layout) -> None:
    long = Card("Long Roads", (abstract("the road out"), "A short second paragraph.", abstract("the road home")))
    file = read(layout([long, KITES]), captured_on=CAPTURED_ON)
    assert papers(file)[0].abstract == "\n\n".join(long.paragraphs)
    assert papers(file)[1].title == KITES.title


def test_the_glued_button_is_taken_off_the_first_title_alone(read) -> None:
    cards = [Card("Spiral", (abstract("spirals"),)), Card("Subscribers and Churn", (abstract("readers"),))]
    assert [card.title for card in cards_of(read(tight_bare(cards)))] == ["Spiral", "Subscribers and Churn"]
    assert cards_of(read(tight_bare(cards[::-1])))[0].title == "Subscribers and Churn"
    assert cards_of(read(spaced_bare(cards[::-1])))[0].title == "Subscribers and Churn"


def test_no_button_is_taken_off_where_nothing_of_the_site_stands_above(read) -> None:
    card = Card("Subscribers and Churn", (abstract("readers"),))
    text = f"{card.title}\n\n{card.paragraphs[0]}\n\n{meta_lines(card)}"
    assert cards_of(read(text, captured_on=CAPTURED_ON)) == (card,)


def test_cards_without_the_header_are_read(read) -> None:
    text = spaced_with_meta(CARDS).partition("Oct 29\n\n")[2]
    assert cards_of(read(text, captured_on=CAPTURED_ON)) == CARDS


def test_labels_that_are_not_known_are_passed_over_above_the_first_title(read) -> None:
    text = spaced_with_meta(CARDS).replace(BYLINE, "Models\n\nDatasets\n\nLog in\n\n" + BYLINE)
    assert cards_of(read(text, captured_on=CAPTURED_ON)) == CARDS
    text = spaced_with_meta(CARDS).replace("Oct 29\n", "Oct 29\n\nSort: trending\n\nAll papers of this search\n")
    assert cards_of(read(text, captured_on=CAPTURED_ON)) == CARDS
    text = spaced_bare(CARDS).replace("Mar 12\n", "Mar 12\n\nTrending\n")
    assert cards_of(read(text)) == tuple(map(bare, CARDS))


def test_a_bullet_that_was_lost_is_no_organisation(read) -> None:
    file = read(spaced_with_meta([KITES]).replace("  • 3 authors", "3 authors"), captured_on=CAPTURED_ON)
    assert cards_of(file) == (KITES,)


def test_one_author_may_be_printed_in_the_singular(read) -> None:
    file = read(spaced_with_meta([OWLS]).replace("1 authors", "1 author"), captured_on=CAPTURED_ON)
    assert cards_of(file) == (OWLS,)


def test_an_organisation_without_a_display_name_is_called_by_its_short_one(read) -> None:
    file = read(spaced_with_meta([MOSS]).replace(" Fern & Moss Lab", ""), captured_on=CAPTURED_ON)
    assert papers(file)[0].organisations == (OrganisationRecord(slug="fern-lab", name="fern-lab"),)


def test_a_page_is_named_by_file_and_content_and_titled_by_its_query(read) -> None:
    text = spaced_with_meta(CARDS)
    page = read(text, "My Page (1).txt", captured_on=CAPTURED_ON, query="still air").page
    assert (page.title, page.query) == ("still air", "still air")
    assert (page.printed_on, page.captured_on) == (CAPTURED_ON, CAPTURED_ON)
    again = read(text, "My Page (1).txt", captured_on=CAPTURED_ON).page
    assert again.slug == page.slug
    assert again.title == "Saved page My Page (1)"
    slug, _, digest = page.slug.rpartition("-")
    assert slug == "my-page-1"
    assert len(digest) == 8
    other = read(text + "\n", "My Page (1).txt", captured_on=CAPTURED_ON).page
    assert other.slug != page.slug
    assert read(text, "日.txt", captured_on=CAPTURED_ON).page.slug == f"page-{digest}"


def test_a_text_that_lost_its_formulas_is_marked(read) -> None:
    lost = Card("Rates", (f"{abstract('rates')} They are mathcal{{O}}(n).",))
    sound = Card("Sound Rates", (f"{abstract('rates')} They are $\\mathcal{{O}}(n)$.",))
    assert [paper.is_lossy for paper in papers(read(tight_bare([lost, sound, KITES])))] == [True, False, False]


def test_a_page_without_papers_is_refused(read) -> None:
    with pytest.raises(SourceError, match=r"^page\.txt:1: no papers on this page$"):
        read(f"new\n\n{BANNER}\n\nSubscribe\n\nDaily Papers\n\n{BYLINE}\n\nOct 29\n")


def test_no_complaint_is_made_of_good_cards(read) -> None:
    assert complaints(read(spaced_with_meta(CARDS), captured_on=CAPTURED_ON)) == []

"""Saved pages written for the tests: cards, and the three layouts in which people's tools print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from broadsheet.sources.record import BadRecord, PaperRecord, SourceFile

BANNER = "Get trending papers in your email inbox!"
BANNER_ONCE_A_DAY = "Get trending papers in your email inbox once a day!"
BYLINE = "byAK and the research community"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CAPTURED_ON = date(2025, 10, 29)


@dataclass(frozen=True)
class Card:
    """One paper as a page shows it; a bare page shows the first two fields only."""

    title: str
    paragraphs: tuple[str, ...]
    authors: int | None = 3
    organisation: tuple[str, str] = ("", "")
    day: date = date(2025, 7, 14)
    comments: int | None = None


def abstract(subject: str) -> str:
    """A paragraph as long as an abstract is."""
    return (
        f"We look at {subject} from every side and report what we saw, in order and with its measure. " * 4 + "Enough."
    )


KITES = Card("Kites in Still Air", (abstract("kites"),))
OWLS = Card("Do Owls Count?", (abstract("owls"),), authors=1, day=date(2024, 12, 12), comments=2)
MOSS = Card("Moss: A Slow Survey", (abstract("moss"),), None, ("fern-lab", "Fern & Moss Lab"), date(2020, 6, 15))
CARDS = (KITES, OWLS, MOSS)


def printed(day: date, captured_on: date = CAPTURED_ON) -> str:
    """A day as the site prints it: without its year if it is that of the visit."""
    year = "" if day.year == captured_on.year else f", {day.year}"
    return f"{MONTHS[day.month - 1]} {day.day}{year}"


def meta_lines(card: Card, captured_on: date = CAPTURED_ON) -> str:
    attribution = f"  • {card.authors} authors" if card.authors is not None else " ".join(card.organisation)
    figure = "" if card.comments is None else f" {card.comments}"
    return f"{attribution}\n·\n{printed(card.day, captured_on)}{figure}"


def spaced_with_meta(cards: Sequence[Card], captured_on: date = CAPTURED_ON) -> str:
    blocks = ["new", BANNER, "Subscribe", "Daily Papers", BYLINE, printed(captured_on, captured_on)]
    for card in cards:
        blocks += [card.title, *card.paragraphs, meta_lines(card, captured_on)]
    return "\n\n".join(blocks)


def spaced_bare(cards: Sequence[Card]) -> str:
    blocks = ["new", BANNER, "Subscribe", BYLINE, "Mar 12"]
    return "\n\n".join(blocks + [text for card in cards for text in (card.title, *card.paragraphs)])


def tight_bare(cards: Sequence[Card]) -> str:
    texts = [text for card in cards for text in (card.title, *card.paragraphs)]
    return f"{BANNER_ONCE_A_DAY}\n{BANNER}\nSubscribe" + "\n".join(texts)


def bare(card: Card) -> Card:
    """What a page without meta lines tells of a card."""
    return Card(card.title, card.paragraphs)


def card_of(record: PaperRecord | BadRecord) -> Card:
    """The card that a record was read from; a record that could not be read fails the test."""
    assert isinstance(record, PaperRecord), record
    card = Card(record.title, tuple(record.abstract.split("\n\n")))
    if record.published_on is None:
        assert (record.author_count, record.organisations, record.comments_count) == (None, (), None)
        return card
    organisation = next(((one.slug, one.name) for one in record.organisations), ("", ""))
    return replace(
        card,
        authors=record.author_count,
        organisation=organisation,
        day=record.published_on,
        comments=record.comments_count,
    )


def cards_of(file: SourceFile) -> tuple[Card, ...]:
    return tuple(card_of(record) for record in file.records)


def papers(file: SourceFile) -> list[PaperRecord]:
    return [record for record in file.records if isinstance(record, PaperRecord)]


def complaints(file: SourceFile) -> list[str]:
    """``place: reason`` of every record that could not be read."""
    return [f"{record.where}: {record.reason}" for record in file.records if isinstance(record, BadRecord)]

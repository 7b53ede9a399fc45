"""Conditions as the cluster's filters, exactly as ``conditions`` defines them."""

from __future__ import annotations

from datetime import date

from qdrant_client import models

from broadsheet.search.conditions import (
    All,
    Any,
    Condition,
    FactCondition,
    FigureWithin,
    HasFlag,
    HasPhrase,
    HasWords,
    InCategory,
    InLanguage,
    ListedWithin,
    Not,
    OfOrganisation,
    OneOf,
    TextField,
    UpTo,
    YearWithin,
)
from broadsheet.search.engines.qdrant.terms import phrases, terms_of
from broadsheet.search.words.analysis import Piece, pieces

EVERYTHING = models.Filter()
NOTHING = models.Filter(must=[models.HasIdCondition(has_id=[])])
LARGEST_ID = (1 << 64) - 1
# "any" is one field of everything for words; a phrase must stand within one of these.
_PHRASE_FIELDS: dict[TextField, tuple[str, ...]] = {
    "any": ("title", "abstract", "authors"),
    "title": ("title",),
    "abstract": ("abstract",),
    "authors": ("authors",),
    "organisations": ("organisations",),
}


def field_of(field: TextField) -> str:
    """The payload field in which the words of a text field are."""
    return "text" if field == "any" else field


def filter_of(condition: Condition | None) -> models.Filter | None:
    """The filter that holds for exactly the papers that satisfy ``condition``; None for no condition."""
    return None if condition is None else _filter(condition)


def holding_phrase(text: str, field: TextField) -> models.Filter:
    """The filter of papers in which the words of ``text`` stand side by side."""
    held = [
        _matching(key, models.MatchPhrase(phrase=phrase))
        for key in _PHRASE_FIELDS[field]
        for phrase in phrases(text, is_name=key == "authors")
    ]
    return models.Filter(should=[*held]) if held else NOTHING


def _words(text: str, field: TextField) -> models.Filter:
    held = [_piece(piece, field) for piece in pieces(text)]
    wanted = [part for part in held if part is not None]
    return models.Filter(must=[*wanted]) if wanted else NOTHING


def _piece(piece: Piece, field: TextField) -> models.Filter | None:
    """A word: a compound by its parts or its joined form, a run of CJK characters in one piece. None: a stop word."""
    is_name = field == "authors"
    if piece.is_run and len(piece.parts) > 1:
        run = models.MatchPhrase(phrase=" ".join(piece.parts))
        return models.Filter(should=[_matching(key, run) for key in _PHRASE_FIELDS[field]])
    forms = [terms_of(words, is_name=is_name) for words in (piece.parts, (piece.joined,))]
    key = field_of(field)
    # Without the text of its parts a compound is made of stop words, which ask for nothing.
    held = [_matching(key, models.MatchText(text=form)) for form in forms if form] if forms[0] else []
    return models.Filter(should=[*held]) if held else None


def among_ids(numbers: frozenset[int] | set[int] | list[int]) -> models.Filter:
    """The filter of papers with one of these row ids; numbers that cannot be one are left out."""
    return models.Filter(
        must=[models.HasIdCondition(has_id=[number for number in sorted(numbers) if 0 <= number <= LARGEST_ID])]
    )


def _filter(condition: Condition) -> models.Filter:
    if isinstance(condition, All):
        return models.Filter(must=[_filter(part) for part in condition.parts]) if condition.parts else EVERYTHING
    if isinstance(condition, Any):
        return models.Filter(should=[_filter(part) for part in condition.parts]) if condition.parts else NOTHING
    if isinstance(condition, Not):
        return models.Filter(must_not=[_filter(condition.part)])
    if isinstance(condition, HasWords):
        return _words(condition.text, condition.field)
    if isinstance(condition, HasPhrase):
        return holding_phrase(condition.text, condition.field)
    return _fact(condition)


def _fact(condition: FactCondition) -> models.Filter:
    if isinstance(condition, InCategory):
        return _equal("filed", condition.code.lower())
    if isinstance(condition, OfOrganisation):
        return _equal("organisation", condition.slug)
    if isinstance(condition, InLanguage):
        return _equal("language", condition.code)
    if isinstance(condition, OneOf):
        return among_ids(condition.numbers)
    if isinstance(condition, HasFlag):
        return _within("code", 1, None) if condition.name == "code" else _within("comments", 1, None)
    return _range(condition)


def _range(condition: UpTo | ListedWithin | YearWithin | FigureWithin) -> models.Filter:
    """One value of the field lies within; a range is never open at both ends, so the field has to be there."""
    if isinstance(condition, UpTo):
        return _within("number", None, condition.last)
    if isinstance(condition, ListedWithin):
        return _within("days", (condition.first or date.min).toordinal(), (condition.last or date.max).toordinal())
    if isinstance(condition, YearWithin):
        return _within("year", condition.first if condition.first is not None else date.min.year, condition.last)
    return _within(condition.name, condition.least if condition.least is not None else 0, condition.most)


def _matching(key: str, match: models.MatchText | models.MatchPhrase | models.MatchValue) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key=key, match=match)])


def _equal(key: str, value: str) -> models.Filter:
    return _matching(key, models.MatchValue(value=value))


def _within(key: str, least: int | None, most: int | None) -> models.Filter:
    return models.Filter(must=[models.FieldCondition(key=key, range=models.Range(gte=least, lte=most))])

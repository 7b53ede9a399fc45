"""Conditions as the cluster's filters, exactly as ``conditions`` defines them."""

from __future__ import annotations

from collections.abc import Callable
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
from broadsheet.search.engines.qdrant.terms import phrase
from broadsheet.search.words.analysis import Piece, pieces, stem

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
    return _phrase(field, lambda is_name: phrase(text, is_name=is_name))


def _phrase(field: TextField, joined: Callable[[bool], str]) -> models.Filter:
    wanted = {key: joined(key == "authors") for key in _PHRASE_FIELDS[field]}
    held = [_matching(key, models.MatchPhrase(phrase=text)) for key, text in wanted.items() if text]
    return models.Filter(should=[*held]) if held else NOTHING


def _words(text: str, field: TextField) -> models.Filter:
    """Every word, a compound by its parts side by side or by its joined form; stop words are ignored."""
    held = [_piece(piece, field) for piece in pieces(text)]
    wanted = [part for part in held if part is not None]
    return models.Filter(must=[*wanted]) if wanted else NOTHING


def _piece(piece: Piece, field: TextField) -> models.Filter | None:
    is_name = field == "authors"
    forms: list[models.Filter] = []
    if len(piece.parts) == 1:
        forms += _word(piece.parts[0], field)
    elif is_name or any(stem(part) for part in piece.parts):
        forms.append(holding_phrase(" ".join(piece.parts), field))
    if piece.joined:
        forms += _word(piece.joined, field)
    return models.Filter(should=[*forms]) if forms else None


def _word(word: str, field: TextField) -> list[models.Filter]:
    term = word if field == "authors" else stem(word)
    return [_matching(field_of(field), models.MatchText(text=term))] if term else []


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

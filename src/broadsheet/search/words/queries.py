"""Conditions and clauses as queries of the word index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal

import tantivy
from tantivy import FieldType, Occur, Query

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
from broadsheet.search.language import Clause
from broadsheet.search.words.analysis import UNTELLING_WORDS, Piece, pieces, runs, stem
from broadsheet.search.words.schema import archive_of, title_hash

# Enough for every word of a paragraph-long question; more would only cost time.
MOST_WORDS: Final = 200
# "autoencoder" counts for "auto-encoder" in a few keywords. In a sentence it would only count the compound twice: that
# costs 0.002 of nDCG@10 over the five given collections.
_MOST_WORDS_JOINED: Final = 6
# So many numbers are looked up faster one by one than by a walk over all numbers.
_MOST_ONE_BY_ONE: Final = 5_000
Place = Literal["text", "title", "abstract", "authors", "organisations"]
"""Where a word is looked for: a text field of a condition, or ``text``, title and abstract together."""
_LEAST, _MOST = -(2**63), 2**63 - 1


class Queries:
    """Compiles conditions and clauses for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def satisfying(self, must: Condition | None) -> Query:
        """The papers that satisfy a condition, exactly; all papers without one. Its scores mean nothing."""
        match must:
            case None:
                query = Query.all_query()
            case All(parts):
                query = self._all_of(parts)
            case Any(parts):
                query = _any_of([self.satisfying(part) for part in parts])
            case Not():
                query = self._all_of((must,))
            case HasWords(text, field):
                found = [one for piece in pieces(text) if (one := self._piece(piece, field))]
                query = _together(found) if found else Query.empty_query()
            case HasPhrase(text, field):
                query = _any_of(self._phrases(text, field))
            case OneOf(numbers):
                query = self.one_of(numbers)
            case _:
                query = self._fact(must)
        return query

    def ranking(self, clauses: Sequence[Clause], must: Condition | None) -> Query | None:
        """The papers with any of the clauses that satisfy ``must``, scored by BM25; None when no clause has a term.

        Without ``must`` and phrases this is a plain union of terms, which tantivy evaluates by block-max WAND: hence
        no boosts; a word that is typed twice simply stands in the union twice.
        """
        read = [(clause, pieces(clause.text)) for clause in clauses]
        is_about_something = any(_is_telling(piece) for _, found in read for piece in found)
        scored: list[Query] = []
        for clause, found in read:
            if clause.is_phrase:
                scored.extend(self._phrases(clause.text, clause.field))
            else:
                drops = is_about_something and clause.field != "authors"
                telling = [piece for piece in found if not drops or _is_telling(piece)]
                scored.extend(self._counted(telling[:MOST_WORDS], clause.field))
        if not scored:
            return None
        words = Query.boolean_query([(Occur.Should, query) for query in scored])
        if must is None:
            return words
        return Query.boolean_query([(Occur.Must, unscored(self.satisfying(must))), (Occur.Must, words)])

    def titled(self, title_key: str, must: Condition | None) -> Query:
        """The papers with a normalised title that satisfy ``must``."""
        return _together([self._term("title_hash", title_hash(title_key)), self.satisfying(must)])

    def _all_of(self, parts: Sequence[Condition]) -> Query:
        clauses = [
            (Occur.MustNot, self.satisfying(part.part))
            if isinstance(part, Not)
            else (Occur.Must, self.satisfying(part))
            for part in parts
        ]
        if all(occur == Occur.MustNot for occur, _ in clauses):
            clauses.append((Occur.Must, Query.all_query()))
        return Query.boolean_query(clauses)

    # Words

    def _piece(self, piece: Piece, field: TextField) -> Query | None:
        """A word in a field; None for a stop word, which asks for nothing there."""
        if field != "any":
            return self._piece_in(piece, field)
        if not any(map(stem, piece.parts)):
            return None
        places: tuple[Place, ...] = ("text", "authors")
        return _any_of([query for place in places if (query := self._piece_in(piece, place))])

    def _piece_in(self, piece: Piece, place: Place) -> Query | None:
        if piece.is_run and len(piece.parts) > 1:
            return _any_of([self._sequence(piece.parts, one) for one in _with_positions(place)])
        parts = [self._word(term, place) for part in piece.parts if (term := _term(part, place))]
        if not parts or not piece.joined:
            return _together(parts) if parts else None
        return _any_of([_together(parts), self._word(_term(piece.joined, place), place)])

    def _word(self, term: str, place: Place) -> Query:
        if place != "abstract":
            return self._term(place, term)
        return Query.boolean_query(
            [(Occur.Must, self._term("text", term)), (Occur.MustNot, self._term("title_only", term))]
        )

    def _phrases(self, text: str, field: TextField) -> list[Query]:
        """A phrase with its compounds in parts, and with each as one word; none of stop words alone."""
        read = pieces(text)
        readings = {tuple(word for piece in read for word in piece.parts)}
        readings.add(tuple(word for piece in read for word in ([piece.joined] if piece.joined else piece.parts)))
        places = (*_with_positions("text"), "authors") if field == "any" else _with_positions(field)
        return [self._sequence(words, place) for words in readings for place in places if any(_terms(words, place))]

    def _sequence(self, words: Sequence[str], place: Place) -> Query:
        """Words side by side; stop words keep their place."""
        terms: list[str | tuple[int, str]] = [(at, term) for at, term in enumerate(_terms(words, place)) if term]
        if len(terms) == 1:
            return self._word(terms[0][1], place)
        # In ``text``, words of the title stand too far apart for a phrase: what it finds is in the abstract.
        return Query.phrase_query(self._schema, "text" if place == "abstract" else place, terms)

    def _counted(self, found: Sequence[Piece], field: TextField) -> Iterator[Query]:
        places: tuple[Place, ...] = ("text", "authors") if field == "any" else (field,)
        joins = len(found) <= _MOST_WORDS_JOINED
        for piece in found:
            if field == "any" and not any(map(stem, piece.parts)):
                continue
            forms = [piece.joined] if joins else []
            words = [*piece.parts, *forms, *(run for part in piece.parts for run in runs(part))]
            for place in places:
                for term in filter(None, _terms(words, place)):
                    yield self._word(term, place)

    # Facts

    def _fact(self, must: FactCondition) -> Query:
        exact = _exact(must)
        return self._term(*exact) if exact else self._range(*_bounds(must))

    def one_of(self, numbers: frozenset[int]) -> Query:
        """These papers."""
        known = [number for number in numbers if _LEAST <= number <= _MOST]
        if len(known) > _MOST_ONE_BY_ONE:
            return Query.term_set_query(self._schema, "number", known)
        return _any_of([self._term("number", number) for number in known])

    def _term(self, field: str, value: str | int | bool) -> Query:
        return Query.term_query(self._schema, field, value)

    def _range(self, field: str, first: int | None, last: int | None) -> Query:
        if first is None and last is None:
            return Query.exists_query(field)
        lower, upper = _LEAST if first is None else max(first, _LEAST), _MOST if last is None else min(last, _MOST)
        if lower > upper:
            return Query.empty_query()
        return Query.range_query(self._schema, field, FieldType.Integer, lower, upper)


def _exact(must: FactCondition) -> tuple[str, str | bool] | None:
    """The field and the term that a condition asks for; None when it asks for a range."""
    match must:
        case InCategory(code):
            return ("archive", archive_of(code)) if code.endswith(".*") else ("category_key", code.lower())
        case OfOrganisation(slug):
            return "organisation", slug
        case InLanguage(code):
            return "language", code
        case HasFlag("code"):
            return "has_code", True
    return None


def _bounds(must: FactCondition) -> tuple[str, int | None, int | None]:
    """The field and the range, both ends included, that a condition asks for."""
    match must:
        case ListedWithin(first, last):
            return "day", _ordinal(first), _ordinal(last)
        case YearWithin(earliest, latest):
            return "year", earliest, latest
        case FigureWithin(name, least, most):
            return name, least, most
        case HasFlag("comments"):
            return "comments", 1, None
        case UpTo(number):
            return "number", None, number
    raise TypeError(f"{must!r} is no condition on a fact")


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def unscored(query: Query) -> Query:
    """A query that counts nothing for the rank."""
    return Query.const_score_query(query, 0.0)


def _is_telling(piece: Piece) -> bool:
    return not UNTELLING_WORDS.issuperset(piece.parts)


def _term(word: str, place: Place) -> str:
    """The term of a word as it is typed: names are kept as they are. '' for a stop word."""
    return word if place == "authors" else stem(word)


def _terms(words: Sequence[str], place: Place) -> list[str]:
    return [_term(word, place) for word in words]


def _with_positions(place: Place | TextField) -> tuple[Place, ...]:
    return ("title", "abstract") if place in ("text", "any") else (place,)  # type: ignore[return-value]


def _any_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries]) if queries else Query.empty_query()


def _together(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])

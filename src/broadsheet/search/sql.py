"""Conditions as the database evaluates them: for lists without words, and for words while the engine is gone.

Facts are exact. Conditions on words are not: the database has no stems, so a word is taken to stand where a word begins
as it and its stem do (``learning`` finds *learned*, and ``values`` also *valuation*), texts are compared as they were
received (``Schrodinger`` does not find *Schrödinger*), and a compound only as it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import takewhile

from django.db.models import Exists, OuterRef, Q

from broadsheet.catalogue.models import Authorship, Listing, Paper, PaperCategory
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
from broadsheet.search.words.analysis import Piece, pieces, stem

NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING
# A beginning that is shorter than this says too little: such a word must stand whole, but for the commonest endings.
SHORTEST_BEGINNING = 4

_Affiliation = Paper.organisations.through


def condition_q(condition: Condition | None) -> Q:
    """The papers that satisfy a condition, for ``Paper.objects.filter``; usable under any negation."""
    if condition is None:
        return EVERYTHING
    if isinstance(condition, All):
        return _all([condition_q(part) for part in condition.parts])
    if isinstance(condition, Any):
        return _any([condition_q(part) for part in condition.parts])
    if isinstance(condition, Not):
        return ~condition_q(condition.part)
    if isinstance(condition, HasWords | HasPhrase):
        return _text(condition)
    return _fact(condition)


def _all(parts: list[Q]) -> Q:
    # An empty Q is no condition, also when negated; so it must not stand for a condition that always holds.
    return Q(*parts) if parts else EVERYTHING


def _any(parts: list[Q]) -> Q:
    return Q(*parts, _connector=Q.OR) if parts else NOTHING


def _fact(condition: FactCondition) -> Q:
    if isinstance(condition, InCategory):
        return Q(Exists(PaperCategory.objects.filter(_code(condition.code), paper=OuterRef("pk"))))
    if isinstance(condition, OfOrganisation):
        return Q(Exists(_Affiliation.objects.filter(paper=OuterRef("pk"), organisation__slug=condition.slug)))
    if isinstance(condition, OneOf):
        return Q(pk__in=sorted(condition.numbers))
    if isinstance(condition, HasFlag):
        return Q(has_code=True) if condition.name == "code" else Q(comments_count__gt=0)
    if isinstance(condition, InLanguage):
        return Q(language=condition.code)
    return _range(condition)


def _code(code: str) -> Q:
    archive = code.removesuffix(".*")
    if archive == code:
        return Q(category__code__iexact=code)
    return Q(category__code__istartswith=f"{archive}.") | Q(category__code__iexact=archive)


def _range(condition: UpTo | FigureWithin | ListedWithin | YearWithin) -> Q:
    if isinstance(condition, UpTo):
        return Q(pk__lte=condition.last)
    if isinstance(condition, FigureWithin):
        return _between(f"{condition.name}_count", condition.least, condition.most)
    if isinstance(condition, ListedWithin):
        listed = Listing.objects.filter(_between("listed_on", condition.first, condition.last), paper=OuterRef("pk"))
        return Q(Exists(listed))
    return _year(condition)


def _between(column: str, least: object, most: object) -> Q:
    bounds = {f"{column}__gte": least, f"{column}__lte": most}
    return _all([Q(**{name: value}) for name, value in bounds.items() if value is not None])


def _year(condition: YearWithin) -> Q:
    """By the day of publication or else that of the first listing; the column must be there, or NOT would lose rows."""
    first = condition.first if condition.first is not None else date.min.year
    last = condition.last if condition.last is not None else date.max.year
    if first > date.max.year or last < date.min.year:
        return NOTHING
    days = (date(max(first, date.min.year), 1, 1), date(min(last, date.max.year), 12, 31))
    published = Q(published_on__isnull=False) & _between("published_on", *days)
    listed = Q(published_on__isnull=True, first_listed_on__isnull=False) & _between("first_listed_on", *days)
    return published | listed


def _text(condition: HasWords | HasPhrase) -> Q:
    words = [piece for piece in pieces(condition.text) if _is_indexed(piece, condition.field)]
    if not words:
        return NOTHING
    if isinstance(condition, HasPhrase):
        every = [part for piece in pieces(condition.text) for part in piece.parts]
        return _stands(condition.field, every)
    return _all([_stands(condition.field, list(piece.parts)) for piece in words])


def _is_indexed(piece: Piece, field: TextField) -> bool:
    return field == "authors" or any(stem(part) for part in piece.parts)


def _stands(field: TextField, words: list[str]) -> Q:
    """The words stand in the field side by side."""
    if any(not word.isascii() for word in words):
        # Pairs of characters, as a run of Chinese or Japanese is read, are parts of what is written.
        return _in_field(field, lambda column: _all([Q(**{f"{column}__icontains": word}) for word in words]))
    is_name = field == "authors"
    pattern = r"(^|\W)" + r"\W+".join(_pattern(word, is_name=is_name) for word in words)
    beginnings = dict.fromkeys(word if is_name else beginning(word) for word in words)

    def held(column: str) -> Q:
        # A plain search first: it is far cheaper than the pattern, which decides about the rest.
        likely = [Q(**{f"{column}__icontains": start}) for start in beginnings]
        return _all([*likely, Q(**{f"{column}__iregex": pattern})])

    return _in_field(field, held)


def beginning(word: str) -> str:
    """What all forms of a folded word begin with, as far as its stem tells: ``theor`` of *theory*."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(word, stem(word), strict=False))
    start = "".join(letter for letter, _ in pairs)
    return start if len(start) >= SHORTEST_BEGINNING else word


def _pattern(word: str, *, is_name: bool) -> str:
    """A regular expression, in what Python and PostgreSQL share; words consist of letters and digits alone."""
    if is_name:
        return rf"{word}(?!\w)"
    start = beginning(word)
    return rf"{start}\w*" if len(start) >= SHORTEST_BEGINNING else rf"{word}(s|es|ed|ing)?(?!\w)"


def _in_field(field: TextField, held: Callable[[str], Q]) -> Q:
    author = Authorship.objects.filter(paper=OuterRef("pk"))
    if field == "authors":
        return Q(Exists(author.filter(held("name"))))
    if field == "organisations":
        return Q(Exists(_Affiliation.objects.filter(held("organisation__name"), paper=OuterRef("pk"))))
    if field == "any":
        return held("title") | held("abstract") | Q(Exists(author.filter(held("name"))))
    return held(field)

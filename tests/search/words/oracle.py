"""Conditions decided by plain Python over plain documents, and documents and conditions at random.

The texts are of words without inflection, so that a stem is the word itself; the analysis has tests of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from broadsheet.search.conditions import (
    All,
    Any,
    Condition,
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
    UpTo,
    YearWithin,
)
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import Facets

WORDS = ("fox", "hen", "owl", "elk", "the", "of", "x")
STOP = {"the", "of"}
CODES = ("cs.CL", "cs.LG", "math.CO", "hep-th", "cs")
SLUGS = ("north", "south", "east")
LANGUAGES = ("", "en", "de")
DAY = date(2024, 2, 27)


def satisfies(paper: IndexDocument, must: Condition | None) -> bool:
    """Whether a paper satisfies a condition."""
    match must:
        case None:
            return True
        case All(parts):
            return all(satisfies(paper, part) for part in parts)
        case Any(parts):
            return any(satisfies(paper, part) for part in parts)
        case Not(part):
            return not satisfies(paper, part)
        case HasWords() | HasPhrase():
            return _says(paper, must)
        case _:
            return _is(paper, must)


def _is(paper: IndexDocument, must: Condition) -> bool:
    match must:
        case InCategory(code):
            codes = [known.lower() for known in paper.categories]
            archives = [known.partition(".")[0] for known in codes]
            return code[:-2].lower() in archives if code.endswith(".*") else code.lower() in codes
        case OfOrganisation(slug):
            return slug in dict(paper.organisations)
        case ListedWithin(first, last):
            return any((first or date.min) <= day <= (last or date.max) for day in paper.days)
        case YearWithin(first, last):
            return paper.year is not None and _between(paper.year, first, last)
        case HasFlag(name):
            return paper.has_code if name == "code" else paper.comments_count > 0
        case FigureWithin(name, least, most):
            return _between(paper.votes_count if name == "votes" else paper.comments_count, least, most)
        case InLanguage(code):
            return bool(code) and paper.language == code
        case OneOf(numbers):
            return paper.number in numbers
        case UpTo(last):
            return paper.number <= last
    raise TypeError(must)


def _between(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _says(paper: IndexDocument, must: HasWords | HasPhrase) -> bool:
    wanted = must.text.split()
    places = {
        "title": [paper.title],
        "abstract": [paper.abstract],
        "authors": list(paper.authors),
        "organisations": [name for _, name in paper.organisations],
    }
    if isinstance(must, HasPhrase):
        fields = ("title", "abstract", "authors") if must.field == "any" else (must.field,)
        return any(_stand_together(wanted, value, field) for field in fields for value in places[field])
    if must.field == "any":
        telling = [word for word in wanted if word not in STOP]
        values = [paper.title, paper.abstract, *paper.authors]
    else:
        telling = [word for word in wanted if must.field == "authors" or word not in STOP]
        values = places[must.field]
    return bool(telling) and all(any(word in value.split() for value in values) for word in telling)


def _stand_together(wanted: Sequence[str], value: str, field: str) -> bool:
    """Stop words are not compared, except in names, but keep their place."""
    words = value.split()
    ignored = set() if field == "authors" else STOP
    compared = [(at, word) for at, word in enumerate(wanted) if word not in ignored]
    # A stop word at an end of the phrase is not compared either, nor need anything stand there.
    return bool(compared) and any(
        all(0 <= start + at < len(words) and words[start + at] == word for at, word in compared)
        for start in range(-len(wanted), len(words))
    )


def facets_of(papers: Sequence[IndexDocument]) -> Facets:
    """All values of each facet with their counts, the most frequent first."""
    values: dict[str, Callable[[IndexDocument], list[str]]] = {
        "category": lambda paper: list(dict.fromkeys(paper.categories)),
        "year": lambda paper: [] if paper.year is None else [str(paper.year)],
        "organisation": lambda paper: list(dict(paper.organisations)),
        "code": lambda paper: ["1"] if paper.has_code else [],
    }
    counted = {name: Counter(value for paper in papers for value in of(paper)) for name, of in values.items()}
    return {  # type: ignore[return-value]
        name: sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])) for name, counts in counted.items()
    }


_texts = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)
_days = st.integers(-3, 40).map(lambda days: DAY + timedelta(days))
_numbers = st.integers(1, 12)
_small = st.integers(0, 4)


@st.composite
def documents(draw: st.DrawFn) -> IndexDocument:
    """A paper over few words, days, categories and figures, so that conditions meet it."""
    slugs = draw(st.lists(st.sampled_from(SLUGS), unique=True, max_size=3))
    return IndexDocument(
        number=draw(_numbers),
        title=draw(_texts),
        abstract=draw(_texts),
        title_key=draw(st.sampled_from(("", "fox hen", "owl"))),
        authors=tuple(draw(st.lists(_texts.filter(bool), max_size=2))),
        organisations=tuple((slug, draw(_texts)) for slug in slugs),
        categories=tuple(draw(st.lists(st.sampled_from(CODES), max_size=5))),
        days=tuple(draw(st.lists(_days, max_size=5))),
        published_on=draw(st.none() | st.dates(date(2019, 1, 1), date(2026, 1, 1))),
        has_code=draw(st.booleans()),
        votes_count=draw(_small | st.integers(0, 20_000)),
        comments_count=draw(_small),
        language=draw(st.sampled_from(LANGUAGES)),
    )


_ends = st.none() | st.integers(-2, 6) | st.integers(-(2**70), 2**70)
_facts = st.one_of(
    st.builds(InCategory, st.sampled_from((*CODES, "CS.cl", "cs.*", "MATH.*", "hep-th.*", "none", ""))),
    st.builds(OfOrganisation, st.sampled_from((*SLUGS, "west", ""))),
    st.builds(ListedWithin, st.none() | _days | st.dates(), st.none() | _days | st.dates()),
    st.builds(YearWithin, st.none() | st.integers(2018, 2027) | _ends, st.none() | st.integers(2018, 2027) | _ends),
    st.builds(HasFlag, st.sampled_from(("code", "comments"))),
    st.builds(FigureWithin, st.sampled_from(("votes", "comments")), _ends, _ends),
    st.builds(InLanguage, st.sampled_from((*LANGUAGES, "fr"))),
    st.builds(OneOf, st.frozensets(st.integers(-2, 14) | st.integers(-(2**70), 2**70), max_size=5)),
    st.builds(UpTo, st.integers(-2, 14) | st.integers(-(2**70), 2**70)),
)
_fields = st.sampled_from(("any", "title", "abstract", "authors", "organisations"))
_texts_asked = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
_said = st.builds(HasWords, _texts_asked, _fields) | st.builds(HasPhrase, _texts_asked, _fields)


def _trees(leaves: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda parts: All(tuple(parts)), st.lists(inner, max_size=3)),
            st.builds(lambda parts: Any(tuple(parts)), st.lists(inner, max_size=3)),
            st.builds(Not, inner),
        ),
        max_leaves=6,
    )


facts = _trees(_facts)
conditions = _trees(_facts | _said)
batches = st.lists(st.tuples(st.lists(documents(), max_size=8), st.lists(_numbers, max_size=3)), min_size=1, max_size=4)


def kept(batches_given: Sequence[tuple[Sequence[IndexDocument], Sequence[int]]]) -> list[IndexDocument]:
    """What is left after batches of documents and numbers that are gone, by number."""
    papers: dict[int, IndexDocument] = {}
    for added, gone in batches_given:
        for number in gone:
            papers.pop(number, None)
        papers.update((paper.number, paper) for paper in added)
    return [papers[number] for number in sorted(papers)]

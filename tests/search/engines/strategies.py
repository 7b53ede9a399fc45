"""Random papers and random conditions on them, of a few words and values, so that they meet."""

from __future__ import annotations

from datetime import date

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

# No stop words: what they do inside a phrase is said by examples in the contract.
WORDS = ("games", "values", "attention", "network", "learner", "ada")
CODES = ("cs.LG", "cs.CL", "math.OC", "hep-th")
SLUGS = ("north-lab", "sud")
DAYS = st.dates(date(2023, 12, 28), date(2024, 1, 4))
COUNTS = st.integers(0, 3)
text = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
field = st.sampled_from(["any", "title", "abstract", "authors", "organisations"])


def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values


papers = st.builds(
    IndexDocument,
    number=st.integers(1, 9),
    title=text,
    abstract=text,
    authors=st.lists(text.filter(bool), max_size=2).map(tuple),
    organisations=st.lists(st.sampled_from(SLUGS), unique=True).map(
        lambda slugs: tuple((slug, f"{slug.partition('-')[0]} {WORDS[0]}") for slug in slugs)
    ),
    categories=st.lists(st.sampled_from(CODES), unique=True, max_size=3).map(tuple),
    days=st.lists(DAYS, unique=True, max_size=3).map(tuple),
    published_on=maybe(DAYS),
    has_code=st.booleans(),
    votes_count=COUNTS,
    comments_count=COUNTS,
    language=st.sampled_from(["", "en", "fr"]),
)
texts: st.SearchStrategy[Condition] = st.one_of(st.builds(HasWords, text, field), st.builds(HasPhrase, text, field))
facts: st.SearchStrategy[Condition] = st.one_of(
    st.builds(InCategory, st.sampled_from([*CODES, "cs.*", "math.*", "hep-th.*", "CS.lg", "cs"])),
    st.builds(OfOrganisation, st.sampled_from([*SLUGS, "nowhere"])),
    st.builds(ListedWithin, maybe(DAYS), maybe(DAYS)),
    st.builds(YearWithin, maybe(st.integers(2022, 2025)), maybe(st.integers(2022, 2025))),
    st.builds(HasFlag, st.sampled_from(["code", "comments"])),
    st.builds(FigureWithin, st.sampled_from(["votes", "comments"]), maybe(COUNTS), maybe(COUNTS)),
    st.builds(InLanguage, st.sampled_from(["en", "fr", "de"])),
    st.builds(OneOf, st.frozensets(st.integers(-1, 12))),
    st.builds(UpTo, st.integers(0, 10)),
)


def trees(leaf: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        leaf,
        lambda parts: st.one_of(
            st.builds(All, st.lists(parts, max_size=3).map(tuple)),
            st.builds(Any, st.lists(parts, max_size=3).map(tuple)),
            st.builds(Not, parts),
        ),
        max_leaves=6,
    )


fact_conditions = trees(facts)
conditions = trees(texts | facts)

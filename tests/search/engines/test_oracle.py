"""Random papers and random conditions: every engine says of each paper what plain Python says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
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
from broadsheet.search.engines.base import Engine
from broadsheet.search.ordering import INDEXED_SORTS, sort_key
from tests.search.engines.conftest import MAKERS, Kind, no_vectors, quick_folder
from tests.search.engines.oracle import holds

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")

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
leaf: st.SearchStrategy[Condition] = st.one_of(
    st.builds(HasWords, text, field),
    st.builds(HasPhrase, text, field),
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
conditions = st.recursive(
    leaf,
    lambda parts: st.one_of(
        st.builds(All, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Any, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def ground(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all examples: each replaces all that is in it."""
    with quick_folder(tmp_path_factory.mktemp("ground")) as folder:
        for opened in MAKERS[kind.name](folder / "engine"):
            yield opened()


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    stored=st.lists(papers, max_size=7, unique_by=lambda paper: paper.number),
    asked=st.lists(conditions, min_size=6, max_size=12),
)
def test_every_engine_agrees_with_the_oracle(
    ground: Engine, stored: list[IndexDocument], asked: list[Condition]
) -> None:
    kept = {paper.number for paper in stored}
    ground.update(stored, [number for number in range(1, 10) if number not in kept], no_vectors(), "")
    ground.reload()
    numbers = np.arange(12, dtype=np.int64)
    for condition in asked:
        expected = [paper for paper in stored if holds(condition, paper)]
        assert ground.count(condition) == len(expected), condition
        assert numbers[ground.among(numbers, condition)].tolist() == sorted(paper.number for paper in expected)
        for sort in INDEXED_SORTS:
            in_order = [paper.number for paper in sorted(expected, key=lambda paper: -sort_key(paper, sort))]
            assert ground.listed(condition, sort, 0, 20).tolist() == in_order
        facets = ground.facets(condition, 20)
        assert dict(facets["category"]) == _counted(code for paper in expected for code in paper.categories)
        assert dict(facets["year"]) == _counted(str(paper.year) for paper in expected if paper.year)
        assert dict(facets["organisation"]) == _counted(slug for paper in expected for slug, _ in paper.organisations)
        with_code = sum(paper.has_code for paper in expected)
        assert facets["code"] == ([("1", with_code)] if with_code else [])


def _counted(values: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts

"""Near-duplicates: what makes two papers one, what does not, and that every pair is told once from either side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.models import Paper
from broadsheet.search.duplicates import Described, duplicates_of, is_same, pairs, resemblance
from broadsheet.search.maintenance import engine
from tests.builders import record, take_and_index

ABSTRACT = (
    "we ask how gulls choose between two quays when herring boats arrive at dawn and whether older birds remember "
    "which skipper throws more offal over three summers of counting from a lighthouse we find that memory explains "
    "most of the choice while wind explains the rest and that young birds follow their elders on foggy days only"
)
WORDS = ABSTRACT.split()
OTHER_ABSTRACT = " ".join(reversed(WORDS))


def described(title: str = "Gulls remember generous skippers", **fields: object) -> Described:
    given_ = {"number": 1, "abstract": ABSTRACT, "names": ("Ada Tern", "Ben Skua", "Cleo Auk")} | fields
    return Described(title=title, **given_)  # type: ignore[arg-type]


PREPRINT = described(identifiers=(("arxiv", "2501.00001"),), year=2025)
SAME = {
    "journal version, abbreviated names, another title": described(
        "Memory for generous skippers in harbour gulls",
        names=("B. Skua", "Tern, A.", "Auk C"),
        identifiers=(("doi", "10.1000/gulls"),),
        year=2026,
    ),
    "shortened abstract and a subtitle": described(
        "Gulls remember generous skippers: evidence from a lighthouse", abstract=" ".join(WORDS[:30])
    ),
    "capitals, markup and a typo": described("GULLS \\emph{REMEMBER} GENEROUS SKIPEPRS"),
    "no abstract": described(abstract="", year=2026),
    "no authors": described("Gulls Remember Generous Skippers", names=()),
    "another arXiv id with the same abstract and title": described(identifiers=(("arxiv", "2502.00002"),)),
    "names in another order of their words": described(names=("Tern Ada", "Skua Ben", "Auk Cleo")),
}
DIFFERENT = {
    "same title, other people": described(names=("Dan Finch",), abstract=OTHER_ABSTRACT),
    "same abstract, other people": described(names=("Dan Finch", "Eve Wren")),
    "same title and people, other abstract": described(abstract=OTHER_ABSTRACT),
    "sequel by the same people without abstract": described("Gulls remember generous skippers, Part II", abstract=""),
    "sequel with half of the abstract": described(
        "Gulls remember generous skippers II", abstract=" ".join(WORDS[:30] + WORDS[::-1][:30])
    ),
    "erratum": described("Erratum: Gulls remember generous skippers"),
    "look-alike title by the same people": described("Gulls forget generous skippers", abstract=OTHER_ABSTRACT),
    "another arXiv id and half of the abstract": described(
        abstract=" ".join(WORDS[:30] + WORDS[::-1][:30]), identifiers=(("arxiv", "2502.00002"),)
    ),
    "title alone, no authors and no abstract": described(names=(), abstract=""),
    "same title ten years later, no abstract": described(abstract="", year=2035),
}
TITLES_THAT_LOOK_ALIKE = (
    ("Active Prompt Learning in Vision Language Models", "Learning to Prompt for Vision-Language Models"),
    ("Attention Is All You Need", "Look-ups are not (yet) all you need for deep learning inference"),
    ("Attention Is All You Need", "Attention Is All You Need in Speech Separation"),
)


@pytest.mark.parametrize("kind", SAME)
def test_these_are_one_paper(kind) -> None:
    assert is_same(resemblance(PREPRINT, SAME[kind]))


@pytest.mark.parametrize("kind", DIFFERENT)
def test_these_are_not(kind) -> None:
    assert not is_same(resemblance(PREPRINT, DIFFERENT[kind]))


@pytest.mark.parametrize("titles", TITLES_THAT_LOOK_ALIKE)
@pytest.mark.parametrize("names", [(), ("Ada Tern",)])
@pytest.mark.parametrize("abstracts", [("", ""), (ABSTRACT, OTHER_ABSTRACT)])
def test_titles_that_look_alike_pair_nothing(titles, names, abstracts) -> None:
    one, other = (
        described(title, names=names, abstract=abstract) for title, abstract in zip(titles, abstracts, strict=True)
    )
    assert not is_same(resemblance(one, other))


def test_a_long_title_and_the_same_people_stand_for_an_abstract_that_was_written_anew() -> None:
    one = described("Why harbour gulls remember generous skippers in summer")
    other = replace(one, abstract=OTHER_ABSTRACT)
    assert is_same(resemblance(one, other))
    assert not is_same(resemblance(one, replace(other, names=())))
    assert not is_same(resemblance(one, replace(other, identifiers=(("arxiv", "2"),), title=one.title + " 2")))
    assert not is_same(resemblance(replace(one, year=2015), replace(other, year=2025)))


def test_a_version_that_only_the_dropped_subtitle_names_is_no_other_version() -> None:
    one = described("Gulls remember generous skippers: a replication of GullNet3")
    assert not resemblance(PREPRINT, one).differs_in_numeral
    assert resemblance(PREPRINT, described("Gulls2 remember generous skippers")).differs_in_numeral


def test_reasons_say_what_is_alike_and_what_differs() -> None:
    said = resemblance(PREPRINT, replace(PREPRINT, identifiers=(("arxiv", "2502.00002"),), year=2021)).reasons()
    assert said == ["same title", "same authors", "100% of the abstract", "two arXiv ids", "4 years apart"]
    shared = resemblance(PREPRINT, replace(PREPRINT, title="Something else", names=(), abstract=""))
    assert shared.reasons() == [f"titles {shared.title:.0%} alike"]


TEXTS = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
PAPERS = st.builds(
    Described,
    number=st.just(1),
    title=TEXTS | st.text(max_size=30),
    abstract=TEXTS,
    names=st.lists(st.sampled_from(["Ada Tern", "A. Tern", "Tern A", "Ben Skua", "X", "", "王小明"]), max_size=4).map(
        tuple
    ),
    identifiers=st.lists(st.tuples(st.sampled_from(["arxiv", "doi"]), st.sampled_from("ab")), max_size=2).map(tuple),
    year=st.none() | st.integers(1990, 2030),
)


@given(PAPERS, PAPERS)
def test_two_papers_resemble_each_other_equally(one, other) -> None:
    evidence = resemblance(one, other)
    assert evidence == resemblance(other, one)
    for share in (evidence.title, evidence.authors, evidence.abstract, evidence.score):
        assert share is None or 0 <= share <= 1


@given(PAPERS, st.randoms(use_true_random=False))
def test_the_order_of_authors_and_identifiers_says_nothing(one, random) -> None:
    shuffled = replace(
        one,
        names=tuple(random.sample(one.names, len(one.names))),
        identifiers=tuple(random.sample(one.identifiers, len(one.identifiers))),
    )
    assert resemblance(PREPRINT, one) == resemblance(PREPRINT, shuffled)


@pytest.fixture
def catalogue(db, fake) -> tuple[Paper, Paper]:
    people = ["Ada Tern", "Ben Skua"]
    take_and_index(
        record("Gulls remember skippers", authors=people, abstract=ABSTRACT, arxiv="2501.00001"),
        record(
            "Gulls in harbours remember their skippers",
            authors=["A. Tern", "B. Skua"],
            abstract=ABSTRACT,
            doi="10.1000/g",
        ),
        record("Gulls forget everything else", authors=people, abstract=OTHER_ABSTRACT, arxiv="2502.00002"),
        record("Harbours of the north", authors=["Dan Finch"], abstract="Stone and timber."),
    )
    first, second, *_ = Paper.objects.order_by("pk")
    return first, second


def found(numbers: list[int] | None = None) -> list[tuple[int, int]]:
    index = engine()
    assert index is not None
    return [(pair.first, pair.second) for pair in pairs(index, numbers)]


def test_all_pairs_of_a_catalogue_are_told_once(catalogue) -> None:
    assert found() == [(catalogue[0].pk, catalogue[1].pk)]


def test_a_pair_is_told_from_either_side(catalogue) -> None:
    index = engine()
    assert index is not None
    for one, other in (catalogue, catalogue[::-1]):
        assert [duplicate.paper for duplicate in duplicates_of(index, one)] == [other]
        assert found([one.pk]) == [(catalogue[0].pk, catalogue[1].pk)]
    assert found([one.pk for one in catalogue]) == [(catalogue[0].pk, catalogue[1].pk)]
    assert found([Paper.objects.get(title="Harbours of the north").pk]) == []


def test_nothing_is_merged(catalogue) -> None:
    before = list(Paper.objects.order_by("pk").values())
    assert found()
    assert list(Paper.objects.order_by("pk").values()) == before


def test_papers_without_abstracts_are_found_by_their_titles(db, words_alone) -> None:
    take_and_index(
        record("Gulls remember skippers", authors=["Ada Tern"], abstract=ABSTRACT, arxiv="2501.00001"),
        record("Gulls remember skippers: a long watch", authors=["A. Tern"], doi="10.1000/g"),
    )
    assert len(found()) == 1


def test_progress_is_told_to_the_end_and_a_caller_may_stop(catalogue) -> None:
    index = engine()
    assert index is not None
    seen: list[tuple[int, int]] = []
    assert len(list(pairs(index, on_progress=lambda done, total: seen.append((done, total))))) == 1
    assert seen == [(4, 4)]
    assert next(pairs(index)).evidence.abstract == 1


def test_a_paper_that_went_meanwhile_is_passed_over(catalogue) -> None:
    Paper.objects.filter(pk=catalogue[1].pk).delete()
    assert found() == []


def test_the_surest_duplicate_comes_first(catalogue, fake) -> None:
    take_and_index(
        record(
            "Gulls remember their skippers",
            authors=["A. Tern", "B. Skua"],
            abstract=" ".join(WORDS[:25] + WORDS[40:]),
            doi="10.1000/h",
        )
    )
    index = engine()
    assert index is not None
    scores = [duplicate.evidence.score for duplicate in duplicates_of(index, catalogue[0])]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)

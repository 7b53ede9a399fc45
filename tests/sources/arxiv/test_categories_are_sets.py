"""arXiv's categories, their sets in OAI-PMH, and how the query API is asked for them."""

from __future__ import annotations

import pytest

from broadsheet.sources.arxiv.taxonomy import ARCHIVES, category_of, category_query, is_category, set_of


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.CL", "cs:cs:CL"),
        ("math.MP", "math:math:MP"),
        ("physics.optics", "physics:physics:optics"),
        ("astro-ph.CO", "physics:astro-ph:CO"),
        ("cond-mat.str-el", "physics:cond-mat:str-el"),
        ("hep-th", "physics:hep-th"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
    ],
)
def test_a_category_is_a_set_and_the_other_way_round(category: str, name: str) -> None:
    assert set_of(category) == name
    assert category_of(name) == category


@pytest.mark.parametrize(
    ("archive", "name"), [("cs", "cs:cs"), ("physics", "physics:physics"), ("nlin", "physics:nlin")]
)
def test_an_archive_is_a_set_but_no_category(archive: str, name: str) -> None:
    assert set_of(archive) == name
    assert category_of(name) == ""


@pytest.mark.parametrize("name", ["cs", "physics", "", "a:b:c:d"])
def test_other_sets_are_no_categories(name: str) -> None:
    assert category_of(name) == ""


def test_an_archive_is_asked_for_with_its_categories() -> None:
    assert category_query("cs.CL") == "cat:cs.CL"
    # Not "math*", which would be mathematical physics as well.
    assert category_query("math") == "(cat:math OR cat:math.*)"


@pytest.mark.parametrize("text", [*ARCHIVES, "cs.CL", "cond-mat.mes-hall", "cmp-lg"])
def test_categories_look_like_categories(text: str) -> None:
    assert is_category(text)


@pytest.mark.parametrize("text", ["", "68T50", "I.2.7", "F.2.2; I.2.7", "03C", "cs.", ".CL", "cs CL", "CS"])
def test_classes_of_others_do_not(text: str) -> None:
    assert not is_category(text)

"""Names of regions: the phrases that tell one from the others."""

from __future__ import annotations

from broadsheet.ranking.topics.phrases import LONGEST_NAME, NAMES_OF_A_GROUP, Spoken, names_of, phrases_of
from tests.hostile import HOSTILE


def spoken(*papers: tuple[list[str], str]) -> Spoken:
    return Spoken.of([phrases_of([], phrases) for phrases, _ in papers], [text for _, text in papers])


def test_keywords_of_a_source_come_before_what_was_found() -> None:
    assert phrases_of(["Graph Networks"], ["other phrase"]) == {"graph network": "Graph Networks"}
    assert phrases_of([], ["other phrases"]) == {"other phrase": "other phrases"}


def test_whatever_else_stands_there_is_left_out() -> None:
    assert phrases_of({"a": 1}, "text") == {}
    assert phrases_of([1, None, ["x"], "", "  ", "…", "one two three four five", "x" * (LONGEST_NAME + 1)], []) == {}
    for text in HOSTILE:
        for phrase in phrases_of([text], []).values():
            assert len(phrase) <= LONGEST_NAME


def test_a_phrase_of_all_papers_names_no_region_before_its_own() -> None:
    names = names_of(
        spoken(
            (["language models", "robot arms"], "Language models move robot arms."),
            (["language models", "robot arm"], "Language models and a robot arm."),
            (["language models", "protein folding"], "Language models for protein folding."),
            (["language models", "protein folding"], "Protein folding with language models."),
        ),
        [0, 0, 1, 1],
    )
    assert [one[0] for one in names] == ["robot arm", "protein folding"]


def test_texts_count_where_the_phrase_is_not_among_a_paper_s_own() -> None:
    names = names_of(
        spoken(
            (["sparse attention", "kernels"], "Sparse attention and kernels."),
            ([], "We make Sparse Attentions faster."),
            (["diffusion"], "Diffusion."),
            (["diffusion"], "Diffusion again."),
        ),
        [0, 0, 1, 1],
    )
    assert names[0][0] == "sparse attention"


def test_no_two_names_of_a_region_say_the_same_and_none_names_two() -> None:
    texts = ["video generation, video generation models and fast samplers"] * 3
    names = names_of(
        spoken(*((["video generation", "video generation models", "fast samplers"], text) for text in texts * 2)),
        [0, 0, 0, 1, 1, 1],
    )
    assert len(names[0]) <= NAMES_OF_A_GROUP
    assert not {"video generation", "video generation models"} <= set(names[0])
    assert not set(names[0]) & set(names[1])


def test_regions_without_phrases_have_no_name() -> None:
    assert names_of(spoken(([], ""), ([], "nothing")), [0, 1]) == [(), ()]
    assert names_of(spoken(), []) == []


def test_a_name_is_in_its_usual_spelling() -> None:
    papers = [(["Large Language Model"], ""), (["LARGE language models"], ""), (["Large Language Model"], "")]
    assert names_of(spoken(*papers), [0, 0, 0]) == [("Large Language Model",)]

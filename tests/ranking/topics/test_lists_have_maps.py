"""The map of a list: whoever asks, in whatever order, gets the same; its links lead to what they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some
from broadsheet.catalogue.models import Paper
from broadsheet.ranking.topics import topic_map as maps
from broadsheet.ranking.topics.topic_map import TopicMap, phrase_query, region_query, topic_map
from broadsheet.search.find import find
from broadsheet.search.maintenance import update_index
from broadsheet.search.query import PaperQuery, day_query
from tests.builders import WEDNESDAY, record, take, take_and_index
from tests.encoders import FakeEncoder, use

pytestmark = pytest.mark.django_db
DAY = day_query(WEDNESDAY)
TOPICS = {
    "protein folding": "Protein folding predicts structures of molecules in cells and their binding sites.",
    "robot arms": "Robot arms grasp objects by touch, and plan how the gripper moves around obstacles.",
    "speech recognition": "Speech recognition hears spoken words in noise, and writes down who said them when.",
}


@pytest.fixture(autouse=True)
def own_index(settings: Any, tmp_path: Path, index_dir: Path) -> None:
    settings.MODEL_DIR = tmp_path / "no-model"


def fill(each: int = 5) -> None:
    """So many papers of each topic on one day."""
    take(
        *(
            record(
                f"{topic.capitalize()} for readers, part {n}",
                abstract=f"{text} Part {n} of {topic}.",
                arxiv=f"2510.{number:02}{n:03}",
                votes_count=number * 10 + n,
            )
            for number, (topic, text) in enumerate(TOPICS.items(), 1)
            for n in range(each)
        )
    )
    update_index()
    while keyphrase_some():
        pass


def places(found: TopicMap) -> dict[int, tuple[float, float, int]]:
    return {
        place.paper.pk: (place.x, place.y, number)
        for number, region in enumerate(found.regions)
        for place in region.places
    }


def test_regions_hold_one_topic_each_and_are_named_by_it() -> None:
    fill()
    found = topic_map(DAY)
    assert found.placed_count == found.total == 15
    assert len(found.regions) == 3
    for region in found.regions:
        (topic,) = {place.paper.title.split(" for ")[0].lower() for place in region.places}
        assert region.names[0].lower() in f"{topic} {TOPICS[topic]}".lower()
        votes = [place.paper.votes_count for place in region.places]
        assert votes == sorted(votes, reverse=True)


def test_the_order_of_the_list_changes_nothing() -> None:
    fill()
    first = places(topic_map(DAY, is_kept=False))
    assert places(topic_map(replace(DAY, sort="newest"), is_kept=False)) == first
    assert places(topic_map(DAY)) == first
    assert places(topic_map(DAY)) == first  # From the cache.


def test_a_kept_map_is_used_until_a_paper_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    first = topic_map(DAY)
    with monkeypatch.context() as patch:
        patch.setattr(maps, "project", lambda dense: pytest.fail("the map was drawn again"))
        assert places(topic_map(DAY)) == places(first)
    take_and_index(record("A late paper on robot arms", abstract=TOPICS["robot arms"]))
    assert topic_map(DAY).placed_count == 16
    Paper.objects.filter(title__startswith="Robot").update(keyphrases=["mechanical hands"])
    assert ("mechanical hands",) in [region.names[:1] for region in topic_map(DAY).regions]


def test_of_lists_that_are_one_person_s_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    monkeypatch.setattr(type(caches["default"]), "set", lambda *given: pytest.fail("something was kept"))
    assert topic_map(DAY, is_kept=False).placed_count == 15


def test_hidden_papers_are_on_no_map() -> None:
    fill()
    topic_map(DAY)
    hidden = Paper.objects.order_by("pk")[3]
    Paper.objects.filter(pk=hidden.pk).update(is_hidden=True)
    found = topic_map(DAY)
    assert found.total == 14
    assert hidden.pk not in places(found)


def test_each_region_leads_to_a_list_of_exactly_its_papers() -> None:
    fill()
    found = topic_map(DAY)
    for region in found.regions:
        query = region_query(found.query, region)
        assert query is not None
        assert [paper.pk for paper in find(query).papers] == [place.paper.pk for place in region.places]


def test_each_name_leads_to_papers_that_have_these_words() -> None:
    fill()
    found = topic_map(DAY)
    for region in found.regions:
        for name in region.names:
            listed = find(phrase_query(found.query, name), limit=100).papers
            assert listed
            assert all(name.lower() in f"{paper.title} {paper.abstract}".lower() for paper in listed)


def test_a_region_of_more_papers_than_a_question_names_has_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    monkeypatch.setattr(maps, "MOST_IDS_IN_A_QUERY", 4)
    found = topic_map(DAY)
    assert [region_query(found.query, region) for region in found.regions] == [None] * 3


def test_quotes_in_a_name_do_not_end_the_phrase() -> None:
    assert phrase_query(DAY, 'a "b" c').words == '"a  b  c"'


def test_an_empty_list_and_one_paper_have_maps() -> None:
    assert topic_map(DAY).regions == ()
    take_and_index(record("Alone with nobody"))
    found = topic_map(DAY)
    # By words alone it is like nothing, and so is nowhere.
    assert [paper.title for paper in found.unplaced] == ["Alone with nobody"]
    assert found.placed_count == 0


def test_papers_without_a_vector_are_named_and_not_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeEncoder())
    fill()
    take(record("Still waiting", on=WEDNESDAY))
    found = topic_map(DAY)
    assert found.placed_count == 15
    assert [paper.title for paper in found.unplaced] == ["Still waiting"]
    update_index()
    assert topic_map(DAY).unplaced == ()


def test_a_long_list_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    monkeypatch.setattr(maps, "MOST_ON_A_MAP", 10)
    found = topic_map(PaperQuery())
    assert (found.total, found.placed_count) == (15, 10)

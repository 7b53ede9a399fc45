"""Identifiers join, titles join where nothing speaks against it, and look-alikes never do."""

from __future__ import annotations

from itertools import permutations

import pytest

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import ChangedPaper, Paper, PaperAlias, SavedPageEntry, SourceRecord
from broadsheet.sources.record import IdentifierRecord, ListingRecord, PaperRecord
from tests.builders import WEDNESDAY, record, saved, take
from tests.catalogue.content import content, scratch

pytestmark = pytest.mark.django_db
TITLE = "How to read a front page"


def titles() -> list[str]:
    return sorted(Paper.objects.values_list("title", flat=True))


def test_it_keeps_papers_with_one_title_and_different_arxiv_ids_apart() -> None:
    take(record(TITLE, arxiv="2510.00001"), record(TITLE, arxiv="2510.00002"))
    assert titles() == [TITLE, TITLE]


def test_it_does_not_make_one_paper_of_two_when_a_bare_title_speaks_of_either() -> None:
    take(record(TITLE, arxiv="2510.00001"), record(TITLE, arxiv="2510.00002"))
    bare = record(TITLE, abstract="Only a title and this.")
    take(bare, source="saved-page")
    take(bare, source="saved-page")
    assert set(Paper.objects.values_list("arxiv_id", flat=True)) == {"2510.00001", "2510.00002"}
    assert SourceRecord.objects.count() == 3


def test_it_does_not_make_one_paper_of_two_that_no_author_joins() -> None:
    take(record(TITLE, authors=["Ada Reader"]), record(TITLE, authors=["Ben Writer"]), record(TITLE))
    assert titles() == [TITLE, TITLE]


def test_it_does_not_make_one_paper_of_two_keys_of_one_source() -> None:
    take(record(TITLE, ref="a"), record(TITLE, ref="b"), source="archive")
    take(record(TITLE), source="saved-page")
    assert titles() == [TITLE, TITLE]


def test_it_joins_authors_that_a_later_record_links_in_any_order() -> None:
    linked = [
        record(TITLE, authors=names) for names in (["A One", "B Two"], ["B Two", "C Three"], ["C Three", "D Four"])
    ]
    for order in permutations(linked):
        with scratch():
            take(*order)
            assert titles() == [TITLE]


@pytest.mark.parametrize(
    "other",
    [
        "How to read a front page II",
        "How to read a front page: a survey",
        "How to read front pages",
        "How to lead a front page",
    ],
)
def test_it_never_joins_titles_that_only_look_alike(other) -> None:
    take(record(TITLE), record(other))
    assert Paper.objects.count() == 2


@pytest.mark.parametrize(
    "same", ["HOW TO READ A FRONT PAGE", "How  to read a “front page”", "How to read a front-page."]
)
def test_it_joins_titles_that_differ_only_in_case_and_signs(same) -> None:
    take(record(TITLE), record(same))
    assert Paper.objects.count() == 1


def test_it_does_not_trust_a_short_title_alone() -> None:
    take(record("Editorial", abstract="Of spring."), record("Editorial", abstract="Of autumn."))
    assert Paper.objects.count() == 2
    take(record("Editorial", abstract="Of spring."), source="another")
    assert Paper.objects.count() == 2


def test_it_takes_a_title_of_signs_alone_once() -> None:
    for _ in range(2):
        take(record("???", abstract="Asked."), record("???", abstract="Asked."), record("!!!", abstract="Said."))
    assert titles() == ["!!!", "???"]


def test_it_joins_a_bare_title_with_the_paper_that_has_an_identifier_in_either_order() -> None:
    bare, named = record(TITLE, abstract="As printed."), record(TITLE, arxiv="2510.00001", abstract="As deposited.")
    contents = []
    for first, second in ((bare, named), (named, bare)):
        with scratch():
            take(first, source="one" if first is bare else "two")
            key = Paper.objects.get().key
            take(second, source="one" if second is bare else "two")
            assert Paper.objects.get().key == key
            contents.append(content())
    assert contents[0] == contents[1]


def test_it_joins_by_the_key_of_the_source_though_the_title_changed() -> None:
    take(record("A working title", ref="42"), record("The title at last", ref="42"), source="archive")
    assert Paper.objects.count() == 1


def test_it_does_not_mix_up_the_keys_of_two_sources() -> None:
    take(record("A paper of one archive", ref="42"), source="one")
    take(record("A paper of another archive", ref="42"), source="two")
    assert Paper.objects.count() == 2


class TestAPaperThatTurnsOutToBeTwo:
    """Two papers, until a record says that they are one."""

    @pytest.fixture
    def keys(self) -> list[str]:
        day = ListingRecord(listed_on=WEDNESDAY, rank=2)
        take(record("The preprint of it", arxiv="2510.00001", votes_count=3, authors=["Ada Reader"]), page=saved("one"))
        take(
            record("The article of it", doi="10.5555/one", comments_count=4, listing=day), source="b", page=saved("two")
        )
        keys = list(Paper.objects.order_by("pk").values_list("key", flat=True))
        ChangedPaper.objects.all().delete()
        take(record("The article of it", arxiv="2510.00001", doi="10.5555/one", on=None), source="c")
        return keys

    def test_it_becomes_one_paper_that_keeps_the_older_key(self, keys) -> None:
        assert Paper.objects.get().key == keys[0]
        assert paper_named(keys[1]) == paper_named(keys[0]) == Paper.objects.get()
        assert list(PaperAlias.objects.values_list("key", flat=True)) == [keys[1]]

    def test_it_has_the_listings_figures_and_places_of_both(self, keys) -> None:
        paper = Paper.objects.get()
        assert sorted(paper.listings.values_list("source__slug", "rank")) == [("b", 2), ("huggingface", None)]
        assert (paper.votes_count, paper.comments_count) == (3, 4)
        assert sorted(paper.counters.values_list("source__slug", flat=True)) == ["b", "huggingface"]
        entries = SavedPageEntry.objects.values_list("page__slug", "paper_id")
        assert set(entries) == {("one", paper.pk), ("two", paper.pk)}
        assert sorted(paper.source_records.values_list("source__slug", flat=True)) == ["b", "c", "huggingface"]

    def test_it_notes_the_paper_that_went_for_the_index(self, keys) -> None:
        assert ChangedPaper.objects.values("paper_id").distinct().count() == 2

    def test_it_leads_readers_from_the_old_address_to_the_new(self, keys, client, words_alone) -> None:
        answer = client.get(f"/papers/{keys[1]}")
        assert (answer.status_code, answer["Location"]) == (302, "/papers/2510.00001")
        assert client.get(f"/api/v1/papers/{keys[1]}").json()["key"] == keys[0]

    def test_it_keeps_the_old_keys_when_the_survivor_is_merged_in_turn(self, keys) -> None:
        take(
            PaperRecord(title="The talk of it", identifiers=(IdentifierRecord(scheme="openreview", value="talk"),)),
            source="d",
        )
        talk = Paper.objects.order_by("-pk")[0].key
        names = (
            IdentifierRecord(scheme="openreview", value="talk"),
            IdentifierRecord(scheme="doi", value="10.5555/one"),
        )
        take(PaperRecord(title="The talk of it", identifiers=names), source="e")
        assert Paper.objects.get().key == keys[0]
        assert {paper_named(key) for key in (*keys, talk)} == {Paper.objects.get()}

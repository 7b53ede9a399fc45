"""Why two papers became one is written down, and from that they can be made two again, for good."""

from __future__ import annotations

import pytest
from django.utils import timezone

from broadsheet.catalogue.identity import IdentityError, keep_apart, merge_papers, split_off, undo_merge
from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import FigureSample, KeptApart, Paper, PaperAlias, PaperMerge, SavedPageEntry
from broadsheet.sources.record import ListingRecord
from tests.builders import WEDNESDAY, record, saved, take
from tests.catalogue.content import content

pytestmark = pytest.mark.django_db
DAY = ListingRecord(listed_on=WEDNESDAY, rank=2)
PREPRINT = record("The preprint of it", arxiv="2510.00001", votes_count=3, authors=["Ada Reader"])
ARTICLE = record("The article of it", doi="10.5555/one", comments_count=4, listing=DAY)
BOTH = record("The article of it", arxiv="2510.00001", doi="10.5555/one", on=None)


@pytest.fixture
def two() -> list[str]:
    """Two papers by their keys, each on a saved page."""
    take(PREPRINT, page=saved("one"))
    take(ARTICLE, source="b", page=saved("two"))
    return list(Paper.objects.order_by("pk").values_list("key", flat=True))


@pytest.fixture
def merge(two) -> PaperMerge:
    """The two made one by a record that has the names of both."""
    take(BOTH, source="c")
    return PaperMerge.objects.get()


def everything_again() -> None:
    results = [take(PREPRINT), take(ARTICLE, source="b"), take(BOTH, source="c")]
    assert [(one.created, one.changed) for one in results] == [(0, 0)] * 3


class TestTheLog:
    """What a merge leaves behind."""

    def test_it_says_why_and_what_came_along(self, merge, two) -> None:
        assert merge.reason == "one record of c has arxiv:2510.00001 and doi:10.5555/one"
        assert (merge.paper.key, merge.absorbed_key) == tuple(two)
        assert merge.absorbed_title == "The article of it"
        assert [place[:2] for place in merge.moved["descriptions"]] == [["b", ""]]
        assert [place[:2] for place in merge.stayed["descriptions"]] == [["huggingface", ""]]
        assert (merge.merged_by, merge.undone_at) == ("", None)

    def test_it_names_the_title_where_that_was_the_reason(self) -> None:
        take(record("How to read a front page", arxiv="2510.00001", authors=["Ada Reader"]), source="a")
        take(record("A working title", doi="10.5555/one", authors=["Ada Reader"]), source="b")
        take(record("How to read a front page", doi="10.5555/one", authors=["A. Reader"]), source="c")
        assert PaperMerge.objects.get().reason == "one record of c has the title and an author and doi:10.5555/one"

    def test_it_holds_nothing_of_papers_that_nobody_has_seen(self) -> None:
        take(PREPRINT, ARTICLE, BOTH)
        assert Paper.objects.count() == 1
        assert not PaperMerge.objects.exists()

    def test_it_goes_along_when_the_survivor_is_merged_in_turn(self, merge) -> None:
        take(record("The first of all", doi="10.5555/first"), source="d")
        take(record("Tied", arxiv="2510.00001", doi="10.5555/first", on=None), source="e")
        assert {one.paper for one in PaperMerge.objects.all()} == {Paper.objects.get()}


class TestUndoing:
    """Two papers again."""

    def test_the_old_key_comes_back_with_all_that_was_said(self, merge, two) -> None:
        paper = undo_merge(merge, "ada")
        assert paper.key == two[1]
        assert paper_named(two[1]) == paper
        assert paper_named("10.5555/one") == paper
        assert paper_named("2510.00001").key == two[0]
        assert not PaperAlias.objects.exists()
        assert (paper.title, paper.comments_count, paper.votes_count) == ("The article of it", 4, 0)
        assert list(paper.listings.values_list("source__slug", "rank")) == [("b", 2)]
        assert dict(SavedPageEntry.objects.values_list("page__slug", "paper__key")) == {"one": two[0], "two": two[1]}

    def test_the_survivor_is_what_it_was(self, two) -> None:
        before = content()
        take(BOTH, source="c")
        undo_merge(PaperMerge.objects.get(), "ada")
        survivor = Paper.objects.get(key=two[0])
        assert (survivor.votes_count, survivor.comments_count) == (3, 0)
        assert [str(name) for name in survivor.identifiers.all()] == ["arxiv:2510.00001"]
        # All but the record that has the names of both, which is believed in the first of them.
        assert len(content()[0]) == len(before[0]) == 2
        assert sorted(survivor.source_records.values_list("source__slug", flat=True)) == ["c", "huggingface"]

    def test_it_is_written_down_and_done_once(self, merge) -> None:
        undo_merge(merge, "ada")
        merge.refresh_from_db()
        assert merge.undone_by == "ada"
        assert merge.undone_at <= timezone.now()
        with pytest.raises(IdentityError, match=r"was undone on .* by ada"):
            undo_merge(merge, "ben")

    def test_the_same_records_in_again_change_nothing(self, merge) -> None:
        undo_merge(merge, "ada")
        before = content()
        everything_again()
        assert content() == before

    def test_other_records_with_the_names_of_both_join_nothing(self, merge, two) -> None:
        undo_merge(merge, "ada")
        take(record("Yet another", doi="10.5555/one", arxiv="2510.00001"), source="f")
        assert set(Paper.objects.values_list("key", flat=True)) == set(two)

    def test_what_came_later_goes_to_the_one_that_it_names(self, merge, two) -> None:
        later = ListingRecord(listed_on=WEDNESDAY, rank=7)
        take(record("The article, corrected", doi="10.5555/one", listing=later, votes_count=9), source="g")
        paper = undo_merge(merge, "ada")
        assert sorted(paper.source_records.values_list("source__slug", flat=True)) == ["b", "g"]
        assert sorted(paper.listings.values_list("source__slug", "rank")) == [("b", 2), ("g", 7)]
        assert (paper.votes_count, Paper.objects.get(key=two[0]).votes_count) == (9, 3)

    def test_papers_that_a_title_joined_are_told_by_what_they_say(self) -> None:
        take(record("How to read a front page", arxiv="2510.00001"), source="a")
        take(record("Working title of it", ref="7"), source="b")
        take(record("How to read a front page", ref="7"), source="b")
        paper = undo_merge(PaperMerge.objects.get(), "ada")
        assert paper.title == "Working title of it"
        before = content()
        take(record("How to read a front page", ref="7"), source="b")
        assert content() == before

    def test_a_chain_is_undone_from_either_end(self, merge, two) -> None:
        take(record("The talk of it", ref="talk", on=None), source="d")
        talk = Paper.objects.order_by("-pk")[0].key
        take(record("The talk of it", ref="talk", doi="10.5555/one", on=None), source="d")
        second = PaperMerge.objects.get(absorbed_key=talk)
        undo_merge(merge, "ada")
        assert {paper_named(key).key for key in two} == set(two)
        assert PaperMerge.objects.filter(pk=second.pk).exists()

    def test_what_the_paper_had_absorbed_itself_goes_back_with_it(self) -> None:
        take(record("Oldest of all", arxiv="2510.00009", on=None), source="a")
        take(record("In the middle", doi="10.5555/one", on=None), source="b")
        take(record("The last of all", ref="9", on=None), source="d")
        oldest, middle, last = Paper.objects.order_by("pk").values_list("key", flat=True)
        take(record("The last of all", ref="9", doi="10.5555/one", on=None), source="d")
        take(record("Tying it all", arxiv="2510.00009", doi="10.5555/one", on=None), source="e")
        assert Paper.objects.get().key == oldest
        back = undo_merge(PaperMerge.objects.get(absorbed_key=middle), "ada")
        assert paper_named(last) == back
        assert PaperMerge.objects.get(absorbed_key=last).paper == back
        assert undo_merge(PaperMerge.objects.get(absorbed_key=last), "ada").key == last
        assert Paper.objects.count() == 3

    def test_it_refuses_when_one_side_has_gone(self, merge) -> None:
        from broadsheet.catalogue.intake import forget_source

        forget_source("b")
        with pytest.raises(IdentityError, match="nothing to split"):
            undo_merge(merge, "ada")
        merge.refresh_from_db()
        assert merge.undone_at is None


class TestMergingByHand:
    """A person says that two are one."""

    def test_it_holds_though_nothing_else_joins_them(self, two) -> None:
        survivor = merge_papers(*Paper.objects.order_by("-pk"), by="ada")
        assert survivor.key == two[0]
        assert paper_named(two[1]) == survivor
        assert PaperMerge.objects.get().merged_by == "ada"
        take(record("The article, corrected", doi="10.5555/one"), source="b")
        assert Paper.objects.count() == 1

    def test_it_can_be_undone(self, two) -> None:
        merge_papers(*Paper.objects.all(), by="ada")
        undo_merge(PaperMerge.objects.get(), "ada")
        assert set(Paper.objects.values_list("key", flat=True)) == set(two)

    def test_it_overrules_what_kept_them_apart(self, merge, two) -> None:
        undo_merge(merge, "ada")
        merge_papers(*Paper.objects.all(), by="ben")
        assert not KeptApart.objects.exists()
        assert {str(name) for name in Paper.objects.get().identifiers.all()} == {"arxiv:2510.00001", "doi:10.5555/one"}
        everything_again()

    def test_it_holds_when_something_else_is_kept_apart_from_them(self, two) -> None:
        take(record("A third paper", doi="10.5555/third", on=None), source="d")
        third = paper_named("10.5555/third")
        merge_papers(*Paper.objects.filter(key__in=two), by="ada")
        keep_apart(Paper.objects.get(key=two[0]), third, by="ada")
        take(record("All the names", arxiv="2510.00001", doi="10.5555/third", on=None), source="e")
        assert set(Paper.objects.values_list("key", flat=True)) == {two[0], third.key}
        assert paper_named(two[1]).key == two[0]

    def test_figures_over_time_go_along(self, two) -> None:
        one, other = Paper.objects.order_by("pk")
        for paper, day, value in ((one, 15, 1), (other, 15, 2), (other, 16, 3)):
            FigureSample.objects.create(paper=paper, name="stars", taken_on=WEDNESDAY.replace(day=day), value=value)
        merge_papers(one, other, by="ada")
        assert list(one.figure_samples.values_list("taken_on__day", "value")) == [(15, 1), (16, 3)]

    def test_it_refuses_one_paper_twice(self, two) -> None:
        paper = Paper.objects.get(key=two[0])
        with pytest.raises(IdentityError, match="one paper already"):
            merge_papers(paper, paper, by="ada")
        with pytest.raises(IdentityError, match="are one paper; undo"):
            keep_apart(paper, paper, by="ada")


class TestKeepingApart:
    """A person says that two are different, before anything joins them."""

    def test_nothing_joins_them_then(self, two) -> None:
        keep_apart(*Paper.objects.all(), by="ada")
        take(BOTH, source="c")
        assert set(Paper.objects.values_list("key", flat=True)) == set(two)
        assert not PaperMerge.objects.exists()

    def test_said_twice_it_is_written_once(self, two) -> None:
        keep_apart(*Paper.objects.all(), by="ada")
        rows = KeptApart.objects.count()
        keep_apart(*Paper.objects.all(), by="ben")
        assert KeptApart.objects.count() == rows


class TestSplitting:
    """What never was two papers here, since the wrong identifier came first."""

    WRONG = record("The preprint of it", arxiv="2510.00001", doi="10.5555/other", ref="2510.00001", votes_count=2)
    OTHER = record("Quite another article", doi="10.5555/other", ref="10.5555/other", comments_count=3, listing=DAY)

    @pytest.fixture
    def paper(self) -> Paper:
        take(self.WRONG, source="arxiv")
        take(self.OTHER, source="crossref")
        return Paper.objects.get()

    def test_it_makes_a_paper_of_what_one_source_says(self, paper) -> None:
        new = split_off(paper, "crossref", "ada")
        assert paper_named("10.5555/other") == new
        assert paper_named("2510.00001") == paper
        assert (new.title, new.comments_count, new.votes_count) == ("Quite another article", 3, 0)
        assert [str(name) for name in paper.identifiers.all()] == ["arxiv:2510.00001"]
        assert list(new.listings.values_list("source__slug", flat=True)) == ["crossref"]

    def test_an_identifier_belongs_to_the_source_whose_key_it_is(self, paper) -> None:
        new = split_off(paper, "arxiv", "ada")
        assert [str(name) for name in new.identifiers.all()] == ["arxiv:2510.00001"]
        assert [str(name) for name in paper.identifiers.all()] == ["doi:10.5555/other"]

    def test_the_same_records_in_again_change_nothing(self, paper) -> None:
        split_off(paper, "crossref", "ada")
        before = content()
        results = [take(self.WRONG, source="arxiv"), take(self.OTHER, source="crossref")]
        assert [(one.created, one.changed) for one in results] == [(0, 0)] * 2
        assert content() == before

    def test_later_words_of_either_source_go_to_its_paper(self, paper) -> None:
        new = split_off(paper, "crossref", "ada")
        take(record("The preprint, revised", arxiv="2510.00001", doi="10.5555/other", ref="2510.00001"), source="arxiv")
        take(record("The article, corrected", doi="10.5555/other", ref="10.5555/other"), source="crossref")
        assert paper.source_records.count() == new.source_records.count() == 2

    def test_it_refuses_what_leaves_nothing(self, paper) -> None:
        with pytest.raises(IdentityError, match="not described by nobody"):
            split_off(paper, "nobody", "ada")
        split_off(paper, "crossref", "ada")
        with pytest.raises(IdentityError, match="only described by arxiv"):
            split_off(paper, "arxiv", "ada")

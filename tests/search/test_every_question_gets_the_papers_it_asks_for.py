"""``find`` against a plain reading of what the query says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.search.find import find, papers_in_order
from broadsheet.search.query import MODES, PaperQuery, parse
from broadsheet.sources.record import ListingRecord
from tests.builders import WEDNESDAY, record, saved, take_and_index

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def papers(fake) -> list[Paper]:
    take_and_index(
        *(
            record(
                f"The car of {name}",
                on=WEDNESDAY + timedelta(days=n // 2),
                categories=(["cs.CL"], ["cs.LG", "stat.ML"], ["math"])[n % 3],
                votes_count=[3, 1, 4, 1, 5, 9][n],
                comments_count=[0, 2, 0, 2, 1, 0][n],
                published_on=date(2025, 9, 1 + n),
                **({"code": f"https://github.com/example/{name}"} if n % 2 else {}),
            )
            for n, name in enumerate(["ada", "ben", "chi", "dee", "eve", "fay"])
        ),
        page=saved("cars"),
    )
    take_and_index(record("Apples, and where they grow", on=None, published_on=date(2025, 12, 1)))
    return list(Paper.objects.order_by("pk"))


def names(text: str, **slice_: int) -> str:
    found = find(parse(dict(pair.split("=", 1) for pair in text.split("&") if pair)), **slice_)
    return " ".join(paper.title.split()[-1] for paper in found.papers)


ANSWERS = {
    "": "fay eve dee chi ben ada grow",
    "date=2025-10-15": "ada ben",
    "date=2025-10-16": "chi dee",
    "from=2025-10-16": "fay eve chi dee",
    "to=2025-10-15": "ben ada",
    "week=2025-W42": "fay eve chi ada dee ben",
    "cat=math": "fay chi",
    "cat=MATH.*": "fay chi",
    "cat=stat.*,math": "fay eve chi ben",
    "cat=cs": "",
    "code=1": "fay dee ben",
    "sort=comments": "dee ben eve fay chi ada grow",
    "sort=votes": "fay eve chi ada dee ben grow",
    "saved=cars": "ada ben chi dee eve fay",
    "saved=cars&sort=votes&code=1": "fay dee ben",
    "saved=none": "",
    "q=car&sort=newest": "fay eve dee chi ben ada",
    "q=car&date=2025-10-16&sort=votes": "chi dee",
    "q=car&saved=cars&cat=math&sort=saved": "chi fay",
    "q=car&saved=none": "",
    "q=apples&code=1": "",
}


def test_it_gives_these_papers_in_this_order() -> None:
    assert {asked: names(asked) for asked in ANSWERS} == ANSWERS


def test_it_gives_the_same_whole_in_parts() -> None:
    for asked in ("", "q=car", "saved=cars", "q=car&sort=votes", "month=2025-10"):
        parts = [name for start in range(0, 9, 2) for name in names(asked, offset=start, limit=2).split()]
        assert parts == names(asked, limit=100).split()


def test_it_narrows_an_answer_to_exactly_what_the_filter_alone_gives() -> None:
    for mode in MODES:
        broad = set(names(f"q=car&mode={mode}", limit=100).split())
        for narrowed in ("cat=cs.*", "code=1", "from=2025-10-16", "saved=cars", "cat=cs.LG&code=1"):
            exact = broad & set(names(narrowed, limit=100).split())
            assert set(names(f"q=car&mode={mode}&{narrowed}").split()) == exact


def test_it_goes_straight_to_a_paper_that_is_named(papers) -> None:
    named = find(PaperQuery(words=papers[2].key))
    assert (named.total, named.papers, named.scores) == (1, (papers[2],), {papers[2].pk: 1.0})
    assert find(PaperQuery(words=papers[2].key), offset=1).papers == ()
    assert find(PaperQuery(words=papers[2].key, categories=("cs.CL",))).papers == ()


def test_it_puts_a_whole_title_first(papers) -> None:
    for paper in papers:
        for mode in ("hybrid", "words", "meaning"):
            assert find(PaperQuery(words=paper.title.upper(), mode=mode)).papers[0] == paper


def test_it_shows_a_paper_once_that_a_saved_page_holds_twice(papers) -> None:
    take_and_index(
        record("A first name of it", arxiv="2510.00001", on=None),
        record("Another name of it", doi="10.5555/one", listing=ListingRecord(listed_on=WEDNESDAY)),
        record("The third"),
        page=saved("twice"),
    )
    take_and_index(record("A first name of it", arxiv="2510.00001", doi="10.5555/one"), source="later")
    for query in (PaperQuery(saved="twice"), PaperQuery(saved="twice", words="name third", sort="saved")):
        found = find(query)
        assert found.total == len(found.papers) == 2
        assert [paper.arxiv_id for paper in found.papers] == ["2510.00001", ""]


def test_it_leaves_out_numbers_that_no_paper_has(papers) -> None:
    assert papers_in_order([papers[1].pk, 0, papers[0].pk]) == (papers[1], papers[0])


def test_it_asks_the_database_a_fixed_number_of_times(papers, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        find(PaperQuery(words="car"))

"""The same paper from five sources: one row, whatever the order, the batches and what each of them calls it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from broadsheet.catalogue import intake
from broadsheet.catalogue.models import Paper
from broadsheet.sources.record import (
    AnnouncementRecord,
    IdentifierRecord,
    PaperRecord,
    StatementRecord,
    VersionRecord,
)
from tests.builders import record, take
from tests.catalogue.content import content, scratch

pytestmark = pytest.mark.django_db
AUTHORS = ["Ada Reader", "Ben Writer"]
FIRST, SECOND = (datetime(2025, 10, day, 8, tzinfo=UTC) for day in (1, 9))
PUBLISHED = StatementRecord(kind="published", text="Journal of Pages 5, 2", url="https://doi.org/10.5555/pages.5")


def told_by_five() -> dict[str, PaperRecord]:
    """What each says: no two share more than they do in life."""
    return {
        "arxiv": record(
            "Order on the front page",
            on=None,
            arxiv="2510.00001",
            ref="2510.00001",
            abstract="We study the order of $n$ papers on a page.",
            authors=AUTHORS,
            categories=("cs.IR", "cs.DL"),
            versions=(VersionRecord(number=1, submitted_at=FIRST), VersionRecord(number=2, submitted_at=SECOND)),
            remarks="12 pages; code: https://github.com/example/order",
            licence="https://creativecommons.org/licenses/by/4.0/",
            announcements=(AnnouncementRecord(category="cs.IR", announced_on=date(2025, 10, 2)),),
        ),
        "huggingface": record("Order on the Front Page", arxiv="2510.00001", votes_count=12, comments_count=2),
        "crossref": record(
            "Order on the front page of a daily",
            on=None,
            doi="10.5555/PAGES.5",
            ref="10.5555/pages.5",
            authors=["Reader, Ada", "Writer, Ben"],
            journal_ref="Journal of Pages 5, 2",
            statements=(StatementRecord(kind="corrected", stated_on=date(2025, 11, 1)),),
        ),
        "openalex": PaperRecord(
            title="Order on the front page of a daily",
            ref="W42",
            identifiers=(
                IdentifierRecord(scheme="doi", value="10.5555/pages.5"),
                IdentifierRecord(scheme="doi", value="10.48550/arXiv.2510.00001"),
                IdentifierRecord(scheme="pmid", value="777"),
            ),
            statements=(PUBLISHED,),
        ),
        "saved-page": record("Order on the front page", abstract="We study the order of n papers.", is_lossy=True),
    }


def test_every_order_ends_with_the_same_paper() -> None:
    told = told_by_five()
    first = None
    for order in permutations(told):
        with scratch():
            for source in order:
                take(told[source], source=source)
            found = content()
            first = first or found
            assert found == first, order
    paper = first[0][0]
    assert len(first[0]) == 1
    assert paper["title"] == "Order on the front page"
    assert paper["identifiers"] == [("arxiv", "2510.00001"), ("doi", "10.5555/pages.5"), ("pmid", "777")]
    assert [(badge["kind"], badge["sources"]) for badge in paper["badges"]] == [
        ("corrected", ["crossref"]),
        ("published", ["crossref", "openalex"]),
        ("version", ["arxiv"]),
    ]
    assert (paper["code_url"], paper["votes_count"]) == ("https://github.com/example/order", 12)


def test_every_order_in_which_the_one_that_ties_them_comes_last_redirects_the_younger_key() -> None:
    told = told_by_five()
    del told["saved-page"]
    tie = told.pop("openalex")
    for order in permutations(told):
        with scratch():
            for source in order:
                take(told[source], source=source)
            keys = list(Paper.objects.order_by("pk").values_list("key", flat=True))
            assert len(keys) == 2
            take(tie, source="openalex")
            paper = Paper.objects.get()
            assert paper.key == keys[0]
            assert list(paper.aliases.values_list("key", flat=True)) == keys[1:]
            assert paper.merges.get().reason == "one record of openalex has " + " and ".join(
                name for name in (("arxiv:2510.00001", "doi:10.5555/pages.5")[:: 1 if order[0] != "crossref" else -1])
            )


def test_look_alikes_stay_two_though_five_sources_tell_of_both() -> None:
    told = told_by_five()
    sequel = record("Order on the front page II", arxiv="2510.00002", authors=AUTHORS)
    reply = record("Order on the front page", arxiv="2510.00003", authors=["Chi Other"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "BATCH_SIZE", 1)
        for source, one in told.items():
            take(one, sequel, reply, source=source)
    names = {paper.arxiv_id: paper.source_records.count() for paper in Paper.objects.all()}
    assert names == {"2510.00001": 5, "2510.00002": 5, "2510.00003": 5}

"""An instance in a home of its own, for tests with several: fills its catalogue, and says what is in it.

``python -m tests.worker.neighbour fill DAY`` takes in made papers of the five days before DAY, ``more DAY`` two of DAY
itself and a change, ``dump`` prints all papers as JSON, without what belongs to an instance alone: keys, sources, times
of arrival, and what it makes of a text when it indexes it.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.worker.marching import open_database

DAYS = 5
# More than an answer holds, so that pages have to be turned.
PAPERS_OF_THE_FULL_DAY = 115
EVENT = date(2025, 10, 2)
FACTS = (
    *("title", "abstract", "summary", "summary_model", "licence", "remarks", "journal_ref", "is_lossy", "language"),
    *("published_on", "first_listed_on", "author_count", "votes_count", "comments_count", "stars_count", "arxiv_id"),
    *("code_url", "has_code", "keywords", "is_withdrawn", "is_retracted"),
)


def fill(today: date) -> None:
    """Papers from two sources, as rich and as poor as they come."""
    from broadsheet.sources.record import LinkRecord, ListingRecord
    from tests.builders import many, record, take

    first = today - timedelta(days=DAYS)
    take(*many(PAPERS_OF_THE_FULL_DAY, on=first, length=300))
    take(*(rich(number, first + timedelta(days=1 + number % 4)) for number in range(12)))
    # Another source puts some of them on another day, and describes them in other words.
    again = [rich(number, first + timedelta(days=2 + number % 3)) for number in range(4)]
    take(*(replace(one, abstract=f"{one.abstract} Told anew.", ref=f"x{n}") for n, one in enumerate(again)), source="b")
    take(
        record("A paper that is on no day's page", on=None, published_on=first + timedelta(days=2), doi="10.5555/none"),
        record("Nothing but a title", on=first + timedelta(days=3)),
        record("Titel mit „Anführung“ & <b>Zeichen</b> \\alpha $x_1 < y$", on=first + timedelta(days=3)),
        record("One with many names", on=first + timedelta(days=4), arxiv="2510.99999", doi="10.5555/many"),
        replace(
            record("One that is listed without a name", on=None),
            listing=ListingRecord(listed_on=first + timedelta(days=4)),
            links=(LinkRecord(kind="other", url="https://example.org/a?b=c&d=%20e"),),
        ),
    )


def rich(number: int, day: date) -> Any:
    """A paper with everything that a source can say of it."""
    from broadsheet.sources.record import (
        AnnouncementRecord,
        AuthorRecord,
        LinkRecord,
        ListingRecord,
        OrganisationRecord,
        StatementRecord,
        VersionRecord,
    )
    from tests.builders import record

    moment = datetime(2025, 10, 1, 17, 30, tzinfo=UTC)
    return replace(
        record(f"Everything about paper {number} in $\\mathbb{{R}}^{number}$", on=day, arxiv=f"2511.{number:05}"),
        abstract=f"It has $x^{number}$ and code at https://github.com/example/found-{number}.",
        authors=(AuthorRecord(name="Ada Reader", orcid="0000-0002-1825-0097"), AuthorRecord(name="李明")),
        author_count=2 + number % 3,
        organisations=(OrganisationRecord(slug="one", name="Institute One"), OrganisationRecord(slug="two", name="2")),
        categories=("cs.CL", "stat.ML"),
        links=tuple(
            LinkRecord(kind=kind, url=f"https://example.org/{kind}/{number}")
            for kind in ("pdf", "code", "project", "model", "dataset", "video", "other")
        ),
        keywords=("reading", "front pages"),
        summary=f"Paper {number} in a sentence.",
        summary_model="example/writer" if number % 2 else "",
        published_on=day - timedelta(days=1),
        version_number=2,
        version_at=moment + timedelta(days=1),
        versions=(VersionRecord(number=1, submitted_at=moment), VersionRecord(number=2, submitted_at=moment)),
        licence="https://creativecommons.org/licenses/by/4.0/",
        remarks="12 pages, 3 figures",
        journal_ref="Example 5, 2 (2025)",
        statements=(
            StatementRecord(kind="published", text="Example 5", url="https://doi.org/10.5555/e", stated_on=EVENT),
        ),
        announcements=(AnnouncementRecord(category="cs.CL", announced_on=day, kind="new"),),
        listing=ListingRecord(listed_on=day, rank=number + 1, submitted_by=f"reader{number % 3}"),
        votes_count=100 - number,
        comments_count=number,
        stars_count=number * 10,
    )


def more(today: date) -> None:
    """What comes later: two papers, and more votes for another."""
    from tests.builders import record, take

    take(record("A paper of today", on=today, arxiv="2512.00001"), record("Another paper of today", on=today))
    take(replace(rich(3, today - timedelta(days=1)), votes_count=500))


def dump() -> list[dict[str, Any]]:
    """All papers, by title."""
    from broadsheet.catalogue.models import Paper

    return [told(paper) for paper in Paper.objects.order_by("title")]


def told(paper: Any) -> dict[str, Any]:
    one = {name: getattr(paper, name) for name in FACTS}
    one["authors"] = list(paper.authorships.values_list("position", "name", "orcid"))
    one["organisations"] = sorted(paper.organisations.values_list("slug", "name"))
    one["categories"] = list(paper.paper_categories.values_list("category__code", flat=True))
    one["identifiers"] = list(paper.identifiers.values_list("scheme", "value"))
    one["links"] = list(paper.links.values_list("kind", "url"))
    one["days"] = sorted(set(paper.listings.values_list("listed_on", "submitted_by")))
    one["versions"] = list(paper.versions.values_list("number", "announced_at"))
    one["statements"] = sorted(set(paper.statements.values_list("kind", "text", "url", "stated_on")))
    announced = paper.announcements.values_list("category", "announced_on", "kind", "is_estimated")
    one["announcements"] = sorted(set(announced))
    return one


if __name__ == "__main__":
    open_database()
    what, day = sys.argv[1], date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else date.min
    if what == "dump":
        sys.stdout.write(json.dumps(dump(), default=str))
    else:
        {"fill": fill, "more": more}[what](day)
        sys.stderr.write(f"{os.environ['BROADSHEET_HOME']} has papers\n")

"""What a page costs: queries to the database, and bytes with its style and its script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.models import Paper
from broadsheet.search.maintenance import update_index
from broadsheet.sources.files import read_file
from tests.builders import WEDNESDAY, many, saved, take_and_index
from tests.web.reading import Reader

DAY = f"/date/{WEDNESDAY}"
MOST_QUERIES = 10
# A paper's page also looks for papers that are similar to it, and for the same paper from elsewhere.
MOST_QUERIES_OF_A_PAPER = 20
MOST_BYTES = 100_000
PAGES = [
    "/",
    DAY,
    f"{DAY}?view=lines",
    "/week/2025-W42",
    "/month/2025-10",
    "/search",
    "/search?q=front+pages&cat=cs.CL",
    "/search?q=reading&saved=front-pages&sort=votes",
    "/search?like=2510.10001&like=2510.10002&like=An+unknown+paper",
    "/search?q=reeding+-survey+author:ada&year=2025&org=institute+1&prefer=recent",
    "/similar",
    "/search/help",
    "/papers/2510.10001",
    "/saved",
    "/saved/front-pages",
    "/about",
    "/sources",
    "/batches",
    "/batches/alerts.atom",
    "/feed.rss?month=2025-10",
    "/feed.atom?q=attention",
    "/feed.json?saved=front-pages",
    "/feeds",
    "/feeds/public.opml",
    "/api/v1/papers?month=2025-10",
]
WEIGHED = [DAY, "/papers/2510.10001", "/search?q=front+pages", "/week/2025-W42"]

MaxQueries = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def filled(reader: Reader) -> Reader:
    """A day of 45 papers with abstracts of 1,500 characters, all of them on a saved page too."""
    take_and_index(*many(45), page=saved())
    return reader


def assets() -> Iterator[Path]:
    """The style and the script that every page loads, and the style of search."""
    for name in ("web/broadsheet.css", "web/keys.js", "web/search.css"):
        found = finders.find(name)
        assert isinstance(found, str)
        yield Path(found)


def weight(reader: Reader, path: str) -> int:
    """Bytes of a page with style and script, uncompressed."""
    content = reader.get(path).content
    return len(content) + sum(asset.stat().st_size for asset in assets() if asset.name.encode() in content)


def most_queries(path: str) -> int:
    return MOST_QUERIES_OF_A_PAPER if path.startswith("/papers/") else MOST_QUERIES


def test_no_page_asks_the_database_too_often(filled: Reader, django_assert_max_num_queries: MaxQueries) -> None:
    for path in PAGES:
        with django_assert_max_num_queries(most_queries(path)):
            filled.get(path)


@pytest.mark.parametrize("path", WEIGHED)
def test_pages_weigh_little(path: str, filled: Reader) -> None:
    assert weight(filled, path) <= MOST_BYTES


@pytest.mark.parametrize("pattern", ["seeds/*.txt", "captures/hf_daily_papers/*.json"])
def test_real_pages_render_and_cost_as_little(
    pattern: str, shared: Path, reader: Reader, django_assert_max_num_queries: MaxQueries
) -> None:
    days: set[str] = set()
    slugs: set[str] = set()
    for path in sorted(shared.glob(pattern)):
        read = read_file(path)
        take_in(read.records, source=read.source, page=read.page)
        slugs |= {read.page.slug} if read.page else set()
        days |= {str(r.listing.listed_on) for r in read.records if getattr(r, "listing", None)}
    update_index()
    assert days
    pages = [f"/date/{day}" for day in sorted(days)[::-1][:6]]
    pages += [f"/saved/{slug}" for slug in slugs]
    pages += [f"/papers/{paper.name}" for paper in Paper.objects.order_by("title")[:100:20]]
    pages += ["/week/2025-W40", "/month/2025-09", "/search?q=learning", "/search", "/saved", "/about"]
    for page in pages:
        with django_assert_max_num_queries(most_queries(page)):
            assert weight(reader, page) <= MOST_BYTES, f"{page}: {weight(reader, page):,} bytes"

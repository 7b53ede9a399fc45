"""Asking arXiv's site for listing pages until all of one listing's entries are there.

Its robots.txt allows ``/list`` and ``/catchup`` to everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from broadsheet.sources.arxiv.listing import ListingPage, batches_of, read_listing
from broadsheet.sources.door import BusyError, Door, StatusError
from broadsheet.sources.protocol import BatchRecord

ENTRIES_PER_PAGE = 2000
_MOST_PAGES = 10


class ListingPages:
    """The listings of arXiv's site at an address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def newest(self, door: Door, category: str) -> BatchRecord:
        """The newest batch of a category or archive.

        Raises ``FetchError`` as the door does and ``SourceError`` where the page is no listing.
        """
        base = f"{self.url}/list/{category}/new"
        pages = self._all(door, lambda number, seen: f"{base}?skip={seen}&show={ENTRIES_PER_PAGE}")
        return batches_of(pages, category)[-1]

    def of_day(self, door: Door, category: str, day: date) -> BatchRecord:
        """The batch of a day of the last 90; without entries where nothing was announced.

        Where the site does not give that page, new papers and cross-lists are taken from that of the last five days,
        and the batch tells that it is not complete. Raises as ``newest``.
        """
        base = f"{self.url}/catchup/{category}/{day.isoformat()}"
        try:
            pages = self._all(door, lambda number, seen: f"{base}?abs=False&page={number}")
        except StatusError as error:
            if isinstance(error, BusyError):
                raise
            return self._of_week(door, category, day)
        found = {batch.announced_on: batch for batch in batches_of(pages, category)}
        return found.get(day) or BatchRecord(category=category, announced_on=day)

    def _of_week(self, door: Door, category: str, day: date) -> BatchRecord:
        base = f"{self.url}/list/{category}/pastweek"
        pages = self._all(door, lambda number, seen: f"{base}?skip={seen}&show={ENTRIES_PER_PAGE}")
        found = {batch.announced_on: batch for batch in batches_of(pages, category)}
        return found.get(day) or BatchRecord(category=category, announced_on=day, is_complete=False)

    def _all(self, door: Door, address: Callable[[int, int], str]) -> list[ListingPage]:
        """The pages of a listing: the first, and more as long as the total is not reached and entries come."""
        pages: list[ListingPage] = []
        seen = 0
        while len(pages) < _MOST_PAGES:
            url = address(len(pages) + 1, seen)
            page = read_listing(door.get(url).content, url)
            pages.append(page)
            seen += page.shown
            if not page.shown or seen >= (page.total or 0):
                break
        return pages

"""The orders of a list, once: as the database sorts and as one number that an index sorts by.

Both give the same order: ``newest`` by first listing, publication, row id; ``votes`` and ``comments`` by those counts
(votes, then comments; comments, then votes), first listing, row id. Unknown days come last, and smaller row ids first:
papers of one source and day keep the order in which they came.

``trending`` and ``rising`` change while nothing of a paper does, so no index has them: they stand in the database alone
(``Trend``). What does not rise follows by attention, and papers without any by votes.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.db.models import F, OrderBy

from broadsheet.search.documents import IndexDocument

IndexedSort = Literal["newest", "votes", "comments"]
INDEXED_SORTS: tuple[IndexedSort, ...] = ("newest", "votes", "comments")

TrendSort = Literal["trending", "rising"]

_EPOCH = date(1900, 1, 1).toordinal()
_DAY_BITS, _LONG_NUMBER_BITS, _NUMBER_BITS, _COUNT_BITS, _SECOND_COUNT_BITS = 16, 31, 23, 14, 10


def sql_order(sort: IndexedSort) -> tuple[OrderBy, ...]:
    """The order for ``QuerySet.order_by``."""
    listed, published, number = _falling("first_listed_on"), _falling("published_on"), F("pk").asc()
    votes, comments = _falling("votes_count"), _falling("comments_count")
    orders: dict[IndexedSort, tuple[OrderBy, ...]] = {
        "newest": (listed, published, number),
        "votes": (votes, comments, listed, number),
        "comments": (comments, votes, listed, number),
    }
    return orders[sort]


def trend_order(sort: TrendSort) -> tuple[OrderBy, ...]:
    """The order by attention for ``QuerySet.order_by``."""
    score, rising = _falling("trend__score"), _falling("trend__rising")
    first = (score,) if sort == "trending" else (rising, score)
    return (*first, *sql_order("votes"))


def _falling(name: str) -> OrderBy:
    return F(name).desc(nulls_last=True)


def sort_key(document: IndexDocument, sort: IndexedSort) -> int:
    """A number below 2**63; the larger one comes first.

    Counts from 16,384 votes (1,024 in second place) count as equal, and in the orders by counts row ids are compared
    by their lowest 23 bits: that only decides between papers that are equal in everything before.
    """
    listed = _day(document.first_listed_on)
    if sort == "newest":
        published = _day(document.published_on)
        return _pack((listed, _DAY_BITS), (published, _DAY_BITS), _early(document.number, _LONG_NUMBER_BITS))
    counts = (document.votes_count, document.comments_count)
    first, second = counts if sort == "votes" else reversed(counts)
    early = _early(document.number, _NUMBER_BITS)
    return _pack((first, _COUNT_BITS), (second, _SECOND_COUNT_BITS), (listed, _DAY_BITS), early)


def _early(number: int, bits: int) -> tuple[int, int]:
    return (1 << bits) - 1 - number % (1 << bits), bits


def _pack(*parts: tuple[int, int]) -> int:
    key = 0
    for value, bits in parts:
        key = key << bits | min(value, (1 << bits) - 1)
    return key


def _day(day: date | None) -> int:
    return 0 if day is None else max(1, day.toordinal() - _EPOCH)

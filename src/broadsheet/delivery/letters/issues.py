"""What one letter says, the same for its HTML, its text and its copy on the web: papers in order, under headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.letters.lines import one_line
from broadsheet.delivery.values import Contents
from broadsheet.search.find import papers_in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper at its place in a letter; ``number`` counts from 1 over all sections."""

    paper: Paper
    number: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section as it is printed. ``url`` leads to all of the ``total`` papers; empty where no page shows them."""

    title: str
    url: str
    total: int
    entries: tuple[Entry, ...]

    @property
    def more(self) -> int:
        """How many papers the page has beyond those that are printed."""
        return max(self.total - len(self.entries), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One issue of a subscription. ``day`` is the subscriber's; ``at`` the time of one that was sent at once."""

    title: str
    day: date
    at: datetime | None
    parts: tuple[Part, ...]

    @property
    def entries(self) -> Iterator[Entry]:
        """All papers in order."""
        return (entry for part in self.parts for entry in part.entries)

    @property
    def count(self) -> int:
        """How many papers there are."""
        return sum(len(part.entries) for part in self.parts)


def issue_of(delivery: Delivery, papers: Mapping[int, Paper] | None = None) -> Issue:
    """What a delivery with settled contents says now.

    ``papers`` are those that were read already, by row id. Papers that were hidden or merged since are left out, and so
    are sections that have none left. Raises ``ContentsError`` for contents that cannot be read.
    """
    contents = Contents.from_json(delivery.contents or [])
    if papers is None:
        papers = {paper.pk: paper for paper in papers_in_order(contents.papers)}
    parts: list[Part] = []
    seen: set[int] = set()
    for section in contents.sections:
        entries: list[Entry] = []
        for number in section.papers:
            if number in papers and number not in seen:
                seen.add(number)
                reason = one_line(section.reasons.get(number, ""))
                entries.append(Entry(paper=papers[number], number=len(seen), reason=reason))
        if entries:
            left_out = len(section.papers) - len(entries)
            total = max(section.total - left_out, 0)
            parts.append(
                Part(
                    title=one_line(section.title) or "…",
                    url=_address(section.path),
                    total=total,
                    entries=tuple(entries),
                )
            )
    day, at = moment_of(delivery)
    return Issue(title=one_line(delivery.subscription.name), day=day, at=at, parts=tuple(parts))


def _address(path: str) -> str:
    """The address of a page of this instance, given with or without its host; empty for anything else."""
    if path.startswith("/"):
        return settings.BASE_URL + path
    return path if path.startswith(f"{settings.BASE_URL}/") else ""


def moment_of(delivery: Delivery) -> tuple[date, datetime | None]:
    """The day of an issue in the subscriber's zone, and the time of one that was sent at once."""
    name = delivery.issue
    if "T" not in name:
        return date.fromisoformat(name), None
    at = datetime.fromisoformat(name).replace(tzinfo=UTC).astimezone(zone_of(delivery.subscription))
    return at.date(), at


def zone_of(subscription: Subscription) -> ZoneInfo:
    """The subscriber's time zone; UTC where the machine does not know it."""
    try:
        return ZoneInfo(subscription.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")

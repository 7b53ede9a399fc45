"""The query API as the fake arXiv gives it: by ids, and by category and time of submission."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from broadsheet.sources.identifiers import parse_identifier
from tests.fakes.arxiv_catalogue import MadeCatalogue, MadePaper
from tests.fakes.arxiv_faults import Fault, Reply, told_index

_SPAN = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")
_CATEGORY = re.compile(r"cat:([\w.*-]+)")
_STAMP = "%Y%m%d%H%M"
MOST_RESULTS = 30_000
MOST_PER_REQUEST = 2000


@dataclass
class QueryServer:
    """Answers ``/api/query``. It knows of an announcement only after ``delay``."""

    catalogue: MadeCatalogue
    delay: timedelta = timedelta()
    most_results: int = MOST_RESULTS

    def answer(self, query: Mapping[str, str], now: datetime, faults: dict[str, Fault]) -> Reply:
        """The answer to one request."""
        latest = self.catalogue.day_index(self.catalogue.calendar.latest_day(now - self.delay))
        latest = told_index(faults, self.catalogue.days, latest)
        start, most = int(query.get("start", "0")), int(query.get("max_results", "10"))
        if start + most > self.most_results or most > MOST_PER_REQUEST:
            return _error("max_results_must_be_less", "max_results must be less than it is")
        if refs := query.get("id_list", ""):
            asked = [ref for ref in refs.split(",") if ref]
            if bad := next((ref for ref in asked if parse_identifier(ref) is None), None):
                return _error("incorrect_id_format_for", f"incorrect id format for {bad}")
            numbers = [self.catalogue.number_of(ref.partition("v")[0]) for ref in asked]
        else:
            numbers = list(self._submitted(query.get("search_query", ""), latest))
        known = [number for number in numbers if number is not None and number < self.catalogue.visible(latest)]
        shown = known[start : start + most]
        if "fewer" in faults:
            shown = shown[: max(len(shown) - int(faults["fewer"].options.get("count", 3)), 0)]
        if "out-of-order" in faults:
            shown = shown[::-1]
        entries = "".join(_entry(self.catalogue.paper(number, latest)) for number in shown)
        return _feed(entries, len(known), start, most)

    def _submitted(self, query: str, latest: int) -> list[int]:
        span, patterns = _SPAN.search(query), _CATEGORY.findall(query)
        since, until = (
            (datetime.strptime(text, _STAMP).replace(tzinfo=UTC) for text in span.groups())
            if span
            else (datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
        )
        found: list[tuple[datetime, int]] = []
        for index, day in enumerate(self.catalogue.days[: latest + 1]):
            first, last = self.catalogue.calendar.submitted_between(day)
            if last >= since and first <= until + timedelta(minutes=1):
                per_day = self.catalogue.per_day
                for number in range(index * per_day, min(self.catalogue.records, (index + 1) * per_day)):
                    at = self.catalogue.paper(number, latest).versions[0][0]
                    categories = self.catalogue.categories_of(number)
                    is_asked = not patterns or any(_matches(pattern, categories) for pattern in patterns)
                    if is_asked and since <= at < until + timedelta(minutes=1):
                        found.append((at, number))
        return [number for _, number in sorted(found)]


def _matches(pattern: str, categories: tuple[str, ...]) -> bool:
    if pattern.endswith("*"):
        return any(category.startswith(pattern[:-1]) for category in categories)
    return pattern in categories


def _entry(paper: MadePaper) -> str:
    authors = "".join(f"<author><name>{' '.join(name)}</name></author>" for name in paper.authors)
    optional = f"<arxiv:comment>{escape(paper.comments)}</arxiv:comment>" if paper.comments else ""
    if paper.journal_ref:
        optional += f"<arxiv:journal_ref>{escape(paper.journal_ref)}</arxiv:journal_ref>"
    if paper.doi:
        optional += f'<arxiv:doi>{paper.doi}</arxiv:doi><link title="doi" href="https://doi.org/{paper.doi}"/>'
    terms = "".join(f'<category term="{category}"/>' for category in paper.categories)
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.id}v{paper.version}</id><title>{escape(paper.title)}</title>"
        f"<updated>{paper.versions[-1][0]:%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<published>{paper.versions[0][0]:%Y-%m-%dT%H:%M:%SZ}</published>"
        f"<summary>{escape(paper.abstract)}</summary>{authors}{optional}"
        f'<arxiv:primary_category term="{paper.categories[0]}"/>{terms}<category term="68T50"/></entry>\n'
    )


def _feed(entries: str, total: int, start: int, most: int, status: int = 200) -> Reply:
    return Reply(
        (
            "<?xml version='1.0' encoding='UTF-8'?>\n"
            '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
            ' xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title>'
            f"<opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>"
            f"<opensearch:totalResults>{total}</opensearch:totalResults>"
            f"<opensearch:startIndex>{start}</opensearch:startIndex>\n{entries}</feed>"
        ).encode(),
        status,
        "application/atom+xml",
    )


def _error(name: str, text: str) -> Reply:
    entry = f"<entry><id>http://arxiv.org/api/errors#{name}</id><title>Error</title><summary>{text}</summary></entry>"
    return _feed(entry, 1, 0, 1, status=400)

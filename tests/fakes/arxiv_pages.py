"""Listing pages and announcement feeds as the fake arXiv gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from html import escape

from broadsheet.sources.arxiv.calendar import ZONE
from tests.fakes.arxiv_catalogue import CATEGORIES, MadeCatalogue, MadePaper
from tests.fakes.arxiv_faults import Fault, Reply, concerns

Numbers = dict[str, list[int]]

_NOT_FOUND = Reply(b"Not found", 404, "text/plain")
_SECTIONS = (("New", ("new",)), ("Cross", ("cross",)), ("Replacement", ("replace", "replace-cross")))
_CATCHUP_DAYS = timedelta(days=90)


@dataclass
class PageServer:
    """Answers ``/list``, ``/catchup``, ``/rss`` and ``/atom``."""

    catalogue: MadeCatalogue
    catchup_entries: int = 2000

    def answer(self, path: str, query: Mapping[str, str], now: datetime, faults: dict[str, Fault]) -> Reply:
        """The answer to one request."""
        match path.strip("/").split("/"):
            case ["list", category, "new"] if _is_known(category):
                return self._new(category, query, now, faults)
            case ["list", category, "pastweek" | "recent"] if _is_known(category):
                return self._week(category, query, now)
            case ["catchup", category, day] if _is_known(category):
                return self._catchup(category, date.fromisoformat(day), query, now, faults)
            case ["rss" | "atom" as form, category] if _is_known(category):
                return self._feed(form, category, now, faults)
        return Reply(_NOT_FOUND.body, 404, "text/plain")

    def latest(self, now: datetime) -> int:
        """Index of the newest day that is announced; -1 before the first."""
        return self.catalogue.day_index(self.catalogue.calendar.latest_day(now))

    def _told(self, index: int, category: str, faults: dict[str, Fault]) -> tuple[date, Numbers, int]:
        """What is served as the newest batch: its day, its papers, and how many of them are kept back."""
        day = self.catalogue.days[index]
        if index and concerns(faults, "late", day):
            return self.catalogue.days[index - 1], self.catalogue.batch(self.catalogue.days[index - 1], category), 0
        if index and concerns(faults, "stale", day):
            return day, self.catalogue.batch(self.catalogue.days[index - 1], category), 0
        kept_back = faults["short"].options.get("count", 3) if concerns(faults, "short", day) else 0
        numbers = self.catalogue.batch(day, category)
        if "out-of-order" in faults:
            numbers = {kind: chosen[::-1] for kind, chosen in numbers.items()}
        return day, numbers, kept_back

    def _new(self, category: str, query: Mapping[str, str], now: datetime, faults: dict[str, Fault]) -> Reply:
        index = self.latest(now)
        if index < 0:
            return Reply(_NOT_FOUND.body, 404, "text/plain")
        day, numbers, kept_back = self._told(index, category, faults)
        heading = f"<h3>Showing new listings for {day:%A}, {day.day} {day:%B} {day.year}</h3>"
        skip, show = int(query.get("skip", "0")), int(query.get("show", "2000"))
        body = self._sections(numbers, category, index, skip, show, kept_back)
        return _page(f"<h1>{category}</h1>{heading}{body or '<p>No updates today.</p>'}")

    def _catchup(
        self, category: str, day: date, query: Mapping[str, str], now: datetime, faults: dict[str, Fault]
    ) -> Reply:
        index = self.latest(now)
        if concerns(faults, "late", day):
            return _page(f"<h1>Catchup results for {category} on {day:%a, %d %b %Y}</h1><p>No updates for that day</p>")
        if index < 0 or not self.catalogue.days[index] - _CATCHUP_DAYS <= day <= self.catalogue.days[index]:
            return Reply(b"Invalid date", 400, "text/plain")
        numbers = self.catalogue.batch(day, category)
        kept_back = faults["short"].options.get("count", 3) if concerns(faults, "short", day) else 0
        page, most = int(query.get("page", "1")), self.catchup_entries
        body = self._sections(numbers, category, self.catalogue.day_index(day), (page - 1) * most, most, kept_back)
        nothing = f"<p>No updates for {day:%a, %d %b %Y}</p>"
        return _page(f"<h1>Catchup results for {category} on {day:%a, %d %b %Y}</h1>{body or nothing}")

    def _sections(self, numbers: Numbers, category: str, index: int, skip: int, show: int, kept_back: int) -> str:
        total = sum(map(len, numbers.values()))
        parts: list[str] = []
        before = 0
        for title, kinds in _SECTIONS:
            chosen = [(kind, number) for kind in kinds for number in numbers[kind]]
            first = max(skip - before, 0)
            shown = chosen[first : max(skip + show - before, 0)]
            before += len(chosen)
            if not shown:
                continue
            part = "" if len(shown) == len(chosen) else "continued, " if first else "first "
            head = f"{title} submissions (showing {part}{len(shown)} of {len(chosen)} entries)"
            if kept_back and title == "New":
                shown = shown[:-kept_back]
            parts.append(f"<dl id='articles'><h3>{head}</h3>{self._entries(shown, index)}</dl>")
        paging = f"<div class='paging'>Total of {total} entries </div>" if parts else ""
        return paging + "".join(parts) + paging

    def _entries(self, chosen: Iterable[tuple[str, int]], index: int) -> str:
        parts = []
        for place, (kind, number) in enumerate(chosen, 1):
            paper = self.catalogue.paper(number, index)
            primary = paper.categories[0]
            mark = {"cross": f"(cross-list from {primary})", "new": ""}.get(kind, "(replaced)")
            others = "".join(f"; Some Name ({category})" for category in paper.categories[1:])
            parts.append(
                f'<dt><a name=\'item{place}\'>[{place}]</a> <a href ="/abs/{paper.id}" title="Abstract"'
                f' id="{paper.id}"> arXiv:{paper.id} </a> {mark} [<a href="/pdf/{paper.id}">pdf</a>]</dt><dd>'
                f"<div class='list-title mathjax'><span class='descriptor'>Title:</span> {escape(paper.title)}</div>"
                f"<div class='list-comments'>As in <a href=\"/abs/2601.00001\">arXiv:2601.00001</a>, no updates</div>"
                f"<div class='list-subjects'><span class='primary-subject'>A Name ({primary})</span>{others}</div>"
                f"<p class='mathjax'>{escape(paper.abstract)}</p></dd>"
            )
        return "".join(parts)

    def _week(self, category: str, query: Mapping[str, str], now: datetime) -> Reply:
        index = self.latest(now)
        skip, show = int(query.get("skip", "0")), int(query.get("show", "25"))
        days = [self.catalogue.days[one] for one in range(index, max(index - 5, -1), -1)]
        listed = {day: self.catalogue.batch(day, category) for day in days}
        chosen = [(day, kind, number) for day in days for kind in ("new", "cross") for number in listed[day][kind]]
        parts = []
        for day in days:
            shown = [(kind, number) for one, kind, number in chosen[skip : skip + show] if one == day]
            count = sum(len(listed[day][kind]) for kind in ("new", "cross"))
            if shown:
                head = f"{day:%a}, {day.day} {day:%b} {day.year} (showing {len(shown)} of {count} entries )"
                parts.append(f"<dl id='articles'><h3>{head}</h3>{self._entries(shown, index)}</dl>")
        return _page(
            f"<h1>{category}</h1><h2>Authors and titles for recent submissions</h2>"
            f"<div class='paging'>Total of {len(chosen)} entries</div>{''.join(parts)}"
        )

    def _feed(self, form: str, category: str, now: datetime, faults: dict[str, Fault]) -> Reply:
        today = now.astimezone(ZONE).date()
        index = self.catalogue.day_index(today)
        stated, numbers, kept_back = today, self.catalogue.batch(today, category), 0
        if index >= 0 and self.catalogue.days[index] == today:
            stated, numbers, kept_back = self._told(index, category, faults)
        if kept_back:
            numbers = numbers | {"new": numbers["new"][:-kept_back]}
        entries = [(kind, number) for kind, chosen in numbers.items() for number in chosen]
        papers = [(kind, self.catalogue.paper(number, index)) for kind, number in entries]
        midnight = datetime(stated.year, stated.month, stated.day, tzinfo=ZONE)
        make = _rss if form == "rss" else _atom
        return Reply(make(category, midnight, now, papers).encode(), media_type=f"application/{form}+xml")


def _is_known(category: str) -> bool:
    return any(category in {known, known.partition(".")[0]} for known in CATEGORIES)


def _page(body: str) -> Reply:
    head = "<!DOCTYPE html>\n<html lang='en'><head><title>A made-up listing</title></head><body><div id='dlpage'>"
    return Reply(f"{head}{body}</div></body></html>".encode(), media_type="text/html; charset=utf-8")


def _description(kind: str, paper: MadePaper) -> str:
    return escape(f"arXiv:{paper.id}v{paper.version} Announce Type: {kind} \nAbstract: {paper.abstract}", quote=False)


def _inside(kind: str, paper: MadePaper) -> str:
    """What an entry has in both formats."""
    optional = f"<arxiv:DOI>{paper.doi}</arxiv:DOI>" if paper.doi else ""
    if paper.journal_ref:
        optional += f"<arxiv:journal_reference>{escape(paper.journal_ref)}</arxiv:journal_reference>"
    creators = ", ".join(" ".join(name) for name in paper.authors)
    return (
        f"<arxiv:announce_type>{kind}</arxiv:announce_type><dc:rights>{paper.licence}</dc:rights>{optional}"
        f"<dc:creator>{creators}</dc:creator>"
    )


def _rss(category: str, midnight: datetime, now: datetime, papers: list[tuple[str, MadePaper]]) -> str:
    items = "".join(
        f"<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{paper.id}</link>"
        f"<description>{_description(kind, paper)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{paper.id}v{paper.version}</guid>'
        f"{''.join(f'<category>{one}</category>' for one in paper.categories)}"
        f"<pubDate>{format_datetime(midnight)}</pubDate>{_inside(kind, paper)}</item>\n"
        for kind, paper in papers
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">'
        f"<channel><title>{category} updates on arXiv.org</title><link>http://rss.arxiv.org/rss/{category}</link>"
        f"<description>{category} updates on the arXiv.org e-print archive.</description><language>en-us</language>"
        f"<lastBuildDate>{format_datetime(now.astimezone(UTC))}</lastBuildDate>"
        f"<pubDate>{format_datetime(midnight)}</pubDate>"
        f"<skipDays><day>Sunday</day><day>Saturday</day></skipDays>\n{items}</channel></rss>"
    )


def _atom(category: str, midnight: datetime, now: datetime, papers: list[tuple[str, MadePaper]]) -> str:
    built = now.astimezone(UTC).isoformat()
    entries = "".join(
        f"<entry><id>oai:arXiv.org:{paper.id}v{paper.version}</id><title>{escape(paper.title)}</title>"
        f'<updated>{built}</updated><link href="https://arxiv.org/abs/{paper.id}" rel="alternate"/>'
        f"<summary>{_description(kind, paper)}</summary>"
        f"{_terms(paper)}"
        f"<published>{midnight.isoformat()}</published>{_inside(kind, paper)}</entry>\n"
        for kind, paper in papers
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns="http://www.w3.org/2005/Atom"><id>http://rss.arxiv.org/atom/{category}</id>'
        f"<title>{category} updates on arXiv.org</title><updated>{built}</updated>\n{entries}</feed>"
    )


def _terms(paper: MadePaper) -> str:
    return "".join(f'<category term="{category}"/>' for category in paper.categories)

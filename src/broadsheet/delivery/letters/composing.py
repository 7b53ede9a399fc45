"""A delivery as a letter: text and HTML that say the same, in one MIME message (RFC 2046, 5.1.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from django.conf import settings
from django.utils.translation import get_language_bidi, override

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.letters import wording
from broadsheet.delivery.letters.encoding import SOFT_BREAK, Letter, quoted, quoted_around
from broadsheet.delivery.letters.heading import Headings, address_of
from broadsheet.delivery.letters.issues import Entry, Issue, Part, issue_of
from broadsheet.delivery.letters.lines import centred, underlined, wrapped
from broadsheet.delivery.letters.links import act_urls
from broadsheet.delivery.letters.printing import ACT, INDENT, Press, Printed
from broadsheet.delivery.letters.styling import kept_styles, rendered
from broadsheet.delivery.values import Contents
from broadsheet.search.find import papers_in_order

MOST_BYTES = 90_000
"""The HTML of a letter; some programs cut a longer one off (at 102 KB)."""
MOST_KEPT = 1_000
STYLES_KEPT = 3
"""Of each paper: as a lead or not, in full or shortened as letters need it."""
LEAD_LENGTH = 700
Abstracts = Subscription.Abstracts
# How much is told of each abstract, the most first; the first that fits is taken.
LENGTHS: Mapping[str, tuple[int | None, ...]] = {
    Abstracts.FULL: (None, 1_500, 1_200, 900, 600, 400, 250, 120, 0),
    Abstracts.SHORT: (300, 200, 120, 0),
    Abstracts.NONE: (0,),
}
_RULE_BYTES = 120
"""A rule between papers, at most."""
_LEFT_OUT_BYTES = 600
"""The line that leads to the papers that a letter has no room for, at most."""
_DOUBLE_RULE = "=" * 72


class NothingLeftError(Exception):
    """All papers of a delivery were hidden since it was put together, so there is no letter to write."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A paper at its place, in HTML and text, both quoted-printable."""

    part: Part
    html: str
    text: str


class Letters:
    """Writes the letters of many deliveries in a row; each paper is read, printed and encoded once for all of them."""

    def __init__(self, now: datetime, *, most_kept: int = MOST_KEPT) -> None:
        self.now = now
        self._most_kept = most_kept
        self._papers: dict[int, Paper] = {}
        self._press = Press(STYLES_KEPT * most_kept)
        self._headings = Headings(now)

    def message(self, delivery: Delivery, to: str) -> EmailMessage:
        """The letter of a delivery whose contents are settled, to a mail address.

        The same every time but for what changed of the papers since: votes, comments, and papers that were hidden are
        left out. A delivery that is not stored is a letter for show: it has no web copy, and nobody votes from it.
        Raises ``NothingLeftError`` where no paper is left, ``AddressError`` for an address that is none, and
        ``ContentsError`` for contents that cannot be read.
        """
        address = address_of(to)
        with override(delivery.subscription.language or settings.LANGUAGE_CODE):
            issue = self.issue(delivery)
            if not issue.count:
                raise NothingLeftError(f"delivery {delivery.key}: all of its papers are hidden by now")
            subject = wording.subject(issue)
            text, html = self._bodies(delivery, issue, subject, to)
            message = Letter(SMTP if to.isascii() else SMTPUTF8)
            self._headings.write(message, delivery, to=address, subject=subject)
        # The boundary comes from the key, so that a second try has the same bytes.
        message.set_bodies(f"=_{delivery.key}", text, html)
        return message

    def issue(self, delivery: Delivery) -> Issue:
        """What a delivery says now, with papers that were read for others before."""
        numbers = Contents.from_json(delivery.contents or []).papers
        missing = [number for number in numbers if number not in self._papers]
        if missing and len(self._papers) + len(missing) > self._most_kept:
            self._papers.clear()
            missing = list(numbers)
        if missing:
            self._papers |= {paper.pk: paper for paper in papers_in_order(missing)}
        return issue_of(delivery, self._papers)

    def _bodies(self, delivery: Delivery, issue: Issue, subject: str, to: str) -> tuple[str, str]:
        footing = wording.Footing(delivery, to)
        shell = _document(issue, subject, footing)
        heads = [
            rendered("section", title=part.title, url=part.url, is_first=index == 0)
            for index, part in enumerate(issue.parts)
        ]
        mores = [
            rendered("more", url=part.url, words=wording.more(part)) if part.url and part.more else ""
            for part in issue.parts
        ]
        around = sum(len(html.encode()) + 2 for html in (shell(""), *heads, *mores))
        rows = self._fitting(delivery, issue, MOST_BYTES - _LEFT_OUT_BYTES - around)
        left_out = issue.count - len(rows)
        last = wording.left_out(left_out, footing) if left_out else ""
        html = shell(_html_of(issue, rows, heads, mores, last))
        return _text_of(issue, rows, footing, left_out), html

    def _fitting(self, delivery: Delivery, issue: Issue, room: int) -> list[_Row]:
        """The papers with as much of their abstracts as there is room for; the first ones where even that is none."""
        has_links = delivery.pk is not None
        papers = [entry.paper for entry in issue.entries]
        links = act_urls(delivery, papers) if has_links else [""] * len(papers)
        reasons = [rendered("reason", words=entry.reason) if entry.reason else "" for entry in issue.entries]
        beside = [len(link) + len(why.encode()) + _RULE_BYTES for link, why in zip(links, reasons, strict=True)]
        printed: list[Printed] = []
        for length in LENGTHS[delivery.subscription.abstracts]:
            printed = [self._printed(entry, length, has_links=has_links) for entry in issue.entries]
            if sum(beside) + sum(one.size for one in printed) <= room:
                break
        rows: list[_Row] = []
        for (part, entry), one, link, why, more in zip(_places(issue), printed, links, reasons, beside, strict=True):
            room -= one.size + more
            if room < 0 and rows:
                break
            rows.append(_Row(part, one.html_with(quoted(link), quoted(why)), _numbered(entry, one, link)))
        return rows

    def _printed(self, entry: Entry, length: int | None, *, has_links: bool) -> Printed:
        is_lead = entry.number == 1
        if is_lead and length:
            length = max(length, LEAD_LENGTH)
        return self._press.printed(entry.paper, (is_lead, length, has_links))


def _places(issue: Issue) -> Iterator[tuple[Part, Entry]]:
    return ((part, entry) for part in issue.parts for entry in part.entries)


def _numbered(entry: Entry, printed: Printed, link: str) -> str:
    """A paper's text with its number and, if it has one, its reason."""
    words = "".join(f"{line}\n" for line in wrapped(entry.reason, indent=INDENT))
    return f"{entry.number:>2}. {SOFT_BREAK}{printed.text_with(quoted(link), quoted(words))}"


def _document(issue: Issue, subject: str, footing: wording.Footing) -> Callable[[str], str]:
    """The letter around its body as a function of the body, all of it quoted-printable."""
    whole = rendered(
        "letter",
        language=footing.language,
        direction="rtl" if get_language_bidi() else "ltr",
        subject=subject,
        kept=kept_styles(),
        preview=wording.preview(issue),
        day=wording.day(issue),
        home=f"{settings.BASE_URL}/",
        instance=settings.NAME,
        bar=wording.bar(issue),
        body=ACT,
        foot=footing.html(),
    )
    before, _, after = quoted_around(whole, (ACT,)).partition(ACT)
    return lambda body: f"{before}{body}{after}\n"


def _html_of(issue: Issue, rows: list[_Row], heads: Sequence[str], mores: Sequence[str], last: str) -> str:
    out: list[str] = []
    rule = quoted(rendered("rule"))
    for part, head, more in zip(issue.parts, heads, mores, strict=True):
        mine = [row.html for row in rows if row.part is part]
        if mine:
            out += [quoted(head), f"\n{rule}\n".join(mine), quoted(more)]
    return "\n".join([*filter(None, out), quoted(last)])


def _text_of(issue: Issue, rows: list[_Row], footing: wording.Footing, left_out: int) -> str:
    top = [*centred(settings.NAME.upper()), *centred(wording.day(issue)), *centred(wording.bar(issue)), _DOUBLE_RULE]
    out = [quoted("\n".join(top))]
    for part in issue.parts:
        mine = [row.text for row in rows if row.part is part]
        if mine:
            out += [quoted("\n".join(["", "", *underlined(part.title), ""])), "\n\n".join(mine)]
            if part.url and part.more:
                out.append(quoted("\n".join(["", *wrapped(f"{wording.more(part)}:"), part.url])))
    foot = ["", "", _DOUBLE_RULE, "", *footing.text(left_out)]
    return "\n".join([*out, quoted("\n".join(foot))]) + "\n"

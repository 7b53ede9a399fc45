"""A delivery as a letter: text and HTML that say the same, in one MIME message (RFC 2046, 5.1.4)."""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, SMTPUTF8

from django.conf import settings
from django.utils.translation import get_language_bidi, override

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Delivery, Subscription
from broadsheet.delivery.letters import wording
from broadsheet.delivery.letters.heading import address_of, write_headers
from broadsheet.delivery.letters.issues import Entry, Issue, Part, issue_of
from broadsheet.delivery.letters.lines import centred, underlined, wrapped
from broadsheet.delivery.letters.links import act_url
from broadsheet.delivery.letters.printing import ACT, INDENT, REASON, Press, Style
from broadsheet.delivery.letters.styling import kept_styles, rendered
from broadsheet.delivery.values import Contents
from broadsheet.search.find import papers_in_order

MOST_BYTES = 90_000
"""The HTML of a letter; some programs cut a longer one off (at 102 KB)."""
MOST_KEPT = 1_000
LEAD_LENGTH = 700
Abstracts = Subscription.Abstracts
# How much is told of each abstract, the most first; the first that fits is taken.
LENGTHS: Mapping[str, tuple[int | None, ...]] = {
    Abstracts.FULL: (None, 1_200, 900, 600, 400, 250, 120, 0),
    Abstracts.SHORT: (300, 200, 120, 0),
    Abstracts.NONE: (0,),
}


class NothingLeftError(Exception):
    """All papers of a delivery were hidden since it was put together, so there is no letter to write."""


@dataclass(frozen=True, slots=True)
class _Row:
    part: Part
    entry: Entry
    html: str
    text: str


class Letters:
    """Writes the letters of many deliveries in a row; each paper is read and printed once for all of them."""

    def __init__(self, now: datetime, *, most_kept: int = MOST_KEPT) -> None:
        self.now = now
        self._most_kept = most_kept
        self._papers: dict[int, Paper] = {}
        self._press = Press(most_kept)

    def message(self, delivery: Delivery, to: str) -> EmailMessage:
        """The letter of a delivery whose contents are settled, to a mail address.

        The same every time but for what changed of the papers since: votes, comments, and papers that were hidden are
        left out. Raises ``NothingLeftError`` where that leaves none, ``AddressError`` for an address that is none, and
        ``ContentsError`` for contents that cannot be read.
        """
        address = address_of(to)
        with override(delivery.subscription.language or settings.LANGUAGE_CODE):
            issue = self.issue(delivery)
            if not issue.count:
                raise NothingLeftError(f"delivery {delivery.key}: all of its papers are hidden by now")
            subject = wording.subject(issue)
            html, text = self._bodies(delivery, issue, subject, to)
            message = EmailMessage(SMTP if to.isascii() else SMTPUTF8)
            write_headers(message, delivery, to=address, subject=subject, now=self.now)
        _attach(message, delivery.key, text, html)
        return message

    def issue(self, delivery: Delivery) -> Issue:
        """What a delivery says now, with papers that were read for others before."""
        numbers = Contents.from_json(delivery.contents or []).papers
        if missing := [number for number in numbers if number not in self._papers]:
            if len(self._papers) + len(missing) > self._most_kept:
                self._papers.clear()
                missing = list(numbers)
            self._papers |= {paper.pk: paper for paper in papers_in_order(missing)}
        return issue_of(delivery, self._papers)

    def _bodies(self, delivery: Delivery, issue: Issue, subject: str, to: str) -> tuple[str, str]:
        footing = wording.Footing(delivery, to)
        shell = _document(issue, subject, footing)
        heads = {
            id(part): rendered("section", title=part.title, url=part.url, is_first=index == 0)
            for index, part in enumerate(issue.parts)
        }
        mores = {id(part): rendered("more", url=part.url, words=wording.more(part)) for part in issue.parts if part.url}
        around = [*heads.values(), *mores.values()]
        room = MOST_BYTES - len(shell("").encode()) - sum(len(html.encode()) + 2 for html in around)
        rows = self._fitting(delivery, issue, room)
        left_out = issue.count - len(rows)
        html = shell(_html_of(rows, heads, mores, wording.left_out(left_out, footing) if left_out else ""))
        return html, _text_of(issue, rows, footing, left_out)

    def _fitting(self, delivery: Delivery, issue: Issue, room: int) -> list[_Row]:
        """The papers with as much of their abstracts as there is room for; the first ones where even that is none."""
        rows: list[_Row] = []
        for length in LENGTHS[delivery.subscription.abstracts]:
            rows, used = [], 0
            for part in issue.parts:
                for entry in part.entries:
                    row, size = self._row(delivery, part, entry, length)
                    used += size
                    rows.append(row)
            if used <= room:
                return rows
        kept: list[_Row] = []
        for row in rows:
            room -= len(row.html.encode()) + _RULE_BYTES
            if room < _LEFT_OUT_BYTES and kept:
                break
            kept.append(row)
        return kept

    def _row(self, delivery: Delivery, part: Part, entry: Entry, length: int | None) -> tuple[_Row, int]:
        is_lead = entry.number == 1
        if is_lead and length:
            length = max(length, LEAD_LENGTH)
        has_link = delivery.pk is not None
        style: Style = (is_lead, length, has_link)
        printed = self._press.printed(entry.paper, style)
        link = act_url(delivery, entry.paper) if has_link else ""
        reason = rendered("reason", words=entry.reason) if entry.reason else ""
        html = printed.html.replace(ACT, link).replace(REASON, reason)
        size = printed.size + len(link) - (len(ACT) if link else 0) + len(reason.encode()) - len(REASON)
        text = printed.text.replace(ACT, link)
        words = "\n".join(wrapped(entry.reason, indent=INDENT))
        text = text.replace(REASON, words) if words else text.replace(f"{REASON}\n", "")
        number = f"{entry.number:>2}. "
        return _Row(part, entry, html, number + text.removeprefix(INDENT)), size + _RULE_BYTES


def _document(issue: Issue, subject: str, footing: wording.Footing) -> Callable[[str], str]:
    """The letter around its body, as a function of the body."""
    mark = ACT
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
        body=mark,
        foot=footing.html(),
    )
    before, _, after = whole.partition(mark)
    return lambda body: before + body + after


def _html_of(rows: list[_Row], heads: Mapping[int, str], mores: Mapping[int, str], last: str) -> str:
    out: list[str] = []
    before: Part | None = None
    rule = rendered("rule")
    for row in rows:
        if row.part is not before:
            if before is not None and id(before) in mores and before.more:
                out.append(mores[id(before)])
            out.append(heads[id(row.part)])
        else:
            out.append(rule)
        out.append(row.html)
        before = row.part
    if before is not None and id(before) in mores and before.more:
        out.append(mores[id(before)])
    return "\n".join([*out, *([last] if last else [])])


def _text_of(issue: Issue, rows: list[_Row], footing: wording.Footing, left_out: int) -> str:
    lines = [*centred(settings.NAME.upper()), *centred(wording.day(issue)), *centred(wording.bar(issue)), "=" * 72]
    before: Part | None = None
    for row in rows:
        if row.part is not before:
            if before is not None:
                lines += _more_lines(before)
            lines += ["", "", *underlined(row.part.title.upper())]
            before = row.part
        lines += ["", row.text]
    if before is not None:
        lines += _more_lines(before)
    lines += ["", "", "=" * 72, "", *footing.text(left_out)]
    return "\n".join(lines) + "\n"


def _more_lines(part: Part) -> list[str]:
    return ["", *wrapped(f"{wording.more(part)}:"), part.url] if part.url and part.more else []


_RULE_BYTES = 120
_LEFT_OUT_BYTES = 600


def _attach(message: EmailMessage, key: str, text: str, html: str) -> None:
    """Put both bodies into a letter. The boundary comes from the key, so that a second try has the same bytes."""
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/alternative; boundary="=_{key}"'
    message.set_payload([_body("plain", text), _body("html", html)])


def _body(kind: str, content: str) -> MIMEPart:
    part = MIMEPart(SMTP)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    # binascii's encoder gives the same as email's own, many times as fast.
    part.set_payload(b2a_qp(content.encode("utf-8", "replace"), istext=True).decode("ascii"))
    return part

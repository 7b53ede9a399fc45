"""What a letter says besides its papers: subject, dateline, and the foot that tells why it came and how to end it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.utils.formats import date_format, localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from broadsheet.catalogue.text import to_plain
from broadsheet.community.models import Delivery
from broadsheet.delivery.letters.heading import LONGEST_SUBJECT, shortened
from broadsheet.delivery.letters.issues import Issue, Part
from broadsheet.delivery.letters.lines import one_line, wrapped
from broadsheet.delivery.letters.links import archive_url, web_copy_url
from broadsheet.delivery.letters.styling import rendered
from broadsheet.delivery.rhythm_words import when_told
from broadsheet.delivery.subscribing import manage_url, unsubscribe_url

LONGEST_PREVIEW = 180


@lru_cache(maxsize=1_000)
def _plain(title: str) -> str:
    return one_line(to_plain(title))


def subject(issue: Issue) -> str:
    """Instance, date, lead paper, and how many more there are."""
    start = gettext("%(instance)s, %(day)s") % {"instance": settings.NAME, "day": date_format(issue.day, "j F")}
    first = next(issue.entries)
    others = issue.count - 1
    end = ngettext("and %(n)s more", "and %(n)s more", others) % {"n": localize(others)} if others else ""
    room = LONGEST_SUBJECT - len(start) - len(end) - 3
    title = shortened(_plain(first.paper.title), max(room, 40))
    return " ".join(part for part in (f"{start}: {title}", end) if part)


def day(issue: Issue) -> str:
    """The dateline; with the time where an issue was sent at once."""
    told = date_format(issue.day, "l, j F Y")
    return f"{told}, {issue.at:%H:%M}" if issue.at else told


def bar(issue: Issue) -> str:
    """The line below the nameplate."""
    papers = ngettext("%(n)s paper", "%(n)s papers", issue.count) % {"n": localize(issue.count)}
    return f"{one_line(issue.title)} · {papers}"


def preview(issue: Issue) -> str:
    """What mail programs show beside the subject: the titles that are not in it."""
    titles = [_plain(entry.paper.title) for entry in list(issue.entries)[1:5]]
    return shortened("; ".join(titles), LONGEST_PREVIEW) if titles else bar(issue)


def more(part: Part) -> str:
    """What leads to the rest of a section."""
    return ngettext("All %(n)s paper", "All %(n)s papers", part.total) % {"n": localize(part.total)}


def left_out(count: int, footing: Footing) -> str:
    """The line for papers that a letter has no room for."""
    return rendered("more", url=footing.web_copy, words=_left_out_words(count)) if footing.web_copy else ""


def _left_out_words(count: int) -> str:
    return ngettext("%(n)s more paper in the web copy", "%(n)s more papers in the web copy", count) % {
        "n": localize(count)
    }


@dataclass(slots=True)
class Footing:
    """The foot of a letter to an address. A letter for show, which was not delivered, has no copy on the web."""

    delivery: Delivery
    to: str
    web_copy: str = field(init=False)
    language: str = field(init=False)

    def __post_init__(self) -> None:
        self.web_copy = web_copy_url(self.delivery) if self.delivery.pk is not None else ""
        self.language = get_language() or settings.LANGUAGE_CODE

    def html(self) -> list[SafeString]:
        """The lines of the foot as HTML."""
        links = [(words.replace(" ", "\u00a0"), url) for words, url in self._links()]
        return [*(format_html("{}", line) for line in self._lines()), rendered("links", links=links)]

    def text(self, left_out_count: int) -> list[str]:
        """The lines of the foot as text, addresses on lines of their own."""
        lines: list[str] = []
        if left_out_count and self.web_copy:
            lines += [*wrapped(f"{_left_out_words(left_out_count)}:"), self.web_copy, ""]
        for paragraph in self._lines():
            lines += [*wrapped(paragraph), ""]
        for words, url in self._links():
            lines += [f"{words}:", url]
        return lines

    def _lines(self) -> list[str]:
        subscription = self.delivery.subscription
        told = {"name": one_line(subscription.name), "when": when_told(subscription), "address": self.to}
        why = (
            gettext("You get this letter because you asked for “%(name)s”, %(when)s. It was sent to %(address)s.")
            % told
        )
        if self.delivery.pk is None or subscription.account_id is None:
            return [why]
        links = gettext(
            "Whoever has this letter can vote for its papers and save them in your name, for 90 days, and nothing else."
        )
        return [why, links]

    def _links(self) -> list[tuple[str, str]]:
        subscription = self.delivery.subscription
        links = [(gettext("Change what it brings"), manage_url(subscription))]
        links.append((gettext("End it"), unsubscribe_url(subscription)))
        if self.web_copy:
            links.append((gettext("Read it on the web"), self.web_copy))
        links.append((gettext("All letters"), archive_url(subscription)))
        return links

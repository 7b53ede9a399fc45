"""A paper as it stands in letters: the same in all of them, but for its number, its reason and its signed link."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import localize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from broadsheet.catalogue.authorships import byline
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import safe_url, split_lead, to_plain
from broadsheet.delivery.letters.encoding import quoted_around
from broadsheet.delivery.letters.lines import wrapped
from broadsheet.delivery.letters.links import paper_url
from broadsheet.delivery.letters.maths import mail_html
from broadsheet.delivery.letters.styling import rendered

Style = tuple[bool, int | None, bool]
"""Whether a paper leads, how many characters of its abstract are told (None: all), whether a signed link follows."""

INDENT = "    "
MOST_CATEGORIES = 4
MOST_ORGANISATIONS = 3
LONGEST_TITLE = 300
# Nobody who writes a title can guess these, so they are only where they were put.
ACT, REASON = _MARKS = (secrets.token_hex(12), secrets.token_hex(12))


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper in HTML and text, both quoted-printable, with ``ACT`` and ``REASON`` where link and reason belong.

    ``size`` is that of the HTML in bytes, not encoded and without what replaces the marks.
    """

    html: str
    text: str
    size: int

    def html_with(self, link: str, reason: str) -> str:
        """The HTML with both, quoted, in their places."""
        return self.html.replace(ACT, link).replace(REASON, reason)

    def text_with(self, link: str, reason: str) -> str:
        """The text with both, quoted, in their places; a reason ends its line."""
        return self.text.replace(ACT, link).replace(REASON, reason)


class Press:
    """Prints papers, each once a style and language; the ones that were not asked for the longest are forgotten."""

    def __init__(self, most_kept: int) -> None:
        self._most_kept = most_kept
        self._kept: OrderedDict[tuple[int, str | None, Style], Printed] = OrderedDict()

    def printed(self, paper: Paper, style: Style) -> Printed:
        """A paper in the language that is active now."""
        key = (paper.pk, get_language(), style)
        found = self._kept.get(key)
        if found is None:
            html = _in_html(paper, style)
            size = len(html.encode()) - sum(len(mark) * html.count(mark) for mark in _MARKS)
            text = _in_text(paper, style)
            found = Printed(quoted_around(html, _MARKS), quoted_around(text, _MARKS), size)
            self._kept[key] = found
            if len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


def _in_html(paper: Paper, style: Style) -> str:
    is_lead, length, has_link = style
    lead, rest = _cut(paper.abstract, length)
    links: list[tuple[str, str]] = []
    if code := safe_url(paper.code_url) if paper.code_url else "":
        links.append((gettext("code"), code))
    if has_link:
        links.append((gettext("vote or save").replace(" ", "\u00a0"), ACT))
    facts = " · ".join(filter(None, [*_who(paper), _comments(paper.comments_count), *_stars(paper, code)]))
    votes = paper.votes_count
    return rendered(
        "lead" if is_lead else "paper",
        url=paper_url(paper),
        title=_safe(mail_html(_title(paper), autolink=False)),
        mark=mark_of(paper),
        about=rendered("about", facts=facts, categories=" ".join(_categories(paper)), links=links),
        abstract=_safe(mail_html(lead)) if lead else "",
        is_cut=bool(rest),
        read_on=gettext("read on").replace(" ", "\u00a0"),
        votes=localize(votes) if votes else "",
        votes_unit=ngettext("vote", "votes", votes),
        votes_words=_votes(votes),
        reason=_safe(REASON),
    )


def _in_text(paper: Paper, style: Style) -> str:
    _, length, has_link = style
    lead, rest = _cut(paper.abstract, length)
    code = safe_url(paper.code_url) if paper.code_url else ""
    counts = [
        mark_of(paper),
        _votes(paper.votes_count),
        _comments(paper.comments_count),
        *_stars(paper, code),
    ]
    lines = wrapped(to_plain(_title(paper)), indent=INDENT)
    lines += wrapped(" · ".join([*_who(paper), " ".join(_categories(paper))]).strip(" ·"), indent=INDENT)
    lines += wrapped(" · ".join(filter(None, counts)), indent=INDENT)
    above = "\n".join(lines)
    lines = []
    if lead:
        told = to_plain(lead)
        lines += ["", *wrapped(f"{told} … ({gettext('more on the site')})" if rest else told, indent=INDENT)]
    lines += ["", INDENT + paper_url(paper)]
    if code:
        lines += [f"{INDENT}{gettext('Code:')}", INDENT + code]
    if has_link:
        lines += [f"{INDENT}{gettext('Vote or save:')}", INDENT + ACT]
    below = "\n".join(lines)
    return f"{above.removeprefix(INDENT)}\n{REASON}{below}"


def mark_of(paper: Paper) -> str:
    """What a reader has to know before anything else; empty for most papers."""
    if paper.is_retracted:
        return gettext("retracted")
    return gettext("withdrawn") if paper.is_withdrawn else ""


def _title(paper: Paper) -> str:
    """The title as received; one that is longer than any that is meant to be read is cut."""
    lead, rest = split_lead(paper.title, LONGEST_TITLE)
    return f"{lead[: 2 * LONGEST_TITLE]} …" if rest or len(lead) > 2 * LONGEST_TITLE else lead


def _cut(abstract: str, length: int | None) -> tuple[str, str]:
    if length is None:
        return abstract, ""
    return split_lead(abstract, length) if length else ("", "")


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  (mail_html escapes and sanitises; the marks are letters and digits)


def _who(paper: Paper) -> list[str]:
    names = [to_plain(organisation.name) for organisation in list(paper.organisations.all())[:MOST_ORGANISATIONS]]
    return [part for part in (byline(paper), ", ".join(names)) if part]


def _categories(paper: Paper) -> list[str]:
    return [to_plain(entry.category.code) for entry in list(paper.paper_categories.all())[:MOST_CATEGORIES]]


def _votes(count: int) -> str:
    return ngettext("%(n)s vote", "%(n)s votes", count) % {"n": localize(count)} if count else ""


def _comments(count: int) -> str:
    return ngettext("%(n)s comment", "%(n)s comments", count) % {"n": localize(count)} if count else ""


def _stars(paper: Paper, code: str) -> Iterable[str]:
    return [f"★ {localize(paper.stars_count)}"] if code and paper.stars_count else []

"""Discord's webhooks: embeds (https://docs.discord.com/developers/resources/webhook#execute-webhook).

At most 10 embeds with 6,000 characters in all of their texts together; a title has 256, a description 4,096. Nobody
is mentioned (``allowed_mentions``), and what comes from outside is escaped. Nine papers have an embed each, any
further ones share the last.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.delivery.webhooks.formats.slack import headline
from broadsheet.delivery.webhooks.telling import Told, ToldPaper, cut, facts

MOST_EMBEDS = 10
LONGEST_OF_ALL = 6_000
LONGEST_TITLE = 256
LONGEST_DESCRIPTION = 4_096
LONGEST_CONTENT = 2_000
LONGEST_LINE = 90
_MARKS = re.compile(r"([\\*_~`|>\[\]()#<@:-])")


def message(told: Told) -> dict[str, Any]:
    """The body of a post."""
    papers = [paper for part in told.parts for paper in part.papers]
    is_all = len(papers) <= MOST_EMBEDS
    whole, listed = (papers, []) if is_all else (papers[: MOST_EMBEDS - 1], papers[MOST_EMBEDS - 1 :])
    last, left = _list(listed)
    budget = LONGEST_OF_ALL - sum(len(embed["title"]) + len(embed["description"]) for embed in last)
    embeds = [_embed(paper, budget // len(whole)) for paper in whole] + last
    lines = [f"**{escaped(cut(headline(told), 300))}**"]
    if left:
        more = ngettext("%(n)d more paper", "%(n)d more papers", left) % {"n": left}
        lines.append(f"[{more}](<{_address(told.parts[-1].url)}>)")
    lines.append(f"[{_('Change or switch off')}](<{_address(told.url)}>)")
    return {"content": " · ".join(lines)[:LONGEST_CONTENT], "embeds": embeds, "allowed_mentions": {"parse": []}}


def escaped(text: str) -> str:
    """A text of others in Discord's Markdown, as it is and without any effect."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _fitting(text: str, length: int) -> str:
    """As much of a text as fits once it is escaped."""
    wanted = length
    while len(told := escaped(cut(text, wanted))) > length and wanted > 1:
        wanted -= max(1, (len(told) - length + 1) // 2)
    return told if len(told) <= length else ""


def _embed(paper: ToldPaper, budget: int) -> dict[str, Any]:
    title = _fitting(paper.title, min(LONGEST_TITLE, budget // 2))
    line = _fitting(" · ".join(facts(paper)), min(200, budget // 4))
    reason = _fitting(paper.reason, min(200, budget // 8))
    left = budget - len(title) - len(line) - len(reason) - 2
    told = [line, reason, _fitting(paper.abstract, min(left, LONGEST_DESCRIPTION // 2))]
    return {"title": title, "url": _address(paper.url), "description": "\n".join(part for part in told if part)}


def _list(papers: list[ToldPaper]) -> tuple[list[dict[str, Any]], int]:
    """Papers as lines of one embed, none for none, and how many had no room in it."""
    if not papers:
        return [], 0
    lines: list[str] = []
    for paper in papers:
        line = f"- [{_fitting(paper.title, LONGEST_LINE)}]({_address(paper.url)})"
        if sum(map(len, lines)) + len(lines) + len(line) > LONGEST_OF_ALL // 2:
            break
        lines.append(line)
    return [{"title": _("And also"), "description": "\n".join(lines)}], len(papers) - len(lines)


def _address(url: str) -> str:
    """An address that ends nothing which stands around it."""
    return re.sub(r"[\s<>()\\]", lambda found: f"%{ord(found[0]):02X}", url)

"""Mattermost's incoming webhooks: Markdown in ``text`` (https://developers.mattermost.com/integrate/webhooks/incoming/).

A post has at most 16,383 characters. Mattermost reads ``@channel``, ``@all``, ``@here`` and names behind an at sign,
and Slack's ``<!channel>``, in any text; the first get an invisible mark behind the sign, the last are escaped.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.delivery.webhooks.formats.slack import headline
from broadsheet.delivery.webhooks.telling import Told, ToldPaper, cut, facts

LONGEST = 16_000
LONGEST_ABSTRACT = 1_000
# Those that a backslash escapes there; before others it would be seen.
_MARKS = re.compile(r"([\\*_~`|\[\]{}()#!+-])")
_UNSEEN = "\u200b"
_ADDRESS = re.compile(r"[\s<>()\\|]")


def message(told: Told) -> dict[str, Any]:
    """The body of a post."""
    return {"text": markdown(told, LONGEST)}


def markdown(told: Told, length: int) -> str:
    """All papers in Markdown, in at most so many characters; what has no room is counted at the end."""
    lines = [f"#### {escaped(cut(headline(told), 300))}"]
    left, room = told.count, length - len(lines[0]) - 1_000
    for part in told.parts:
        if len(told.parts) > 1:
            lines.append(f"##### [{escaped(cut(part.title, 200))}]({address(part.url)})")
            room -= len(lines[-1]) + 2
        # Each paper may use its share of what is left, so that none crowds out those behind it.
        for paper in part.papers:
            line = _paper(paper, room // max(1, left))
            if len(line) + 2 > room:
                break
            lines.append(line)
            room, left = room - len(line) - 2, left - 1
    lines.append(_foot(told, left))
    return "\n\n".join(lines)


def escaped(text: str) -> str:
    """A text of others in Markdown, as it is and without any effect."""
    flat = _MARKS.sub(r"\\\1", " ".join(text.split()).replace("@", "@" + _UNSEEN))
    # A numbered list begins with a figure and a point.
    flat = re.sub(r"^(\d+)\.", r"\1\\.", flat)
    # Entities are read as characters of text everywhere but in code.
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def address(url: str) -> str:
    """An address that ends nothing which stands around it."""
    return _ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", url)


def _paper(paper: ToldPaper, share: int) -> str:
    lines = [
        f"**[{escaped(cut(paper.title, 400))}]({address(paper.url)})**",
        escaped(cut(" · ".join(facts(paper)), 400)),
    ]
    if paper.reason:
        lines.append(escaped(cut(paper.reason, 200)))
    told = "  \n".join(line for line in lines if line)
    length = min(LONGEST_ABSTRACT, (share - len(told)) // 2)
    return f"{told}  \n{escaped(cut(paper.abstract, length))}" if paper.abstract and length > 40 else told


def _foot(told: Told, left: int) -> str:
    words = [f"[{_('Change or switch off')}]({address(told.url)})"]
    if left > 0:
        more = ngettext("%(n)d more paper", "%(n)d more papers", left) % {"n": left}
        words.insert(0, f"[{more}]({address(told.parts[-1].url)})")
    return " · ".join(words)

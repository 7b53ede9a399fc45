"""Slack's incoming webhooks: blocks with mrkdwn (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

A message has at most 50 blocks, a section's text 3,000 characters. ``verbatim`` keeps Slack from making links and
mentions of words by itself; ``&``, ``<`` and ``>`` are escaped, so nothing that comes from outside is markup.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.delivery.webhooks.telling import Told, ToldPaper, cut, facts

MOST_BLOCKS = 50
LONGEST_TEXT = 3_000
LONGEST_HEADER = 150
LONGEST_TITLE = 600
LONGEST_ABSTRACT = 1_500
# Slack has no escape for these; at the edge of a word they would set what follows in bold, italics or code.
_STYLING = re.compile(r"(?<![^\W_])[*_~`]|[*_~`](?![^\W_])")
_ALIKE = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})


def message(told: Told) -> dict[str, Any]:
    """The body of a post. ``text`` is what notifications show."""
    heading = headline(told)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(heading, LONGEST_HEADER), "emoji": False}}
    ]
    left = told.count
    for part in told.parts:
        if len(told.parts) > 1 and len(blocks) < MOST_BLOCKS - 2:
            blocks.append(_section(f"*{_linked(part.url, cut(part.title, LONGEST_TITLE))}*"))
        for paper in part.papers:
            # The last block tells what is left out and where this comes from.
            if len(blocks) == MOST_BLOCKS - 1:
                break
            blocks.append(_section(_paper(paper)))
            left -= 1
    blocks.append({"type": "context", "elements": [_mrkdwn(_foot(told, left))]})
    text = escaped(cut(heading, LONGEST_TEXT))
    # Without these Slack would put a preview of each page below.
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def headline(told: Told) -> str:
    """How many papers of what there are; a test says that it is one."""
    words = ngettext("%(name)s: %(n)d paper", "%(name)s: %(n)d papers", told.count)
    text = words % {"name": told.name, "n": told.count}
    return _("Test: %(what)s") % {"what": text} if told.is_test else text


def escaped(text: str) -> str:
    """A text of others in mrkdwn, as it is and without any effect."""
    flat = " ".join(_STYLING.sub(lambda found: found[0].translate(_ALIKE), text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _paper(paper: ToldPaper) -> str:
    lines = [f"*{_linked(paper.url, cut(paper.title, LONGEST_TITLE))}*", escaped(cut(" · ".join(facts(paper)), 500))]
    if paper.reason:
        lines.append(escaped(cut(paper.reason, 200)))
    told = "\n".join(line for line in lines if line)
    # Escaping makes a text up to five times as long.
    abstract, length = paper.abstract, LONGEST_ABSTRACT
    while abstract and len(told) + 1 + len(_quoted(cut(abstract, length))) > LONGEST_TEXT:
        length //= 2
    return f"{told}\n{_quoted(cut(abstract, length))}" if abstract and length else told


def _quoted(text: str) -> str:
    # At the start of a line Slack takes it for a quotation, escaped or not.
    return escaped("›" + text[1:] if text.startswith(">") else text)


def _linked(url: str, text: str) -> str:
    return f"<{escaped_url(url)}|{escaped(text).replace('|', '¦')}>"


def escaped_url(url: str) -> str:
    """An address inside of angle brackets."""
    told = url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return told.replace(" ", "%20")


def _foot(told: Told, left: int) -> str:
    words = [_linked(told.url, _("Change or switch off"))]
    if left > 0:
        more = ngettext("%(n)d more paper", "%(n)d more papers", left) % {"n": left}
        words.insert(0, _linked(told.parts[-1].url, more))
    return " · ".join(words)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}

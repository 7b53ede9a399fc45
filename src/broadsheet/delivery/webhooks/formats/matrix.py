"""Matrix: an ``m.room.message`` event by the client-server API, or the generic webhook of a Hookshot bridge.

https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid: the last part of the
address names the transaction, so the same post sent twice is one message. An event has at most 65,536 bytes. With
``m.mentions`` empty nobody is mentioned, whatever the text says. Hookshot takes ``text`` and ``html`` by POST
(https://matrix-org.github.io/matrix-hookshot/latest/setup/webhooks.html).
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.delivery.webhooks.formats.mattermost import markdown
from broadsheet.delivery.webhooks.formats.slack import headline
from broadsheet.delivery.webhooks.telling import Told, ToldPaper, cut, facts

LARGEST = 40_000
"""Bytes; the server adds what is its own, and an encrypted room would need a third more."""
_LENGTHS = (1_000, 300, 120, 0)


def event(told: Told) -> dict[str, Any]:
    """The content of the event; abstracts are cut, and papers left out at the end, until it is small enough."""
    for length in _LENGTHS:
        made = _event(told, length, told.count)
        if _size(made) <= LARGEST:
            return made
    count = told.count
    while count > 1 and _size(made) > LARGEST:
        count -= max(1, count // 8)
        made = _event(told, 0, count)
    return made


def hookshot(told: Told) -> dict[str, Any]:
    """The body for Hookshot's generic webhook."""
    made = event(told)
    return {"text": markdown(told, LARGEST // 4), "html": made["formatted_body"], "username": settings.NAME}


def _size(made: dict[str, Any]) -> int:
    return len(json.dumps(made, ensure_ascii=False).encode())


def _event(told: Told, length: int, count: int) -> dict[str, Any]:
    heading = cut(headline(told), 300)
    plain, html = [heading], [f"<h4>{escape(heading)}</h4>"]
    left = count
    for part in told.parts:
        shown = part.papers[:left]
        left -= len(shown)
        if len(told.parts) > 1 and shown:
            plain.append(f"{cut(part.title, 200)}: {part.url}")
            html.append(f"<h5>{_linked(part.url, cut(part.title, 200))}</h5>")
        plain += [_plain(paper) for paper in shown]
        html += ["<ul>" + "".join(f"<li>{_html(paper, length)}</li>" for paper in shown) + "</ul>"] if shown else []
    if told.count > count:
        more = ngettext("%(n)d more paper", "%(n)d more papers", told.count - count) % {"n": told.count - count}
        plain.append(f"{more}: {told.parts[-1].url}")
        html.append(f"<p>{_linked(told.parts[-1].url, more)}</p>")
    html.append(f"<p>{_linked(told.url, _('Change or switch off'))}</p>")
    return {
        "msgtype": "m.text",
        "body": "\n\n".join(plain),
        "format": "org.matrix.custom.html",
        "formatted_body": "".join(html),
        "m.mentions": {},
    }


def _plain(paper: ToldPaper) -> str:
    return "\n".join(
        [cut(paper.title, 400), *[part for part in (cut(" · ".join(facts(paper)), 400),) if part], paper.url]
    )


def _html(paper: ToldPaper, length: int) -> str:
    told = f"<strong>{_linked(paper.url, cut(paper.title, 400))}</strong>"
    told += f"<br>{escape(cut(' · '.join(facts(paper)), 400))}" if facts(paper) else ""
    told += f"<br><em>{escape(cut(paper.reason, 200))}</em>" if paper.reason else ""
    return told + (f"<br>{escape(cut(paper.abstract, length))}" if paper.abstract and length else "")


def _linked(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'

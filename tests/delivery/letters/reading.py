"""Letters made for tests, and read as a mail program reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Delivery
from broadsheet.delivery.letters import Letters
from broadsheet.delivery.values import Contents, Filled
from tests.delivery.subscribers import NOW, delivery, subscription
from tests.web.reading import Element, parse_html

URL = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True)
class Read:
    """A letter as it arrived: ``message`` parsed from its bytes, its text, its HTML, and that as a tree."""

    message: EmailMessage
    text: str
    html: str
    page: Element

    @property
    def links(self) -> list[str]:
        """Every address in it: in the HTML, in the text, and in its headers."""
        headers = " ".join(self.message[name] for name in ("List-Unsubscribe", "List-Archive"))
        shown = [element.attrs["href"] for element in self.page.all("a")]
        return list(dict.fromkeys([*shown, *URL.findall(self.text), *URL.findall(headers)]))


def put_together(
    sections: Mapping[str, Sequence[Paper]],
    *,
    account: Account | None = None,
    address: str = "",
    issue: str = "2025-10-15",
    reasons: Mapping[int, str] | None = None,
    **told: object,
) -> Delivery:
    """A delivery of these papers under these headings, ready to be sent."""
    of = subscription(account=account, address=address, **told)
    filled = tuple(
        Filled(
            title=title,
            path="/trending",
            papers=tuple(paper.pk for paper in papers),
            total=len(papers) + 7,
            reasons=dict(reasons or {}),
        )
        for title, papers in sections.items()
    )
    return delivery(of, issue, contents=Contents(filled).to_json())


def arrived(made: Delivery, to: str = "alice@example.org", letters: Letters | None = None) -> Read:
    """The letter of a delivery as it arrives."""
    return parsed((letters or Letters(NOW)).message(made, to).as_bytes())


def parsed(raw: bytes) -> Read:
    """A letter's bytes, parsed by the standard library's own rules."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    plain, shown = (body.get_content().replace("\r\n", "\n") for body in (text, html))
    return Read(message, plain, shown, parse_html(shown))


def papers() -> list[Paper]:
    """All papers, as they were taken in."""
    return list(Paper.objects.order_by("pk"))

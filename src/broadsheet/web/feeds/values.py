"""What a feed is before it is written in one of the three formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["rss", "atom", "json"]
KINDS: tuple[Kind, ...] = ("rss", "atom", "json")
MEDIA_TYPES: Mapping[str, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
NAMES: Mapping[str, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed changed that has held nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A feed without its entries. Addresses are whole; ``own_url`` is that of this very feed.

    ``lasting_id`` stays when the address does not, as that of a private feed; empty: the address is the id. ``hub`` is
    the WebSub hub that is told when the feed changes; empty where none is.
    """

    title: str
    page_url: str
    own_url: str
    about: str = ""
    lasting_id: str = ""
    hub: str = ""

    @property
    def id(self) -> str:
        """What readers know the feed by."""
        return self.lasting_id or self.own_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a feed. Texts are plain but for ``content``, which is safe HTML with whole addresses.

    ``id`` is the lasting address. ``elsewhere`` is the thing's own place outside, ``talk_url`` the page where it is
    discussed, ``talk_feed`` the feed of that (Atom), ``answers`` the id of what it is said about. ``told`` is what
    JSON Feed carries besides.
    """

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    content: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    elsewhere: str = ""
    talk_url: str = ""
    talk_feed: str = ""
    answers: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)

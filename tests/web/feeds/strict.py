"""Reading feeds as strictly as their formats are written: what a lenient reader would forgive is a failure here."""

from __future__ import annotations

import json
import warnings
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, fromstring

import feedparser

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
KINDS = ("rss", "atom", "json")
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


def parsed(content: bytes) -> Any:
    """A feed as feed readers understand it; they must find nothing wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        feed = feedparser.parse(content)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def checked(kind: str, content: bytes) -> list[dict[str, Any]]:
    """The entries (id, title, link, when, authors, html) of a feed that keeps to its format in every point."""
    if kind == "json":
        return _json(json.loads(content))
    parsed(content)
    root = fromstring(content)
    return _rss(root) if kind == "rss" else _atom(root)


def _atom(feed: Element) -> list[dict[str, Any]]:
    """RFC 4287, 4.1.1 and 4.1.2."""
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1, name
    _moment(_text(feed, f"{ATOM}updated"))
    _whole(_text(feed, f"{ATOM}id"))
    links = [(link.get("rel"), link.get("type")) for link in feed.findall(f"{ATOM}link")]
    assert links.count(("self", TYPES["atom"])) == links.count(("alternate", "text/html")) == 1
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    told = []
    for entry in feed.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "published", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1, name
        for name in ("summary", "source"):
            assert len(entry.findall(f"{ATOM}{name}")) <= 1, name
        for name in ("updated", "published"):
            _moment(_text(entry, f"{ATOM}{name}"))
        (link,) = [one for one in entry.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.get("type") == "html"
        for one in entry.findall(f"{ATOM}link"):
            _whole(one.get("href", ""))
        told.append(
            {
                "id": _whole(_text(entry, f"{ATOM}id")),
                "title": _text(entry, f"{ATOM}title"),
                "link": link.get("href"),
                "when": datetime.fromisoformat(_text(entry, f"{ATOM}published")),
                "authors": [name.text for name in entry.findall(f"{ATOM}author/{ATOM}name")],
                "html": content.text or "",
            }
        )
    assert len({one["id"] for one in told}) == len(told)
    return told


def _rss(root: Element) -> list[dict[str, Any]]:
    """The specification of the RSS Advisory Board, and its profile."""
    assert root.tag == "rss"
    assert root.get("version") == "2.0"
    (channel,) = root
    for name in ("title", "link", "description", "language", "lastBuildDate", "ttl"):
        assert _text(channel, name), name
        assert len(channel.findall(name)) == 1, name
    parsedate_to_datetime(_text(channel, "lastBuildDate"))
    assert [link.get("rel") for link in channel.findall(f"{ATOM}link")][:1] == ["self"]
    told = []
    for item in channel.findall("item"):
        for name in ("title", "link", "description", "guid", "pubDate", "source"):
            assert len(item.findall(name)) == 1, name
        assert item.find("enclosure") is None
        _whole(_text(item, "link"))
        told.append(
            {
                "id": _whole(_text(item, "guid")),
                "title": _text(item, "title"),
                "link": _text(item, "link"),
                "when": parsedate_to_datetime(_text(item, "pubDate")),
                "authors": [name.text for name in item.findall(f"{DC}creator")],
                "html": _text(item, "description"),
            }
        )
    assert len({one["id"] for one in told}) == len(told)
    return told


def _json(feed: dict[str, Any]) -> list[dict[str, Any]]:
    """https://www.jsonfeed.org/version/1.1/: what must be there, and the type of all that is."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    kinds = {"title": str, "home_page_url": str, "feed_url": str, "description": str, "icon": str, "favicon": str}
    for name, kind in kinds.items():
        assert isinstance(feed.get(name, kind()), kind), name
    assert feed["title"]
    assert isinstance(feed["items"], list)
    _whole(feed["home_page_url"])
    _whole(feed["feed_url"])
    known = {"version", "authors", "language", "hubs", "items", "_broadsheet", *kinds}
    assert set(feed) <= known, set(feed) - known
    assert all(set(hub) == {"type", "url"} for hub in feed.get("hubs", []))
    told = []
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item.get("content_html") or item.get("content_text")
        for name in ("date_published", "date_modified"):
            _moment(item[name])
        for name in ("url", "external_url"):
            _whole(item.get(name, item["url"]))
        assert all(isinstance(tag, str) and tag for tag in item.get("tags", []))
        assert all(author["name"] for author in item.get("authors", []))
        told.append(
            {
                "id": item["id"],
                "title": item["title"],
                "link": item["url"],
                "when": datetime.fromisoformat(item["date_published"]),
                "authors": [author["name"] for author in item.get("authors", [])],
                "html": item["content_html"],
            }
        )
    assert len({one["id"] for one in told}) == len(told)
    return told


def _text(element: Element, name: str) -> str:
    found = element.find(name)
    assert found is not None, name
    return found.text or ""


def _whole(address: str) -> str:
    parts = urlsplit(address)
    assert parts.scheme in ("http", "https"), address
    assert parts.netloc, address
    return address


def _moment(text: str) -> datetime:
    """RFC 3339: with a zone."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, text
    return moment

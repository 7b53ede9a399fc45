"""Telling a WebSub hub which feeds have something new, so that it fetches them and passes them on at once.

The hub is asked as all public ones understand it: a POST with ``hub.mode=publish`` and one ``hub.url`` for each feed
(PubSubHubbub 0.4, 7.1; WebSub, section 6, leaves it to hubs). A feed counts as told when the hub says so; what it could
not be told is told in the next round. What was told stands in the cache, and without it everything is told once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from broadsheet.catalogue.outside import door
from broadsheet.sources.door import BusyError, StatusError
from broadsheet.sources.protocol import Schedule
from broadsheet.web.feeds.topics import Topic, topics
from broadsheet.worker.errands import Errand, ShouldStop

PINGING = "tell the hub"
LEAST_GAP = 600.0
"""Seconds between two times that the hub is told of the same feed, however often it changes."""
MOST_AT_ONCE = 60
"""Addresses in one request."""
_TOLD = "feeds-told-to-the-hub"
_BUSY = frozenset({429, 503})
_PATIENCE = 300.0


def pinging_errands() -> list[Errand]:
    """Every five minutes, where there is a hub."""
    if not settings.WEBSUB:
        return []
    return [Errand(name=PINGING, schedule=Schedule(cron="*/5 * * * *"), do=ping)]


def ping(should_stop: ShouldStop) -> str | None:
    """Tell the hub of the feeds that changed since it was told of them.

    Raises ``FetchError`` where it cannot be reached or refuses, ``BusyError`` where it asks for patience.
    """
    now, told = timezone.now().timestamp(), _remembered()
    changed: list[Topic] = []
    for topic in topics():
        if should_stop():
            return None
        mark, at = told.get(topic.urls[0], ("", 0.0))
        if mark != topic.mark and now - at >= LEAST_GAP:
            changed.append(topic)
    for some in _batches(changed):
        if should_stop():
            return None
        _tell([url for topic in some for url in topic.urls])
        told |= {topic.urls[0]: (topic.mark, now) for topic in some}
        cache.set(_TOLD, told | {"": (settings.WEBSUB, now)}, timeout=None)
    return f"{len(changed)} feeds"


def _remembered() -> dict[str, tuple[str, float]]:
    """For the first address of each feed, its mark and when this hub was told of it."""
    told: dict[str, tuple[str, float]] = dict(cache.get(_TOLD) or {})
    return told if told.get("", ("", 0.0))[0] == settings.WEBSUB else {}


def _batches(changed: Sequence[Topic]) -> Iterator[Sequence[Topic]]:
    size = MOST_AT_ONCE // 3
    return (changed[start : start + size] for start in range(0, len(changed), size))


def _tell(urls: Sequence[str]) -> None:
    # An HTTP client takes a tenth of a second to load.
    from broadsheet.sources.http.waiting import retry_after

    body = urlencode([("hub.mode", "publish"), *(("hub.url", url) for url in urls)]).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = door().send(settings.WEBSUB, content=body, headers=headers)
    if reply.status in _BUSY:
        wait = retry_after(reply.headers, timezone.now().timestamp())
        raise BusyError(f"the hub answered {reply.status}", reply.status, _PATIENCE if wait is None else wait)
    if not 200 <= reply.status < 300:
        raise StatusError(f"the hub answered {reply.status}", reply.status, reply.content)

"""Answering for a feed: written in the format asked for, or that nothing has changed (RFC 9110, 13).

Whether it has is told from what the entries are made of, before any of them is written. ``Last-Modified`` is when
this process first saw the feed as it is now, which is never too early: a list changes its order while no paper changes.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date

from broadsheet import __version__
from broadsheet.catalogue.models import Paper
from broadsheet.web.feeds import atom, jsonfeed, papers, rss
from broadsheet.web.feeds.values import MEDIA_TYPES, NEVER, Channel, Entry, Kind

Writer = Callable[[Channel, Sequence[Entry], datetime], str]
_WRITERS: Mapping[str, Writer] = {"rss": rss.written, "atom": atom.written, "json": jsonfeed.written}
FEEDS_REMEMBERED = 4_096


class Changes:
    """Since when feeds are as they are, of those that were asked for last; for all threads of a process."""

    def __init__(self, most: int = FEEDS_REMEMBERED) -> None:
        self._most = most
        self._known: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._lock = Lock()

    def since(self, address: str, tag: str, now: int) -> int:
        """Seconds (POSIX) since when the feed of an address has this tag; a second lies between any two changes."""
        with self._lock:
            known = self._known.pop(address, None)
            if known is None or known[0] != tag:
                known = (tag, max(now, known[1] + 1) if known else now)
            self._known[address] = known
            while len(self._known) > self._most:
                self._known.popitem(last=False)
            return known[1]


_CHANGES = Changes()


def feed_of(
    request: HttpRequest,
    kind: Kind,
    shown: Sequence[Paper],
    channel: Channel,
    *,
    notes: Mapping[int, str] | None = None,
) -> HttpResponse:
    """Papers, in this order, as a feed; ``notes`` are words beside some of them, by row id."""
    beside = notes or {}
    return answered(
        request, kind, channel, papers.marks_of(shown, kind, beside), lambda: papers.entries_of(shown, beside)
    )


def answered(
    request: HttpRequest, kind: Kind, channel: Channel, marks: Sequence[str], make: Callable[[], Sequence[Entry]]
) -> HttpResponse:
    """The feed, or 304 (412) where the request's conditions say so.

    ``marks`` differ whenever what ``make`` makes does; it is called only where entries are needed.
    """

    def write() -> str:
        entries = make()
        updated = max((entry.updated for entry in entries), default=NEVER)
        return _WRITERS[kind](channel, entries, updated)

    response = kept(request, channel.own_url, tag_of(kind, channel, marks), MEDIA_TYPES[kind], write)
    if channel.hub:
        # WebSub, 4: subscribers look here first, and find it in every format.
        response.headers["Link"] = f'<{channel.hub}>; rel="hub", <{channel.own_url}>; rel="self"'
    return response


def kept(request: HttpRequest, address: str, tag: str, media_type: str, write: Callable[[], str]) -> HttpResponse:
    """What ``write`` writes, under the validators of what is known of it; or that it is as the reader has it."""
    quoted = f'"{tag}"'
    since = _CHANGES.since(address, quoted, int(time.time()))
    response = HttpResponse(content_type=f"{media_type}; charset=utf-8")
    response.headers["ETag"], response.headers["Last-Modified"] = quoted, http_date(since)
    # Kept by whoever likes, and never shown again without asking whether it still holds, which is cheap.
    patch_cache_control(response, no_cache=True)
    decided = get_conditional_response(request, etag=quoted, last_modified=since, response=response)
    if decided is not response and isinstance(decided, HttpResponse):
        return decided
    response.content = write()
    return response


def tag_of(kind: str, channel: object, marks: Sequence[str]) -> str:
    """A short word for a feed as it is: another one whenever anything in it is another, or the program is."""
    digest = blake2b(repr((__version__, kind, channel)).encode(errors="surrogatepass"), digest_size=16)
    for mark in marks:
        digest.update(mark.encode(errors="surrogatepass") + b"\0")
    return digest.hexdigest()

"""The way to the cluster: every call goes through here, with one deadline, retries, and a breaker.

A question may take ``timeout`` seconds in all. Within it, failures of the network and answers that say "try again"
(408, 429, 500, 502, 503, 504) are retried at the next node, after a pause that doubles and is drawn at random: full
jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). When that fails the breaker opens:
for a few seconds calls fail at once, then one is let through, and its success closes it (M. Nygard, "Release It!").
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import httpx
from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from broadsheet.search.engines.base import EngineError, EngineGoneError
from broadsheet.search.engines.qdrant.address import Address

Answer = TypeVar("Answer")

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
MOST_ATTEMPTS = 4
# How long the breaker stays open at first and at most; it doubles with each probe that fails.
FIRST_REST, LONGEST_REST = 2.0, 30.0
# What stands between may answer with a page of its own.
NONSENSE = (json.JSONDecodeError, UnicodeDecodeError)
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class MissingError(EngineError):
    """The cluster answers, but has no such collection."""


class _Deadline(threading.local):
    """Seconds that the attempt under way in this thread may take."""

    seconds: float = 5.0


class _Transport(httpx.HTTPTransport):
    """Gives each request what is left of the deadline, not a fixed time-out."""

    def __init__(self, deadline: _Deadline) -> None:
        super().__init__(limits=httpx.Limits(max_connections=64, max_keepalive_connections=16))
        self._deadline = deadline

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        seconds = self._deadline.seconds
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
        return super().handle_request(request)


class Breaker:
    """Whether calls are made at all. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._closed_again_at = 0.0
        self._rest = 0.0

    def lets_through(self) -> bool:
        """Whether a call may be made now; of several after a rest, one is the probe."""
        with self._lock:
            if not self._rest:
                return True
            if self._clock() < self._closed_again_at:
                return False
            self._closed_again_at = self._clock() + self._rest
            return True

    def succeeded(self) -> None:
        """Close it."""
        with self._lock:
            self._rest = 0.0

    def failed(self) -> None:
        """Open it, longer than the last time."""
        with self._lock:
            self._rest = min(self._rest * 2 or FIRST_REST, LONGEST_REST)
            self._closed_again_at = self._clock() + self._rest


class Link:
    """Calls to a cluster of one or more nodes, or to a client that needs no network."""

    def __init__(
        self,
        clients: Sequence[QdrantClient],
        timeout: float,
        *,
        deadline: _Deadline | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._clients = tuple(clients)
        self._timeout = timeout
        self._deadline = deadline or _Deadline()
        self._breaker = breaker or Breaker()
        self._first = 0

    @classmethod
    def to(cls, address: Address, breaker: Breaker | None = None) -> Link:
        """A link to a cluster; nothing is sent yet."""
        deadline = _Deadline()
        clients = [
            QdrantClient(
                url=node,
                api_key=address.api_key or None,
                check_compatibility=False,
                trust_env=False,
                transport=_Transport(deadline),
            )
            for node in address.nodes
        ]
        return cls(clients, address.timeout, deadline=deadline, breaker=breaker)

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            client.close()

    def ask(self, what: str, call: Callable[[QdrantClient], Answer], *, seconds: float | None = None) -> Answer:
        """Make a call that may be repeated; ``what`` says for messages what it does.

        Raises ``EngineGoneError`` when no node answers within ``seconds`` (the link's time-out), ``MissingError`` for a
        collection that is not there, and ``EngineError`` for a call that the cluster refuses.
        """
        if not self._breaker.lets_through():
            raise EngineGoneError(f"qdrant engine: {what}: the cluster did not answer a moment ago and is left alone")
        ends_at = time.monotonic() + (seconds or self._timeout)
        reason: Exception | None = None
        for attempt, pause in enumerate(_pauses()):
            left = ends_at - time.monotonic()
            if left <= 0:
                break
            # A node that hangs must not take the time of the next one.
            is_last = attempt + 1 == MOST_ATTEMPTS
            self._deadline.seconds = left if is_last else max(left / 2, min(left, 0.05))
            try:
                answer = self._attempt(what, call)
            except (ApiException, QdrantException, *NONSENSE) as error:
                reason = error
                self._first += 1
                time.sleep(max(0.0, min(pause, ends_at - time.monotonic())))
            else:
                self._breaker.succeeded()
                return answer
        self._breaker.failed()
        raise EngineGoneError(f"qdrant engine: {what}: no answer ({_said(reason)})") from reason

    def _attempt(self, what: str, call: Callable[[QdrantClient], Answer]) -> Answer:
        try:
            return call(self._clients[self._first % len(self._clients)])
        except UnexpectedResponse as error:
            if error.status_code in PASSING:
                raise
            self._breaker.succeeded()
            if error.status_code == 404:
                raise MissingError(f"qdrant engine: {what}: not found") from error
            raise EngineError(f"qdrant engine: {what}: refused with {error.status_code}: {_said(error)}") from error
        except NONSENSE:
            raise
        except ValueError as error:
            # What the client without a network raises where a server answers 404 or 400.
            if "not found" in str(error):
                raise MissingError(f"qdrant engine: {what}: {error}") from error
            raise EngineError(f"qdrant engine: {what}: {error}") from error


def _pauses() -> Iterator[float]:
    for attempt in range(MOST_ATTEMPTS):
        yield random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))  # noqa: S311 - only spreads retries


def _said(error: Exception | None) -> str:
    source = error.source if isinstance(error, ResponseHandlingException) else error
    if source is None:
        return "no time left"
    return f"{type(source).__name__}: {' '.join(str(source).split())[:200]}"

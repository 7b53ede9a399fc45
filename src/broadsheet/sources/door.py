"""What a source may ask of the internet, and what can go wrong. The one that does it is ``sources.http``.

A source is given a ``Door`` and never opens a connection itself, so it can be tested on captured bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from broadsheet.sources.record import SourceError


class FetchError(SourceError):
    """An address could not be fetched; the text says which, and why."""


class RefusedAddressError(FetchError):
    """The address leads to a place that the instance does not go to: a private network, another scheme, a bad port."""


class TooLargeError(FetchError):
    """The answer is larger than allowed, as sent or once it is decompressed."""


class TooSlowError(FetchError):
    """The answer did not come, or was not complete, in the time allowed."""


class UnansweredError(FetchError):
    """Something was sent, wholly or in part, and no usable answer came: the other side may have taken it."""


class StatusError(FetchError):
    """The server answered with a status that is no success; ``status`` is its number, ``content`` what came with it."""

    def __init__(self, message: str, status: int, content: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.content = content


class BusyError(StatusError):
    """The server asks to come back later (429, 503), or has failed so often that it is left alone for a while.

    ``retry_after`` is how many seconds from now the next try makes sense.
    """

    def __init__(self, message: str, status: int, retry_after: float) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer: the address it came from in the end, its headers by lower-case name, and its bytes.

    ``is_unchanged`` says that the server has nothing new since the last conditional request (304); content is empty.
    """

    url: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    is_unchanged: bool = False

    @property
    def media_type(self) -> str:
        """The type of the content in lower case, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Door(Protocol):
    """Fetches one address at a time, politely: waits for its turn at each host, retries, keeps to limits."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_conditional: bool = False,
    ) -> Answer:
        """Fetch an address. ``params`` are added to its query.

        With ``is_conditional`` the validators of the last answer that was ``remember``ed are sent along, and
        ``is_unchanged`` may come back. Raises ``FetchError`` of the kind that says what went wrong; a host that asks
        for patience is waited for as long as the door is allowed to, then ``BusyError`` says when to come back.
        """

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """Send plain data as JSON and fetch the answer; as ``get``, but never repeated once the server has it."""

    def remember(self, answer: Answer) -> None:
        """Say that an answer's content is safe where it belongs: from now on ``is_unchanged`` may come back for it.

        Without it a conditional request is answered in full, so a process that dies between fetching and storing loses
        nothing. A source calls it behind the ``yield`` of the page that it made of the answer: when it is asked to go
        on, the page is stored.
        """

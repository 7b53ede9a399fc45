"""The one door to the internet: a guarded, polite and patient fetcher. It fulfils ``broadsheet.sources.door.Door``."""

from __future__ import annotations

import json as json_module
import logging
import random
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpcore2
import httpx2

from broadsheet import __version__
from broadsheet.sources.door import (
    Answer,
    BusyError,
    FetchError,
    RefusedAddressError,
    StatusError,
    TooLargeError,
    TooSlowError,
    UnansweredError,
)
from broadsheet.sources.http.addresses import AddressRules, Target
from broadsheet.sources.http.body import BrokenBodyError
from broadsheet.sources.http.exchange import Reply, Wire, exchange
from broadsheet.sources.http.guard import BrokenConnectionError, GuardedBackend, Meter, Resolve, resolve
from broadsheet.sources.http.limits import Limits
from broadsheet.sources.http.turns import INTERVAL, PACES, Pace, Turn, Turns
from broadsheet.sources.http.validators import Validators
from broadsheet.sources.http.waiting import Clock, Patience, retry_after

logger = logging.getLogger(__name__)

PATIENCE = 60.0
TRIES = 3
"""How often one call meets a fault that may pass before it gives up."""
_MOST_WISHES = 20
_BUSY = frozenset({429, 503})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# The faults of a server, or of what stands before it, that pass by themselves.
_PASSING = frozenset({500, 502, 504, 520, 521, 522, 523, 524})
# Headers that may follow a redirect to another site; keys and tokens are among the others.
_HARMLESS = frozenset({"accept", "accept-language"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_conditional: bool = False


class _AgainError(Exception):
    """A try that came to nothing; after ``wait`` seconds the next may not. Without one, ``error`` is what to say."""

    def __init__(self, error: FetchError, wait: float) -> None:
        super().__init__(str(error))
        self.error, self.wait = error, wait


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


class HttpDoor:
    """Fetches one address at a time over httpx2's core.

    - ``folder``: where queues, waits and validators are kept, shared by all processes of the instance.
    - ``contact``: how a host's people reach whoever runs the instance: an address of a site or of mail.
    - ``allowed``: hosts, addresses and networks that may be fetched from although they are not public.
    - ``limits``: instead of those of ``paces``.
    - ``patience``: the seconds that one call may spend waiting for its turn and for hosts that ask for it.
    - ``reader``: whose validators are used, as what one source has seen is still new to another; without one all
      answers come whole, as they should to a person who asks.
    - ``paces``, ``interval``: the queues, and the seconds between two requests to any other host.
    - ``resolve``, ``backend``, ``clock``, ``chance``, ``tls``: what tests put their own in for.

    Proxies named in the environment are not used: they would connect to where the door does not.
    Raises ``ValueError`` for an entry of ``allowed`` that means nothing.
    """

    def __init__(
        self,
        folder: Path,
        *,
        contact: str,
        allowed: Iterable[str] = (),
        limits: Limits | None = None,
        patience: float = PATIENCE,
        reader: str = "",
        paces: Sequence[Pace] = PACES,
        interval: float = INTERVAL,
        resolve: Resolve = resolve,
        backend: httpcore2.NetworkBackend | None = None,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits, self._patience = limits, patience
        self._clock, self._chance = clock or Clock(), chance or random.SystemRandom()
        self._rules = AddressRules(allowed)
        self._wire = Wire(
            rules=self._rules,
            resolve=resolve,
            backend=backend or httpcore2.SyncBackend(),
            tls=_tls if tls is None else lambda: tls,
        )
        self._turns = Turns(folder / "hosts", paces=paces, interval=interval, clock=self._clock, chance=self._chance)
        self._validators = Validators(folder / "validators", reader, self._clock) if reader else None
        self.user_agent = user_agent(contact)

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_conditional: bool = False,
    ) -> Answer:
        """Fetch an address; as ``Door.get`` says.

        With ``is_conditional`` the validators are sent that ``remember`` was given; without any the answer is a full
        one. Up to five redirects are followed, each judged and queued for as a request of its own, never from https to
        http. Connections that fail or break, and 500, 502 and 504, are tried three times.
        """
        return self._fetch(
            _Call(
                method="GET",
                url=with_params(url, params or {}),
                headers=dict(headers or {}),
                is_conditional=is_conditional,
            )
        )

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """Send plain data as JSON; as ``Door.post`` says. Redirects are not followed."""
        told = {"Content-Type": "application/json"} | dict(headers or {})
        return self._fetch(_Call(method="POST", url=url, headers=told, body=json_module.dumps(json).encode()))

    def send(self, url: str, *, content: bytes, headers: Mapping[str, str], method: str = "POST") -> Reply:
        """Hand bytes to an address that a person named, once, and return the reply whatever its status says.

        For webhooks: nobody queues for the host, nothing is tried again, and redirects are not followed, so what the
        address leads to is the one that was judged. Raises ``UnansweredError`` where the other side may have taken it
        and did not say so, and ``FetchError`` of another kind where it surely has not.
        """
        target, limits = self._rules.target(url), self._limits or Limits()
        seen = 0

        def count() -> None:
            nonlocal seen
            seen += 1

        try:
            return exchange(
                self._wire,
                target,
                method=method,
                headers={"User-Agent": self.user_agent, "Accept": "*/*"} | dict(headers),
                body=content,
                limits=limits,
                seconds=limits.total,
                on_progress=count,
            )
        except FetchError as error:
            # The first progress is the connection itself; from the second on something was sent.
            if seen > 1:
                raise UnansweredError(str(error)) from error
            raise

    def judge(self, url: str, *, seconds: float = 5.0) -> None:
        """Look whether an address that a person names may be sent to, by itself and by what its host stands for.

        Raises ``RefusedAddressError``, and another ``FetchError`` where there is no such host or where that cannot be
        found out now.
        """
        target = self._rules.target(url)
        meter = Meter(seconds=seconds, most=0, on_progress=lambda: None)
        guarded = GuardedBackend(self._rules, meter, resolve=self._wire.resolve, backend=self._wire.backend)
        port = target.url.port or (443 if target.url.scheme == "https" else 80)
        try:
            guarded.judged(target.host, port, seconds)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise BrokenConnectionError(f"{url}: {error}", is_sent=False) from error

    def remember(self, answer: Answer) -> None:
        """Say that an answer's content is safe where it belongs; as ``Door.remember`` says."""
        if self._validators is not None and not answer.is_unchanged:
            try:
                self._validators.keep(answer)
            except OSError as error:
                # All that is lost is that the next answer comes whole.
                logger.warning("the validators of %s cannot be kept: %s", answer.url, error)

    def _fetch(self, call: _Call) -> Answer:
        patience = Patience(self._patience)
        faults = wishes = 0
        while True:
            try:
                return self._follow(call, patience, is_last=faults + 1 >= TRIES)
            except _AgainError as again:
                is_wish = isinstance(again.error, BusyError)
                faults, wishes = faults + (not is_wish), wishes + is_wish
                if wishes > _MOST_WISHES or not patience.covers(again.wait):
                    raise again.error from again.__cause__
                logger.info("%s: trying again", again.error)
                patience.spend(again.wait)
                self._clock.sleep(again.wait)

    def _follow(self, call: _Call, patience: Patience, *, is_last: bool) -> Answer:
        """One try: the request, and the redirects that it is sent to."""
        target, headers = self._rules.target(call.url), call.headers
        limits = self._limits or self._turns.pace(target.host).limits
        seconds = limits.total
        for _ in range(limits.redirects + 1):
            kept = self._validators if call.is_conditional else None
            validators = {} if kept is None else kept.headers_for(str(target.url))
            told = {"User-Agent": self.user_agent, "Accept": "*/*"} | dict(headers) | validators
            with self._turns.turn(target.host, patience) as turn:
                began = self._clock.steady()
                with _faults_told(call, turn, self._quick_wait, patience, is_last=is_last):
                    reply = exchange(
                        self._wire,
                        target,
                        method=call.method,
                        headers=told,
                        body=call.body,
                        limits=limits,
                        seconds=seconds,
                        on_progress=turn.mark,
                    )
                seconds -= self._clock.steady() - began
                answer = self._judged(call, target, reply, turn, patience, is_last=is_last, is_asked=bool(validators))
            if answer is not None:
                return answer
            following = self._redirected(target, reply)
            if following.url.copy_with(raw_path=b"/") != target.url.copy_with(raw_path=b"/"):
                headers = {name: value for name, value in headers.items() if name.lower() in _HARMLESS}
            target = following
        raise FetchError(f"{call.url}: more than {limits.redirects} redirects")

    def _judged(
        self,
        call: _Call,
        target: Target,
        reply: Reply,
        turn: Turn,
        patience: Patience,
        *,
        is_last: bool,
        is_asked: bool,
    ) -> Answer | None:
        """The answer that a reply is; None for a redirect. Raises ``StatusError`` for what is neither."""
        status, url = reply.status, target.url
        if status in _BUSY:
            wait = turn.wished(status, retry_after(reply.headers, self._clock.wall()))
            error = BusyError(f"{url}: the server asks to come back in {wait:.0f} s ({status})", status, wait)
            if call.method == "GET" and patience.covers(wait) and not turn.is_last_try:
                # The next turn waits as long as the host's file says.
                raise _AgainError(error, 0.0)
            raise error
        if status >= 500:
            fault = StatusError(f"{url}: the server has a fault ({status})", status, reply.content)
            wait = self._quick_wait(turn)
            if status in _PASSING and call.method == "GET" and not is_last and patience.covers(wait):
                raise _AgainError(fault, wait)
            turn.failed(status)
            raise fault
        turn.fine()
        if status == 304 and is_asked:
            return Answer(url=str(url), status=status, headers=reply.headers, is_unchanged=True)
        if status in _REDIRECTS and call.method == "GET":
            return None
        if not 200 <= status < 300 or status == 206:
            raise StatusError(f"{url}: the server answered {status}", status, reply.content)
        return Answer(url=str(url), status=status, headers=reply.headers, content=reply.content)

    def _redirected(self, target: Target, reply: Reply) -> Target:
        location = reply.headers.get("location", "")
        if not location:
            raise FetchError(f"{target.url}: the server redirects to nowhere ({reply.status})")
        try:
            following = self._rules.target(str(target.url.join(location)))
        except (httpx2.InvalidURL, ValueError) as error:
            raise RefusedAddressError(f"{target.url} redirects to {location[:200]!r}: {error}") from error
        except RefusedAddressError as error:
            raise RefusedAddressError(f"{target.url} redirects to a place that is not fetched from: {error}") from error
        if target.url.scheme == "https" and following.url.scheme != "https":
            raise RefusedAddressError(f"{target.url} redirects to {following.url}, which is not encrypted")
        return following

    def _quick_wait(self, turn: Turn) -> float:
        """Seconds before a fault is looked at again; endless for a host that is only being looked at."""
        return float("inf") if turn.is_last_try else self._chance.uniform(0.5, 1.5)


@contextmanager
def _faults_told(call: _Call, turn: Turn, quick_wait: Any, patience: Patience, *, is_last: bool) -> Iterator[None]:
    """Write down what goes wrong on the network, and say where another try makes sense."""
    try:
        yield
    except (BrokenConnectionError, BrokenBodyError) as error:
        is_sent = not isinstance(error, BrokenConnectionError) or error.is_sent
        wait = quick_wait(turn)
        if not is_last and patience.covers(wait) and (call.method == "GET" or not is_sent):
            raise _AgainError(error, wait) from error
        turn.failed()
        raise
    except TooSlowError:
        turn.failed()
        raise
    except TooLargeError:
        turn.fine()
        raise


def user_agent(contact: str) -> str:
    """Who asks: ``Broadsheet/<version> (+<contact>)``, in printable ASCII."""
    told = "".join(letter for letter in contact if letter.isascii() and letter.isprintable() and letter not in "()\\")
    return f"Broadsheet/{__version__} (+{' '.join(told.split())[:300]})"


def with_params(url: str, params: Mapping[str, str]) -> str:
    """The address with further parameters at the end of its query."""
    if not params:
        return url
    address, mark, fragment = url.partition("#")
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(params)}{mark}{fragment}"

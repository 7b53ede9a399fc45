"""One request and its answer over one new connection, which is closed behind it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import httpcore2
import httpx2

from broadsheet.sources.door import FetchError, TooLargeError, TooSlowError
from broadsheet.sources.http.addresses import AddressRules, Target
from broadsheet.sources.http.body import ENCODINGS, BrokenBodyError, read_body
from broadsheet.sources.http.guard import BrokenConnectionError, GuardedBackend, Meter, Resolve
from broadsheet.sources.http.limits import Limits

_BODILESS = frozenset({204, 304})
# What framing may add to a body: chunk sizes, heads, interim answers.
_FRAMING = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered: status, headers by lower-case name (repeated ones joined by a comma), content."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """What exchanges are made with; tests put their own parts in."""

    rules: AddressRules
    resolve: Resolve
    backend: httpcore2.NetworkBackend
    tls: Callable[[], ssl.SSLContext]


def exchange(
    wire: Wire,
    target: Target,
    *,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
    limits: Limits,
    seconds: float,
    on_progress: Callable[[], None],
) -> Reply:
    """Send one request and read all of the answer in at most so many seconds; redirects are not followed.

    ``on_progress`` is called whenever the server may just have seen something of the request. Raises
    ``RefusedAddressError`` before any connection, ``TooSlowError``, ``TooLargeError``, ``BrokenConnectionError`` and
    ``BrokenBodyError`` where another try may do, and ``FetchError`` where it will not. All texts name the address.
    """
    meter = Meter(seconds=seconds, most=2 * limits.size + _FRAMING, on_progress=on_progress)
    backend = GuardedBackend(wire.rules, meter, resolve=wire.resolve, backend=wire.backend)
    is_tls = target.url.scheme == "https"
    try:
        request = _request(target.url, method, headers, body, limits)
        with httpcore2.HTTPConnection(
            origin=request.url.origin, ssl_context=wire.tls() if is_tls else None, network_backend=backend
        ) as connection:
            return _reply(connection.handle_request(request), meter, limits)
    except (httpcore2.TimeoutException, TooSlowError) as error:
        kind = "no answer in time" if isinstance(error, httpcore2.TimeoutException) else str(error)
        if isinstance(error, httpcore2.ConnectTimeout):
            raise BrokenConnectionError(f"{target.url}: cannot connect: {error or kind}", is_sent=False) from error
        raise TooSlowError(f"{target.url}: {kind}") from error
    except httpcore2.ConnectError as error:
        if isinstance(error.__cause__ or error.__context__, ssl.SSLCertVerificationError):
            raise FetchError(f"{target.url}: the server's certificate is not valid: {error}") from error
        raise BrokenConnectionError(f"{target.url}: cannot connect: {error}", is_sent=meter.is_sent) from error
    except httpcore2.LocalProtocolError as error:
        raise FetchError(f"{target.url}: this cannot be sent: {error}") from error
    except (httpcore2.NetworkError, httpcore2.RemoteProtocolError) as error:
        raise BrokenConnectionError(f"{target.url}: the answer broke off: {error}", is_sent=meter.is_sent) from error
    except FetchError as error:
        error.args = (f"{target.url}: {error}",)
        raise


def _request(
    url: httpx2.URL, method: str, headers: Mapping[str, str], body: bytes | None, limits: Limits
) -> httpcore2.Request:
    told = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": ENCODINGS, "Connection": "close"} | dict(headers)
    if body is not None:
        told["Content-Length"] = str(len(body))
    try:
        fields = [(name.encode("ascii"), value.encode("ascii")) for name, value in told.items()]
    except UnicodeEncodeError as error:
        raise FetchError(f"a header is not ASCII: {error}") from error
    return httpcore2.Request(
        method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=fields,
        content=body,
        extensions={"timeout": {"connect": limits.connect, "read": limits.read, "write": limits.read}},
    )


def _reply(response: httpcore2.Response, meter: Meter, limits: Limits) -> Reply:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    if response.status in _BODILESS:
        return Reply(status=response.status, headers=headers, content=b"")
    assert isinstance(response.stream, Iterable)
    try:
        content = read_body(response.stream, headers, limits)
    except (TooLargeError, BrokenBodyError):
        if response.status < 400:
            raise
        # The status says enough.
        return Reply(status=response.status, headers=headers, content=b"")
    stated = headers.get("content-length", "")
    if stated.isdecimal() and "transfer-encoding" not in headers:
        _check_surplus(response, meter, int(stated))
    return Reply(status=response.status, headers=headers, content=content)


def _check_surplus(response: httpcore2.Response, meter: Meter, stated: int) -> None:
    """Notice a body that is longer than its Content-Length, as far as the rest has already arrived.

    The connection is not used again, so nothing but the end of it may follow.
    """
    stream = response.extensions["network_stream"]
    surplus = meter.surplus(stated)
    try:
        if not surplus and stream.get_extra_info("is_readable"):
            surplus = len(stream.read(1024, 1.0))
    except httpcore2.NetworkError:
        # A reset behind a whole answer is bad manners and nothing more.
        surplus = 0
    if surplus:
        raise BrokenBodyError(f"the answer is longer than the {stated} bytes that it states")

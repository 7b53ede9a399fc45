"""Which addresses may be fetched from: the public internet, and what the instance's intranet list names.

Two walls. ``AddressRules.target`` judges a URL as it is written; ``AddressRules.check`` judges the numeric addresses
that a connection is about to be made to, whatever led there: a name, a redirect, or an odd spelling that the first wall
did not know. Only the second one is relied on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpx2

from broadsheet.sources.door import RefusedAddressError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_HOST_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.ASCII)
# The URL standard reads a host as an IPv4 address when its last label is a number in C's notation.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Prefixes whose last 32 bits are an IPv4 address: IPv4-compatible, IPv4-translated (RFC 2765), NAT64 (RFC 6052).
_ENDING_IN_IPV4 = (IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96"), _NAT64)
# Not reachable or not meant to be, and yet global to the tables of this or an older Python.
_NEVER: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
)
# Ports of other protocols that a request could be smuggled into; from https://fetch.spec.whatwg.org/#port-blocking.
_OTHER_PROTOCOLS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, *range(6665, 6670), 6679, 6697, 10080}
)
_PORTS = {"http": 80, "https": 443}
_WEB_PORTS = frozenset(_PORTS.values())
_FIRST_FREE_PORT = 1024


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be asked for, with its host in lower case and without a final dot."""

    url: httpx2.URL
    host: str


class AddressRules:
    """The rules, with the names, addresses and networks of the intranet that are open all the same.

    An entry is an address (``10.1.2.3``), a network (``10.1.0.0/16``, ``fd00::/8``), or a host name (``papers.intra``;
    ``*.intra`` for all names below). Raises ``ValueError`` naming an entry that is none of these.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        networks: list[Network] = []
        names: list[str] = []
        for entry in allowed:
            text = entry.strip().lower().rstrip(".")
            try:
                networks.append(ip_network(text.strip("[]"), strict=False))
            except ValueError as error:
                if not _HOST_NAME.fullmatch(text.removeprefix("*.")) or _is_numeric(text):
                    raise ValueError(f"{entry!r}: expected a host name, an address or a network") from error
                names.append(text)
        self._networks, self._names = tuple(networks), tuple(names)

    def target(self, url: str) -> Target:
        """Judge a URL as it is written.

        Raises ``RefusedAddressError`` unless it is plain http or https to a host name or an address in its usual
        spelling, without user name or password.
        """
        try:
            parsed = httpx2.URL(url)
            host = parsed.raw_host.decode("ascii")
        except (httpx2.InvalidURL, ValueError, TypeError) as error:
            raise RefusedAddressError(f"{url!r} is not an address that can be fetched: {error}") from error
        if parsed.scheme not in _PORTS:
            raise RefusedAddressError(f"{url!r}: only http and https addresses are fetched")
        if parsed.userinfo or "@" in parsed.netloc.decode("ascii", "replace") or "@" in _authority(url):
            raise RefusedAddressError(f"{url!r} holds a user name or password")
        if parsed.port is not None and not 0 < parsed.port < 65536:
            raise RefusedAddressError(f"{url!r}: there is no port {parsed.port}")
        name = host.removesuffix(".")
        if not _is_plain(host, name):
            raise RefusedAddressError(f"{url!r}: the host is not written as a name or as an address")
        address = literal(name)
        if address is not None:
            # Nobody needs to queue to hear this; the connection is judged all the same.
            self.check(name, parsed.port or _PORTS[parsed.scheme], [address])
        return Target(parsed.copy_with(fragment=None), name)

    def check(self, host: str, port: int, addresses: Sequence[Address]) -> None:
        """Judge what a connection is about to be made to: every address that the host's name stands for.

        Raises ``RefusedAddressError`` if the port or any one of the addresses is not open.
        """
        is_named = self._is_named(host)
        is_inside = bool(addresses)
        for given in addresses:
            address = _unmapped(given)
            if not self._is_open(address, is_named=is_named):
                raise RefusedAddressError(f"{host}: {given} is not an address of the public internet")
            is_inside &= is_named or self._is_listed(address)
        if not is_inside and not (port in _WEB_PORTS or (port >= _FIRST_FREE_PORT and port not in _OTHER_PROTOCOLS)):
            raise RefusedAddressError(f"{host}: port {port} is not one that web servers use")

    def _is_named(self, host: str) -> bool:
        name = host.lower().removesuffix(".")
        return any(name == entry or (entry[0] == "*" and name.endswith(entry[1:])) for entry in self._names)

    def _is_listed(self, address: Address) -> bool:
        return any(address in network for network in self._networks if network.version == address.version)

    def _is_open(self, address: Address, *, is_named: bool) -> bool:
        if self._is_listed(address):
            return True
        if is_named:
            # The name is trusted, but link-local addresses are where clouds keep their secrets.
            return not (address.is_link_local or address.is_multicast or address.is_unspecified)
        return is_public(address) and all(self._is_listed(part) or is_public(part) for part in embedded(address))


def _unmapped(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped one (``::ffff:10.0.0.1``) is to the machine itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def is_public(address: Address) -> bool:
    """Whether an address by itself is one of the public internet's; what it may embed is not looked at."""
    if isinstance(address, IPv6Address) and not (address in _GLOBAL_UNICAST or address in _NAT64):
        return False
    is_global = address.is_global or address in _NAT64
    return is_global and not address.is_multicast and not any(address in never for never in _NEVER)


def embedded(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries to whoever translates or tunnels it."""
    if isinstance(address, IPv4Address):
        return
    number = int(address)
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if any(address in network for network in _ENDING_IN_IPV4):
        yield IPv4Address(number & 0xFFFFFFFF)
    # ISATAP (RFC 5214): the interface identifier is 0000:5efe or 0200:5efe and then the IPv4 address.
    if (number >> 32) & 0xFDFFFFFF == 0x5EFE:
        yield IPv4Address(number & 0xFFFFFFFF)


def literal(host: str) -> Address | None:
    """The address that a host is, in its usual spelling; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_plain(host: str, name: str) -> bool:
    if ":" in host:
        return "%" not in host and literal(host) is not None
    return bool(_HOST_NAME.fullmatch(host)) and (not _is_numeric(name) or literal(host) is not None)


def _is_numeric(name: str) -> bool:
    return bool(_NUMBER.fullmatch(name.rpartition(".")[2]))


def _authority(url: str) -> str:
    """What stands between the two slashes and the next one, backslashes read as browsers read them."""
    return re.split(r"[/\\?#]", re.sub(r"^[^:]*:[/\\]*", "", url), maxsplit=1)[0]

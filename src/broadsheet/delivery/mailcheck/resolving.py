"""Asking the domain name system, behind an interface that tests stand in for."""

from __future__ import annotations

from typing import Any, Protocol

TIMEOUT_SECONDS = 10.0


class LookupFailedError(Exception):
    """A name server did not answer; the text says about which name."""


class MissingPackageError(Exception):
    """The packages that ask and verify are not installed; the text says how to."""


class Resolver(Protocol):
    """What is asked. A name without such a record gives nothing; each raises ``LookupFailedError``."""

    def txt(self, name: str) -> list[str]:
        """The texts of a name, each put together from its pieces (RFC 7208, 3.3)."""

    def mx(self, name: str) -> list[str]:
        """The mail servers of a domain, the preferred first; an empty name is a null MX (RFC 7505)."""

    def addresses(self, name: str) -> list[str]:
        """The IPv4 and IPv6 addresses of a host."""

    def names(self, address: str) -> list[str]:
        """The names that an address is said to have (PTR)."""


class Dns:
    """The system's name servers, by dnspython (it comes with dkimpy, the extra ``mailcheck``)."""

    def __init__(self) -> None:
        """Raise ``MissingPackageError`` where dnspython is not installed."""
        try:
            import dns.resolver
            import dns.reversename
        except ImportError as error:
            raise MissingPackageError(
                "this needs the extra `mailcheck`: pip install 'broadsheet[mailcheck]'"
            ) from error
        self._dns = dns
        try:
            self._resolver: Any = dns.resolver.Resolver()
        except dns.resolver.NoResolverConfiguration:
            # Then every question fails, and says so.
            self._resolver = dns.resolver.Resolver(configure=False)
        self._resolver.lifetime = TIMEOUT_SECONDS

    def txt(self, name: str) -> list[str]:
        """As ``Resolver.txt``."""
        return [b"".join(row.strings).decode("utf-8", "replace") for row in self._ask(name, "TXT")]

    def mx(self, name: str) -> list[str]:
        """As ``Resolver.mx``."""
        rows = sorted(self._ask(name, "MX"), key=lambda row: (row.preference, str(row.exchange)))
        return [str(row.exchange).rstrip(".").lower() for row in rows]

    def addresses(self, name: str) -> list[str]:
        """As ``Resolver.addresses``."""
        return [str(row) for kind in ("A", "AAAA") for row in self._ask(name, kind)]

    def names(self, address: str) -> list[str]:
        """As ``Resolver.names``."""
        return [str(row).rstrip(".").lower() for row in self._ask(self._dns.reversename.from_address(address), "PTR")]

    def _ask(self, name: Any, kind: str) -> list[Any]:
        resolver = self._dns.resolver
        try:
            return list(self._resolver.resolve(name, kind))
        except (resolver.NXDOMAIN, resolver.NoAnswer, self._dns.name.EmptyLabel, self._dns.name.LabelTooLong):
            return []
        except (resolver.NoNameservers, resolver.LifetimeTimeout, resolver.NoResolverConfiguration, OSError) as error:
            raise LookupFailedError(f"{name} {kind}: {type(error).__name__}") from error

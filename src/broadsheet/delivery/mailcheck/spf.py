"""SPF (RFC 7208): the record of a domain, how many questions it costs, and whether an address may send for it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from broadsheet.delivery.mailcheck.resolving import Resolver

MOST_LOOKUPS = 10
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class SpfError(Exception):
    """A record cannot be evaluated (permerror); the text says why."""


@dataclass
class Evaluation:
    """One evaluation: the lookups that it cost so far (RFC 7208, 4.6.4)."""

    resolver: Resolver
    lookups: int = 0
    seen: set[str] = field(default_factory=set)

    def result(self, domain: str, address: str) -> str:
        """What the record of a domain says of an address: pass, fail, softfail, neutral, or none without a record.

        Raises ``SpfError`` for a record that is wrong or asks too much.
        """
        record = record_of(self.resolver, domain)
        if record is None:
            return "none"
        redirect = ""
        for word in record.split()[1:]:
            name, equals, value = word.partition("=")
            if equals and ":" not in name and "/" not in name:
                redirect = value if name.lower() == "redirect" else redirect
                continue
            sign, term = (word[0], word[1:]) if word[0] in _RESULTS else ("+", word)
            if self._matches(term, domain, address):
                return _RESULTS[sign]
        if redirect:
            self._count(redirect)
            found = self.result(redirect, address)
            if found == "none":
                raise SpfError(f"redirect={redirect} leads to a domain without a record")
            return found
        return "neutral"

    def _matches(self, term: str, domain: str, address: str) -> bool:
        kind, _, rest = term.partition(":")
        kind = kind.partition("/")[0].lower()
        if kind in {"all", "ip4", "ip6"}:
            return kind == "all" or _is_within(address, rest)
        if "%" in rest:
            # Macros depend on the letter; nothing of ours is decided by them.
            self._count(domain)
            return False
        target = rest.partition("/")[0] or domain
        if kind == "include":
            self._count(rest)
            found = self.result(rest, address)
            if found == "none":
                raise SpfError(f"include:{rest} leads to a domain without a record")
            return found == "pass"
        if kind not in {"a", "mx", "exists", "ptr"}:
            raise SpfError(f"“{term}” is no mechanism")
        self._count("")
        # ``exists`` and ``ptr`` depend on the letter too.
        hosts = {"a": [target], "mx": self.resolver.mx(target)[:MOST_LOOKUPS] if kind == "mx" else []}.get(kind, [])
        found_at = [one for host in hosts if host for one in self.resolver.addresses(host)]
        return any(_is_within(address, one + _length(term, one)) for one in found_at)

    def _count(self, domain: str) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise SpfError(f"it asks for more than {MOST_LOOKUPS} lookups")
        if domain and domain.lower() in self.seen:
            raise SpfError(f"it goes round in a circle at {domain}")
        self.seen.add(domain.lower())


def record_of(resolver: Resolver, domain: str) -> str | None:
    """The SPF record of a domain; None where there is none.

    Raises ``SpfError`` for several (RFC 7208, 4.5).
    """
    found = [text for text in resolver.txt(domain) if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    if len(found) > 1:
        raise SpfError(f"{domain} has {len(found)} SPF records, and must have one")
    return found[0] if found else None


def _length(term: str, address: str) -> str:
    """The prefix length of ``a/24//64`` for an address, as ``/24``."""
    _, _, lengths = term.partition("/")
    four, _, six = lengths.partition("//")
    wanted = six if ":" in address else four
    return f"/{wanted}" if wanted.isdecimal() else ""


def _is_within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        raise SpfError(f"{network} is no network") from error

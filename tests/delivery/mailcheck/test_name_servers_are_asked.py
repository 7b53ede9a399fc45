"""dnspython as the resolver: its answers, and what it raises where there are none."""

from __future__ import annotations

from typing import Any

import dns.resolver
import dns.rrset
import pytest

from broadsheet.delivery.mailcheck.resolving import Dns, LookupFailedError

ZONE = {
    ("example.org.", "TXT"): ['"v=spf1 " "-all"', '"another"'],
    ("example.org.", "MX"): ["20 Second.example.org.", "10 first.example.org."],
    ("null.example.", "MX"): ["0 ."],
    ("first.example.org.", "A"): ["192.0.2.5"],
    ("first.example.org.", "AAAA"): ["2001:db8::5"],
    ("5.2.0.192.in-addr.arpa.", "PTR"): ["First.example.org."],
}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Dns:
    def resolve(self: Any, name: Any, kind: str) -> Any:
        asked = f"{str(name).rstrip('.')}."
        if asked == "silent.example.":
            raise dns.resolver.LifetimeTimeout(timeout=1, errors=[])
        if (asked, kind) not in ZONE:
            raise dns.resolver.NXDOMAIN
        return dns.rrset.from_text(asked, 60, "IN", kind, *ZONE[asked, kind])

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    return Dns()


def test_records_are_told_in_plain_words(names: Dns) -> None:
    assert sorted(names.txt("example.org")) == ["another", "v=spf1 -all"]
    assert names.mx("example.org") == ["first.example.org", "second.example.org"]
    assert names.mx("null.example") == [""]
    assert names.addresses("first.example.org") == ["192.0.2.5", "2001:db8::5"]
    assert names.names("192.0.2.5") == ["first.example.org"]


def test_a_name_that_is_not_there_gives_nothing(names: Dns) -> None:
    assert names.txt("nowhere.example") == names.mx("nowhere.example") == names.addresses("nowhere.example") == []
    assert names.names("192.0.2.6") == []


def test_a_name_server_that_does_not_answer_is_named(names: Dns) -> None:
    with pytest.raises(LookupFailedError, match=r"silent\.example TXT"):
        names.txt("silent.example")


def test_without_name_servers_every_question_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", _none)
    with pytest.raises(LookupFailedError):
        Dns().txt("example.org")


def _none(self: Any, f: Any) -> None:
    raise dns.resolver.NoResolverConfiguration

"""Name servers that are made up, and a test letter."""

from __future__ import annotations

from dataclasses import dataclass, field

from broadsheet.delivery.mailcheck.resolving import LookupFailedError

LETTER = b"""From: Broadsheet <papers@example.org>
To: box@receiver.example
Subject: A test letter
Message-ID: <1@example.org>
List-Unsubscribe: <https://papers.example.org/unsubscribe/x>
List-Unsubscribe-Post: List-Unsubscribe=One-Click

A test.
"""


@dataclass
class Names:
    """Name servers that know what they are told; a name in ``silent`` is not answered."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    servers: dict[str, list[str]] = field(default_factory=dict)
    hosts: dict[str, list[str]] = field(default_factory=dict)
    back: dict[str, list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def txt(self, name: str) -> list[str]:
        if name in self.silent:
            raise LookupFailedError(name)
        return self.texts.get(name, [])

    def mx(self, name: str) -> list[str]:
        return self.servers.get(name, [])

    def addresses(self, name: str) -> list[str]:
        return self.hosts.get(name, [])

    def names(self, address: str) -> list[str]:
        return self.back.get(address, [])


def sound() -> Names:
    return Names(
        texts={
            "papers.example.org": ["unrelated", "v=spf1 a:mx.example.org -all"],
            "mail._domainkey.example.org": ["v=DKIM1; k=rsa; p=" + "A" * 392],
            "_dmarc.example.org": ["v=DMARC1; p=quarantine; rua=mailto:post@example.org"],
        },
        servers={"papers.example.org": ["mx.example.org"]},
        hosts={"mx.example.org": ["192.0.2.5", "2001:db8::5"]},
        back={"192.0.2.5": ["mx.example.org"], "2001:db8::5": ["mx.example.org"]},
    )

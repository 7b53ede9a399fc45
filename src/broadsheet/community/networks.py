"""Networks: what neighbouring addresses have in common."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """The network that an address belongs to: /24 of IPv4, /48 of IPv6; empty for what is no address."""
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((told, 24 if told.version == 4 else 48), strict=False))

"""Where a request comes from; the pages' name of what ``community.networks`` knows."""

from __future__ import annotations

from broadsheet.community.networks import address_of, network_of

__all__ = ["address_of", "network_of"]

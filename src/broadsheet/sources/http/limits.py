"""How long, how large and how many: what the door puts up with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one fetch. Times are seconds, sizes bytes.

    ``connect`` covers resolving the name, connecting and the TLS handshake; ``read`` the wait for the next bytes;
    ``total`` all the time spent on the network for one try, redirects included, waiting for a turn not.
    ``size`` is that of the content once decompressed, ``ratio`` how many times larger than what was sent it may be;
    contents of less than ``free_size`` may have any ratio, as a few kilobytes of a repeated line may well exceed it.
    """

    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    size: int = 15 * 2**20
    ratio: int = 100
    free_size: int = 2**20
    redirects: int = 5

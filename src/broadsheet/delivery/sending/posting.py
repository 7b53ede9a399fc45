"""Webhooks, handed over through the same ledger as letters."""

from __future__ import annotations

from broadsheet.community.models import Delivery
from broadsheet.delivery.sending.mailing import Mark
from broadsheet.delivery.values import Outcome
from broadsheet.delivery.webhooks import post


class HookCarrier:
    """Posts to the address that a subscription names."""

    def open(self) -> None:
        """Nothing is kept open: each goes to an address of its own."""

    def carry(self, delivery: Delivery, _to: str, mark: Mark, /) -> Outcome | None:
        """Post one; marked before, since the post says at once what became of it."""
        return post(delivery) if mark() else None

    def close(self) -> None:
        """Nothing is open."""

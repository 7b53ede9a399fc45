"""Sending what is due: claimed by one worker, checked, filled, rendered, handed over, and written into the ledger."""

from __future__ import annotations

from broadsheet.delivery.sending.rounds import send_due
from broadsheet.delivery.sending.smtp import UnreachableError

__all__ = ["UnreachableError", "send_due"]

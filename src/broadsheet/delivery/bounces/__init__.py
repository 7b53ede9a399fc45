"""What mail servers and providers tell of letters later: bounces and complaints.

A letter carries a signed return address of its own (``return_path``); what comes back to it is read (``reading``),
judged (``statuses``) and taken into account once (``take_report``). Reports come through a listener, a mailbox, or a
provider's webhooks.
"""

from __future__ import annotations

from broadsheet.delivery.bounces.returning import return_path
from broadsheet.delivery.bounces.taking import Taken, take_report

__all__ = ["Taken", "return_path", "take_report"]

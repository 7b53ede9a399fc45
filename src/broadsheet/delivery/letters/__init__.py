"""Letters: what a delivery looks like in an inbox, as text and as HTML."""

from __future__ import annotations

from broadsheet.delivery.letters.composing import Letters, NothingLeftError
from broadsheet.delivery.letters.heading import AddressError, message_id_of
from broadsheet.delivery.letters.issues import Issue, issue_of

__all__ = ["AddressError", "Issue", "Letters", "NothingLeftError", "issue_of", "message_id_of"]

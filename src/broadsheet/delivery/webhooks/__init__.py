"""Webhooks: what is new is posted to a program or a chat, in the form that it understands.

``posting.post`` is the transport; ``formats`` say what is sent, ``targets`` where to it may be sent, ``keeping`` how a
webhook is made, changed, tried and switched off.
"""

from __future__ import annotations

from broadsheet.delivery.webhooks.posting import body_of, post

__all__ = ["body_of", "post"]

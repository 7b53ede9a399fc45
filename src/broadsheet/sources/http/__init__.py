"""The one door to the internet; nothing else in the house opens a socket to fetch something."""

from __future__ import annotations

from broadsheet.sources.http.exchange import Reply
from broadsheet.sources.http.http_door import HttpDoor
from broadsheet.sources.http.limits import Limits
from broadsheet.sources.http.turns import PACES, Pace
from broadsheet.sources.http.waiting import Clock

__all__ = ["PACES", "Clock", "HttpDoor", "Limits", "Pace", "Reply"]

"""One module for each kind of receiver: what is told, as the plain data that it takes as JSON."""

from __future__ import annotations

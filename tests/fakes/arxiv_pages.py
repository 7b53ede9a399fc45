"""Listing pages, announcement feeds and the query API as the fake arXiv gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.fakes.arxiv_catalogue import MadeCatalogue
from tests.fakes.arxiv_faults import Fault, Reply


@dataclass
class PageServer:
    """Answers everything but OAI-PMH."""

    catalogue: MadeCatalogue

    def answer(self, path: str, query: Mapping[str, str], now: datetime, faults: dict[str, Fault]) -> Reply:
        """The answer to one request."""
        return Reply(b"Not found", 404, "text/plain")

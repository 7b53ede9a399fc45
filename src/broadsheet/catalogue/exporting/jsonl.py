"""JSON lines in the layout that ``sources.jsonl`` reads, with texts as they were received."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from broadsheet.catalogue.exporting.citing import Cited


def write(papers: Iterable[Cited]) -> str:
    """Papers as one object a line."""
    return "".join(json.dumps(_object(paper), ensure_ascii=False) + "\n" for paper in papers)


def _object(paper: Cited) -> dict[str, Any]:
    told = {
        "id": paper.arxiv or paper.key,
        "title": paper.received_title or paper.title,
        "abstract": paper.received_abstract or paper.abstract,
        "authors": [{"name": name} for name in paper.authors],
        "published": paper.published_on.isoformat() if paper.published_on else None,
        "categories": list(paper.categories),
        "keywords": list(paper.keywords),
        "doi": paper.doi,
        "url": paper.url,
        "journal_ref": paper.journal_ref,
        "note": paper.note,
    }
    return {name: value for name, value in told.items() if value}

"""CSL-JSON, the data model of the Citation Style Language (citationstyles.org), as Zotero and pandoc read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from broadsheet.catalogue.exporting.citing import Cited, given_and_family


def write(papers: Iterable[Cited]) -> str:
    """Papers as one array of items."""
    return json.dumps([_item(paper) for paper in papers], ensure_ascii=False, indent=1) + "\n"


def _item(paper: Cited) -> dict[str, Any]:
    on = paper.published_on
    told = {
        "id": paper.key,
        "type": "article-journal" if paper.journal_ref else "article",
        "title": paper.title,
        "author": [_name(name) for name in paper.authors],
        "issued": {"date-parts": [[on.year, on.month, on.day]]} if on else None,
        "container-title": paper.journal_ref,
        "DOI": paper.doi,
        "URL": paper.url,
        "publisher": "arXiv" if paper.arxiv else "",
        "number": f"arXiv:{paper.arxiv}" if paper.arxiv else "",
        "keyword": ", ".join(paper.keywords),
        "abstract": paper.abstract,
        "note": paper.note,
    }
    return {name: value for name, value in told.items() if value}


def _name(name: str) -> dict[str, str]:
    parts = given_and_family(name)
    return {"given": parts[0], "family": parts[1]} if parts else {"literal": name}

"""Links beside a paper, told by their addresses."""

from __future__ import annotations

import re

from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.record import LinkKind

_CODE_SITES = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/", re.IGNORECASE)


def kind_of_address(url: str) -> LinkKind:
    """What an address leads to as far as it shows: code, a PDF, the page of an identifier, or anything else."""
    if _CODE_SITES.match(url):
        return "code"
    if url.lower().partition("?")[0].endswith(".pdf"):
        return "pdf"
    identifier = parse_identifier(url)
    return "abstract" if identifier and identifier.scheme in {"arxiv", "doi"} else "other"

"""Finding one paper by any of its names."""

from __future__ import annotations

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.models import KEY_LENGTH, KEY_LETTERS, Identifier, Paper, PaperAlias
from broadsheet.sources.identifiers import parse_identifier


def paper_named(name: str) -> Paper | None:
    """The paper with this public key (also one that was merged away), identifier or address; None when unknown.

    Accepts whatever people paste: an arXiv id with or without version, a DOI, an OpenReview or PubMed id, and the web
    addresses of all of them.
    """
    text = name.strip()
    if len(text) == KEY_LENGTH and set(text.lower()) <= set(KEY_LETTERS):
        paper = Paper.objects.filter(key=text.lower()).first()
        if paper is not None:
            return paper
        alias = PaperAlias.objects.filter(key=text.lower()).select_related("paper").first()
        if alias is not None:
            return alias.paper
    parsed = parse_identifier(text)
    # An address may have hidden in %00 what no database takes.
    if parsed is None or storable_text(parsed.value) != parsed.value:
        return None
    identifier = Identifier.objects.filter(scheme=parsed.scheme, value=parsed.value).select_related("paper").first()
    return identifier.paper if identifier else None

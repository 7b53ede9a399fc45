"""What machines read in a paper's page: Highwire tags and JSON-LD.

Highwire Press tags as Google Scholar and Zotero read them; JSON-LD with schema.org's ``ScholarlyArticle``.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain

# Inside a script element a text could otherwise end it or open a comment (HTML, "Restrictions for contents of
# script elements").
SCRIPT_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def citation(paper: Paper) -> dict[str, Any]:
    """``tags``: name and content of each Highwire tag, in order; ``json_ld``: the text of the JSON-LD element."""
    address = settings.BASE_URL + reverse("web:paper", args=[paper.name])
    identifiers = {item.scheme: item.value for item in paper.identifiers.all()}
    links = {link.kind: link.url for link in reversed(paper.links.all())}
    authors = [to_plain(authorship.name) for authorship in paper.authorships.all()]
    tags = [("citation_title", to_plain(paper.title)), *(("citation_author", name) for name in authors)]
    if paper.published_on:
        tags.append(("citation_publication_date", paper.published_on.strftime("%Y/%m/%d")))
        tags.append(("citation_online_date", paper.published_on.strftime("%Y/%m/%d")))
    if "arxiv" in identifiers:
        tags.append(("citation_arxiv_id", identifiers["arxiv"]))
    if "doi" in identifiers:
        tags.append(("citation_doi", identifiers["doi"]))
    if "pdf" in links:
        tags.append(("citation_pdf_url", links["pdf"]))
    tags.append(("citation_abstract_html_url", address))
    tags += [("citation_keywords", to_plain(word)) for word in paper.keywords]
    return {"tags": tags, "json_ld": _json_ld(paper, address, authors, links)}


def _json_ld(paper: Paper, address: str, authors: list[str], links: dict[str, str]) -> SafeString:
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": address,
        "url": address,
        "headline": to_plain(paper.title),
        "abstract": to_plain(paper.abstract),
        "author": [{"@type": "Person", "name": name} for name in authors],
        "datePublished": paper.published_on.isoformat() if paper.published_on else None,
        "keywords": [to_plain(word) for word in paper.keywords],
        "identifier": [f"{item.scheme}:{item.value}" for item in paper.identifiers.all()],
        "sameAs": [url for kind, url in links.items() if kind == "abstract"],
    }
    text = json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)
    return mark_safe(text.translate(SCRIPT_ESCAPES))  # noqa: S308  (nothing left can end the element)

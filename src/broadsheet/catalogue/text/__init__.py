"""Received texts made fit for readers: every outlet prints titles and abstracts through here.

Texts are stored as received. Pages print ``to_html``, mail and feeds ``to_plain``, search folds with ``fold`` and
``index_text``, and intake compares titles by ``normalise_title``. No function here raises on any text.
"""

from __future__ import annotations

from broadsheet.catalogue.text.fold import fold, index_text, normalise_title
from broadsheet.catalogue.text.html import to_html
from broadsheet.catalogue.text.links import FoundLink, find_links, safe_url
from broadsheet.catalogue.text.plain import to_plain
from broadsheet.catalogue.text.split import split_lead

__all__ = [
    "FoundLink",
    "find_links",
    "fold",
    "index_text",
    "normalise_title",
    "safe_url",
    "split_lead",
    "to_html",
    "to_plain",
]

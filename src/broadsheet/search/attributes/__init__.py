"""The facts of papers: columns by paper number, conditions as masks, values for facets."""

from __future__ import annotations

from broadsheet.search.attributes.store import FORMAT, Attributes

__all__ = ["FORMAT", "Attributes"]

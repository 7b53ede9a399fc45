"""The language of questions: from what a person types to what an engine evaluates. See docs/queries.md."""

from __future__ import annotations

from broadsheet.search.language.build import read
from broadsheet.search.language.display import Part, canonical, describe
from broadsheet.search.language.reading import Clause, Note, Reading

__all__ = ["Clause", "Note", "Part", "Reading", "canonical", "describe", "read"]

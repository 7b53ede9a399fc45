"""The language of questions: from what a person types to what an engine evaluates."""

from __future__ import annotations

from broadsheet.search.language.reading import Clause, Note, Reading

__all__ = ["Clause", "Note", "Reading"]

"""The word index: analysis, fields, queries and writing, by tantivy."""

from __future__ import annotations

from broadsheet.search.words.analysis import ANALYSER, analyse, stem
from broadsheet.search.words.index import WordIndex
from broadsheet.search.words.schema import FORMAT
from broadsheet.search.words.writing import Bulk

__all__ = ["ANALYSER", "FORMAT", "Bulk", "WordIndex", "analyse", "stem"]

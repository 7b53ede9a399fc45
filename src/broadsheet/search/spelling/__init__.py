"""Did you mean: suggestions for mistyped words, from the catalogue's own vocabulary."""

from __future__ import annotations

from broadsheet.search.spelling.suggestion import Suggestion, suggest
from broadsheet.search.spelling.vocabulary import Vocabulary
from broadsheet.search.spelling.words import Tally, words_of

__all__ = ["Suggestion", "Tally", "Vocabulary", "suggest", "words_of"]

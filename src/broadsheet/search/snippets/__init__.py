"""Results that explain themselves: the passage to show, the words that matched, and where they stand.

Everything here is data on plain readings (``catalogue.text.to_plain``); escaping and ellipses are the template's
business. A word is matched as the word index matches it (``words.analysis``): by its stem, folded, in the field that
was asked for; a compound by its parts and by its joined form; a phrase as a whole.
"""

from __future__ import annotations

from broadsheet.search.snippets.marking import Marked, Span, Terms, highlight
from broadsheet.search.snippets.passages import Passage, Place, Shown, passage, snippet

__all__ = ["Marked", "Passage", "Place", "Shown", "Span", "Terms", "highlight", "passage", "snippet"]

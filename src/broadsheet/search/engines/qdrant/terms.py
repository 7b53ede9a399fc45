"""Texts as the cluster stores them: our own terms with a blank between.

The cluster's own analyser is not used: its default tokeniser only splits at characters that are neither letter nor
digit, and our terms have none, so what it indexes is exactly what our analyser made, on a server, in Qdrant Edge and in
the client's local mode alike, and as it is in the embedded engine.
"""

from __future__ import annotations

from broadsheet.search.words.analysis import names, pieces, prepared, stem

# A stop word inside a phrase keeps its place, as in the embedded engine; between names a phrase ends. Both are letters
# (clicks of Khoisan languages) that no folded Latin text has, so that the tokeniser takes each for a word.
STOP, BREAK = "ǁ", "ǂ"

_NAMES = names()


def stored(text: str) -> list[str]:
    """The terms of a folded title or abstract in their places, ``STOP`` for stop words, and apart the joined forms."""
    text, forms = prepared(text)
    placed = [stem(word) or STOP for word in _NAMES.analyze(text)]
    return [*placed, BREAK, *(stem(word) or STOP for word in _NAMES.analyze(forms))] if forms else placed


def stored_names(people: tuple[str, ...]) -> list[str]:
    """The words of folded names, neither stemmed nor stripped, with ``BREAK`` between people."""
    terms: list[str] = []
    for name in people:
        text, forms = prepared(name)
        for part in (text, forms):
            if part:
                terms += [*_NAMES.analyze(part), BREAK]
    return terms[:-1]


def unplaced(terms: list[str]) -> list[str]:
    """Stored terms without the marks of places: what words are ranked by."""
    return [term for term in terms if term not in (STOP, BREAK)]


def ranked_names(people: tuple[str, ...]) -> list[str]:
    """Names as they are found by unmarked words: like any other words of a text."""
    return [term for name in people for term in unplaced(stored(name))]


def asked(text: str, *, is_name: bool) -> list[str]:
    """The terms of a folded question that count for the rank, each once."""
    words = [word for piece in pieces(text) for word in (*piece.parts, piece.joined) if word]
    return list(dict.fromkeys(word if is_name else stem(word) for word in words if is_name or stem(word)))


def phrase(text: str, *, is_name: bool) -> str:
    """The words of a folded text as they stand stored side by side; stop words at its ends do not count."""
    parts = [part for piece in pieces(text) for part in piece.parts]
    placed = parts if is_name else [stem(part) or STOP for part in parts]
    return " ".join(placed).strip(f"{STOP} ")

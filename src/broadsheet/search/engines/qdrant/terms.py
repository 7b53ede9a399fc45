"""Texts as the cluster stores them: our own terms with a blank between.

The cluster's own analyser is not used: its default tokeniser only splits at characters that are neither letter nor
digit, and our terms have none, so what it indexes is exactly what our analyser made, on a server, in Qdrant Edge and in
the client's local mode alike, and as it is in the embedded engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from broadsheet.search.language import Clause
from broadsheet.search.words.analysis import UNTELLING_WORDS, Piece, names, pieces, prepared, runs, stem

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


def asked(clauses: Sequence[Clause]) -> list[tuple[Clause, list[str]]]:
    """For each clause the terms that count for the rank, as often as they are said.

    Words that tell nothing do not count beside others that do.
    """
    read = [(clause, pieces(clause.text)) for clause in clauses]
    is_about_something = any(_is_telling(piece) for _, found in read for piece in found)
    answer = []
    for clause, found in read:
        drops = is_about_something and not clause.is_phrase and clause.field != "authors"
        words = [word for piece in found if not drops or _is_telling(piece) for word in _words(piece)]
        terms = [terms_of((word,), is_name=clause.field == "authors") for word in words]
        answer.append((clause, [term for term in terms if term]))
    return answer


def _is_telling(piece: Piece) -> bool:
    return not UNTELLING_WORDS.issuperset(piece.parts)


def _words(piece: Piece) -> list[str]:
    return [word for word in (*piece.parts, piece.joined, *(run for part in piece.parts for run in runs(part))) if word]


def terms_of(words: Iterable[str], *, is_name: bool) -> str:
    """Words as they stand stored, joined; stop words are left out, but for names."""
    return " ".join(term for word in words if (term := word if is_name else stem(word)))


def phrases(text: str, *, is_name: bool) -> list[str]:
    """The words of a folded text as they stand stored side by side: compounds in parts, and each as one word.

    Stop words inside keep their places; those at the ends do not count. Empty for stop words alone.
    """
    read = pieces(text)
    readings = (
        [word for piece in read for word in piece.parts],
        [word for piece in read for word in ([piece.joined] if piece.joined else piece.parts)],
    )
    placed = (" ".join(word if is_name else stem(word) or STOP for word in words) for words in readings)
    return list(dict.fromkeys(phrase for words in placed if (phrase := words.strip(f"{STOP} "))))

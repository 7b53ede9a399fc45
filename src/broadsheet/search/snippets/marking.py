"""Which words of a text a question asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.catalogue.text import fold
from broadsheet.search.conditions import TextField
from broadsheet.search.language import Reading
from broadsheet.search.language.tree import wanted
from broadsheet.search.snippets.sentences import is_bound
from broadsheet.search.words.analysis import Piece, pieces, stem

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_TOKEN = re.compile(rf"[{_CJK}]+|(?:[^\W_{_CJK}][{_ACCENTS}]*)+")
_IS_CJK = re.compile(f"[{_CJK}]")
_LINKS = frozenset("-'’.‐‑")
_LINK = re.compile(r"[-'’.‐‑](?=[^\W_])")
_FIELDS: tuple[TextField, ...] = ("title", "abstract", "authors", "organisations")

Bounds = tuple[int, int]
Marked = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it matched; joined, they are the text."""


@dataclass(frozen=True, slots=True)
class Span:
    """A match from ``start`` to ``end``: the asked terms in it; a phrase counts for all of its words."""

    start: int
    end: int
    terms: tuple[str, ...]
    is_phrase: bool = False


@lru_cache(maxsize=50_000)
def _name(word: str) -> str:
    """The term that a word of a name is indexed by: itself, folded."""
    return word.lower() if word.isascii() else fold(word)


@lru_cache(maxsize=50_000)
def _term(word: str) -> str:
    """The term that a word of a text is indexed by: its folded stem; '' for a stop word."""
    return stem(_name(word))


class Terms:
    """What a question asks for in each field; made once a question, of what is wanted and not of what is excluded."""

    def __init__(self, reading: Reading) -> None:
        self._words: dict[TextField, set[str]] = {field: set() for field in _FIELDS}
        self._phrases: dict[TextField, list[tuple[str, ...]]] = {field: [] for field in _FIELDS}
        self._parts: set[str] = set()
        self._forms = [(word, _all_forms(word)) for word in dict.fromkeys(reading.plain)]
        for clause in reading.clauses:
            for field in _FIELDS[:3] if clause.field == "any" else (clause.field,):
                self._add(clause.text, field, is_phrase=clause.is_phrase)
        for leaf in wanted(reading.tree):
            if leaf.kind == "organisation":
                self._add(leaf.text, "organisations", is_phrase=False)

    def _add(self, text: str, field: TextField, *, is_phrase: bool) -> None:
        read, to_term = pieces(text), _name if field == "authors" else _term
        if is_phrase and not any(piece.is_run for piece in read):
            phrase = tuple(to_term(part) for piece in read for part in piece.parts)
            if len(phrase) > 1 and any(phrase):
                self._phrases[field].append(phrase)
                return
        for piece in read:
            asked = {form if piece.is_run else to_term(form) for form in _forms(piece)} - {""}
            self._words[field] |= asked
            if piece.joined or len(piece.parts) > 1:
                # The "4" of "gpt-4" says nothing by itself.
                self._parts |= {term for term in asked if len(term) == 1 or term.isdecimal()}

    def asks_for(self, field: TextField) -> bool:
        """Whether anything was asked for that can match in a field."""
        return bool(self._words[field] or self._phrases[field])

    def has_phrases(self, field: TextField) -> bool:
        """Whether a phrase was asked for in a field."""
        return bool(self._phrases[field])

    def missing(self, found: set[str]) -> tuple[str, ...]:
        """The plain words, as typed and folded, of which nothing is among the found terms; stop words never."""
        return tuple(word for word, forms in self._forms if forms and found.isdisjoint(forms))

    def spans(self, text: str, field: TextField) -> list[Span]:
        """The matches in a plain text, in order and apart from one another."""
        if not self.asks_for(field):
            return []
        tokens = [match.span() for match in _TOKEN.finditer(text)]
        to_term = _name if field == "authors" else _term
        terms = [to_term(text[start:end]) for start, end in tokens]
        found = [span for phrase in self._phrases[field] for span in _phrase_spans(tokens, terms, phrase)]
        if self._words[field]:
            found += self._word_spans(text, tokens, terms, self._words[field])
        return _apart(text, found)

    def _word_spans(self, text: str, tokens: list[Bounds], terms: list[str], words: set[str]) -> Iterator[Span]:
        links = _links(text, tokens)
        for index, term in enumerate(terms):
            if term in words and (term not in self._parts or _is_beside(index, links, terms, words)):
                yield Span(*tokens[index], (term,))
        for index in links:
            (start, left), (right, end) = tokens[index], tokens[index + 1]
            joined = _term(text[start:left] + text[right:end])
            if joined in words:
                yield Span(start, end, (joined,))
        if not text.isascii():
            for start, end in tokens:
                if _IS_CJK.match(text, start):
                    yield from _run_spans(text[start:end], start, words)


def highlight(text: str, spans: Sequence[Span]) -> Marked:
    """A whole text in pieces; see ``Terms.spans``."""
    return pieces_between(text, spans, 0, len(text))


def pieces_between(text: str, spans: Sequence[Span], start: int, end: int) -> Marked:
    """The part of a text from ``start`` to ``end``, without blanks around it, in pieces."""
    end -= len(text[start:end]) - len(text[start:end].rstrip()) if end < len(text) else 0
    out: list[tuple[str, bool]] = []
    position = start
    for span in spans:
        if span.start < start or span.end > end:
            continue
        if span.start > position:
            out.append((text[position : span.start], False))
        out.append((text[span.start : span.end], True))
        position = span.end
    if position < end:
        out.append((text[position:end], False))
    return tuple(out)


def _forms(piece: Piece) -> tuple[str, ...]:
    return (*piece.parts, piece.joined) if piece.joined else piece.parts


def _all_forms(word: str) -> frozenset[str]:
    """Every term, in texts and in names, by which a typed word is found; none for a stop word."""
    forms = [(form, piece.is_run) for piece in pieces(word) for form in _forms(piece)]
    terms = {form if is_run else _term(form) for form, is_run in forms} - {""}
    return frozenset(terms | {form for form, _ in forms}) if terms else frozenset()


def _phrase_spans(tokens: list[Bounds], terms: list[str], phrase: tuple[str, ...]) -> Iterator[Span]:
    """Where the terms of a phrase stand side by side; stop words keep their place."""
    length = len(phrase)
    first = next(at for at, term in enumerate(phrase) if term)
    for index, term in enumerate(terms):
        start = index - first
        if term == phrase[first] and start >= 0 and tuple(terms[start : start + length]) == phrase:
            asked = tuple(term for term in phrase if term)
            yield Span(tokens[start][0], tokens[start + length - 1][1], asked, is_phrase=True)


def _links(text: str, tokens: list[Bounds]) -> dict[int, None]:
    """The tokens that a hyphen, apostrophe or point joins to the next one."""
    ends = [match.start() for match in _LINK.finditer(text)]
    if not ends:
        return {}
    at = {end: index for index, (_, end) in enumerate(tokens)}
    found = (at.get(end) for end in ends)
    return {
        index: None
        for index in found
        if index is not None and index + 1 < len(tokens) and tokens[index + 1][0] == tokens[index][1] + 1
    }


def _is_beside(index: int, links: dict[int, None], terms: list[str], words: set[str]) -> bool:
    """Whether a part of a compound stands beside another one that was asked for."""
    return (index in links and terms[index + 1] in words) or (index - 1 in links and terms[index - 1] in words)


def _run_spans(run: str, start: int, words: set[str]) -> Iterator[Span]:
    """Pairs of characters, and single ones, that were asked for in a run of Chinese, Japanese or Korean."""
    for at in range(len(run)):
        for part in (run[at : at + 2], run[at]):
            if part in words:
                yield Span(start + at, start + at + len(part), (part,))


def _apart(text: str, found: list[Span]) -> list[Span]:
    """Spans in order; those that overlap, touch within a compound or a run, are one."""
    out: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        end = span.end
        while end < len(text) and is_bound(text[end]):
            end += 1
        last = out[-1] if out else None
        if last and (span.start <= last.end or (span.start == last.end + 1 and text[last.end] in _LINKS)):
            terms = tuple(dict.fromkeys((*last.terms, *span.terms)))
            out[-1] = Span(last.start, max(end, last.end), terms, last.is_phrase or span.is_phrase)
        else:
            out.append(Span(span.start, end, span.terms, span.is_phrase))
    return out

"""The passage of an abstract that is shown for a question, and what is said of why a paper was found."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from broadsheet.search.snippets.marking import Marked, Span, Terms, highlight, pieces_between
from broadsheet.search.snippets.sentences import next_break, previous_break, sentence_starts

LENGTH = 280
"""The longest passage, in characters."""
SHORTEST = 200
"""A passage ends with its sentence when it is as long as this by then."""
_LEAD = 60
_MOST_NAMES = 200

Place = Literal["title", "abstract", "authors", "organisations"]


@dataclass(frozen=True, slots=True)
class Passage:
    """Part of an abstract with its matches, and whether text was left out before and behind it."""

    pieces: Marked
    is_cut_before: bool = False
    is_cut_behind: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What a result says for itself: ``places`` are the fields that matched, ``missing`` typed words that nowhere did.

    Without places, the paper was found by its meaning alone.
    """

    title: Marked
    passage: Passage
    places: tuple[Place, ...]
    missing: tuple[str, ...]


def snippet(
    title: str, abstract: str, terms: Terms, *, authors: Sequence[str] = (), organisations: Sequence[str] = ()
) -> Shown:
    """How one result is shown for a question.

    ``title`` and ``abstract`` are plain readings; ``terms`` is made once from the question's reading and serves every
    result of a page.
    """
    in_title, in_abstract = terms.spans(title, "title"), terms.spans(abstract, "abstract")
    found = {term for span in (*in_title, *in_abstract) for term in span.terms}
    names = _found(authors[:_MOST_NAMES], terms, "authors")
    groups = _found(organisations, terms, "organisations")
    found |= names
    hits: dict[Place, object] = {
        "title": in_title, "abstract": in_abstract, "authors": names, "organisations": groups
    }  # fmt: skip
    return Shown(
        title=highlight(title, in_title),
        passage=passage(abstract, in_abstract),
        places=tuple(place for place, hit in hits.items() if hit),
        missing=terms.missing(found),
    )


def _found(names: Sequence[str], terms: Terms, field: Literal["authors", "organisations"]) -> set[str]:
    """The asked terms in names."""
    if not names or not terms.asks_for(field):
        return set()
    # Only a phrase must not reach from one name into the next; for words, one text is several times faster.
    texts = names if terms.has_phrases(field) else ["\n".join(names)]
    return {term for text in texts for span in terms.spans(text, field) for term in span.terms}


def passage(text: str, spans: Sequence[Span]) -> Passage:
    """The passage of at most ``LENGTH`` characters that holds the most different matches, the earliest of the best.

    It starts with a sentence where that costs no match, and holds whole words. Without matches it is the beginning:
    what a paper is about stands there, and no sentence is nearer to a meaning without the cost of embedding it.
    """
    if len(text) <= LENGTH:
        return Passage(highlight(text, spans))
    starts = sentence_starts(text)
    beginnings = [span.start for span in spans]
    best = (0.0, 0, _end(text, 0, starts))
    candidates = dict.fromkeys([0, *starts, *(_before(text, span.start) for span in spans)]) if spans else {}
    sentences = set(starts)
    for start in candidates:
        end = _end(text, start, starts)
        inside = spans[bisect_left(beginnings, start) : bisect_left(beginnings, end)]
        worth = _worth([span for span in inside if span.end <= end], is_sentence=start in sentences)
        if worth > best[0] or (worth == best[0] and start < best[1]):
            best = (worth, start, end)
    _, start, end = best
    return Passage(pieces_between(text, spans, start, end), start > 0, end < len(text.rstrip()))


def _worth(inside: Sequence[Span], *, is_sentence: bool) -> float:
    """Different words count most, then their number; a sentence's beginning is worth less than a word."""
    terms = {term for span in inside for term in span.terms}
    return len(terms) + 2 * sum(span.is_phrase for span in inside) + 0.05 * min(len(inside), 8) + 0.4 * is_sentence


def _before(text: str, match: int) -> int:
    """A word's beginning a little before a match."""
    return next_break(text, max(0, match - _LEAD), match)


def _end(text: str, start: int, starts: Sequence[int]) -> int:
    """Where a passage from ``start`` ends: with a sentence, or else a word."""
    limit = start + LENGTH
    if limit >= len(text):
        return len(text)
    index = bisect_left(starts, limit + 1) - 1
    if index >= 0 and starts[index] - start >= SHORTEST:
        return starts[index]
    return previous_break(text, start, limit)

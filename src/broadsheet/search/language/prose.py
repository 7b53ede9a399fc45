"""Text that was pasted rather than composed: its quotes, brackets and capitals are punctuation, not operators.

A passage of an abstract or a question in whole sentences quotes words that no answer needs to have, and writes NOT for
emphasis. Whoever composes a long question still excludes by hyphens at its end.
"""

from __future__ import annotations

from dataclasses import replace

from broadsheet.search.language.reading import Note
from broadsheet.search.language.tokens import Token, has_letters

LEAST_WORDS = 10
"""From so many words on, a question without fields, OR and AND is read as prose."""


def is_prose(found: list[Token]) -> bool:
    """Whether tokens are those of running text."""
    if any(token.kind in ("field", "or", "and") or token.field for token in found):
        return False
    asked = found[: _exclusions(found)]
    return sum(len(token.raw.split()) for token in asked if has_letters(token.raw)) >= LEAST_WORDS


def as_prose(found: list[Token]) -> tuple[list[Token], list[Note]]:
    """The tokens of running text: words, phrases that demand nothing, exclusions at the very end; and what is told."""
    end = _exclusions(found)
    out: list[Token] = []
    ignored: list[str] = []
    for index, token in enumerate(found[:end]):
        if token.kind == "phrase":
            out.append(replace(token, is_soft=True))
            ignored.append(f'"{token.raw}"')
        elif token.kind == "not":
            following = found[index + 1].raw if index + 1 < end else ""
            ignored.append(token.raw if token.raw.isalpha() else f"{token.raw}{following}")
            if token.raw.isalpha():
                out.append(Token("word", token.raw.lower()))
        elif token.kind == "word":
            out.append(token)
    return out + found[end:], [Note("prose", " ".join(ignored))] if ignored else []


def _exclusions(found: list[Token]) -> int:
    """Where the exclusions begin that a question ends with."""
    start, index = len(found), 0
    while index < len(found):
        if found[index].raw == "-" and found[index].kind == "not":
            start = min(start, index)
            index = _behind_term(found, index + 1)
        else:
            start = len(found)
            index += 1
    return start


def _behind_term(found: list[Token], index: int) -> int:
    """Behind the word, phrase or bracketed group that starts at ``index``."""
    depth = 0
    while index < len(found):
        depth += (found[index].kind == "open") - (found[index].kind == "close")
        index += 1
        if depth <= 0:
            break
    return index

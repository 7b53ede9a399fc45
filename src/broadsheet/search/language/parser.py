"""The second pass: from tokens to a tree.

Grammar, loosest first::

    all    = either*                       words side by side: everything is asked for
    either = close ("OR" close)*           as in Google and PubMed, OR binds its neighbours only
    close  = term ("AND" term)*            a written AND binds closer than OR
    term   = ["NOT" | "-"] ( word | phrase | field | "(" all ")" )

Nothing fails: an operator that has no term beside it is a word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from broadsheet.search.language import fields
from broadsheet.search.language.prose import as_prose, is_prose
from broadsheet.search.language.reading import Note, NoteKind
from broadsheet.search.language.tokens import Token, tokens
from broadsheet.search.language.tree import Leaf, Node, Without, joined

_OF_TEXT = ("", "title", "abstract", "author")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of a text, None when it asks for nothing; notes on what was read otherwise than its syntax says.

    ``is_bare`` for a text that no operator takes anything from: it is about exactly what it says.
    """

    tree: Node | None
    notes: list[Note]
    is_bare: bool


def parse(text: str, around: fields.Surroundings) -> Parsed:
    """Parse a text on one line."""
    found, notes = tokens(text)
    is_bare = not notes and all(token.kind in ("word", "open", "close") and not token.field for token in found)
    if is_prose(found):
        found, notes = as_prose(found)
        is_bare = all(token.kind != "not" for token in found)
    parser = _Parser(found, notes, around)
    return Parsed(parser.all_of("", is_group=False), notes, is_bare)


class _Parser:
    def __init__(self, found: list[Token], notes: list[Note], around: fields.Surroundings) -> None:
        self.tokens = found
        self.notes = notes
        self.around = around
        self.position = 0

    def note(self, kind: NoteKind, part: str) -> None:
        self.notes.append(Note(kind, part))

    def _peek(self, ahead: int = 0) -> str:
        index = self.position + ahead
        return self.tokens[index].kind if index < len(self.tokens) else ""

    def _starts_term(self, ahead: int) -> bool:
        """Whether a term starts there: behind a NOT, one must follow."""
        kind = self._peek(ahead)
        if kind == "not":
            kind = self._peek(ahead + 1)
        return kind in ("word", "phrase", "field", "open")

    def all_of(self, field: str, *, is_group: bool) -> Node | None:
        """Read until the end of the group, or of everything."""
        parts: list[Node] = []
        while kind := self._peek():
            if kind == "close" and is_group:
                break
            if self._starts_term(0):
                node = self._either(field)
                if node is not None:
                    parts.append(node)
            else:
                parts.extend(self._stray())
        return joined(parts, as_either=False)

    def _stray(self) -> list[Node]:
        """An operator without a term beside it, read as a word where it is one."""
        token = self.tokens[self.position]
        self.position += 1
        self.note("operator", token.raw)
        return [fields.word(token.raw.lower())] if token.raw.isalpha() else []

    def _either(self, field: str) -> Node | None:
        parts = [self._close(field)]
        while self._peek() == "or" and self._starts_term(1):
            self.position += 1
            parts.append(self._close(field))
        return joined([part for part in parts if part is not None], as_either=True)

    def _close(self, field: str) -> Node | None:
        parts = [self._term(field)]
        while self._peek() == "and" and self._starts_term(1):
            self.position += 1
            parts.append(self._term(field))
        return joined([part for part in parts if part is not None], as_either=False)

    def _term(self, field: str) -> Node | None:
        token = self.tokens[self.position]
        self.position += 1
        if token.kind == "not":
            part = self._term(field)
            if part is None or (isinstance(part, Leaf) and part.kind == "word" and not part.text):
                return part
            return Without(part)
        if token.kind == "open":
            group = self.all_of(token.field or field, is_group=True)
            # Its closing bracket: the first pass leaves none without it.
            self.position += 1
            if group is None:
                self.note("operator", "()")
            return group
        return self._leaf(token, field)

    def _leaf(self, token: Token, field: str) -> Leaf:
        if token.kind == "field":
            return self._valued(token.field, token.value, token.raw, is_quoted=token.is_quoted)
        if token.kind == "phrase":
            raw = f'"{token.raw}"'
            if token.is_soft:
                return self._soft(token.raw, raw)
            return self._valued(field, token.raw, f"{field}:{raw}" if field else raw, is_quoted=True)
        if field and fields.units(token.raw):
            return self._valued(field, token.raw, f"{field}:{token.raw}", is_quoted=False)
        return replace(fields.word(token.raw), start=token.start)

    def _soft(self, value: str, raw: str) -> Leaf:
        try:
            return fields.phrase(value, is_soft=True)
        except ValueError:
            return fields.word(raw, value)

    def _valued(self, field: str, value: str, raw: str, *, is_quoted: bool) -> Leaf:
        try:
            if not field:
                return fields.phrase(value)
            return fields.field(field, value, is_quoted=is_quoted, around=self.around)
        except fields.UnknownPapersError as error:
            for name in error.unknown:
                self.note("unknown", name)
            return error.leaf
        except ValueError:
            self.note("value", raw)
            return fields.word(raw, value if field in _OF_TEXT else None)

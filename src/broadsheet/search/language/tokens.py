"""The first pass over a question: from characters to words, phrases, fields, brackets and operators.

Whatever cannot be an operator where it stands is part of a word: brackets of ``O(n log n)``, signs inside a formula,
the hyphen of ``zero-sum``. Quotes and brackets without a partner are dropped and told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from broadsheet.catalogue.text.commands import match_braces
from broadsheet.catalogue.text.delimiters import scan_math
from broadsheet.search.language.reading import Note, NoteKind

TokenKind = Literal["word", "phrase", "field", "open", "close", "or", "and", "not"]

DEEPEST = 20
FIELDS = {
    **dict.fromkeys(("title", "ti"), "title"),
    **dict.fromkeys(("abstract", "abs"), "abstract"),
    **dict.fromkeys(("author", "authors", "au"), "author"),
    **dict.fromkeys(("org", "organisation", "organization"), "organisation"),
    **dict.fromkeys(("cat", "category"), "category"),
    **dict.fromkeys(("lang", "language"), "language"),
    **{name: name for name in ("id", "year", "date", "has", "votes", "comments")},
}
"""Every name that a field may be typed by, in small letters, and what it stands for."""

# One sign for one sign, so that positions stay: what keyboards and word processors put for the plain ones.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»＂「」『』", '"'),
        **{wide: chr(ord(wide) - 0xFEE0) for wide in "（）：｜－＞＜＝"},
    }
)
_FIELD = re.compile(r"([A-Za-z]{2,20}):")
_BETWEEN = ("or", "and")
_MAYBE_MATH = re.compile(r"[$\\]")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Token:
    """``raw`` is what was typed; a field's token has its value (of a bracket that follows: none) beside it.

    A soft phrase counts for the rank and is not demanded. ``start`` is where a plain word stands in the text.
    """

    kind: TokenKind
    raw: str
    field: str = ""
    value: str = ""
    is_quoted: bool = False
    is_soft: bool = False
    start: int = -1


def has_letters(text: str) -> bool:
    """Whether there is any letter or digit, of whatever script."""
    return _LETTER.search(text) is not None


def tokens(text: str) -> tuple[list[Token], list[Note]]:
    """The tokens of a text on one line, brackets balanced, and notes on what was dropped."""
    lexer = _Lexer(text)
    lexer.run()
    lexer.tell_lone_hyphens()
    return _without_repeats(lexer.out, lexer.notes), lexer.notes


def _without_repeats(found: list[Token], notes: list[Note]) -> list[Token]:
    """Of operators that follow one another only the first counts; signs that have nothing beside them are dropped."""
    out: list[Token] = []
    for token in found:
        last = out[-1].kind if out else ""
        if (token.kind == "not" and last == "not") or (token.kind in _BETWEEN and last in _BETWEEN):
            notes.append(Note("operator", token.raw))
        else:
            out.append(token)
    return out


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.signs = text.translate(_SIGNS)
        self.out: list[Token] = []
        self.notes: list[Note] = []
        self.closed: dict[int, int] = {}
        self.zones: dict[int, int] = {}
        self.kinds: dict[int, Literal["group", "word", "dropped"]] = {}
        self.depth = 0
        self._find_zones()

    def note(self, kind: NoteKind, part: str) -> None:
        self.notes.append(Note(kind, part))

    def _find_zones(self) -> None:
        """Note which spans are read as they are (quoted, formulas, braces) and which brackets belong together."""
        signs = self.signs
        maths = {span.start: span.end for span in scan_math(self.text)} if _MAYBE_MATH.search(signs) else {}
        braces = match_braces(self.text) if "{" in signs else {}
        last_quote = signs.rfind('"')
        opened: list[int] = []
        position = 0
        while position < len(signs):
            sign = signs[position]
            end = maths.get(position, 0) or (braces[position] + 1 if position in braces else 0)
            if sign == '"' and position < last_quote and not self._is_escaped(position):
                end = self._closing_quote(position) + 1
            if end:
                self.zones[position] = end
                position = end
                continue
            if sign == "(":
                opened.append(position)
            elif sign == ")" and opened:
                self.closed[opened.pop()] = position
            position += 1

    def _is_escaped(self, position: int) -> bool:
        return position > 0 and self.signs[position - 1] == "\\"

    def _closing_quote(self, position: int) -> int:
        """Where the quote at ``position`` is closed; -1 if nowhere."""
        found = self.signs.find('"', position + 1)
        while found >= 0 and self._is_escaped(found):
            found = self.signs.find('"', found + 1)
        return found

    def run(self) -> None:
        position = 0
        while position < len(self.text):
            position = self._read(position)

    def tell_lone_hyphens(self) -> None:
        """A hyphen between words is punctuation; where it begins or ends a question, it may have meant more."""
        if any(token.raw == "-" and token.kind == "word" for token in self.out[:1] + self.out[-1:]):
            self.note("operator", "-")

    def _read(self, position: int) -> int:
        sign = self.signs[position]
        if sign in " |" or (sign == "-" and self._excludes(position)):
            if sign != " ":
                self.out.append(Token("or" if sign == "|" else "not", sign))
            return position + 1
        if sign in "()":
            return self._open(position, "") if sign == "(" else self._close(position)
        if sign == '"' and not self._is_escaped(position):
            return self._phrase(position)
        return self._field_or_word(position)

    def _open(self, position: int, field: str) -> int:
        if position not in self.closed or self.depth >= DEEPEST:
            self.kinds[self.closed.get(position, -1)] = "dropped"
            self.note("syntax", "(")
            return position + 1
        self.kinds[self.closed[position]] = "group"
        self.depth += 1
        self.out.append(Token("open", "(", field))
        return position + 1

    def _close(self, position: int) -> int:
        kind = self.kinds.get(position)
        if kind == "group":
            self.depth -= 1
            self.out.append(Token("close", ")"))
        elif kind is None:
            self.note("syntax", ")")
        return position + 1

    def _phrase(self, position: int) -> int:
        end = self.zones.get(position)
        if end is None:
            self.note("syntax", '"')
            return position + 1
        content = self.text[position + 1 : end - 1].strip()
        if has_letters(content):
            self.out.append(Token("phrase", content))
        else:
            self.note("empty", self.text[position:end])
        return end

    def _excludes(self, position: int) -> bool:
        """Whether a hyphen excludes what follows: at the start of a term, with a word, quote or bracket behind it."""
        before, after = self.signs[position - 1 : position], self.signs[position + 1 : position + 2]
        if before not in ("", " ", "(", "|", ":"):
            return False
        return after.isalnum() or (after == "(" and position + 1 in self.closed) or position + 1 in self.zones

    def _field_or_word(self, position: int) -> int:
        match = _FIELD.match(self.signs, position)
        field = FIELDS.get(match[1].lower()) if match else None
        if match is None or field is None:
            end = self._word_end(position)
            if match and self._looks_like_a_field(match.end(), end):
                self.note("syntax", self.text[position:end])
            return self._word(position, end)
        start = match.end()
        after = self.signs[start : start + 1]
        if after == "(" and start in self.closed and self.depth < DEEPEST:
            return self._open(start, field)
        if after == '"' and start in self.zones and not self._is_escaped(start):
            end = self.zones[start]
            value = self.text[start + 1 : end - 1].strip()
            self._field(position, end, field, value, is_quoted=True)
            return end
        if after == '"':
            # A quote that nothing closes: what follows it is the value.
            self.note("syntax", '"')
            start += 1
        end = self._word_end(start) if start < len(self.text) else start
        self._field(position, end, field, self.text[start:end], is_quoted=False)
        return end

    def _looks_like_a_field(self, start: int, end: int) -> bool:
        """Whether a name with a colon, unknown as a field, was meant as one: no address and no ``Note: ...``."""
        if end > start:
            return not self.signs.startswith("//", start)
        return self.signs[end : end + 1] == '"' and end in self.zones

    def _field(self, position: int, end: int, field: str, value: str, *, is_quoted: bool) -> None:
        raw = self.text[position:end]
        if has_letters(value):
            self.out.append(Token("field", raw, field, value, is_quoted))
        else:
            self.note("value" if value.strip() else "empty", raw)
            self.out.append(Token("word", raw))

    def _word_end(self, position: int) -> int:
        """Behind the word that starts at ``position``; marks the brackets inside it as its own."""
        start, inner, signs = position, 0, self.signs
        while position < len(signs):
            sign = signs[position]
            if sign == " " or (sign == "|" and not inner):
                break
            if sign == '"' and not self._is_escaped(position):
                break
            if position in self.zones:
                position = self.zones[position]
                continue
            if sign == "(":
                if position not in self.closed or position == start:
                    break
                self.kinds[self.closed[position]] = "word"
                inner += 1
            elif sign == ")":
                if self.kinds.get(position) != "word":
                    break
                inner -= 1
            position += 1
        return position

    def _word(self, position: int, end: int) -> int:
        if end == position:
            return position + 1
        raw = self.text[position:end]
        if raw in ("OR", "AND", "NOT"):
            kind: TokenKind = "or" if raw == "OR" else "and" if raw == "AND" else "not"
            self.out.append(Token(kind, raw))
        else:
            self.out.append(Token("word", raw, start=position))
        return end

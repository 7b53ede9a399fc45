"""Reading of TeX commands in running text (the backslash half of the reader in ``parse``)."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from broadsheet.catalogue.text import macros
from broadsheet.catalogue.text.nodes import Anchor, Node, Run, Styled

MAX_DEPTH = 12
COMMAND = re.compile(r"\\([A-Za-z]+)")
_DOTLESS = re.compile(r"\\([ij])(?![A-Za-z])\s*")
_APOSTROPHE = re.compile(r"(?:s|t|d|m|re|ve|ll)(?![A-Za-z])")  # "object\'s" escaped by a program, not an accent
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac"})
_BRACKETED = {
    **dict.fromkeys(("footnote", "thanks"), (" (", ")")),
    **dict.fromkeys(("cite", "citep", "citet"), ("[", "]")),
}
_ADDRESSES = frozenset({"url", "href", "nolinkurl", "path"})

Bounds = tuple[int, int]


def add(out: list[Node], text: str) -> None:
    """Append characters; empty ones are left out."""
    if text:
        out.append(Run(text))


def match_braces(text: str) -> dict[int, int]:
    """Position of each ``{`` that is closed -> position of its ``}``; escaped ones do not count."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    for match in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if match[0] == "{":
            stack.append(match.start())
        elif match[0] == "}" and stack:
            pairs[stack.pop()] = match.start()
    return pairs


class CommandReader(ABC):
    """Reads commands at a position of ``text`` and returns the position behind them."""

    def __init__(self, text: str, *, autolink: bool) -> None:
        """Prepare to read ``text``; without ``autolink`` addresses stay characters."""
        self.text = text
        self.autolink = autolink
        self.braces = match_braces(text)

    @abstractmethod
    def group(self, start: int, end: int, depth: int) -> list[Node]:
        """Read everything from ``start`` to ``end``."""

    def argument(self, position: int, end: int) -> Bounds | None:
        """Inner bounds of the braced argument that starts at ``position``, if there is one before ``end``."""
        close = self.braces.get(position)
        return (position + 1, close) if close is not None and close < end else None

    def skip_blanks(self, position: int, end: int) -> int:
        """The first position from ``position`` on that holds no space."""
        while position < end and self.text[position] == " ":
            position += 1
        return position

    def command(self, out: list[Node], position: int, end: int, depth: int) -> int:
        """Read what a backslash at ``position`` starts."""
        match = COMMAND.match(self.text, position, end)
        if match is None:
            return self._escape(out, position, end)
        name, after = match[1], match.end()
        reached = self._accent(out, name, after, end) if name in macros.ACCENTS else 0
        if reached:
            return reached
        if name in _ADDRESSES:
            return self._address(out, name, after, end, depth)
        bounds = self.argument(after, end) if depth < MAX_DEPTH else None
        if bounds and name not in macros.WORDS and name not in macros.LETTERS:
            return self._apply(out, name, bounds, end, depth)
        if name in macros.SILENT or name in macros.DECLARATIONS:
            return self.skip_blanks(after, end)
        return self._word(out, name, after, end)

    def _accent(self, out: list[Node], name: str, after: int, end: int) -> int:
        """Put an accent on the letter behind the command; 0 when there is none to put it on."""
        bounds = self.argument(after, end)
        if bounds:
            inner = _DOTLESS.sub(r"\1", self.text[bounds[0] : bounds[1]]).strip()
            letters, reached = macros.accented(name, inner) if "\\" not in inner else "", bounds[1] + 1
        else:
            if name.isalpha():  # "\v s" needs its blank, or it would be the command "\vs"
                if self.text[after : after + 1] != " ":
                    return 0
                after += 1
            dotless = _DOTLESS.match(self.text, after, end)
            letters = macros.accented(name, dotless[1] if dotless else self.text[after : min(after + 1, end)])
            reached = dotless.end() if dotless else after + 1
        add(out, letters)
        return reached if letters else 0

    def _word(self, out: list[Node], name: str, after: int, end: int) -> int:
        """A command that prints a fixed text, a symbol, or, unknown, its own name."""
        value = macros.LETTERS.get(name) or macros.symbol(name) or name
        if self.text.startswith("{}", after):
            after += 2
        elif name in macros.LETTERS:
            after = self.skip_blanks(after, end)
        if value.endswith(".") and self.text.startswith(".", after):
            value = value[:-1]
        add(out, value)
        return min(after, end)

    def _apply(self, out: list[Node], name: str, bounds: Bounds, end: int, depth: int) -> int:
        """A command with an argument. Unknown commands disappear and leave their argument."""
        close = bounds[1]
        second = self.argument(close + 1, end)
        if name in macros.ARGUMENT_DROPPED:
            return close + 1
        if name in ("textcolor", "colorbox") and second:
            out.extend(self.group(*second, depth + 1))
            return second[1] + 1
        if name in _FRACTIONS and second:
            self._enclosed(out, bounds, depth)
            add(out, "/")
            self._enclosed(out, second, depth)
            return second[1] + 1
        if name == "sqrt":
            add(out, "√")
            self._enclosed(out, bounds, depth)
        elif name in _BRACKETED:
            left, right = _BRACKETED[name]
            out.extend([Run(left), *self.group(*bounds, depth + 1), Run(right)])
        elif name in macros.DIACRITICS:
            inner = self.text[bounds[0] : close]
            composed = macros.accented(name, inner) if len(inner) == 1 else ""
            out.extend([Run(composed)] if composed else self.group(*bounds, depth + 1))
        else:
            add(out, macros.symbol(name))
            children, style = self.group(*bounds, depth + 1), macros.STYLES.get(name)
            out.extend([Styled(style, children)] if style and children else children)
        return close + 1

    def _enclosed(self, out: list[Node], bounds: Bounds, depth: int) -> None:
        """An argument, in round brackets unless it is one word."""
        is_word = self.text[bounds[0] : bounds[1]].isalnum()
        add(out, "" if is_word else "(")
        out.extend(self.group(*bounds, depth + 1))
        add(out, "" if is_word else ")")

    def _address(self, out: list[Node], name: str, after: int, end: int, depth: int) -> int:
        r"""``\url{...}`` and ``\href{...}{...}``; a brace that nothing closes only disappears."""
        bounds = self.argument(after, end)
        if bounds is None or depth >= MAX_DEPTH:
            return after + 1 if self.text.startswith("{", after) else after
        target = self.group(*bounds, depth + 1)
        label = self.argument(bounds[1] + 1, end) if name == "href" else None
        if label is None:
            out.extend(target)
            return bounds[1] + 1
        printed = self.text[label[0] : label[1]]
        shown = self.group(*label, depth + 1)
        has_target = any(isinstance(node, Anchor) for node in target)
        if has_target and ("://" in printed or printed.strip() in ("", self.text[bounds[0] : bounds[1]])):
            out.extend(target)
        else:
            out.extend([*shown, Run(" ("), *target, Run(")")] if has_target else shown)
        return label[1] + 1

    def _escape(self, out: list[Node], position: int, end: int) -> int:
        """A backslash before a sign: an accent, an escaped sign, a space, or debris."""
        if position + 1 >= end:
            add(out, "\\")
            return position + 1
        sign, after = self.text[position + 1], position + 2
        if sign == "'" and _APOSTROPHE.match(self.text, after) and self.text[position - 1 : position].isalpha():
            add(out, sign)
            return after
        if sign in macros.ACCENTS:
            reached = self._accent(out, sign, after, end)
            if reached:
                return reached
            after += 2 if self.text.startswith("{}", after) else 0
        if sign in "\\,;: >":
            add(out, " ")
        elif sign not in "-/@!()[]":
            add(out, sign)
        return after

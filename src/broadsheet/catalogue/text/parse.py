"""From a received text to its reading: a small TeX text-mode reader that never loses ordinary characters.

One pass, linear in the length of the text: braces are paired beforehand, addresses and formulas are found beforehand,
and every character is then read once. Depth is bounded; deeper braces are printed as they are.
"""

from __future__ import annotations

import re

from broadsheet.catalogue.text import macros
from broadsheet.catalogue.text.commands import COMMAND, MAX_DEPTH, CommandReader, add
from broadsheet.catalogue.text.delimiters import MathSpan, scan_math
from broadsheet.catalogue.text.links import LinkSpan, may_hold_link, scan_links
from broadsheet.catalogue.text.nodes import Anchor, Formula, Node, Run, Styled
from broadsheet.catalogue.text.repair import may_be_stripped, restore

_MAX_SCRIPT = 40
_SPECIAL = re.compile(r"[\\{}~^_`\"]|''|--")
_DASHES = re.compile(r"-+")
_SINGLE_QUOTED = re.compile(r"`([^`'{}\\]{1,60})'(?![A-Za-z])")
_OPENING_QUOTES = re.compile(r"(?:^|[\s(\[])''(?=\S)")
_NUMBERED = re.compile(
    r"\b(?:Figs?|Figures?|Tables?|Tabs?|Secs?|Sections?|Eqs?|Equations?|Theorem|Thm|Lemma|Chapter|Appendix|Algorithm|"
    r"Refs?|No|Vol|Part|Phase|pp?)\.?$"
)
_SCRIPT_BASE = re.compile(r"(?:^|[^A-Za-z0-9])[A-Za-z]$|[)\]}|*]$|[^\W_](?<=[^\x00-\x7f])$")
_ONE_SCRIPT = re.compile(r"(?:[0-9]{1,3}|[A-Za-z](?![A-Za-z])|\*)")
_SCRIPT_STOP = re.compile(r"[\w@]|\.\d")
_WORD_SIGNS = frozenset(".,;:)]}%'’”$")
_OPENING = frozenset(" ([{“‘/—–-~\u00a0\u2029")


def read(text: str, *, repair: bool = True, autolink: bool = True) -> list[Node]:
    """Read a laid-out text. ``repair`` restores half-stripped TeX; see the module ``repair``."""
    if repair and may_be_stripped(text):
        text = "".join(restore(piece) if is_text else piece for piece, is_text in between(text))
    elif not _SPECIAL.search(text) and "$" not in text and not may_hold_link(text):
        return [Run(text)]
    return _Reader(text, autolink=autolink).group(0, len(text), 0)


def _fixed(text: str) -> list[LinkSpan | MathSpan]:
    """Addresses and formulas in order; where they overlap the first one stands."""
    spans: list[LinkSpan | MathSpan] = [*scan_links(text), *scan_math(text)]
    kept: list[LinkSpan | MathSpan] = []
    end = 0
    for span in sorted(spans, key=lambda found: found.start):
        if span.start >= end:
            kept.append(span)
            end = span.end
    return kept


def between(text: str) -> list[tuple[str, bool]]:
    """Cut ``text`` into pieces, each with whether it is ordinary text (not an address, not a formula)."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    for span in _fixed(text):
        pieces += [(text[position : span.start], True), (text[span.start : span.end], False)]
        position = span.end
    return [*pieces, (text[position:], True)]


class _Reader(CommandReader):
    """Reads one text. Positions only move forward, so the whole costs one pass."""

    def __init__(self, text: str, *, autolink: bool) -> None:
        super().__init__(text, autolink=autolink)
        self.spans = _fixed(text)
        self.next_span = 0
        self.open_quotes = 0
        self.has_tex_quotes = "``" in text or _OPENING_QUOTES.search(text) is not None

    def group(self, start: int, end: int, depth: int) -> list[Node]:
        """Read everything from ``start`` to ``end``."""
        out: list[Node] = []
        position = start
        while position < end:
            span = self.span_from(position, end)
            limit = span.start if span else end
            special = _SPECIAL.search(self.text, position, limit)
            if special:
                add(out, self.text[position : special.start()])
                position = self.special(out, special.start(), end, depth)
            else:
                add(out, self.text[position:limit])
                position = self.span(out, span) if span else end
        return out

    def span_from(self, position: int, end: int) -> LinkSpan | MathSpan | None:
        """The next address or formula from ``position`` on, if it lies before ``end``."""
        while self.next_span < len(self.spans) and self.spans[self.next_span].start < position:
            self.next_span += 1
        span = self.spans[self.next_span] if self.next_span < len(self.spans) else None
        return span if span and span.end <= end else None

    def span(self, out: list[Node], span: LinkSpan | MathSpan) -> int:
        if isinstance(span, MathSpan):
            out.append(Formula(span.tex, span.is_block))
            return span.end
        if span.url and self.autolink:
            out.append(Anchor(span.url))
        else:
            add(out, span.url or self.text[span.start : span.end])
        add(out, f" ({span.label})" if span.label else "")
        has_stray_blank = self.text.startswith(" .", span.end) and self.text[span.end + 2 : span.end + 3] in ("", " ")
        return span.end + 1 if has_stray_blank else span.end

    def special(self, out: list[Node], position: int, end: int, depth: int) -> int:
        """Read one sign that may be markup; return where to go on."""
        sign = self.text[position]
        if sign == "\\":
            return self.command(out, position, end, depth)
        if sign == "{":
            return self.brace(out, position, end, depth)
        if sign in "^_":
            return self.script(out, position, end, depth)
        if sign == "-":
            return self.dashes(out, position, end)
        if sign in "`'\"":
            return self.quote(out, position, end, depth)
        add(out, "\u00a0" if sign == "~" and self.is_tie(position) else sign)
        return position + 1

    def brace(self, out: list[Node], position: int, end: int, depth: int) -> int:
        bounds = self.argument(position, end)
        if bounds is None or depth >= MAX_DEPTH:
            add(out, "{")
            return position + 1
        start, close = bounds
        declared = COMMAND.match(self.text, start, close)
        style = macros.DECLARATIONS.get(declared[1]) if declared else None
        if declared and style:
            children = self.group(self.skip_blanks(declared.end(), close), close, depth + 1)
            out.extend([Styled(style, children)] if children else [])
            return close + 1
        is_printed = start < close and not self.is_silent(start, close)
        add(out, "{" if is_printed else "")
        out.extend(self.group(start, close, depth + 1))
        add(out, "}" if is_printed else "")
        return close + 1

    def is_silent(self, start: int, close: int) -> bool:
        r"""Whether braces only group: ``{\tau}``, ``{O}(T)``, ``{BERT}``; not ``{0,1}``, ``1{3}`` or ``{A, R}``."""
        if self.text[start] == "\\":
            return self.text[start + 1] not in "{}"
        before, after = self.text[max(start - 2, 0) : start - 1], self.text[close + 1 : close + 2]
        inner = self.text[start:close]
        return inner.isalpha() and not before.isalnum() and (len(inner) > 1 or after.isalpha() or after == "(")

    def script(self, out: list[Node], position: int, end: int, depth: int) -> int:
        r"""``x^2``, ``L_2``, ``AP_{BEV}``, ``\phi_\Delta``: raised or lowered where it is short and sure."""
        sign, after = self.text[position], position + 1
        tail = _tail(out)
        children: list[Node] = []
        bounds = self.argument(after, end)
        if tail and not tail[-1].isspace() and tail[-1] not in "([{":
            if bounds and bounds[1] - bounds[0] <= _MAX_SCRIPT and depth < MAX_DEPTH:
                children, after = self.group(*bounds, depth + 1), bounds[1] + 1
            elif named := COMMAND.match(self.text, after, end):
                value = macros.symbol(named[1])
                children = [Run(value)] if value else []
                after = named.end() + (2 if self.text.startswith("{}", named.end()) else 0)
            else:
                one = _ONE_SCRIPT.match(self.text, after, end)
                if one and self.is_sure(sign, tail, one.end()):
                    children, after = [Run(one.group())], one.end()
        if not children:
            add(out, sign)
            return position + 1
        is_degree = children == [Run("°")]  # raised already
        out.append(children[0] if is_degree else Styled("sup" if sign == "^" else "sub", children))
        return after

    def is_sure(self, sign: str, tail: str, after: int) -> bool:
        """Whether one character behind ``^`` or ``_`` is a script: a name such as ``crime_tax`` or ``v_1.5`` is not."""
        if sign == "^":
            return tail[-1].isalnum() or tail[-1] in ")]}|'"
        return _SCRIPT_BASE.search(tail) is not None and not _SCRIPT_STOP.match(self.text, after)

    def is_tie(self, position: int) -> bool:
        before, after = self.text[position - 1 : position], self.text[position + 1 : position + 2]
        if not before or not after or not (before.isalnum() or before in _WORD_SIGNS):
            return False
        if after.isdigit():
            return _NUMBERED.search(self.text[max(position - 12, 0) : position]) is not None
        return after.isalpha() or after in '([{\\$"“‘`'

    def dashes(self, out: list[Node], position: int, end: int) -> int:
        match = _DASHES.match(self.text, position, end)
        after = match.end() if match else position + 1
        before, behind = self.text[max(position - 2, 0) : position], self.text[after : after + 1]
        is_arrow = behind == ">" or before[-1:] in ("<", "!")
        is_flag = (behind.isalpha() and before[-1:] in ("", " ", "`", "(", "'", '"', "[")) and after - position == 2
        is_decrement = len(before.strip()) == 1 and before[-1].isalpha() and behind in ("", " ")
        run = self.text[position:after]
        add(out, run if is_arrow or is_flag or is_decrement else {"--": "–", "---": "—"}.get(run, run))
        return after

    def quote(self, out: list[Node], position: int, end: int, depth: int) -> int:
        before, pair = self.text[position - 1 : position] if position else "", self.text[position : position + 2]
        if pair == "``" and self.text[position + 2 : position + 3].strip():
            self.open_quotes += 1
            add(out, "“")
            return position + 2
        if pair == "''" and (self.has_tex_quotes or self.open_quotes):
            is_opening = (not before or before in _OPENING) and self.text[position + 2 : position + 3].strip() != ""
            self.open_quotes = max(self.open_quotes + (1 if is_opening else -1), 0)
            add(out, "“" if is_opening else "”")
            return position + 2
        if pair[0] == '"' and self.open_quotes and before not in _OPENING:
            self.open_quotes -= 1
            add(out, "”")
            return position + 1
        single = _SINGLE_QUOTED.match(self.text, position, end) if pair[0] == "`" else None
        if single and (not before or before in _OPENING):
            out.extend([Run("‘"), *self.group(position + 1, single.end(1), depth), Run("’")])
            return single.end()
        reached = position + (2 if pair == "''" else 1)
        add(out, self.text[position:reached])
        return reached


def _tail(out: list[Node]) -> str:
    """The last characters read; a script or formula counts as a closing bracket."""
    if not out:
        return ""
    if not isinstance(out[-1], Run):
        return ")"
    tail = ""
    for node in reversed(out[-3:]):
        if not isinstance(node, Run):
            break
        tail = node.value[-3:] + tail
    return tail

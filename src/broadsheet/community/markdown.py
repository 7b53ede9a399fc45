"""How people's texts are read: CommonMark 0.31 without HTML, with formulas, and with whom and which paper they name.

The reading is a list of markdown-it tokens that nobody changes afterwards, so that it is kept for the next reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from broadsheet.catalogue.text.clean import PARAGRAPH, strip_unseen
from broadsheet.catalogue.text.delimiters import MathSpan, scan_math
from broadsheet.catalogue.text.links import scan_links
from broadsheet.sources.identifiers import parse_identifier

LONGEST = 10_000
"""Characters that are read as CommonMark; a longer text is printed as it is."""
DEEPEST = 24
"""Quotes and lists inside each other; where there are more, the text is printed as it is."""
MOST_NAMES = 100
"""People, and papers, that one text may name."""
READINGS_KEPT = 512
_LONGEST_FORMULA_LINES = 100

_NAMED = re.compile(
    r"(?<![\w@./])@(?P<person>\w(?:[\w.+-]{0,148}\w)?)"
    r"|(?<![\w./:-])(?P<arxiv>(?:arxiv:\s?)?(?:\d{4}\.\d{4,5}|[a-z-]{2,9}(?:\.[a-z]{2})?/\d{7})(?:v\d{1,2})?)(?![\w/-]|\.\d)"
    r"|(?<![\w./:@-])(?P<key>[0-9a-hj-km-np-tv-z]{10})(?![\w/@-]|\.\w)",
    re.IGNORECASE,
)
_KEY = re.compile(r"[0-9a-hj-km-np-tv-z]{10}", re.IGNORECASE)
_TICKS = re.compile(r"`+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it was read; ``tokens`` are None where it is printed as it is."""

    text: str
    tokens: tuple[Token, ...] | None
    people: tuple[str, ...]
    papers: tuple[str, ...]


@lru_cache(maxsize=READINGS_KEPT)
def read(text: str) -> Reading:
    """Read a text. Never raises; one that is too long or too deep comes back without tokens."""
    clean = strip_unseen(text).strip("\n")
    if len(clean) > LONGEST:
        return Reading(clean, None, (), ())
    try:
        tokens = _MARKDOWN.parse(clean)
    except (RecursionError, IndexError, ValueError):
        return Reading(clean, None, (), ())
    # The parser drops what stands deeper, and nothing that somebody wrote may vanish.
    if any(token.level >= DEEPEST for token in tokens):
        return Reading(clean, None, (), ())
    named = [token for token in inline_tokens(tokens) if token.type in ("person", "paper")]
    people = dict.fromkeys(token.info for token in named if token.type == "person")
    papers = dict.fromkeys(token.info for token in named if token.type == "paper")
    return Reading(clean, tuple(tokens), tuple(people)[:MOST_NAMES], tuple(papers)[:MOST_NAMES])


def inline_tokens(tokens: Sequence[Token]) -> Iterator[Token]:
    """What stands in the lines of all blocks, in order."""
    for token in tokens:
        yield from token.children or ()


def paper_at(url: str) -> str:
    """The name of the paper that an address leads to, '' where it is no paper's: on arXiv and its mirrors, or here."""
    here = f"{settings.BASE_URL}/papers/"
    if url.startswith(here):
        return unquote(urlsplit(url).path.partition("/papers/")[2])
    parsed = parse_identifier(url)
    return parsed.value if parsed is not None and parsed.scheme == "arxiv" else ""


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula in a line, by the same rules as in abstracts."""
    if state.src[state.pos] not in "$\\":
        return False
    env = state.env
    if env.get("formulas of") != state.src:
        env["formulas of"] = state.src
        env["formulas"] = {span.start: span for span in scan_math(_without_code(state.src))}
    span: MathSpan | None = env["formulas"].get(state.pos)
    if span is None or span.end > state.posMax:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = state.src[span.start : span.end]
        token.info = span.tex
        token.meta = {"is_block": span.is_block}
    state.pos = span.end
    return True


def _without_code(text: str) -> str:
    """The same length, with a sign that no formula holds in place of what stands between backticks."""
    runs = list(_TICKS.finditer(text))
    following: dict[str, list[int]] = {}
    for index, run in enumerate(runs):
        following.setdefault(run.group(), []).append(index)
    pieces, position, index = [], 0, 0
    while index < len(runs):
        same = following[runs[index].group()]
        while same and same[0] <= index:
            same.pop(0)
        if not same:
            index += 1
            continue
        start, end = runs[index].start(), runs[same[0]].end()
        pieces += [text[position:start], PARAGRAPH * (end - start)]
        position, index = end, same[0] + 1
    return "".join([*pieces, text[position:]])


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines from one that begins with ``$$`` to one that ends so, whatever they would be otherwise."""
    position = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not state.src.startswith("$$", position):
        return False
    first = state.src[position + 2 : state.eMarks[start]].rstrip()
    if "$$" in first:
        return False
    lines = [first]
    for line in range(start + 1, min(end, start + _LONGEST_FORMULA_LINES)):
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        said = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
        if "$$" not in said:
            lines.append(said)
            continue
        if said.find("$$") != len(said) - 2:
            return False
        if not silent:
            token = state.push("formula", "", 0)
            token.block = True
            token.info = "\n".join([*lines, said[:-2]]).strip()
            token.content = f"$${token.info}$$"
            token.meta = {"is_block": True}
            token.map = [start, line + 1]
        state.line = line + 1
        return True
    return False


def _names(state: StateCore) -> None:
    """Cut addresses, people and papers out of running text; what is inside a link or code stays as it is."""
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        kept: list[Token] = []
        depth = 0
        for token in block.children:
            depth += token.nesting if token.type.startswith("link_") else 0
            kept += [token] if depth or token.type != "text" else _cut(token)
        block.children = kept


def _cut(token: Token) -> list[Token]:
    text, out, position = token.content, [], 0
    for start, end, kind, info in _found(text):
        if start < position:
            continue
        out += _texts(text[position:start], token.level)
        piece = Token(kind, "", 0, content=text[start:end], info=info, level=token.level)
        out.append(piece)
        position = end
    return [*out, *_texts(text[position:], token.level)]


def _texts(text: str, level: int) -> list[Token]:
    return [Token("text", "", 0, content=text, level=level)] if text else []


def _found(text: str) -> list[tuple[int, int, str, str]]:
    """Start, end, kind and name of everything that a piece of text names, in order."""
    found = [
        (span.start, span.end, "paper" if paper_at(span.url) else "address", paper_at(span.url) or span.url)
        for span in scan_links(text)
    ]
    inside = [(start, end) for start, end, _, _ in found]
    for match in _NAMED.finditer(text):
        if any(start <= match.start() < end for start, end in inside):
            continue
        if match["person"]:
            found.append((match.start(), match.end(), "person", match["person"]))
        elif match["key"]:
            found.append((match.start(), match.end(), "paper", match["key"].lower()))
        elif parsed := parse_identifier(match["arxiv"]):
            found.append((match.start(), match.end(), "paper", parsed.value))
    return sorted(found)


def _made() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST + 1})
    markdown.disable(["html_block", "html_inline"])
    markdown.enable("strikethrough")
    markdown.inline.ruler.before("escape", "formula", _formula)
    markdown.block.ruler.before("fence", "formula", _formula_block, {"alt": ["paragraph", "blockquote", "list"]})
    markdown.core.ruler.push("names", _names)
    return markdown


_MARKDOWN = _made()

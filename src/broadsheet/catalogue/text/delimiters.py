r"""Where formulas stand in a text: $...$, $$...$$, \(...\), \[...\] and the display environments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.catalogue.text.clean import PARAGRAPH

_DELIMITER = re.compile(
    r"\\\\|\\\$|\$\$?|\\\(|\\\)|\\\[|\\\]"
    r"|\\(?P<verb>begin|end)\{(?P<name>(?:equation|align|gather|displaymath|eqnarray|math)\*?)\}"
)
_TEX_SIGNS = re.compile(r"[\\^_{}=<>+*/|]")
_WORD = re.compile(r"\s[A-Za-z]{2,}")
MAX_SPAN = 4000


@dataclass(frozen=True, slots=True)
class MathSpan:
    """A formula from its first delimiter to behind its last one."""

    start: int
    end: int
    tex: str
    is_block: bool


def _is_dollar_math(text: str, start: int, end: int) -> bool:
    """Pandoc's rule for ``$...$`` (``tex_math_dollars``), and no sums of money with words between them."""
    tex = text[start + 1 : end]
    if not tex or tex[0].isspace() or tex[-1].isspace() or text[end + 1 : end + 2].isdigit():
        return False
    has_signs = _TEX_SIGNS.search(tex) is not None
    return has_signs or not (tex[0] in "0123456789." and _WORD.search(tex))


def scan_math(text: str) -> list[MathSpan]:
    """Find formulas in order. An opening delimiter without its closing one is ordinary text."""
    if "$" not in text and "\\(" not in text and "\\[" not in text and "\\begin{" not in text:
        return []
    marks = [mark for mark in _DELIMITER.finditer(text) if mark.group() not in ("\\\\", "\\$")]
    following = _next_same(marks)
    spans: list[MathSpan] = []
    index = 0
    while index < len(marks):
        mark = marks[index]
        close = following[index]
        index += 1
        if close is None:
            continue
        closing = marks[close]
        start, end = mark.end(), closing.start()
        if end - start > MAX_SPAN:
            continue
        tex = text[start:end]
        if not tex.strip() or PARAGRAPH in tex:
            continue
        if mark.group() == "$" and not _is_dollar_math(text, mark.start(), end):
            continue
        is_block = mark.group() in ("$$", "\\[") or mark["verb"] is not None
        spans.append(MathSpan(mark.start(), closing.end(), tex, is_block))
        index = close + 1
    return spans


def _closer(mark: re.Match[str]) -> str:
    """What closes an opening delimiter, '' for a mark that cannot open."""
    token = mark.group()
    if mark["verb"] == "begin":
        return "\\end{" + mark["name"] + "}"
    return {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}.get(token, "")


def _next_same(marks: list[re.Match[str]]) -> list[int | None]:
    """For each delimiter the index of the next one that closes it; one pass from behind."""
    nearest: dict[str, int] = {}
    following: list[int | None] = [None] * len(marks)
    for index in range(len(marks) - 1, -1, -1):
        following[index] = nearest.get(_closer(marks[index]))
        nearest[marks[index].group()] = index
    return following

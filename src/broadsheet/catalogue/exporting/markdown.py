"""A numbered list in Markdown (CommonMark 0.31), to be put into notes, letters and issues."""

from __future__ import annotations

import re
from collections.abc import Iterable

from broadsheet.catalogue.exporting.citing import Cited

NAMES_SHOWN = 5
_SIGNS = re.compile(r"[\\`*_\[\]<>#|~$&!()]")
_UNSAFE = {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20", "\\": "%5C"}


def write(papers: Iterable[Cited]) -> str:
    """Papers as items of a list; a note stands below its paper, as the Markdown that it is."""
    return "".join(_item(number, paper) for number, paper in enumerate(papers, 1))


def escaped(text: str) -> str:
    """Plain text in which no sign means anything to Markdown (2.4, backslash escapes)."""
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", " ".join(text.split()))


def _item(number: int, paper: Cited) -> str:
    address = "".join(_UNSAFE.get(sign, sign) for sign in paper.url)
    more = len(paper.authors) - NAMES_SHOWN
    names = ", ".join(paper.authors[:NAMES_SHOWN]) + (f" + {more}" if more > 0 else "")
    facts = [names, paper.journal_ref, paper.published_on.isoformat() if paper.published_on else ""]
    facts += [f"arXiv:{paper.arxiv}" if paper.arxiv else "", f"doi:{paper.doi}" if paper.doi else ""]
    told = ". ".join(escaped(fact) for fact in facts if fact)
    indent = " " * (len(str(number)) + 2)
    lines = [f"{number}. [{escaped(paper.title)}]({address})" + (f". {told}" if told else "")]
    if paper.note:
        lines += ["", *(f"{indent}> {line}".rstrip() for line in paper.note.splitlines())]
    return "\n".join(lines) + "\n\n"

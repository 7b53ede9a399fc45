r"""BibTeX, in UTF-8, with arXiv's fields (``eprint``, ``archivePrefix``, ``primaryClass``).

What means something to TeX is escaped, so that a title with a dollar sign or a brace neither breaks the file nor is
read as a formula. Addresses and identifiers are verbatim in styles that know them, and stay as they are but for braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from broadsheet.catalogue.exporting.citing import Cited

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
_SPECIAL = re.compile(r"[\\{}~^&%$#_]")
_VERBATIM = {"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"}


def write(papers: Iterable[Cited]) -> str:
    """Papers as entries, a blank line between them."""
    return "\n".join(_entry(paper) for paper in papers)


def escaped(text: str) -> str:
    """Plain text as TeX prints it, on one line."""
    return _SPECIAL.sub(lambda sign: _TEX[sign[0]], " ".join(text.split()))


def _entry(paper: Cited) -> str:
    fields = {
        # The second pair of braces keeps the capitals.
        "title": f"{{{escaped(paper.title)}}}",
        "author": " and ".join(map(_name, paper.authors)),
        "year": str(paper.published_on.year) if paper.published_on else "",
        "month": str(paper.published_on.month) if paper.published_on else "",
        "day": str(paper.published_on.day) if paper.published_on else "",
        "eprint": _verbatim(paper.arxiv),
        "archivePrefix": "arXiv" if paper.arxiv else "",
        "primaryClass": _verbatim(paper.categories[0]) if paper.arxiv and paper.categories else "",
        "doi": _verbatim(paper.doi),
        "url": _verbatim(paper.url),
        "howpublished": escaped(paper.journal_ref),
        "keywords": escaped(", ".join(paper.keywords)),
        "abstract": escaped(paper.abstract),
        "annote": escaped(paper.note),
    }
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
    return "\n".join([f"@misc{{{re.sub(r'[^A-Za-z0-9.:-]', '-', paper.key)},", *lines, "}", ""])


def _name(name: str) -> str:
    """A name that a comma or an ``and`` would take apart stands in braces."""
    text = escaped(name)
    return f"{{{text}}}" if "," in name or re.search(r"\band\b|\bothers\b", name, re.IGNORECASE) else text


def _verbatim(text: str) -> str:
    return "".join(_VERBATIM.get(sign, sign) for sign in text)

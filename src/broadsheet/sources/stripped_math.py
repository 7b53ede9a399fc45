"""Telling texts whose formulas have lost their delimiters and backslashes on the way."""

from __future__ import annotations

import re

_GREEK = "alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|kappa|lambda|mu|nu|pi|rho|sigma|tau|phi|psi|omega"

# A pattern is only looked for where one of its marks stands in the text: looking for a few letters is a hundred times
# faster than trying all patterns at each place, and this is done for every paper that comes in.
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (marks, re.compile(pattern))
    for marks, pattern in (
        (("math",), r"(?<!\\)math(?:cal|bb|bf|rm|frak|sf)(?![a-z])"),
        (("angle",), r"(?<!\\)[lr]angle(?![a-z])"),
        (("widetilde", "widehat", "boldsymbol"), r"(?<!\\)(?:widetilde|widehat|boldsymbol)(?![a-z])"),
        # Words that English has too count only where TeX would put them: before a bracket, a brace, an index, a figure.
        (("left",), r"(?<!\\)left[(\[{|]"),
        (("frac",), r"(?<!\\)frac\s*\{"),
        (("textbf", "textit", "textrm"), r"(?<!\\)text(?:bf|it|rm)\s*\{"),
        (
            ("sqrt", "leq", "geq", "neq", "infty", "varepsilon"),
            r"(?<![\\a-z])(?:sqrt|leq|geq|neq|infty|varepsilon)(?![a-z])",
        ),
        ((" {",), r"(?<![\\a-z])(?:pm|times|in) \{"),
        (("_", "^"), rf"(?<![\\a-z])(?:{_GREEK}|ell|min|max|sum|log)[_^]"),
        (("gg", "ll", "leq", "geq"), rf"(?<![\\a-z])(?:{_GREEK})(?:gg|ll|leq|geq)\d"),
        (("times",), r"\dtimes\b"),
        # What is left of a fraction or a square root: '12{36}', '{O}(T)'.
        (("{",), r"\d\{\d+\}|(?<![a-z])\{[a-z]\}\("),
    )
)
_INDEX = re.compile(r"[_^]\{")


def has_stripped_math(text: str) -> bool:
    """Whether the text shows TeX without its backslashes or dollar signs (``mathcal{O}``, ``langle x``, ``x_{i}``).

    A cheap heuristic: such a text cannot be typeset again with certainty and should give way to a better source.
    A text that still has its backslashes and dollar signs is not lossy.
    """
    text = text.lower()
    for marks, pattern in _PATTERNS:
        if any(mark in text for mark in marks) and pattern.search(text):
            return True
    return "$" not in text and _INDEX.search(text) is not None

"""Telling texts whose formulas have lost their delimiters and backslashes on the way."""

from __future__ import annotations

import re

_COMMANDS = "mathcal|mathbb|mathbf|mathrm|mathfrak|mathsf|langle|rangle|widetilde|widehat|boldsymbol"
_GREEK = "alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|kappa|lambda|mu|nu|pi|rho|sigma|tau|phi|psi|omega"
_STRIPPED = re.compile(
    rf"(?<!\\)(?:{_COMMANDS})(?![a-z])"
    # Words that English has too count only where TeX would put them: before a bracket, a brace, an index, a figure.
    r"|(?<!\\)(?:left[(\[{|]|frac\s*\{|text(?:bf|it|rm)\s*\{)"
    r"|(?<![\\a-z])(?:sqrt|leq|geq|neq|infty|varepsilon)(?![a-z])"
    r"|(?<![\\a-z])(?:pm|times|in) \{"
    rf"|(?<![\\a-z])(?:{_GREEK}|ell|min|max|sum|log)[_^]"
    rf"|(?<![\\a-z])(?:{_GREEK})(?:gg|ll|leq|geq)\d"
    r"|\dtimes\b"
    # What is left of a fraction or a square root: '12{36}', '{O}(T)'.
    r"|\d\{\d+\}|(?<![a-z])\{[a-z]\}\("
)
_INDEX = re.compile(r"[_^]\{")


def has_stripped_math(text: str) -> bool:
    """Whether the text shows TeX without its backslashes or dollar signs (``mathcal{O}``, ``langle x``, ``x_{i}``).

    A cheap heuristic: such a text cannot be typeset again with certainty and should give way to a better source.
    A text that still has its backslashes and dollar signs is not lossy.
    """
    text = text.lower()
    return bool(_STRIPPED.search(text) or ("$" not in text and _INDEX.search(text)))

"""The quick way to tell stripped formulas gives what the slow one does: all patterns, tried at every place."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.stripped_math import has_stripped_math

COMMANDS = "mathcal|mathbb|mathbf|mathrm|mathfrak|mathsf|langle|rangle|widetilde|widehat|boldsymbol"
GREEK = "alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|kappa|lambda|mu|nu|pi|rho|sigma|tau|phi|psi|omega"
SLOW = re.compile(
    rf"(?<!\\)(?:{COMMANDS})(?![a-z])|(?<!\\)(?:left[(\[{{|]|frac\s*\{{|text(?:bf|it|rm)\s*\{{)"
    r"|(?<![\\a-z])(?:sqrt|leq|geq|neq|infty|varepsilon)(?![a-z])|(?<![\\a-z])(?:pm|times|in) \{"
    rf"|(?<![\\a-z])(?:{GREEK}|ell|min|max|sum|log)[_^]|(?<![\\a-z])(?:{GREEK})(?:gg|ll|leq|geq)\d"
    r"|\dtimes\b|\d\{\d+\}|(?<![a-z])\{[a-z]\}\("
)
PIECES = [
    *COMMANDS.split("|"),
    *GREEK.split("|"),
    *(
        "\\",
        " ",
        "{",
        "}",
        "(",
        "[",
        "|",
        "_",
        "^",
        "$",
        "1",
        "23",
        "a",
        "O",
        "gg",
        "ll",
        "leq",
        "sqrt",
        "in {",
        "pm {",
    ),
    *("left", "frac", "textbf", "textit", "times", "2times", "log", "min", "strangle", "rectangle", "12{36}", "{O}("),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_it_is_the_same(text: str) -> None:
    text_small = text.lower()
    slow = bool(SLOW.search(text_small) or ("$" not in text_small and re.search(r"[_^]\{", text_small)))
    assert has_stripped_math(text) == slow

r"""Half-stripped TeX: pages that saved ``\mathcal{O}`` as ``mathcal{O}`` and ``200\times`` as ``200times``.

The repair puts the lost backslash back where the printed text leaves no doubt, and the ordinary reading does the rest.
Where there is doubt (``alphagg1``, ``proptoleft(``) the text stays as it was received.
"""

from __future__ import annotations

import re

from broadsheet.catalogue.text.macros import GREEK_NAMES

# Words that are no English words and stand alone between signs or blanks.
_OPERATORS = (
    "leq|geq|neq|infty|rightarrow|leftarrow|leftrightarrow|Rightarrow|propto|cdots|cdot|ldots|varepsilon|"
    "uparrow|downarrow|nabla"
)
_WITH_BRACES = (
    "mathcal|mathbb|mathbf|mathrm|mathsf|mathit|mathfrak|mathscr|boldsymbol|texttt|textbf|textit|textsc|textrm|textsf|"
    "text|emph|operatorname|widetilde|widehat|overline|underline|sqrt"
)
_COLOURS = "red|blue|green|teal|orange|purple|magenta|cyan|gray|brown"

# One pattern, one pass. Each named group says which kind of loss was found. Word boundaries on the left are by
# look-behind, so that an alternative starts at one place only and the scan stays linear.
_LOST = re.compile(
    rf"(?P<braced>(?<![\\A-Za-z])(?:{_WITH_BRACES})(?=\{{))"
    rf"|(?P<colour>(?<![\\A-Za-z])(?:{_COLOURS})(?=\{{[^{{}}]{{1,400}}\}}))"
    rf"|(?P<group>(?<=\{{)(?:bf|rm|cal|sc|tt|sf)(?= ))"
    rf"|(?P<product>(?<=\d)times(?![A-Za-z])(?: (?=\d))?|(?<= )times(?= \{{))"
    rf"|(?P<degree>(?<=\^)circ(?:(?![A-Za-z])|(?=times\d))|(?<=\^\{{)circ(?=\}}))"
    rf"|(?P<about>(?<![A-Za-z\\])sim(?: (?=\d)|)(?=\d[\d.,]*(?:[^A-Za-z\d.,]|$|[KMB]\b|times|sim))"
    rf"|(?<![A-Za-z\\])approx(?=\d))"
    rf"|(?P<margin>(?<=\d)pm(?=\d)|(?<=\{{ )pm ?(?=\d)|(?<=\{{)pm ?(?=\d))"
    r"|(?P<bracket>(?<![A-Za-z\\])langle(?: |(?![A-Za-z]))|(?: |(?<![A-Za-z\\]))rangle(?![A-Za-z]))"
    rf"|(?P<operator>(?<![A-Za-z\\])(?:{_OPERATORS})(?![A-Za-z]))"
    rf"|(?P<greek>(?<![A-Za-z\\])(?:{GREEK_NAMES}|ell)(?=[_^][A-Za-z\d{{])|(?<=[_^])(?:{GREEK_NAMES})(?![A-Za-z]))"
    rf"|(?P<after>(?<=\^circ)times(?=\d))"
)
# Inside a braced script a Greek name is always the letter, and circ a composition unless it stands alone (a degree).
_SCRIPT_GROUP = re.compile(r"[_^]\{[^{}]{3,40}\}")
_IN_SCRIPT = re.compile(rf"(?<![A-Za-z\\])(?:{GREEK_NAMES})(?![A-Za-z])|(?<=[A-Za-z)] )circ(?= [A-Za-z(])")
# Cheap questions first: most abstracts have nothing to repair.
_MAYBE = re.compile(rf"[{{^_]|[lr]angle|\dtimes|sim ?\d|\dpm\d|approx\d|(?<![A-Za-z])(?:{_OPERATORS})(?![A-Za-z])")

_SPOKEN = {"product": "times", "after": "times", "about": "sim", "margin": "pm"}


def may_be_stripped(text: str) -> bool:
    """Whether it is worth looking at ``text`` at all."""
    return _MAYBE.search(text) is not None


def _restore(match: re.Match[str]) -> str:
    kind, word = match.lastgroup, match.group().strip()
    if kind == "colour":
        return r"\textcolor{" + word + "}"
    # The empty braces end the command where the next character may be a letter.
    return f"\\{word}" if kind in ("braced", "group", "greek") else f"\\{word}{{}}"


def _restore_script(match: re.Match[str]) -> str:
    return _IN_SCRIPT.sub(lambda word: "∘" if word[0] == "circ" else f"\\{word[0]}{{}}", match[0])


def restore(text: str) -> str:
    """Put lost backslashes back. ``text`` must not hold addresses or delimited formulas."""
    return _LOST.sub(_restore, _SCRIPT_GROUP.sub(_restore_script, text))


def spoken(text: str) -> list[str]:
    """The words of ``text`` that a repair changes, each with its operators as separate words (``200 times``)."""
    pieces: list[str] = []
    end = 0
    for match in _LOST.finditer(text):
        start = text.rfind(" ", 0, match.start()) + 1
        if start < end:
            continue
        found = text.find(" ", match.end())
        end = found if found >= 0 else len(text)
        pieces.append(_LOST.sub(_speak, text[start:end]))
    return pieces


def _speak(match: re.Match[str]) -> str:
    word = _SPOKEN.get(match.lastgroup or "")
    return f" {word} " if word else _restore(match)

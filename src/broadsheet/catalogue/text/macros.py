"""What TeX commands mean in running text: accents, letters, abbreviations, symbols and styles."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from latex2mathml.symbols_parser import convert_symbol

from broadsheet.catalogue.text.clean import PARAGRAPH
from broadsheet.catalogue.text.nodes import StyleKind

# Accent command -> combining character. The signs take any letter; the letters need braces or a blank behind them.
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307", '"': "\u0308",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323", "b": "\u0331", "r": "\u030a",
    "k": "\u0328",
}  # fmt: skip

# Letters that have no accent form. A blank behind them belongs to the command (TeXbook, chapter 7).
LETTERS = {
    "L": "Ł", "l": "ł", "O": "Ø", "o": "ø", "ss": "ß", "SS": "ẞ", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "AA": "Å",
    "aa": "å", "i": "ı", "j": "ȷ", "DH": "Ð", "dh": "ð", "DJ": "Đ", "dj": "đ", "TH": "Þ", "th": "þ", "NG": "Ŋ",
    "ng": "ŋ",
}  # fmt: skip

WORDS = {
    "eg": "e.g.", "Eg": "E.g.", "ie": "i.e.", "Ie": "I.e.", "etal": "et al.", "etc": "etc.", "wrt": "w.r.t.",
    "cf": "cf.", "vs": "vs.", "aka": "a.k.a.", "iid": "i.i.d.", "LaTeX": "LaTeX", "TeX": "TeX", "dots": "…",
    "ldots": "…", "textellipsis": "…", "textgreater": ">", "textless": "<", "textbar": "|", "textasciitilde": "~",
    "textasciicircum": "^", "textunderscore": "_", "textbackslash": "\\", "textendash": "–", "textemdash": "—",
    "textdegree": "°", "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "copyright": "©",
    "deg": "°", "degree": "°", "degrees": "°", "pounds": "£", "euro": "€", "S": "§", "P": "¶", "dag": "†",
    "ddag": "‡", "textmu": "µ", "micro": "µ", "percent": "%", "lbrace": "{", "rbrace": "}", "textquotesingle": "'",
    "lq": "‘", "rq": "’", "la": "⟨", "ra": "⟩", "langle": "⟨", "rangle": "⟩", "circ": "°", "sim": "~", "quad": " ",
    "qquad": " ", "space": " ", "item": "• ", "newline": " ", "linebreak": " ", "par": PARAGRAPH, "mid": "|",
    "vert": "|", "Vert": "‖", "epsilon": "ε", "phi": "φ", "ell": "ℓ", "colon": ":", "ast": "*", "backslash": "\\",
    "prime": "′", "star": "⋆", "bullet": "•", "slash": "/", "neg": "¬",
}  # fmt: skip

# Commands that set type and print nothing.
_SILENT = (
    "xspace allowbreak noindent indent hfill hfil vfill centering raggedright small large Large tiny footnotesize "
    "scriptsize normalsize huge Huge LARGE maketitle newpage clearpage smallskip medskip bigskip protect relax left "
    "right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits nolimits nonumber unskip ignorespaces "
    "rm sf normalfont rmfamily sffamily upshape mdseries cal"
)
SILENT = frozenset(_SILENT.split())

# Commands whose argument is not text.
_ARGUMENT_DROPPED = (
    "label vspace hspace vskip color thispagestyle pagestyle includegraphics bibliography bibliographystyle input "
    "begin end setlength usepackage"
)
ARGUMENT_DROPPED = frozenset(_ARGUMENT_DROPPED.split())

# Commands that set their argument in a style; None sets it as it is.
STYLES: dict[str, StyleKind | None] = {
    "emph": "em", "textit": "em", "textsl": "em", "textbf": "strong", "textsc": "sc", "texttt": "code", "sup": "sup",
    "textsuperscript": "sup", "textsubscript": "sub",
}  # fmt: skip

# Declarations that hold to the end of their group, as in {\em word}.
DECLARATIONS: dict[str, StyleKind] = {
    "em": "em", "it": "em", "sl": "em", "itshape": "em", "slshape": "em", "bf": "strong", "bfseries": "strong",
    "sc": "sc", "scshape": "sc", "tt": "code", "ttfamily": "code",
}  # fmt: skip

# Accents of formulas, when a formula stands in text without delimiters.
DIACRITICS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306",
}  # fmt: skip

GREEK_NAMES = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|vartheta|iota|kappa|lambda|mu|nu|xi|pi|rho|varrho|sigma|"
    "tau|upsilon|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)


def accented(command: str, letters: str) -> str:
    """Put the accent of ``command`` on the first of ``letters``; '' when Unicode has no such letter."""
    base = {"ı": "i", "ȷ": "j"}.get(letters[:1], letters[:1])
    mark = ACCENTS.get(command) or DIACRITICS[command]
    composed = unicodedata.normalize("NFC", base + mark) if base.isalpha() else ""
    return composed + letters[1:] if len(composed) == 1 else ""


@lru_cache(maxsize=2048)
def symbol(command: str) -> str:
    r"""The character that a command such as ``\alpha`` prints, '' when it is not known."""
    if command in WORDS:
        return WORDS[command]
    code = convert_symbol("\\" + command)
    if not code:
        return ""
    try:
        character = "".join(chr(int(part, 16)) for part in code.split("-"))
    except (ValueError, OverflowError):
        return ""
    return character if character.isprintable() else ""

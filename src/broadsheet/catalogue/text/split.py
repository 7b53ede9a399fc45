"""A text cut into the lead that is shown at once and the rest."""

from __future__ import annotations

import re

from broadsheet.catalogue.text.commands import match_braces
from broadsheet.catalogue.text.delimiters import scan_math
from broadsheet.catalogue.text.links import scan_links

_TOLERANCE = 80
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]}]{0,3}$")
_BLANK = re.compile(r"(?<=\S)[ \n]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|al|etc|fig|figs|eq|eqs|sec|tab|no|vol|approx|resp|dr|prof|mr|mrs|st|ca|w\.r\.t|a\.k\.a|"
    r"i\.i\.d|[A-Z]))\.$",
    re.IGNORECASE,
)


def _closed_zones(text: str) -> list[tuple[int, int]]:
    """Spans that must not be cut: formulas, braces, addresses; merged and in order."""
    zones = [(span.start, span.end) for span in scan_math(text)]
    zones += [(span.start, span.end) for span in scan_links(text)]
    zones += [(start, end + 1) for start, end in match_braces(text).items()]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(zones):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cuts(text: str) -> list[int]:
    """Positions of the blanks at which ``text`` may be cut, in order."""
    cuts: list[int] = []
    position = 0
    for start, end in [*_closed_zones(text), (len(text), len(text))]:
        cuts += [match.start() for match in _BLANK.finditer(text, position, start)]
        position = end
    return cuts


def _ends_sentence(text: str, cut: int) -> bool:
    before = text[max(cut - 16, 0) : cut]
    return _SENTENCE_END.search(before) is not None and not _ABBREVIATION.search(before.rstrip("\"'”’)]"))


def split_lead(text: str, length: int) -> tuple[str, str]:
    """Cut a raw text into a lead of about ``length`` characters and the rest.

    The cut is the blank behind the last whole sentence within ``length`` (if that leaves at least half of it), else the
    last blank within it, else the first one behind it; never inside a formula, braces or an address. ``lead + " " +
    rest`` is the text again (a line feed at the cut reads as the space). ``rest`` is '' when the text is no longer than
    ``length + 80``, or when there is no place to cut.

    Raises ValueError when ``length`` is not positive.
    """
    if length <= 0:
        raise ValueError(f"length must be positive, got {length}")
    if len(text) <= length + _TOLERANCE:
        return text, ""
    last = len(text.rstrip())
    cuts = [cut for cut in _cuts(text) if cut < last]
    within = [cut for cut in cuts if cut <= length]
    sentences = [cut for cut in within if cut >= length // 2 and _ends_sentence(text, cut)]
    behind = [cut for cut in cuts if cut > length]
    for candidates, choice in ((sentences, -1), (within, -1), (behind, 0)):
        if candidates:
            cut = candidates[choice]
            return text[:cut], text[cut + 1 :]
    return text, ""

"""From pasted references to the names that ``PaperQuery.like`` takes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

from broadsheet.catalogue.lookup import papers_identified, papers_titled
from broadsheet.catalogue.text import to_plain
from broadsheet.search.query import LONGEST_LIKENESS, MOST_ALIKE
from broadsheet.sources.bibliography import read_bibliography

LONGEST_ADDRESS = 7_500
"""What web servers take as an address ends at about 8,000 characters."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """Names to find similar papers to, and what became of the others.

    ``known`` of the entries are papers of the catalogue, ``unknown`` stand for themselves by their titles, ``unusable``
    have neither, ``broken`` could not be read, and ``left_out`` were more than can be compared at once.
    """

    names: tuple[str, ...]
    entries: int
    known: int
    unknown: int
    unusable: int
    broken: int
    left_out: int

    @property
    def is_whole(self) -> bool:
        """Whether every entry is among the names."""
        return not (self.unusable or self.broken or self.left_out)


def pasted_names(text: str) -> Pasted:
    """The papers that a pasted bibliography or list means; papers of the catalogue come first.

    Raises ``BibliographyError`` where the text is empty or too long.
    """
    read = read_bibliography(text)
    by_identifier = papers_identified({one for reference in read.references for one in reference.identifiers})
    titles = {to_plain(reference.title) for reference in read.references if reference.title}
    by_title = papers_titled(titles)
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    counts = {"known": 0, "unknown": 0, "unusable": 0}
    for reference in read.references:
        title = to_plain(reference.title)
        found = next((by_identifier[one] for one in reference.identifiers if one in by_identifier), None)
        if (paper := found or by_title.get(title)) is not None:
            known[paper] = None
            counts["known"] += 1
        elif title:
            unknown[" ".join(title.split())[:LONGEST_LIKENESS].strip()] = None
            counts["unknown"] += 1
        else:
            counts["unusable"] += 1
    names = [*known, *unknown]
    kept = _fitting(names)
    return Pasted(kept, len(read.references), **counts, broken=read.broken, left_out=len(names) - len(kept))


def _fitting(names: list[str]) -> tuple[str, ...]:
    """As many of the first names as may be compared at once and fit an address."""
    kept, length = [], 0
    for name in names[:MOST_ALIKE]:
        length += len("&like=") + len(quote_plus(name, errors="replace"))
        if length > LONGEST_ADDRESS:
            break
        kept.append(name)
    return tuple(kept)

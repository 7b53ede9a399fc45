"""What a paper is marked by: published, withdrawn, retracted, corrected, a new version; each with who says so.

Badges are part of a paper's state, computed as everything else from what sources said, and stored in the paper's row:
a list of a hundred papers shows them without asking for more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

# The graver first.
KINDS = ("retracted", "withdrawn", "corrected", "published", "version")
LONGEST_TEXT = 300


class _Stated(Protocol):
    """A statement as its row will hold it."""

    @property
    def source(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def stated_on(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Badge:
    """One mark of a paper.

    ``kind`` is one of ``KINDS``, ``text`` says where, why or (of a version) which in the words of a source, ``day``
    is in ISO 8601 or empty, ``sources`` are the slugs of all that say so.
    """

    kind: str
    text: str
    url: str
    day: str
    sources: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """It as data that survives JSON, as ``Paper.badges`` holds it."""
        return {
            "kind": self.kind,
            "text": self.text,
            "url": self.url,
            "day": self.day,
            "sources": list(self.sources),
        }


def badges_of(
    statements: Sequence[_Stated],
    printed: Sequence[tuple[str, str]],
    newest: tuple[int, datetime | None, Collection[str]] | None,
) -> tuple[Badge, ...]:
    """The badges of a paper.

    ``printed`` are sources with the journal references that they give; ``newest`` is the number of the newest version,
    its moment and the sources that tell of it. Of several texts the longest is shown, which says most.
    """
    badges = []
    for kind in KINDS:
        told = [one for one in statements if one.kind == kind]
        sources = {one.source for one in told}
        texts = [one.text for one in told]
        if kind == "published":
            texts += [text for _, text in printed]
            sources |= {source for source, _ in printed}
        if sources:
            text = max(texts, key=lambda text: (len(text), text))[:LONGEST_TEXT]
            url = min((one.url for one in told if one.url), default="")
            day = min((one.stated_on.isoformat() for one in told if one.stated_on), default="")
            badges.append(Badge(kind, text, url, day, tuple(sorted(sources))))
    if newest is not None and newest[0] > 1:
        number, moment, tellers = newest
        day = moment.astimezone(UTC).date().isoformat() if moment else ""
        badges.append(Badge("version", str(number), "", day, tuple(sorted(tellers))))
    return tuple(badges)

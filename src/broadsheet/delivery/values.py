"""What passes between the parts of a delivery: what is wanted, what was found, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Self

SectionKind = Literal["query", "for you"]
SECTION_KINDS: tuple[SectionKind, ...] = ("query", "for you")
MOST_IN_A_SECTION = 100
MOST_SECTIONS = 10
DEFAULT_COUNT = 10


class ContentsError(ValueError):
    """What is kept of a section or of contents cannot be read; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of what somebody wants sent: the answer to a query, or what is recommended to the person.

    ``query`` is the canonical query string of a ``PaperQuery``, empty for ``for you``. ``title`` is the subscriber's
    own; empty: what the query is called. ``count`` is the most papers that are sent of it.
    """

    kind: SectionKind = "query"
    query: str = ""
    title: str = ""
    count: int = DEFAULT_COUNT

    def to_json(self) -> dict[str, Any]:
        """A plain object, as the database keeps it."""
        return {"kind": self.kind, "query": self.query, "title": self.title, "count": self.count}

    @classmethod
    def from_json(cls, given: object) -> Self:
        """Raises ``ContentsError`` for anything but what ``to_json`` makes."""
        if not isinstance(given, Mapping):
            raise ContentsError(f"a section has to be an object, not {type(given).__name__}")
        kind, query, title, count = (given.get(name) for name in ("kind", "query", "title", "count"))
        if kind not in SECTION_KINDS:
            raise ContentsError(f"kind={kind!r}: expected one of {', '.join(SECTION_KINDS)}")
        if not isinstance(query, str) or not isinstance(title, str):
            raise ContentsError("query and title of a section have to be texts")
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_IN_A_SECTION:
            raise ContentsError(f"count={count!r}: expected a whole number from 1 to {MOST_IN_A_SECTION}")
        return cls(kind="for you" if kind == "for you" else "query", query=query, title=title, count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A section with its papers (row ids, in order). ``path`` leads to the page that shows more of it.

    ``total`` is how many papers the question has today, sent before or not. ``reasons`` tells in words, by row id, why
    a paper is recommended.
    """

    title: str
    path: str
    papers: tuple[int, ...]
    total: int = 0
    reasons: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """What one delivery brings: its sections, each with at least one paper."""

    sections: tuple[Filled, ...] = ()

    @property
    def papers(self) -> tuple[int, ...]:
        """The row ids of all papers, each once, in order."""
        return tuple(dict.fromkeys(number for section in self.sections for number in section.papers))

    def to_json(self) -> list[dict[str, Any]]:
        """Plain objects, as the database keeps them."""
        return [
            {
                "title": section.title,
                "path": section.path,
                "papers": list(section.papers),
                "total": section.total,
                "reasons": {str(number): words for number, words in section.reasons.items()},
            }
            for section in self.sections
        ]

    @classmethod
    def from_json(cls, given: Sequence[Mapping[str, Any]]) -> Self:
        """Raises ``ContentsError`` for anything but what ``to_json`` makes."""
        try:
            return cls(
                tuple(
                    Filled(
                        title=str(section["title"]),
                        path=str(section["path"]),
                        papers=tuple(int(number) for number in section["papers"]),
                        total=int(section["total"]),
                        reasons={int(number): str(words) for number, words in section["reasons"].items()},
                    )
                    for section in given
                )
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ContentsError(f"the contents of a delivery cannot be read: {error}") from error


class Fate(Enum):
    """What became of one try to hand something over."""

    SENT = "sent"
    LATER = "later"
    """Refused for the time being, or not reached, and surely not taken: it is tried again."""
    BOUNCED = "bounced"
    """The address is refused for good."""
    FAILED = "failed"
    """This one is refused for good, whatever the address."""
    IN_DOUBT = "in doubt"
    """It may have been taken: it is not sent again by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try, with the other side's answer in words, and after how many seconds it asks us back."""

    fate: Fate
    answer: str = ""
    retry_after: float | None = None

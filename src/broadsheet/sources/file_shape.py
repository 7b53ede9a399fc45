"""What the beginning of a file shows of its kind: the names in a JSON text, the first element of an XML text."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import ijson  # type: ignore[import-untyped]

_MOST_EVENTS = 5_000
# The paths of what is nested deeply are long, and made for all of a piece before the first of them is seen.
_PIECE = 1024
_LONGEST_PATH = 200
_PROLOGUE = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)+", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)((?:\s[^<>]*)?)/?>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonShape:
    """The paths at which a JSON text has values, as far as it was looked at: ``data.item.title``, ``item`` of arrays.

    ``texts`` holds the first text at each path. The values of a text of several values (JSON lines) are mixed.
    """

    paths: frozenset[str] = frozenset()
    texts: dict[str, str] = field(default_factory=dict)
    is_array: bool = False

    def has(self, *paths: str) -> bool:
        """Whether each of the paths is there."""
        return self.paths.issuperset(paths)

    def has_one(self, *paths: str) -> bool:
        """Whether one of the paths is there."""
        return not self.paths.isdisjoint(paths)


@dataclass(frozen=True, slots=True)
class XmlShape:
    """The first element of an XML or HTML text: its name without prefix, and its attributes as they stand there."""

    name: str
    attributes: str


class Head:
    """The beginning of a file (all of a short one) and what it shows."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def json(self) -> JsonShape | None:
        """What the text shows as JSON; ``None`` where it does not begin as an object or array."""
        text = self.text.lstrip()
        return json_shape(text) if text.startswith(("{", "[")) else None

    @cached_property
    def xml(self) -> XmlShape | None:
        """What the text shows as XML; ``None`` where it does not begin with an element behind a prologue."""
        text = self.text.lstrip()
        if not text.startswith("<"):
            return None
        prologue = _PROLOGUE.match(text)
        element = _ELEMENT.match(text, prologue.end() if prologue else 0)
        return XmlShape(element[1], element[2]) if element else None


def json_shape(text: str) -> JsonShape:
    """The shape of a JSON text up to its end, its first fault, or as far as it pays to look."""
    paths = set[str]()
    texts = dict[str, str]()
    events = ijson.parse(
        io.BytesIO(text.encode("utf-8", "replace")), multiple_values=True, use_float=True, buf_size=_PIECE
    )
    try:
        for path, event, value in islice(events, _MOST_EVENTS):
            if len(path) > _LONGEST_PATH:
                break
            paths.add(path)
            if event == "string":
                texts.setdefault(path, value)
    except (ijson.JSONError, ValueError, OverflowError):
        # What came before the fault shows enough, or nothing does.
        pass
    return JsonShape(frozenset(paths), texts, text.startswith("["))

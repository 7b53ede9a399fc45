"""The names of persons as bibliographies write them, in the order in which they are printed on papers."""

from __future__ import annotations

import re

_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def split_names(text: str) -> list[str]:
    """The names in a BibTeX field: those between ``and`` outside braces; ``others`` is nobody.

    The rule is that of BibTeX's name lists (O. Patashnik, BibTeXing, 1988, section 4).
    """
    names = _AND.split(text) if "{" not in text else _split_outside_braces(text)
    return [name for name in (" ".join(name.split()) for name in names) if name and name.lower() != "others"]


def _split_outside_braces(text: str) -> list[str]:
    names, depth, start = [], 0, 0
    for mark in re.finditer(r"[{}]|\s+and\s+", text, re.IGNORECASE):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth = max(depth - 1, 0)
        elif depth == 0:
            names.append(text[start : mark.start()])
            start = mark.end()
    return [*names, text[start:]]


def printed_name(name: str) -> str:
    """A name as papers print it: ``van Last, First`` and ``Last, Jr, First`` turned, all others as they are.

    A comma inside braces belongs to the name (``{Example, Inc.}``).
    """
    if "," not in name:
        return name
    parts = [part.strip() for part in (_split_at_commas(name) if "{" in name else name.split(","))]
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        last, first = parts
        return f"{first} {last}".strip()
    last, generation, first = parts[0], parts[1], " ".join(parts[2:])
    return " ".join(part for part in (first, last, generation) if part)


def _split_at_commas(name: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for mark in re.finditer(r"[{},]", name):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth = max(depth - 1, 0)
        elif depth == 0:
            parts.append(name[start : mark.start()])
            start = mark.end()
    return [*parts, name[start:]]

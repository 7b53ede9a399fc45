"""Whole numbers in the parameters of an operation."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict

from broadsheet.search.query import QueryError


def number_in(given: QueryDict | Mapping[str, str], name: str, usual: int, most: int, *, least: int = 0) -> int:
    """The number that a parameter called ``name`` is, from ``least`` to ``most``; ``usual`` where it is empty.

    Raises ``QueryError`` for anything else.
    """
    text = given.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise QueryError(name, text, f"a whole number from {least} to {most:,}")
    return int(text)

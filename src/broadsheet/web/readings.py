"""A question told back in words: how it was read, and what could not be read as its syntax says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from broadsheet.search.language import Note, Part, Reading, describe

_FIELDS: Mapping[str, str | Promise] = {
    "title": gettext_lazy("in the title"),
    "abstract": gettext_lazy("in the abstract"),
    "author": gettext_lazy("by"),
    "organisation": gettext_lazy("from"),
    "category": gettext_lazy("category"),
    "id": gettext_lazy("paper"),
    "year": gettext_lazy("year"),
    "date": gettext_lazy("listed"),
    "has": gettext_lazy("with"),
    "votes": gettext_lazy("votes"),
    "comments": gettext_lazy("comments"),
    "language": gettext_lazy("language"),
}
_QUOTED = ("title", "abstract")
_NOTES: Mapping[str, str | Promise] = {
    "syntax": gettext_lazy("“%(part)s” could not be read as written; it was searched as words."),
    "value": gettext_lazy("“%(part)s” asks for something that cannot be asked for; it was searched as words."),
    "operator": gettext_lazy("“%(part)s” has nothing beside it to work on; it was searched as a word."),
    "empty": gettext_lazy("“%(part)s” says nothing to look for."),
    "unknown": gettext_lazy("No paper here is known as “%(part)s”."),
    "length": gettext_lazy("The question is too long: what follows “%(part)s” was left out."),
    "prose": gettext_lazy("This was read as running text, so %(part)s is not required."),
}


def told_parts(reading: Reading | None) -> list[str]:
    """How a question was read, part by part; empty where it is nothing but words."""
    if reading is None:
        return []
    parts = describe(reading)
    is_plain = all(part.kind == "words" and not part.is_excluded for part in parts)
    return [] if is_plain else [_told(part) for part in parts]


def told_notes(reading: Reading | None) -> list[str]:
    """What could not be read as its syntax says, in sentences."""
    notes: Sequence[Note] = reading.notes if reading else ()
    return [str(_NOTES[note.kind]) % {"part": note.part} for note in notes]


def _told(part: Part) -> str:
    if part.kind == "words":
        text = " ".join(f"“{value}”" for value in part.values) if part.is_excluded else " ".join(part.values)
    elif part.kind == "phrase":
        text = f"“{' '.join(part.values)}”"
    elif part.kind in ("all", "any"):
        between = _(" and ") if part.kind == "all" else _(" or ")
        text = "(" + between.join(_told(inner) for inner in part.parts) + ")"
    else:
        values = ", ".join(f"“{value}”" if part.kind in _QUOTED else _span(value) for value in part.values)
        text = f"{_FIELDS[part.kind]} {values}"
    return _("not %(part)s") % {"part": text} if part.is_excluded else text


def _span(value: str) -> str:
    """A value, or from where to where."""
    first, dots, last = value.partition("..")
    if not dots:
        return value
    if first and last:
        return _("%(first)s to %(last)s") % {"first": first, "last": last}
    return _("from %(first)s") % {"first": first} if first else _("up to %(last)s") % {"last": last}

"""One paper in the answer to a question: its marked title and passage, and in short why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_html
from broadsheet.search.find import Found
from broadsheet.search.showing import Explained, explained
from broadsheet.search.snippets import Marked, Place

_PLACES: Mapping[Place, str | Promise] = {
    "authors": gettext_lazy("authors match"),
    "organisations": gettext_lazy("organisation matches"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """A paper of an answer as the search page shows it; ``title`` and ``passage`` are empty where nothing is marked."""

    paper: Paper
    title: SafeString | None = None
    passage: SafeString | None = None
    is_cut_before: bool = False
    is_cut_behind: bool = False
    why: str | Promise = ""
    places: Sequence[str | Promise] = ()
    missing: Sequence[str] = ()


def results(found: Found) -> list[Result]:
    """The papers of this part of an answer, each with what it says for itself."""
    told = explained(found)
    shown = []
    for paper in found.papers:
        if (one := told.get(paper.pk)) is None:
            shown.append(Result(paper))
            continue
        shown.append(
            Result(
                paper,
                title=marked_title(paper.title, one.shown.title),
                passage=marked(one.shown.passage.pieces),
                is_cut_before=one.shown.passage.is_cut_before,
                is_cut_behind=one.shown.passage.is_cut_behind,
                why=_why(one),
                places=[_PLACES[place] for place in one.places],
                missing=one.missing,
            )
        )
    return shown


def marked(pieces: Marked) -> SafeString:
    """A text with its matches as ``mark`` elements."""
    parts = (f"<mark>{escape(text)}</mark>" if is_match else escape(text) for text, is_match in pieces)
    return mark_safe("".join(parts))  # noqa: S308  (every piece is escaped)


def marked_title(title: str, pieces: Marked) -> SafeString | None:
    """A title with its matches marked; None where its plain reading would lose a formula or nothing matches."""
    if not any(is_match for _, is_match in pieces):
        return None
    plain = "".join(text for text, _ in pieces)
    return marked(pieces) if to_html(title, autolink=False) == escape(plain) else None


def _why(one: Explained) -> str | Promise:
    if one.has_words and one.why.is_near:
        return gettext_lazy("words and meaning")
    if one.has_words:
        return gettext_lazy("words")
    return gettext_lazy("meaning") if one.why.is_near else ""

"""How the papers of an answer explain themselves: marked words, the passage, where they matched, what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.search.explaining import Why
from broadsheet.search.find import Found
from broadsheet.search.snippets import Place, Shown, Terms, snippet
from broadsheet.search.words.analysis import UNTELLING_WORDS

MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Explained:
    """One paper of an answer: its reason, its marked title and passage, and the typed words that it lacks."""

    why: Why
    shown: Shown

    @property
    def has_words(self) -> bool:
        """Whether any of the words, or a part of a compound, is there."""
        return self.why.has_words or bool(self.shown.places)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the words stand, besides title and abstract, which show it themselves."""
        return tuple(place for place in self.shown.places if place not in ("title", "abstract"))

    @property
    def missing(self) -> tuple[str, ...]:
        """Telling words that the paper lacks; none where it was found by its meaning alone."""
        if not self.why.has_words or self.why.has_all:
            return ()
        return tuple(word for word in self.shown.missing if word not in UNTELLING_WORDS)


def explained(found: Found) -> dict[int, Explained]:
    """The papers of this part of an answer by row id; empty where no words were asked for."""
    reading = found.reading
    if reading is None or not reading.has_words or not found.why:
        return {}
    terms = Terms(reading)
    names = _names(found.papers) if terms.asks_for("authors") else {}
    return {
        paper.pk: Explained(
            found.why[paper.pk],
            snippet(
                to_plain(paper.title),
                to_plain(paper.abstract),
                terms,
                authors=names.get(paper.pk, ()),
                organisations=[to_plain(organisation.name) for organisation in paper.organisations.all()],
            ),
        )
        for paper in found.papers
        if paper.pk in found.why
    }


def _names(papers: Sequence[Paper]) -> Mapping[int, Sequence[str]]:
    """The authors of papers, also those that a card does not name."""
    names: dict[int, list[str]] = defaultdict(list)
    rows = Authorship.objects.filter(paper__in=papers, position__lt=MOST_NAMES).order_by("paper_id", "position")
    for number, name in rows.values_list("paper_id", "name"):
        names[number].append(to_plain(name))
    return names

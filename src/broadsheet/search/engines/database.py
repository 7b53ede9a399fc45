"""Words from the catalogue's own database, for as long as the engine is gone: slower, plainer, and without meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from django.db.models import Case, Count, FloatField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, ExtractYear
from numpy.typing import NDArray

from broadsheet.catalogue.models import Authorship, Paper, PaperCategory
from broadsheet.catalogue.text import fold, index_text, normalise_title
from broadsheet.search.conditions import All, Condition, HasPhrase, HasWords, asks_for_words, both
from broadsheet.search.conditions import Any as AnyOf
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import EngineError, EngineState, Facets, Floats, Numbers, Scored, Told
from broadsheet.search.hubs import Titles
from broadsheet.search.language import Clause
from broadsheet.search.ordering import IndexedSort, sql_order
from broadsheet.search.sql import beginning, condition_q
from broadsheet.search.words.analysis import analyse, pieces, stem

# A search looks through the newest papers that satisfy the facts, at most this many, reads the texts of at most so many
# that hold a word, and takes the first words of a long question: a page has to come while the engine is gone.
MOST_SEARCHED, MOST_READ, MOST_WORDS = 50_000, 1_000, 12
MOST_TITLED = 10
# A word in the title counts as so many in the abstract.
TITLE_WEIGHT = 2.0

_Affiliation = Paper.organisations.through


class DatabaseEngine:
    """See ``engines.base.Engine``. It is the catalogue, so it is always up to date and is never written to."""

    name = "database"
    # Another thread would have another connection.
    answers_at_once = False

    def __init__(self, dims: int = 384) -> None:
        self._dims = dims

    def reload(self) -> None:
        """Nothing: each question reads what is stored."""

    def state(self) -> EngineState:
        """Every paper can be found by words, none by meaning."""
        return EngineState(Paper.shown.count(), 0, "")

    def words(self, clauses: Sequence[Clause], must: Condition | None, limit: int) -> Scored:
        """Papers by how many of the words they hold, words of the title counting more; of equal ones, the newest."""
        wanted = _terms(clauses)
        if not wanted or limit < 1:
            return _NOTHING
        papers = _searched(must).filter(condition_q(AnyOf(tuple(_condition(clause) for clause in clauses))))
        rows = papers.annotate(held=_held(wanted)).order_by("-held", *sql_order("newest"))
        read = list(rows.values_list("pk", "title", "abstract")[:MOST_READ])
        names = _names([number for number, _, _ in read])
        scored = [
            (_score(wanted, title, abstract, names.get(number, "")), -place, number)
            for place, (number, title, abstract) in enumerate(read)
        ]
        best = sorted((entry for entry in scored if entry[0] > 0), reverse=True)[:limit]
        return Scored(
            np.array([number for _, _, number in best], np.int64), np.array([score for score, _, _ in best], np.float32)
        )

    def nearest(
        self,
        vector: Floats,  # noqa: ARG002 - the protocol's
        must: Condition | None,  # noqa: ARG002
        limit: int,  # noqa: ARG002
        effort: float = 1.0,  # noqa: ARG002
    ) -> Scored:
        """No paper: the database knows no meaning."""
        return _NOTHING

    def told(self, numbers: Numbers) -> Told:
        """No vectors."""
        count = len(numbers)
        return Told(np.zeros((count, self._dims), np.float32), np.zeros(count, np.bool_), np.zeros(count, np.float32))

    def spread(self, vector: Floats) -> tuple[float, float]:  # noqa: ARG002 - the protocol's
        """As of no papers at all."""
        return 0.0, 0.0

    def count(self, must: Condition | None) -> int:
        """How many papers satisfy ``must``."""
        return _matching(must).count()

    def among(self, numbers: Numbers, must: Condition | None) -> NDArray[np.bool_]:
        """Which of these papers satisfy ``must``."""
        held = _matching(must).filter(pk__in=[int(number) for number in numbers]).values_list("pk", flat=True)
        return np.isin(numbers, np.array(list(held), np.int64))

    def facets(self, must: Condition | None, limit: int) -> Facets:
        """Counts of the most frequent values of each facet."""
        papers = _matching(must)
        categories = PaperCategory.objects.filter(paper__in=papers.values("pk"))
        organisations = _Affiliation.objects.filter(paper__in=papers.values("pk"))
        dated = papers.annotate(year=ExtractYear(Coalesce("published_on", "first_listed_on")))
        with_code = papers.filter(has_code=True).count()
        return {
            "category": _counted(categories.values_list("category__code"), limit),
            "year": _counted(dated.filter(year__isnull=False).values_list("year"), limit),
            "organisation": _counted(organisations.values_list("organisation__slug"), limit),
            "code": [("1", with_code)] if with_code else [],
        }

    def listed(self, must: Condition | None, sort: IndexedSort, offset: int, limit: int) -> Numbers:
        """Papers that satisfy ``must`` in an order of ``ordering``."""
        papers = _matching(must).order_by(*sql_order(sort))
        return np.array(list(papers.values_list("pk", flat=True)[offset : offset + limit]), np.int64)

    def titled(self, title_key: str, must: Condition | None) -> Numbers:
        """The papers whose whole normalised title this is, among the newest that hold its words."""
        words = [word for word in title_key.split() if word.isascii()] or title_key.split()
        if not words:
            return _NOTHING.numbers
        likely = _matching(must).filter(*(Q(title__icontains=word) for word in words[:MOST_WORDS])).order_by("-pk")
        titles = likely.values_list("pk", "title")[:MOST_READ]
        same = sorted(number for number, title in titles if normalise_title(title) == title_key)
        return np.array(same[:MOST_TITLED], np.int64)

    def numbers(self) -> tuple[Numbers, Numbers]:
        """All papers, and none with a vector."""
        return np.array(list(Paper.shown.order_by("pk").values_list("pk", flat=True)), np.int64), _NOTHING.numbers

    def update(
        self, documents: Sequence[IndexDocument], gone: Sequence[int], vectors: tuple[Numbers, Floats], fingerprint: str
    ) -> None:
        """Refuse: raises ``EngineError``. Papers get into the catalogue by intake."""
        raise EngineError(
            f"database engine: {len(documents)} papers, {len(gone)} removals and {len(vectors[0])} vectors of model "
            f"{fingerprint[:12]!r} were to be written; it only reads the catalogue"
        )

    def wants_titles(self) -> bool:
        """Never: hubness is not told here."""
        return False

    def adopt(self, titles: Titles, should_stop: Callable[[], bool]) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing: hubness is not told here."""
        return False

    def maintain(self, should_stop: Callable[[], bool]) -> bool:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return False


_NOTHING = Scored(np.empty(0, np.int64), np.empty(0, np.float32))


def _matching(must: Condition | None) -> QuerySet[Paper]:
    return Paper.shown.filter(condition_q(must)) if must is not None else Paper.shown.all()


def _searched(must: Condition | None) -> QuerySet[Paper]:
    """The newest papers that satisfy the facts, and of these the ones that satisfy what is said in words."""
    parts = must.parts if isinstance(must, All) else (must,)
    facts = both(*(part for part in parts if not asks_for_words(part)))
    newest = _matching(facts).order_by("-pk").values("pk")[:MOST_SEARCHED]
    said = both(*(part for part in parts if asks_for_words(part)))
    return _matching(said).filter(pk__in=newest)


def _terms(clauses: Sequence[Clause]) -> dict[str, str]:
    """The first words of a question by their stems, each with what its forms begin with."""
    words = [part for clause in clauses for piece in pieces(clause.text) for part in piece.parts]
    return dict([(stem(word), beginning(word)) for word in words if stem(word)][:MOST_WORDS])


def _condition(clause: Clause) -> Condition:
    if clause.is_phrase:
        return HasPhrase(clause.text, clause.field)
    words = [part for piece in pieces(clause.text) for part in piece.parts]
    return AnyOf(tuple(HasWords(word, clause.field) for word in words[:MOST_WORDS]))


def _held(wanted: dict[str, str]) -> Combinable:
    """How many of the words a paper seems to hold, those of the title counting more: enough to choose what is read."""
    count: Combinable = Value(0.0)
    for start in wanted.values():
        title = When(title__icontains=start, then=Value(TITLE_WEIGHT))
        abstract = When(abstract__icontains=start, then=Value(1.0))
        count = count + Case(title, abstract, default=Value(0.0), output_field=FloatField())
    return count


def _names(numbers: list[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    for number, name in Authorship.objects.filter(paper__in=numbers).values_list("paper_id", "name"):
        names[number] = f"{names.get(number, '')} {fold(name)}"
    return names


def _score(wanted: dict[str, str], title: str, abstract: str, names: str) -> float:
    in_title, elsewhere = set(analyse(index_text(title))), set(analyse(index_text(abstract))) | set(analyse(names))
    return sum(TITLE_WEIGHT if term in in_title else float(term in elsewhere) for term in wanted)


def _counted(values: QuerySet[Any], limit: int) -> list[tuple[str, int]]:
    rows = values.annotate(papers=Count("*")).order_by("-papers")[:limit]
    return [(str(value), count) for value, count in rows]

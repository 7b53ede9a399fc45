"""The papers that can be recommended on a day, with their features, held by each process.

Reading them takes seconds, asking whether they are still the same takes one small question: so a request ranks what is
in memory. What changed is read anew, and of what stayed the features are kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import chain
from time import monotonic
from typing import Any, Final

import numpy as np
from django.db.models import Count, F, IntegerField, Max, Subquery
from django.db.models.functions import Coalesce
from scipy.sparse import csr_array, vstack

from broadsheet.catalogue.models import Authorship, ChangedPaper, Identifier, Listing, Paper, PaperCategory
from broadsheet.ranking.personal.asking import Question
from broadsheet.ranking.personal.backdrop import Backdrop
from broadsheet.ranking.personal.direction import Prepared
from broadsheet.ranking.personal.features import Features
from broadsheet.ranking.personal.kept import Kept, keep_features, kept_features
from broadsheet.ranking.personal.kinds import Floats, Numbers
from broadsheet.ranking.personal.metric import PERSONAL, Metric
from broadsheet.ranking.personal.stored import Learnt
from broadsheet.search.duplicates import Described
from broadsheet.search.models import PaperVector, WaitingVector

WINDOW: Final = 14
"""Papers of so many days with papers, up to today, can be recommended."""
MOST_CANDIDATES: Final = 20_000
"""At most so many of them, those that were listed last."""
HELD_FOR: Final = 60.0
"""So many seconds they hold though a text, vector or count changed; a paper that comes or is hidden shows at once."""
MOST_UNKEPT: Final = 200
"""Features of so many papers are computed anew by each process that begins; those of more are kept in a file."""

Groups = Mapping[object, Numbers]


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates in rows, n of them, ordered by row id.

    ``texts``: what the text and vector of each are known by (``Marks.texts``). ``listed``: int64 (n,), the last day
    each was listed (proleptic ordinal), up to the pool's day. ``attention``: float32 (n,) from 0 to 1. ``categories``,
    ``organisations``, ``authors`` (by slug and by ORCID) and ``people`` (by account) have the rows of each.
    ``fingerprint`` is the model of the vectors, ``lexicon_id`` the one of the words. ``metric`` compares papers before
    the backdrop of these, for which they are ``prepared``.
    """

    day: date
    features: Features
    digests: tuple[str, ...]
    texts: tuple[str, ...]
    described: tuple[Described, ...]
    listed: Numbers
    attention: Floats
    categories: Groups
    organisations: Groups
    authors: Groups
    people: Groups
    fingerprint: str
    lexicon_id: str
    metric: Metric
    prepared: Prepared

    def __len__(self) -> int:
        """How many candidates there are."""
        return len(self.features)

    def rows_of(self, numbers: Iterable[int]) -> Numbers:
        """The rows of papers, int64; papers that are no candidates are left out."""
        wanted = np.fromiter(numbers, np.int64)
        return np.flatnonzero(np.isin(self.features.numbers, wanted))


@dataclass(frozen=True, slots=True)
class _Held:
    """A pool, with what there was and what had changed when it was read."""

    state: object
    changes: object
    read_at: float
    pool: Pool


_held: dict[int, _Held] = {}


def pool_of(day: date, learnt: Learnt, *, window: int = WINDOW) -> Pool:
    """The candidates of the last ``window`` days with papers up to ``day``; those that were read already, if they hold.

    Hidden papers are not among them at the time of reading: whoever shows a list makes sure once more.
    """
    there, changes = _state()
    state = day, learnt.lexicon_id, there
    known = _held.get(window)
    is_there = known is not None and known.state == state
    if known and is_there and (known.changes == changes or monotonic() - known.read_at < HELD_FOR):
        return known.pool
    pool = _read(day, learnt, window, known.pool if known else None)
    _held[window] = _Held(state, changes, monotonic(), pool)
    return pool


def features_of(numbers: Sequence[int], pool: Pool, learnt: Learnt) -> Features:
    """Features of any papers as a pool's are made, so that both can be compared; papers that are gone are left out."""
    made = _made(_papers(list(numbers)), pool.fingerprint, learnt)
    dims = pool.features.dense.shape[1]
    return made if made.dense.shape[1] == dims else _without_vectors(made, dims)


def joined(parts: Sequence[Features]) -> Features:
    """Features that were made with the same lexicon and model, one behind the other; at least one."""
    dims = max(part.dense.shape[1] for part in parts)
    parts = [part if part.dense.shape[1] == dims else _without_vectors(part, dims) for part in parts]
    return Features(**{one.name: _stacked([getattr(part, one.name) for part in parts]) for one in fields(Features)})


def _stacked(parts: Sequence[Any]) -> Any:
    """Arrays, sparse rows or tuples one behind the other; None where one of them is None."""
    if any(part is None for part in parts):
        return None
    if isinstance(parts[0], tuple):
        return tuple(chain.from_iterable(parts))
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else csr_array(vstack(parts))


def _without_vectors(features: Features, dims: int) -> Features:
    return replace(features, dense=np.zeros((len(features), dims), np.float32))


def forget_held() -> None:
    """Let go of what this process holds, so that the next request reads it anew."""
    _held.clear()


def _state() -> tuple[object, object]:
    """What there is, and what changes when a text, a vector or a count does: one question."""
    there = _NEWEST.rows()
    return (there[0][:3], there[0][3:]) if there else ((), ())


def _newest() -> Any:
    newest = Listing.objects.order_by("-pk").annotate(
        made_at=F("paper__created_at"),
        hidden=_tally(Paper.objects.filter(is_hidden=True)),
        changes=_tally(ChangedPaper.objects.all()),
        last_change=_last(ChangedPaper.objects.all()),
        waiting=_tally(WaitingVector.objects.all()),
        last_waiting=_last(WaitingVector.objects.all()),
    )
    return newest.values_list("pk", "made_at", "hidden", "changes", "last_change", "waiting", "last_waiting")[:1]


_NEWEST: Final = Question(_newest)


def _tally(rows: Any) -> Any:
    counted = rows.order_by().annotate(all=F("pk") * 0).values("all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _last(rows: Any) -> Any:
    return Subquery(rows.order_by("-pk").values("pk")[:1])


def _read(day: date, learnt: Learnt, window: int, before: Pool | None) -> Pool:
    listed, which = _listed(day, window)
    papers = [paper for paper in _papers(which) if paper.number in listed]
    fingerprint = usual_model(paper.vector[0] for paper in papers if paper.vector)
    digests = tuple(paper.digest for paper in papers)
    numbers = [paper.number for paper in papers]
    known = before or kept_features(window)
    features, new_count = _features(papers, digests, fingerprint, learnt, known)
    if new_count > MOST_UNKEPT:
        keep_features(window, Kept(features, digests, fingerprint, learnt.lexicon_id))
    metric = replace(PERSONAL, backdrop=Backdrop.of(features))
    return Pool(
        day=day,
        features=features,
        digests=digests,
        texts=tuple(paper.text for paper in papers),
        described=tuple(paper.described() for paper in papers),
        listed=np.array([listed[number].toordinal() for number in numbers], np.int64),
        attention=_attention(papers),
        categories=_grouped(numbers, which, PaperCategory.objects.all(), "category_id"),
        organisations=_grouped(numbers, which, Paper.organisations.through.objects.all(), "organisation_id"),
        authors={
            **_grouped(numbers, which, Authorship.objects.exclude(slug=""), "slug"),
            **_grouped(numbers, which, Authorship.objects.exclude(orcid=""), "orcid"),
        },
        people=_grouped(numbers, which, Authorship.objects.filter(account__isnull=False), "account_id"),
        fingerprint=fingerprint,
        lexicon_id=learnt.lexicon_id,
        metric=metric,
        prepared=Prepared.of(features, metric),
    )


def _listed(day: date, window: int) -> tuple[dict[int, date], Any]:
    """The papers of the last days up to ``day``, with the last day each was listed, and a question that finds them."""
    until = Listing.objects.filter(listed_on__lte=day)
    span = list(until.order_by("-listed_on").values_list("listed_on", flat=True).distinct()[:window])
    rows = until.filter(listed_on__gte=span[-1] if span else day, paper__is_hidden=False).order_by()
    told = rows.values_list("paper_id").annotate(on=Max("listed_on"))
    last = sorted(told, key=lambda one: (one[1].toordinal(), one[0]), reverse=True)[:MOST_CANDIDATES]
    return dict(last), rows.values("paper")


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is read of a paper."""

    number: int
    title: str
    abstract: str
    names: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    dated_on: date | None
    state_digest: str
    attention: int
    vector: tuple[str, str, bytes] | None
    """The model, the digest of the text, and float16 as bytes."""

    @property
    def digest(self) -> str:
        """What its features are known by."""
        return f"{self.state_digest} {self.vector[:2] if self.vector else ''}"

    @property
    def text(self) -> str:
        """What its text and vector are known by."""
        return self.state_digest + (self.vector[1] if self.vector else "")

    def described(self) -> Described:
        """What tells near-duplicates."""
        year = self.dated_on.year if self.dated_on else None
        return Described(self.number, self.title, self.abstract, self.names, self.identifiers, year)


def _papers(which: Any) -> list[_Paper]:
    """What is read of papers, by row id; those that are not there or hidden are left out.

    ``which`` are row ids or, where they are many, a question that finds them: that is much quicker to ask.
    """
    found: list[_Paper] = []
    names = _pairs(Authorship.objects.filter(paper__in=which).order_by("paper_id", "position"), "name")
    identifiers = _pairs(Identifier.objects.filter(paper__in=which).order_by("scheme", "value"), "scheme", "value")
    vectors = _pairs(PaperVector.objects.filter(paper__in=which), "fingerprint", "text_digest", "vector")
    columns = ("pk", "title", "abstract", "published_on", "first_listed_on", "state_digest")
    rows = Paper.shown.filter(pk__in=which).order_by("pk")
    for number, title, abstract, published_on, listed_on, digest, votes, comments in rows.values_list(
        *columns, "votes_count", "comments_count"
    ):
        model, text_digest, body = vectors.get(number, [("", "", b"")])[0]
        found.append(
            _Paper(
                number,
                title,
                abstract,
                tuple(name for (name,) in names.get(number, ())),
                tuple(identifiers.get(number, ())),
                published_on or listed_on,
                digest,
                votes + comments,
                (model, text_digest, bytes(body)) if model else None,
            )
        )
    return found


def _pairs(rows: Any, *columns: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for number, *values in rows.values_list("paper_id", *columns):
        found[number].append(tuple(values))
    return found


def unit_vectors(numbers: Sequence[int], stored: Mapping[int, tuple[str, bytes]], model: str) -> Floats:
    """Stored vectors (model and float16 as bytes) as unit rows, float32 (n, dims), of one model.

    Zeros where a paper has none of that model; dims is 0 where there is none at all.
    """
    bodies = [body if name == model else b"" for name, body in (stored.get(number, ("", b"")) for number in numbers)]
    dense = np.zeros((len(numbers), max((len(body) // 2 for body in bodies), default=0)), np.float32)
    for row, body in enumerate(bodies):
        if body and len(body) == 2 * dense.shape[1]:
            dense[row] = np.frombuffer(body, "<f2")
    lengths = np.linalg.norm(dense, axis=1, keepdims=True)
    return (dense / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def usual_model(models: Iterable[str]) -> str:
    """The model that made most vectors, the first by name of several; vectors of others cannot be compared."""
    counted = Counter(models)
    return min(counted, key=lambda name: (-counted[name], name), default="")


def _features(
    papers: Sequence[_Paper], digests: Sequence[str], fingerprint: str, learnt: Learnt, before: Pool | Kept | None
) -> tuple[Features, int]:
    """Features of papers; of those that were there before with the same text and vector, what there was.

    And how many papers were new.
    """
    kept: dict[tuple[int, str], int] = {}
    if before and (before.lexicon_id, before.fingerprint) == (learnt.lexicon_id, fingerprint):
        named = zip(before.features.numbers.tolist(), before.digests, strict=True)
        kept = {one: row for row, one in enumerate(named)}
    places = [kept.get((paper.number, digest), -1) for paper, digest in zip(papers, digests, strict=True)]
    new = [paper for paper, place in zip(papers, places, strict=True) if place < 0]
    if before is not None and not new:
        # Copies take long: there is none where nothing has changed.
        is_same = places == list(range(len(before.features)))
        return before.features if is_same else before.features.take(places), 0
    made = _made(new, fingerprint, learnt)
    if before is None or len(new) == len(papers):
        return made, len(new)
    old = before.features.take([place for place in places if place >= 0])
    both = joined([old, made])
    return both.take(np.argsort(both.numbers)), len(new)


def _made(papers: Sequence[_Paper], fingerprint: str, learnt: Learnt) -> Features:
    vectors = {paper.number: (paper.vector[0], paper.vector[2]) for paper in papers if paper.vector}
    return Features.of(
        [paper.number for paper in papers],
        [paper.title for paper in papers],
        [paper.abstract for paper in papers],
        unit_vectors([paper.number for paper in papers], vectors, fingerprint),
        [paper.names for paper in papers],
        lexicon=learnt.lexicon,
    )


def _attention(papers: Sequence[_Paper]) -> Floats:
    """Votes and comments of each, from 0 to 1 on a logarithmic scale whose end is the most that any has."""
    counts = np.log1p(np.array([paper.attention for paper in papers], np.float32))
    return (counts / max(1.0, float(counts.max(initial=0.0)))).astype(np.float32)


def _grouped(numbers: Sequence[int], which: Any, rows: Any, column: str) -> Groups:
    """The rows of the candidates (row ids ``numbers``, found by ``which``) that have each value of a column."""
    found: dict[object, set[int]] = defaultdict(set)
    places = {number: row for row, number in enumerate(numbers)}
    for number, value in rows.filter(paper__in=which).order_by().values_list("paper_id", column):
        if number in places:
            found[value].add(places[number])
    return {value: np.array(sorted(places_of), np.int64) for value, places_of in found.items()}

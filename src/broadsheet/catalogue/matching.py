"""Deciding which paper a record speaks of.

Identifiers decide first, then the source's own key, then the whole title. A title alone joins two records only where
nothing speaks against it: no differing identifier of one scheme, no second key of one source, and, where both name
authors, at least one author in common. Titles are compared whole; alike is not enough.

The outcome does not depend on the order of the records, with one exception. What a title has joined stays joined: when
several different papers bear one identical title, a record of that title that says nothing else (no identifier, no
authors) belongs to the first of them that is known, and it never makes one paper of two that contradict each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from broadsheet.catalogue.merging import Described, Payload, digest_of
from broadsheet.catalogue.models import Counter, Listing, Paper, SourceRecord
from broadsheet.catalogue.text import fold, normalise_title

# Without authors on both sides and with other abstracts, a short title ("Editorial", "A reply") proves nothing.
FEWEST_TITLE_WORDS = 3


@dataclass(slots=True)
class ListingDraft:
    """A listing as it will be written."""

    rank: int | None = None
    submitted_by: str = ""


@dataclass(slots=True)
class CounterDraft:
    """A source's figures as they will be written."""

    votes_count: int = 0
    comments_count: int = 0
    stars_count: int = 0


@dataclass(slots=True, eq=False)
class Draft:
    """One paper while a batch is taken in: what is stored of it, and what the batch adds."""

    paper: Paper | None = None
    descriptions: dict[tuple[str, str, str], Described] = field(default_factory=dict)
    added: list[tuple[str, str, Described]] = field(default_factory=list)
    title_hashes: set[str] = field(default_factory=set)
    refs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    listings: dict[tuple[str, date], ListingDraft] = field(default_factory=dict)
    counters: dict[str, CounterDraft] = field(default_factory=dict)
    absorbed: list[Paper] = field(default_factory=list)
    is_touched: bool = False

    @property
    def identifiers(self) -> set[tuple[str, str]]:
        """Every identifier that any description states."""
        return {pair for described in self.descriptions.values() for pair in identifiers_of(described.payload)}

    def names(self) -> dict[str, set[str]]:
        """What tells this paper from others: its identifiers by scheme, and each source's own keys."""
        return _names_by_scheme(self.identifiers, self.refs)

    def describe(self, source: str, ref: str, hashed_title: str, described: Described) -> bool:
        """Add a description; False when exactly this one is there already."""
        if not self.remember(source, ref, hashed_title, described):
            return False
        self.added.append((ref, hashed_title, described))
        self.is_touched = True
        return True

    def remember(self, source: str, ref: str, hashed_title: str, described: Described) -> bool:
        """Take note of a description that is stored already; False when it is known."""
        place = (source, ref, described.digest)
        if place in self.descriptions:
            return False
        self.descriptions[place] = described
        if hashed_title:
            self.title_hashes.add(hashed_title)
        if ref:
            self.refs[source].add(ref)
        return True


def identifiers_of(payload: Payload) -> set[tuple[str, str]]:
    """The identifiers that one description states."""
    return {(item["scheme"], item["value"]) for item in payload.get("identifiers", ())}


def _names_by_scheme(identifiers: Iterable[tuple[str, str]], refs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for scheme, value in identifiers:
        names[scheme].add(value)
    for source, keys in refs.items():
        names[f"key of {source}"] |= keys
    return names


def _surnames(payloads: Iterable[Payload]) -> set[str]:
    """The last word of each author's folded name (for ``Last, First`` the word before the comma)."""
    names: set[str] = set()
    for payload in payloads:
        for author in payload.get("authors", ()):
            words = fold(author["name"].partition(",")[0]).split()
            names.update(words[-1:])
    return names


def _age(draft: Draft) -> float:
    """Sorts stored papers by age, before new ones."""
    return draft.paper.pk if draft.paper and draft.paper.pk else float("inf")


class _Group:
    """A description and the papers that are found to be the one it speaks of."""

    def __init__(self, payload: Payload, source: str, ref: str) -> None:
        self.drafts: list[Draft] = []
        self._payload = payload
        self._title = normalise_title(payload["title"])
        self._names = _names_by_scheme(identifiers_of(payload), {source: {ref} if ref else set()})
        self._surnames = _surnames([payload])

    def add(self, draft: Draft) -> None:
        """Take a paper in, with all that is known of it."""
        self.drafts.append(draft)
        for scheme, values in draft.names().items():
            self._names[scheme] |= values
        self._surnames |= _surnames(self._of_this_title(draft))

    def shares_author(self, draft: Draft) -> bool:
        """Whether the paper has an author of the group where it bears the title in question."""
        return bool(self._surnames & _surnames(self._of_this_title(draft)))

    def may_hold(self, draft: Draft) -> bool:
        """Whether a paper with the same title may be the same paper."""
        if any(
            self._names[scheme].isdisjoint(values) for scheme, values in draft.names().items() if self._names[scheme]
        ):
            return False
        theirs = self._of_this_title(draft)
        if self._surnames and _surnames(theirs):
            return self.shares_author(draft)
        abstract = self._payload.get("abstract", "")
        if any(abstract == other.get("abstract", "") for other in theirs):
            return True
        return len(self._title.split()) >= FEWEST_TITLE_WORDS

    def _of_this_title(self, draft: Draft) -> list[Payload]:
        payloads = [described.payload for described in draft.descriptions.values()]
        return [payload for payload in payloads if normalise_title(payload["title"]) == self._title]


class Matcher:
    """The papers that a batch may speak of, found by identifier, by key of the source, or by title."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.drafts: list[Draft] = []
        self._by_identifier: dict[tuple[str, str], Draft] = {}
        self._by_ref: dict[str, Draft] = {}
        self._by_title: dict[str, list[Draft]] = defaultdict(list)
        self._by_text: dict[tuple[str, str], Draft] = {}

    def load(
        self, identifiers: set[tuple[str, str]], refs: set[str], title_hashes: set[str], digests: set[str]
    ) -> None:
        """Read every stored paper that shares an identifier, a key of this source, or a title with the batch.

        ``digests`` are those of descriptions that have nothing to be found by but themselves.
        """
        paper_ids = set(SourceRecord.objects.filter(title_hash__in=title_hashes).values_list("paper_id", flat=True))
        paper_ids.update(
            SourceRecord.objects.filter(source__slug=self.source, ref__in=refs).values_list("paper_id", flat=True)
        )
        paper_ids.update(
            SourceRecord.objects.filter(source__slug=self.source, title_hash="", digest__in=digests).values_list(
                "paper_id", flat=True
            )
        )
        paper_ids.update(
            paper_id
            for paper_id, scheme, value in Paper.objects.filter(
                identifiers__value__in={value for _, value in identifiers}
            ).values_list("id", "identifiers__scheme", "identifiers__value")
            if (scheme, value) in identifiers
        )
        for draft in load_drafts(paper_ids):
            self.add(draft)

    def add(self, draft: Draft) -> None:
        """Make a draft findable by everything that is known of it."""
        if draft not in self.drafts:
            self.drafts.append(draft)
        for pair in draft.identifiers:
            self._by_identifier[pair] = draft
        for ref in draft.refs.get(self.source, ()):
            self._by_ref[ref] = draft
        for source, ref, digest in draft.descriptions:
            if source == self.source:
                self._by_text[ref, digest] = draft
        for hashed in draft.title_hashes:
            if draft not in self._by_title[hashed]:
                self._by_title[hashed].append(draft)

    def find(self, payload: Payload, ref: str, hashed_title: str) -> Draft | None:
        """The paper that a description speaks of, or None for a new one; merges papers that turn out to be one."""
        known = self._by_text.get((ref, digest_of(payload)))
        if known is not None:
            return known
        matches = [draft for pair in sorted(identifiers_of(payload)) if (draft := self._by_identifier.get(pair))]
        if ref and ref in self._by_ref:
            matches.append(self._by_ref[ref])
        group = _Group(payload, self.source, ref)
        for draft in dict.fromkeys(matches):
            group.add(draft)
        candidates = [draft for draft in self._by_title.get(hashed_title, ()) if draft not in group.drafts]
        # Those with an author in common first: they are surer than those of which only the title is known.
        for draft in sorted(candidates, key=lambda draft: (not group.shares_author(draft), _age(draft))):
            if group.may_hold(draft):
                group.add(draft)
        if not group.drafts:
            return None
        first, *others = sorted(group.drafts, key=_age)
        for other in others:
            self._merge(first, other)
        return first

    def _merge(self, survivor: Draft, other: Draft) -> None:
        for (source, ref, _), described in other.descriptions.items():
            survivor.remember(source, ref, "", described)
        survivor.title_hashes |= other.title_hashes
        survivor.added += other.added
        for place, listing in other.listings.items():
            merge_listing(survivor, place, listing)
        for source, counter in other.counters.items():
            merge_counter(survivor, source, counter)
        survivor.absorbed += [*other.absorbed, *([other.paper] if other.paper else [])]
        survivor.is_touched = True
        self.drafts.remove(other)
        for drafts in self._by_title.values():
            if other in drafts:
                drafts.remove(other)
        self.add(survivor)


def merge_listing(draft: Draft, place: tuple[str, date], listing: ListingDraft) -> bool:
    """Add a listing to a draft: the better rank and the first name in order win. True when anything changed."""
    known = draft.listings.get(place)
    if known is None:
        draft.listings[place] = ListingDraft(listing.rank, listing.submitted_by)
        return True
    ranks = [rank for rank in (known.rank, listing.rank) if rank is not None]
    names = [name for name in (known.submitted_by, listing.submitted_by) if name]
    merged = ListingDraft(min(ranks, default=None), min(names, default=""))
    draft.listings[place] = merged
    return merged != known


def merge_counter(draft: Draft, source: str, counter: CounterDraft) -> bool:
    """Add a source's figures to a draft: the larger of each wins. True when anything changed."""
    known = draft.counters.get(source)
    merged = CounterDraft(
        max(counter.votes_count, known.votes_count if known else 0),
        max(counter.comments_count, known.comments_count if known else 0),
        max(counter.stars_count, known.stars_count if known else 0),
    )
    draft.counters[source] = merged
    return merged != (known or CounterDraft())


def load_drafts(paper_ids: Iterable[int]) -> list[Draft]:
    """The stored papers with these ids as drafts, in order of their ids."""
    drafts = {paper.pk: Draft(paper=paper) for paper in Paper.objects.filter(pk__in=list(paper_ids)).order_by("pk")}
    for record in SourceRecord.objects.filter(paper_id__in=drafts).select_related("source"):
        described = Described(record.source.slug, record.digest, record.payload)
        drafts[record.paper_id].remember(record.source.slug, record.ref, record.title_hash, described)
    for listing in Listing.objects.filter(paper_id__in=drafts).select_related("source"):
        place = (listing.source.slug, listing.listed_on)
        drafts[listing.paper_id].listings[place] = ListingDraft(listing.rank, listing.submitted_by)
    for counter in Counter.objects.filter(paper_id__in=drafts).select_related("source"):
        figures = CounterDraft(counter.votes_count, counter.comments_count, counter.stars_count)
        drafts[counter.paper_id].counters[counter.source.slug] = figures
    return list(drafts.values())

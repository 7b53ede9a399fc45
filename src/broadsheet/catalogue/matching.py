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
from collections.abc import Iterable
from typing import Any

from broadsheet.catalogue.drafts import Draft, Item, Place, load_drafts
from broadsheet.catalogue.merging import Name, Payload
from broadsheet.catalogue.models import Identifier, SourceRecord
from broadsheet.catalogue.text import fold, normalise_title

# Without authors on both sides and with other abstracts, a short title ("Editorial", "A reply") proves nothing.
FEWEST_TITLE_WORDS = 3


def _surnames(payloads: Iterable[Payload]) -> set[str]:
    """The last word of each author's folded name (for ``Last, First`` the word before the comma)."""
    names: set[str] = set()
    for payload in payloads:
        for author in payload.get("authors", ()):
            words = fold(author["name"].partition(",")[0]).split()
            names.update(words[-1:])
    return names


class _Group:
    """A description and the papers that are found to be the one it speaks of."""

    def __init__(self, item: Item) -> None:
        self.drafts: list[Draft] = []
        self._payload = item.payload
        self._title_hash = item.title_hash
        self._names: dict[str, set[str]] = defaultdict(set)
        for scheme, value in item.identifiers:
            self._names[scheme].add(value)
        if item.ref:
            self._names[f"key of {item.described.source}"].add(item.ref)
        self._surnames = _surnames([item.payload])

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
        return len(normalise_title(self._payload["title"]).split()) >= FEWEST_TITLE_WORDS

    def _of_this_title(self, draft: Draft) -> list[Payload]:
        return [item.payload for item in draft.items.values() if item.title_hash == self._title_hash]


class Matcher:
    """The papers that a batch may speak of, found by identifier, by key of the source, or by title."""

    def __init__(self) -> None:
        self._drafts: dict[Draft, None] = {}
        self._by_identifier: dict[Name, Draft] = {}
        self._by_ref: dict[tuple[str, str], Draft] = {}
        self._by_title: dict[str, dict[Draft, None]] = defaultdict(dict)
        self._by_place: dict[Place, Draft] = {}

    @property
    def drafts(self) -> list[Draft]:
        """Every paper that is known, the stored ones first."""
        return list(self._drafts)

    def load(self, items: Iterable[Item], refs: Iterable[tuple[str, str]] = ()) -> None:
        """Read every stored paper that shares an identifier, a key of its source, or a title with one of the items.

        ``refs`` are further keys, with their sources.
        """
        items = list(items)
        for draft in load_drafts(_stored(items, set(refs))):
            self.add(draft)

    def add(self, draft: Draft) -> None:
        """Make a draft findable by everything that is known of it."""
        self._drafts[draft] = None
        for item in draft.items.values():
            self.note(draft, item)

    def note(self, draft: Draft, item: Item) -> None:
        """Make a draft findable by one of its descriptions."""
        self._drafts[draft] = None
        self._by_place[item.place] = draft
        for name in item.identifiers:
            self._by_identifier[name] = draft
        if item.ref:
            self._by_ref[item.described.source, item.ref] = draft
        if item.title_hash:
            self._by_title[item.title_hash][draft] = None

    def holder(self, item: Item) -> Draft | None:
        """The paper that has exactly this description."""
        return self._by_place.get(item.place)

    def keyed(self, source: str, ref: str) -> Draft | None:
        """The paper for which a source has this key."""
        return self._by_ref.get((source, ref))

    def put(self, item: Item) -> tuple[Draft, bool]:
        """Put a description to the paper that it speaks of; whether it is a new description.

        Makes a new paper where none is found, and merges papers that turn out to be one.
        """
        draft = self._by_place.get(item.place)
        if draft is not None:
            return draft, False
        draft = self._find(item) or Draft()
        draft.describe(item)
        self.note(draft, item)
        return draft, True

    def forget(self, draft: Draft, places: Iterable[Place]) -> None:
        """Take descriptions away from a paper; one that has none left is found no more."""
        for place in places:
            draft.remove(place)
        self._unnote(draft)
        self._drafts[draft] = None
        for item in draft.items.values():
            self.note(draft, item)

    def _unnote(self, draft: Draft) -> None:
        del self._drafts[draft]
        indexes: tuple[dict[Any, Draft], ...] = (self._by_identifier, self._by_ref, self._by_place)
        for index in indexes:
            for key in [key for key, value in index.items() if value is draft]:
                del index[key]
        for drafts in self._by_title.values():
            drafts.pop(draft, None)

    def _find(self, item: Item) -> Draft | None:
        evidence: dict[Draft, str] = {}
        for scheme, value in sorted(item.identifiers):
            if (draft := self._by_identifier.get((scheme, value))) is not None:
                evidence.setdefault(draft, f"{scheme}:{value}")
        if item.ref and (draft := self._by_ref.get((item.described.source, item.ref))) is not None:
            evidence.setdefault(draft, f"the key {item.ref}")
        candidates = [draft for draft in self._by_title.get(item.title_hash, ()) if draft not in evidence]
        if candidates or len(evidence) > 1:
            group = _Group(item)
            for draft in evidence:
                group.add(draft)
            # Those with an author in common first: they are surer than those of which only the title is known.
            for draft in sorted(candidates, key=lambda draft: (not group.shares_author(draft), draft.age)):
                if group.may_hold(draft):
                    evidence[draft] = "the title and an author" if group.shares_author(draft) else "the title"
                    group.add(draft)
        if not evidence:
            return None
        first, *others = sorted(evidence, key=lambda draft: draft.age)
        for other in others:
            reason = f"one record of {item.described.source} has {evidence[first]} and {evidence[other]}"
            self._merge(first, other, reason)
        return first

    def _merge(self, survivor: Draft, other: Draft, reason: str) -> None:
        survivor.absorb(other, reason)
        self._unnote(other)
        self.add(survivor)


def _stored(items: list[Item], refs: set[tuple[str, str]]) -> set[int]:
    """The row ids of papers that share a name with the items."""
    titles = {item.title_hash for item in items if item.title_hash}
    nameless = {item.described.digest for item in items if not item.title_hash}
    names = {name for item in items for name in item.identifiers}
    keys: dict[str, set[str]] = defaultdict(set)
    for source, ref in {*refs, *((item.described.source, item.ref) for item in items if item.ref)}:
        keys[source].add(ref)
    found: set[int] = set()
    if titles:
        found.update(SourceRecord.objects.filter(title_hash__in=titles).values_list("paper_id", flat=True))
    for source, known in keys.items():
        found.update(SourceRecord.objects.filter(source__slug=source, ref__in=known).values_list("paper_id", flat=True))
    if nameless:
        # Descriptions that have nothing to be found by but themselves.
        found.update(SourceRecord.objects.filter(title_hash="", digest__in=nameless).values_list("paper_id", flat=True))
    values: dict[str, set[str]] = defaultdict(set)
    for scheme, value in names:
        values[scheme].add(value)
    for scheme, wanted in values.items():
        found.update(Identifier.objects.filter(scheme=scheme, value__in=wanted).values_list("paper_id", flat=True))
    return found

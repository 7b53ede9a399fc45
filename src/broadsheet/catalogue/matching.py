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
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from broadsheet.catalogue.apart import Pairs, believed, bonded, load_pairs, seat
from broadsheet.catalogue.drafts import Draft, Item, Place
from broadsheet.catalogue.loading import load_drafts, stored_ids
from broadsheet.catalogue.merging import Name, Payload
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

    def __init__(self, item: Item, pairs: Pairs) -> None:
        self._pairs, self._labels = pairs, item.labels if pairs else set()
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
        self._labels |= draft.labels if self._pairs else set()
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
        if self._pairs and self._pairs.part(draft.labels, self._labels):
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


class Finder:
    """Papers by all that they are found by: identifiers, keys of sources, whole titles, and their very descriptions."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs
        self._drafts: dict[Draft, None] = {}
        self._by_identifier: dict[Name, Draft] = {}
        self._by_ref: dict[tuple[str, str], Draft] = {}
        self._by_title: dict[str, dict[Draft, None]] = defaultdict(dict)
        self._by_place: dict[Place, Draft] = {}

    @property
    def drafts(self) -> list[Draft]:
        """Every paper that is known, the stored ones first."""
        return list(self._drafts)

    def add(self, draft: Draft) -> None:
        """Make a draft findable by everything that is known of it."""
        self._drafts[draft] = None
        for item in draft.items.values():
            self._note(draft, item)

    def holder(self, item: Item) -> Draft | None:
        """The paper that has exactly this description."""
        return self._by_place.get(item.place)

    def named(self, name: Name) -> Draft | None:
        """The paper that has this identifier."""
        return self._by_identifier.get(name)

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
        self._drafts[draft] = None
        self._note(draft, item)
        return draft, True

    def drop(self, draft: Draft) -> None:
        """Let a draft be found no more."""
        self._drafts.pop(draft, None)
        indexes: tuple[dict[Any, Draft], ...] = (self._by_identifier, self._by_ref, self._by_place)
        for index in indexes:
            for key in [key for key, value in index.items() if value is draft]:
                del index[key]
        for drafts in self._by_title.values():
            drafts.pop(draft, None)

    def _note(self, draft: Draft, item: Item) -> None:
        self._by_place[item.place] = draft
        for name in item.identifiers:
            if name not in draft.foreign:
                self._by_identifier.setdefault(name, draft)
        if item.ref:
            self._by_ref[item.described.source, item.ref] = draft
        if item.title_hash:
            self._by_title[item.title_hash][draft] = None

    def _evidence(self, item: Item) -> dict[Draft, str]:
        """The papers that have a name of the description, and which one."""
        evidence: dict[Draft, str] = {}
        for name in sorted(item.identifiers):
            if (draft := self._by_identifier.get(name)) is not None:
                evidence.setdefault(draft, ":".join(name))
        if item.ref and (draft := self._by_ref.get((item.described.source, item.ref))) is not None:
            evidence.setdefault(draft, f"the key {item.ref}")
        if self.pairs:
            labels = item.labels
            for draft in sorted(evidence, key=lambda draft: draft.age):
                if self.pairs.part(draft.labels, labels):
                    del evidence[draft]
                else:
                    labels |= draft.labels
        return evidence

    def _find(self, item: Item) -> Draft | None:
        evidence = self._evidence(item)
        candidates = [draft for draft in self._by_title.get(item.title_hash, ()) if draft not in evidence]
        if candidates:
            group = _Group(item, self.pairs)
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
            first.absorb(other, f"one record of {item.described.source} has {evidence[first]} and {evidence[other]}")
            self.drop(other)
            self.add(first)
        return first


class Matcher(Finder):
    """The papers that a batch may speak of."""

    def __init__(self) -> None:
        super().__init__(load_pairs())

    def load(self, items: Iterable[Item], refs: Iterable[tuple[str, str]] = ()) -> None:
        """Read every stored paper that shares an identifier, a key of its source, or a title with one of the items.

        ``refs`` are further keys, with their sources. Where any of them is kept apart from another paper, everything
        that hangs together with them is read.
        """
        items = list(items)
        known: set[int] = set()
        labels: set[str] = set()
        while missing := stored_ids(items, refs, labels) - known:
            known |= missing
            loaded = load_drafts(missing, self.pairs)
            for draft in loaded:
                self.add(draft)
            items += [item for draft in loaded for item in draft.items.values()]
            stated = {label for item in items for label in item.labels} if self.pairs else set()
            if not self.pairs.touch(stated):
                break
            labels = self.pairs.beyond(stated)

    def put(self, item: Item) -> tuple[Draft, bool]:
        """Put a description to the paper that it speaks of, as ``Finder`` does, and mind what is kept apart."""
        if self.pairs and self.holder(item) is None:
            around = self._around([item])
            if self.pairs.touch(item.labels) or any(self.pairs.touch(draft.labels) for draft in around):
                self.rearrange({draft: tuple(draft.items) for draft in around}, item)
                draft = self.holder(item)
                assert draft is not None, "every description has a paper"
                return draft, True
        return super().put(item)

    def forget(self, draft: Draft, places: Iterable[Place]) -> None:
        """Take descriptions away from a paper; by what only they said it is found no more."""
        for place in places:
            draft.remove(place)
        self.drop(draft)
        self.add(draft)

    def rearrange(self, wishes: Mapping[Draft, Collection[Place]], new: Item | None = None) -> None:
        """Put all descriptions of papers that hang together to their papers anew, in an order of their own.

        ``wishes`` are the descriptions by which each draft is told again in what comes out; ``new`` is a further
        description.
        """
        items = {item.place: item for draft in wishes for item in draft.items.values()}
        added = {place: item for draft in wishes for place, item in draft.added.items()}
        if new is not None:
            items[new.place] = added[new.place] = new
        table = Finder(self.pairs)
        for item in bonded(sorted(items.values(), key=lambda item: item.place), list(wishes)):
            table.put(believed(item, self.pairs))
        groups = table.drafts
        seats = seat([list(group.items) for group in groups], wishes)
        homes = {n: seats.get(n, Draft()) for n in range(len(groups))}
        home_of = {place: homes[n] for n, group in enumerate(groups) for place in group.items}
        before = {draft: dict(draft.items) for draft in wishes}
        for draft in wishes:
            self.drop(draft)
            if draft not in home_of.values() and draft.items:
                held = [home_of[place] for place in draft.items]
                max(held, key=held.count).absorb(draft, "everything that was said of it is said of another paper")
        for n, group in enumerate(groups):
            draft, foreign = homes[n], frozenset(_foreign(group, items, table))
            if set(before.get(draft, ())) != set(group.items):
                draft.is_touched = draft.is_rearranged = True
            draft.is_touched |= foreign != draft.foreign
            draft.items = {place: items[place] for place in group.items}
            draft.added = {place: added[place] for place in group.items if place in added}
            draft.foreign = foreign
        for draft, places in before.items():
            if draft in home_of.values():
                _share_figures(draft, places, home_of)
        for draft in homes.values():
            self.add(draft)

    def _around(self, items: Iterable[Item]) -> list[Draft]:
        """The papers that hang together with descriptions by names, titles, and what is kept apart, near or far."""
        found: dict[Draft, None] = {}
        labels = {label for item in items for label in item.labels}
        titles = {item.title_hash for item in items if item.title_hash}
        while True:
            near = labels | self.pairs.beyond(labels)
            more = [
                draft
                for draft in self._drafts
                if draft not in found and not (near.isdisjoint(draft.labels) and titles.isdisjoint(draft.titles))
            ]
            if not more:
                return list(found)
            for draft in more:
                found[draft] = None
                labels |= draft.labels
                titles |= draft.titles


def _foreign(group: Draft, items: Mapping[Place, Item], table: Finder) -> Iterator[Name]:
    """The identifiers that descriptions of a paper state and that it does not have."""
    for place in group.items:
        for name in items[place].identifiers:
            if table.named(name) is not group:
                yield name


def _share_figures(draft: Draft, before: Mapping[Place, Item], home_of: Mapping[Place, Draft]) -> None:
    """Give the figures of a source to the paper that it describes now, where it describes this one no more."""
    described = {source for source, _, _ in draft.items}
    for source in {source for source, _, _ in before} - described:
        home = next(home_of[place] for place in before if place[0] == source)
        if home.figures.add(draft.figures.of(source)):
            home.is_touched = True
        if draft.figures.drop(source):
            draft.is_touched = True

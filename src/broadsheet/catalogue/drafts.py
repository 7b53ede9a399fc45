"""Papers while a batch is taken in: what is stored of each, what the batch adds, and what has to go."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from broadsheet.catalogue.figures import Figures
from broadsheet.catalogue.merging import Described, Name, Payload, identifiers_of
from broadsheet.catalogue.models import Paper

Place = tuple[str, str, str]
"""Where a description is kept: its source, the source's own key of the paper, its digest."""


@dataclass(frozen=True, slots=True)
class Item:
    """A description together with what it is found by; ``text`` is what it says as JSON, while it is not stored."""

    ref: str
    title_hash: str
    described: Described
    identifiers: frozenset[Name]
    text: str = ""

    @property
    def place(self) -> Place:
        """Where it is kept, once."""
        return self.described.source, self.ref, self.described.digest

    @property
    def own_label(self) -> str:
        """The source's own key as a label; the digest where it gives neither a key nor an identifier."""
        if self.ref:
            return f"{self.described.source}/{self.ref}"
        return "" if self.identifiers else self.described.digest

    @property
    def labels(self) -> set[str]:
        """What it is kept apart by (see ``KeptApart``)."""
        own = self.own_label
        return {f"{scheme}:{value}" for scheme, value in self.identifiers} | ({own} if own else set())

    @property
    def payload(self) -> Payload:
        """What it says."""
        return self.described.payload


def item_of(ref: str, title_hash: str, described: Described, text: str = "") -> Item:
    """A description and its names."""
    return Item(ref, title_hash, described, frozenset(identifiers_of(described.payload)), text)


@dataclass(frozen=True, slots=True)
class Merged:
    """A stored paper that turned out to be another one, with what was known of both until then."""

    paper: Paper
    reason: str
    moved: tuple[Place, ...]
    moved_figures: Figures
    stayed: tuple[Place, ...]
    stayed_figures: Figures
    by: str = ""


@dataclass(slots=True, eq=False)
class Draft:
    """One paper: ``added`` are descriptions that are not stored yet, ``removed`` such that have to go.

    ``foreign`` are identifiers that its descriptions state and that are another paper's, as somebody said.
    ``is_rearranged`` tells that stored descriptions came here from papers that are still there.
    """

    paper: Paper | None = None
    items: dict[Place, Item] = field(default_factory=dict)
    added: dict[Place, Item] = field(default_factory=dict)
    removed: set[Place] = field(default_factory=set)
    figures: Figures = field(default_factory=Figures)
    merged: list[Merged] = field(default_factory=list)
    foreign: frozenset[Name] = frozenset()
    is_touched: bool = False
    is_rearranged: bool = False

    @property
    def labels(self) -> set[str]:
        """Everything that it is kept apart by."""
        return {label for item in self.items.values() for label in item.labels}

    @property
    def titles(self) -> set[str]:
        """The hashes of all titles that it bears."""
        return {item.title_hash for item in self.items.values() if item.title_hash}

    @property
    def descriptions(self) -> list[Described]:
        """What sources say of the paper."""
        return [item.described for item in self.items.values()]

    @property
    def age(self) -> float:
        """Sorts stored papers by age, before new ones."""
        return self.paper.pk if self.paper and self.paper.pk else float("inf")

    def names(self) -> dict[str, set[str]]:
        """What tells this paper from others: its identifiers by scheme, and each source's own keys."""
        names: dict[str, set[str]] = {}
        for item in self.items.values():
            for scheme, value in item.identifiers:
                names.setdefault(scheme, set()).add(value)
            if item.ref:
                names.setdefault(f"key of {item.described.source}", set()).add(item.ref)
        return names

    def describe(self, item: Item) -> bool:
        """Add a description; False when exactly this one is there already."""
        if item.place in self.items:
            return False
        self.items[item.place] = item
        self.added[item.place] = item
        self.is_touched = True
        return True

    def remove(self, place: Place) -> None:
        """Take a description away."""
        del self.items[place]
        if self.added.pop(place, None) is None:
            self.removed.add(place)
        self.is_touched = True

    def absorb(self, other: Draft, reason: str, by: str = "") -> None:
        """Take in everything of another draft, which is the same paper."""
        self.merged += other.merged
        if other.paper is not None:
            self.merged.append(
                Merged(
                    other.paper,
                    reason,
                    tuple(other.items),
                    copy.deepcopy(other.figures),
                    tuple(self.items),
                    copy.deepcopy(self.figures),
                    by,
                )
            )
        self.items |= other.items
        self.added |= other.added
        self.removed |= other.removed
        self.figures.add(other.figures)
        self.foreign |= other.foreign
        self.is_touched = True

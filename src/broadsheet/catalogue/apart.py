"""Papers that somebody said are different, and how descriptions are put to them.

Each such paper is told from the other by pairs of labels (``KeptApart``). A description that carries both labels of a
pair is believed in the first of its names only (the source's own key, then its identifiers in order): the others are
``foreign`` to its paper. Where a batch touches such papers, everything that hangs together with them is put in order
anew, description by description in a fixed order. So the outcome is that of the set and not of the order of arrival.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from broadsheet.catalogue.drafts import Draft, Item, Place
from broadsheet.catalogue.models import KeptApart, PaperMerge

# The scheme of a bond: descriptions that a person brought together share such a name while they are put in order.
BOND = "merge"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which labels belong to different papers."""

    others: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is kept apart at all."""
        return bool(self.others)

    def touch(self, labels: Iterable[str]) -> bool:
        """Whether any of the labels is kept apart from another one."""
        return bool(self.others) and any(label in self.others for label in labels)

    def part(self, labels: Iterable[str], others: Collection[str]) -> bool:
        """Whether a label of the first is kept apart from one of the second."""
        return any(not self.others[label].isdisjoint(others) for label in labels if label in self.others)

    def beyond(self, labels: Iterable[str]) -> set[str]:
        """All labels that these are kept apart from."""
        return {other for label in labels for other in self.others.get(label, ())}


def load_pairs() -> Pairs:
    """Everything that somebody said is to be kept apart: said by hand, so there are not many."""
    others: dict[str, set[str]] = defaultdict(set)
    for one, other in KeptApart.objects.values_list("one", "other"):
        others[one].add(other)
        others[other].add(one)
    return Pairs({label: frozenset(labels) for label, labels in others.items()})


def believed(item: Item, pairs: Pairs) -> Item:
    """The description without the identifiers that belong to another paper than the names before them."""
    if not pairs.touch(item.labels):
        return item
    kept = {item.own_label}
    names = set()
    for name in sorted(item.identifiers):
        label = ":".join(name)
        if not pairs.part([label], kept):
            kept.add(label)
            names.add(name)
    return replace(item, identifiers=frozenset(names))


def bonded(items: Iterable[Item], drafts: Sequence[Draft]) -> list[Item]:
    """The descriptions, those that a person brought together with a name in common."""
    ids = [draft.paper.pk for draft in drafts if draft.paper is not None and draft.paper.pk is not None]
    bonds: dict[Place, set[tuple[str, str]]] = defaultdict(set)
    rows = PaperMerge.objects.filter(paper_id__in=ids, undone_at=None).exclude(merged_by="")
    for number, moved, stayed in rows.values_list("pk", "moved", "stayed"):
        for place in (*moved["descriptions"], *stayed["descriptions"]):
            bonds[tuple(place)].add((BOND, str(number)))
    return [replace(item, identifiers=item.identifiers | bonds.get(item.place, set())) for item in items]


def seat(groups: Sequence[Collection[Place]], wishes: Mapping[Draft, Collection[Place]]) -> dict[int, Draft]:
    """Which draft each group of descriptions goes on under: the one that has most of it, the oldest first."""
    taken: dict[int, Draft] = {}
    for draft, places in sorted(wishes.items(), key=lambda wish: wish[0].age):
        shares = [
            (-len(set(group).intersection(places)), min(group), number)
            for number, group in enumerate(groups)
            if number not in taken
        ]
        if shares and min(shares)[0]:
            taken[min(shares)[2]] = draft
    return taken

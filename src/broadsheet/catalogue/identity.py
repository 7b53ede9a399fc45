"""What people say of whether papers are one: merging by hand, undoing a merge, keeping apart.

Each is logged with who said it, and intake keeps to it whatever comes in later (see ``apart``). What people attached to
a paper (votes, comments, saved lists) stays with the one that keeps its row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from broadsheet.catalogue import writing
from broadsheet.catalogue.drafts import Draft, Item, Place
from broadsheet.catalogue.figures import Figures, figures_of
from broadsheet.catalogue.intake import wait_for_other_writers
from broadsheet.catalogue.loading import load_drafts
from broadsheet.catalogue.matching import Matcher
from broadsheet.catalogue.models import KeptApart, Paper, PaperAlias, PaperMerge, SavedPageEntry


class IdentityError(Exception):
    """Two papers cannot be merged, split or kept apart; the text says why."""


def merge_papers(one: Paper, other: Paper, by: str) -> Paper:
    """Make one paper of two, as ``by`` says; the older one keeps its row and key, the other's key leads to it.

    What kept the two apart no longer does. Raises ``IdentityError`` when it is the same paper twice.
    """
    if one.pk == other.pk:
        raise IdentityError(f"{one.name} and {other.name} are one paper already")
    with transaction.atomic():
        wait_for_other_writers()
        first, second = sorted((one, other), key=lambda paper: paper.pk)
        survivor, absorbed = _loaded(first), _loaded(second)
        for mine, theirs in ((survivor, absorbed), (absorbed, survivor)):
            KeptApart.objects.filter(one__in=mine.labels, other__in=theirs.labels).delete()
        owned = _identifiers(survivor) - survivor.foreign | _identifiers(absorbed) - absorbed.foreign
        survivor.absorb(absorbed, f"{by} said that they are one", by)
        survivor.foreign = survivor.foreign - owned
        writing.write([survivor])
    return writing.row(survivor)


def keep_apart(one: Paper, other: Paper, by: str) -> None:
    """Note that two papers are different, so that nothing that comes in makes one of them.

    Raises ``IdentityError`` when they are one paper.
    """
    if one.pk == other.pk:
        raise IdentityError(f"{one.name} and {other.name} are one paper; undo the merge that made it")
    with transaction.atomic():
        wait_for_other_writers()
        _part(_loaded(one).items.values(), _loaded(other).items.values(), by)


def undo_merge(merge: PaperMerge, by: str) -> Paper:
    """Make two papers again of a merged one and keep them apart from now on; returns the one that comes back.

    It has its old key and what was said of it until the merge. What came later belongs to the one of whose names it
    has one. Raises ``IdentityError`` when that was done before or there is nothing left to split.
    """
    with transaction.atomic():
        wait_for_other_writers()
        merge = PaperMerge.objects.select_for_update().get(pk=merge.pk)
        if merge.undone_at is not None:
            raise IdentityError(f"merge {merge.pk} was undone on {merge.undone_at:%Y-%m-%d} by {merge.undone_by}")
        survivor = _loaded(merge.paper)
        moved, stayed = (_still_there(survivor, told["descriptions"]) for told in (merge.moved, merge.stayed))
        if not moved or not stayed:
            raise IdentityError(f"of merge {merge.pk} one side has no description left: there is nothing to split")
        merge.undone_at, merge.undone_by = timezone.now(), by
        merge.save(update_fields=["undone_at", "undone_by"])
        _part(moved.values(), stayed.values(), by)
        back = Draft(paper=Paper(key=merge.absorbed_key))
        matcher = Matcher()
        matcher.load(survivor.items.values())
        survivor = next(draft for draft in matcher.drafts if draft.paper == merge.paper)
        wishes: dict[Draft, Collection[Place]] = {draft: tuple(draft.items) for draft in matcher.drafts}
        matcher.rearrange({**wishes, survivor: tuple(stayed), back: tuple(moved)})
        if not back.items:
            raise IdentityError(f"what merge {merge.pk} joined hangs together without it")
        _share_figures(merge, survivor, back)
        PaperAlias.objects.filter(key=merge.absorbed_key).delete()
        writing.write(matcher.drafts)
        _give_back(merge, writing.row(back))
    return writing.row(back)


def _loaded(paper: Paper) -> Draft:
    drafts = load_drafts([paper.pk])
    if not drafts:
        raise IdentityError(f"{paper.name} is no longer there")
    return drafts[0]


def _identifiers(draft: Draft) -> frozenset[tuple[str, str]]:
    return frozenset(name for item in draft.items.values() for name in item.identifiers)


def _still_there(draft: Draft, places: Iterable[Iterable[str]]) -> dict[Place, Item]:
    wanted = {tuple(place) for place in places}
    return {place: item for place, item in draft.items.items() if place in wanted}


def _part(mine: Iterable[Item], theirs: Iterable[Item], by: str) -> None:
    """Write every pair of labels that tells one side from the other."""
    ours, others = ({label for item in items for label in item.labels} for items in (mine, theirs))
    pairs = [(one, other) for one in sorted(ours - others) for other in sorted(others - ours)]
    if not pairs:
        raise IdentityError("nothing tells the two papers from each other")
    now = timezone.now()
    KeptApart.objects.bulk_create(
        [KeptApart(one=min(pair), other=max(pair), said_by=by, said_at=now) for pair in pairs], ignore_conflicts=True
    )


def _share_figures(merge: PaperMerge, survivor: Draft, back: Draft) -> None:
    """Give each side the figures that it had; what came later goes to the side that its source spoke of later."""
    had, came = figures_of(merge.stayed), figures_of(merge.moved)
    both = Figures()
    both.add(had)
    both.add(came)
    together = Figures()
    together.add(survivor.figures)
    together.add(back.figures)
    later = together.beyond(both)
    known = {tuple(place) for told in (merge.moved, merge.stayed) for place in told["descriptions"]}
    spoke_of_back, spoke_of_survivor = (
        {source for source, ref, digest in draft.items if (source, ref, digest) not in known}
        for draft in (back, survivor)
    )
    survivor.figures, back.figures = had, came
    for source in later.sources:
        is_backs = source in spoke_of_back and source not in spoke_of_survivor
        (back if is_backs else survivor).figures.add(later.of(source))
    survivor.is_touched = back.is_touched = True


def _give_back(merge: PaperMerge, paper: Paper) -> None:
    """Return the places on saved pages, and what the paper had absorbed itself, with the keys of that."""
    for page, rank in merge.moved.get("entries", ()):
        SavedPageEntry.objects.filter(page_id=page, rank=rank, paper=merge.paper).update(paper=paper)
    moved = {tuple(place) for place in merge.moved["descriptions"]}
    for earlier in PaperMerge.objects.filter(paper=merge.paper, merged_at__lte=merge.merged_at).exclude(pk=merge.pk):
        if {tuple(place) for place in earlier.moved["descriptions"]} <= moved:
            PaperMerge.objects.filter(pk=earlier.pk).update(paper=paper)
            PaperAlias.objects.filter(key=earlier.absorbed_key, paper=merge.paper).update(paper=paper)

"""What people say of whether papers are one: merging by hand, undoing a merge, splitting, keeping apart.

Each is logged with who said it, and intake keeps to it whatever comes in later (see ``apart``). What people attached to
a paper (votes, comments, saved lists) goes along in a merge and comes back when it is undone (see ``attached``); in a
split it stays with the paper that keeps its row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from broadsheet.catalogue import attached, writing
from broadsheet.catalogue.drafts import Draft, Item, Place
from broadsheet.catalogue.figures import Figures, figures_of
from broadsheet.catalogue.intake import wait_for_other_writers
from broadsheet.catalogue.loading import load_drafts
from broadsheet.catalogue.matching import Matcher
from broadsheet.catalogue.merging import Name
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
        owned = _names(survivor.items.values()) - survivor.foreign | _names(absorbed.items.values()) - absorbed.foreign
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
        _part(_loaded(one).labels, _loaded(other).labels, by)


def are_kept_apart(one: int, other: int) -> bool:
    """Whether somebody said that the papers with these row ids are different."""
    if not KeptApart.objects.exists():
        return False
    labels = {writing.row(draft).pk: draft.labels for draft in load_drafts([one, other])}
    mine, theirs = labels.get(one, set()), labels.get(other, set())
    told = Q(one__in=mine, other__in=theirs) | Q(one__in=theirs, other__in=mine)
    return KeptApart.objects.filter(told).exists()


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
        _part(_labels(moved.values()), _labels(stayed.values()), by)
        matcher, survivor, back = _separated(merge.paper, moved, stayed, merge.absorbed_key)
        _share_figures(merge, survivor, back)
        PaperAlias.objects.filter(key=merge.absorbed_key).delete()
        writing.write(matcher.drafts)
        _give_back(merge, writing.row(back))
    return writing.row(back)


def split_off(paper: Paper, source: str, by: str) -> Paper:
    """Make a paper of its own of what one source says of a paper, and keep the two apart; returns the new one.

    For what never was two papers here: a wrong identifier that came first, and joined all that came later. An
    identifier that both sides state belongs to the one whose source uses it as its own key, else to the new paper.
    Raises ``IdentityError`` when the source says nothing of the paper, or nobody else does.
    """
    with transaction.atomic():
        wait_for_other_writers()
        whole = _loaded(paper).items
        moved = {place: item for place, item in whole.items() if item.described.source == source}
        stayed = {place: item for place, item in whole.items() if place not in moved}
        if not moved or not stayed:
            who = "only" if moved else "not"
            raise IdentityError(f"{paper.name} is {who} described by {source}: there is nothing to split")
        keys_moved, keys_stayed = ({item.ref for item in side.values()} - {""} for side in (moved, stayed))
        shared = _names(moved.values()) & _names(stayed.values())
        theirs = {name for name in shared if name[1] in keys_stayed and name[1] not in keys_moved}
        _part(_labels(moved.values()) - _labels_of(theirs), _labels(stayed.values()) - _labels_of(shared - theirs), by)
        matcher, _, new = _separated(paper, moved, stayed)
        writing.write(matcher.drafts)
    return writing.row(new)


def _separated(
    paper: Paper, moved: Mapping[Place, Item], stayed: Mapping[Place, Item], key: str = ""
) -> tuple[Matcher, Draft, Draft]:
    """Put everything around a paper in order anew: all drafts, the paper, the new one. Its sides are kept apart.

    Raises ``IdentityError`` when they hang together all the same.
    """
    matcher = Matcher()
    matcher.load([*moved.values(), *stayed.values()])
    survivor = next(draft for draft in matcher.drafts if draft.paper == paper)
    new = Draft(paper=Paper(key=key) if key else Paper())
    wishes: dict[Draft, Collection[Place]] = {draft: tuple(draft.items) for draft in matcher.drafts}
    matcher.rearrange({**wishes, survivor: tuple(stayed), new: tuple(moved)})
    if not new.items:
        raise IdentityError(f"what is said of {paper.name} hangs together without it")
    return matcher, survivor, new


def _loaded(paper: Paper) -> Draft:
    drafts = load_drafts([paper.pk])
    if not drafts:
        raise IdentityError(f"{paper.name} is no longer there")
    return drafts[0]


def _names(items: Iterable[Item]) -> frozenset[Name]:
    return frozenset(name for item in items for name in item.identifiers)


def _labels_of(names: Iterable[Name]) -> set[str]:
    return {":".join(name) for name in names}


def _labels(items: Iterable[Item]) -> set[str]:
    return {label for item in items for label in item.labels}


def _still_there(draft: Draft, places: Iterable[Iterable[str]]) -> dict[Place, Item]:
    wanted = {tuple(place) for place in places}
    return {place: item for place, item in draft.items.items() if place in wanted}


def _part(mine: set[str], theirs: set[str], by: str) -> None:
    """Write every pair of labels that tells one side from the other."""
    pairs = [(one, other) for one in sorted(mine - theirs) for other in sorted(theirs - mine)]
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
    """Return the places on saved pages, what the paper had absorbed with its keys, and what people attached."""
    for page, rank in merge.moved.get("entries", ()):
        SavedPageEntry.objects.filter(page_id=page, rank=rank, paper=merge.paper).update(paper=paper)
    attached.give_back(merge.moved.get("attached", {}), merge.paper_id, paper.pk)
    moved = {tuple(place) for place in merge.moved["descriptions"]}
    for earlier in PaperMerge.objects.filter(paper=merge.paper, merged_at__lte=merge.merged_at).exclude(pk=merge.pk):
        if {tuple(place) for place in earlier.moved["descriptions"]} <= moved:
            earlier.moved["attached"] = attached.give_back(earlier.moved.get("attached", {}), merge.paper_id, paper.pk)
            PaperMerge.objects.filter(pk=earlier.pk).update(paper=paper, moved=earlier.moved)
            PaperAlias.objects.filter(key=earlier.absorbed_key, paper=merge.paper).update(paper=paper)

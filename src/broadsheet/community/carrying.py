"""What people hung on a paper goes along when it becomes another, and comes back when that is undone.

Each table that names a paper has a rule here. Of what a person may have once for a paper (a vote, a place on the shelf)
two rows become one: the row of the paper that stays, with the best of both. When the merge is undone, the papers have
one each again, as they did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from broadsheet.catalogue import attention
from broadsheet.catalogue.attached import Attachments, Note, register
from broadsheet.catalogue.models import Paper
from broadsheet.community import audit
from broadsheet.community.models import (
    Claim,
    CollectionEntry,
    Comment,
    Dismissal,
    Example,
    Impression,
    Notification,
    Pin,
    SentPaper,
    Shelved,
    Submission,
    Unlearnt,
    Vote,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of one table's rows.

    ``once_for`` are the columns beside the paper that a row is there once for; rows without it are all kept. ``unite``
    puts what another row has into the one that stays. ``written`` tells which rows people would miss.
    """

    once_for: tuple[str, ...] = ()
    unite: Callable[[Any, Any], None] = lambda stays, goes: None
    written: Q | None = None


def _unite_votes(stays: Vote, goes: Vote) -> None:
    """The older vote counts, and as much as it; one that was taken back gives way to one that was not."""
    if stays.state == Vote.State.WITHDRAWN or (goes.state != Vote.State.WITHDRAWN and goes.cast_at < stays.cast_at):
        waits = goes.state == Vote.State.WAITING and stays.state == Vote.State.COUNTED
        stays.state, stays.cast_at = (stays.state if waits else goes.state), goes.cast_at
        stays.network, stays.held_for, stays.decided_at = goes.network, goes.held_for, goes.decided_at
    elif stays.state == Vote.State.WAITING and goes.state == Vote.State.COUNTED:
        stays.state = goes.state


def _both_texts(one: str, other: str) -> str:
    return "\n\n".join(dict.fromkeys(text for text in (one, other) if text))


def _unite_dismissals(stays: Dismissal, goes: Dismissal) -> None:
    stays.dismissed_at = min(stays.dismissed_at, goes.dismissed_at)


def _unite_shelved(stays: Shelved, goes: Shelved) -> None:
    for name in ("saved_at", "seen_at", "read_at", "noted_at"):
        setattr(stays, name, min(filter(None, (getattr(stays, name), getattr(goes, name))), default=None))
    stays.note = _both_texts(stays.note, goes.note)


def _unite_entries(stays: CollectionEntry, goes: CollectionEntry) -> None:
    stays.note = _both_texts(stays.note, goes.note)
    stays.read_on = min(filter(None, (stays.read_on, goes.read_on)), default=None)


def _unite_claims(stays: Claim, goes: Claim) -> None:
    """What was verified holds; what waits is still to be decided."""
    weights = [Claim.State.REFUSED, Claim.State.WAITING, Claim.State.VERIFIED]
    if weights.index(Claim.State(goes.state)) > weights.index(Claim.State(stays.state)):
        for name in ("state", "means", "position", "words", "decided_at", "decided_by_id"):
            setattr(stays, name, getattr(goes, name))


def _unite_pins(stays: Pin, goes: Pin) -> None:
    stays.position, stays.words = min(stays.position, goes.position), stays.words or goes.words


def _unite_examples(stays: Example, goes: Example) -> None:
    if goes.given_at < stays.given_at:
        stays.given_at, stays.origin = goes.given_at, goes.origin


def _unite_unlearnt(stays: Unlearnt, goes: Unlearnt) -> None:
    stays.unlearnt_at = min(stays.unlearnt_at, goes.unlearnt_at)


def _unite_impressions(stays: Impression, goes: Impression) -> None:
    """The higher place, with the probability of just that place; what came of either came of it."""
    if goes.position < stays.position:
        for name in ("position", "propensity", "is_exploring", "score", "interest"):
            setattr(stays, name, getattr(goes, name))
    for name in ("opened_at", "saved_at", "voted_at", "dismissed_at"):
        setattr(stays, name, min(filter(None, (getattr(stays, name), getattr(goes, name))), default=None))


RULES: Mapping[type[Model], Rule] = {
    Vote: Rule(("account_id", "group_id"), _unite_votes),
    Dismissal: Rule(("account_id",), _unite_dismissals),
    Shelved: Rule(("account_id",), _unite_shelved, written=Q(saved_at__isnull=False) | ~Q(note="")),
    CollectionEntry: Rule(("collection_id",), _unite_entries, written=Q()),
    Claim: Rule(("account_id",), _unite_claims),
    Pin: Rule(("listed_on",), _unite_pins),
    Comment: Rule(written=~Q(state__in=(Comment.State.DELETED, Comment.State.ERASED))),
    Submission: Rule(),
    Notification: Rule(),
    Example: Rule(("account_id",), _unite_examples),
    Unlearnt: Rule(("account_id",), _unite_unlearnt),
    Impression: Rule(("account_id", "shown"), _unite_impressions),
    SentPaper: Rule(("recipient",)),
}


def attach() -> None:
    """Tell the catalogue of these rules."""
    register("community", Attachments(carry=carry, give_back=give_back, kept=kept))


def carry(absorbed: int, survivor: int) -> Note:
    """Move all rows of one paper to another. What was hidden or locked stays so."""
    note: Note = {"rows": {}, "switches": {}}
    for model, rule in RULES.items():
        moved, united = _move(model, rule, _rows(model, Q(paper_id=absorbed)), survivor)
        if moved or united:
            note["rows"][model._meta.model_name] = {"moved": moved, "united": united}  # noqa: SLF001  (documented)
    goes, stays = Paper.objects.get(pk=absorbed), Paper.objects.get(pk=survivor)
    for name, switch in _SWITCHES.items():
        note["switches"][name] = [getattr(goes, name), getattr(stays, name)]
        if getattr(goes, name) and not getattr(stays, name):
            switch(survivor, True)
    recount(survivor)
    return note


def give_back(note: Note, survivor: int, back: int) -> Note:
    """Return the rows that a note tells of, as far as they are still on the paper that stayed."""
    told: Note = {"rows": {}, "switches": note["switches"]}
    for model, rule in RULES.items():
        name = str(model._meta.model_name)  # noqa: SLF001  (documented)
        ids = note["rows"].get(name, {"moved": [], "united": []})
        rows = _rows(model, Q(pk__in=_with_replies(model, ids["moved"]), paper_id=survivor))
        moved, united = _move(model, rule, rows, back)
        gone = dict(ids["united"])
        stays = _rows(model, Q(pk__in=gone, paper_id=survivor))
        copies = [(_copied(rule, row, old, back), old) for row, old in [(row, gone[row.pk]) for row in stays]]
        there = {row.pk for row in _rows(model, Q(paper_id=back))}
        moved += [number for number in ids["moved"] if number in there.difference(moved)]
        united += [*copies, *((stayed, old) for stayed, old in ids["united"] if stayed in there)]
        if moved or united:
            told["rows"][name] = {"moved": moved, "united": united}
    for name, switch in _SWITCHES.items():
        was, stayed = note["switches"][name]
        if was:
            switch(back, True)
            if not stayed:
                switch(survivor, False)
    recount(survivor)
    recount(back)
    return told


def kept(papers: Collection[int]) -> set[int]:
    """The papers of which somebody would miss what they wrote or keep; the log tells that their sources left them."""
    found: set[int] = set()
    for model, rule in RULES.items():
        if rule.written is not None:
            rows = model._default_manager.filter(rule.written, paper_id__in=papers)  # noqa: SLF001  (documented)
            found.update(rows.values_list("paper_id", flat=True))
    for key in Paper.objects.filter(pk__in=found).order_by("pk").values_list("key", flat=True):
        audit.note("paper.hide", subject_kind="paper", subject=key, reason="removed by its source", is_public=True)
    return found


def recount(paper: int) -> None:
    """Write what a paper's votes and comments are counted to be."""
    votes = Vote.objects.filter(paper_id=paper, group=None, state=Vote.State.COUNTED)
    attention.count_votes(paper, votes.count())
    comments = Comment.objects.filter(paper_id=paper, group=None, state=Comment.State.VISIBLE)
    attention.count_comments(paper, comments.count())


def _hide(paper: int, is_on: bool) -> None:
    attention.hide(paper, is_hidden=is_on)


def _lock(paper: int, is_on: bool) -> None:
    attention.lock(paper, is_locked=is_on)


_SWITCHES: Mapping[str, Callable[[int, bool], None]] = {"is_hidden": _hide, "is_locked": _lock}


def _rows(model: type[Model], chosen: Q) -> list[Any]:
    return list(model._default_manager.filter(chosen).order_by("pk"))  # noqa: SLF001  (documented)


def _move(model: type[Model], rule: Rule, rows: Iterable[Any], to: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Let rows be of another paper; returns the ids of those that moved, and pairs: which row stays for which."""
    there = {_place(rule, row): row for row in _rows(model, Q(paper_id=to))} if rule.once_for else {}
    moved: list[int] = []
    united: list[tuple[int, int]] = []
    for row in rows:
        place = _place(rule, row)
        stays = there.get(place) if rule.once_for and place[0] is not None else None
        if stays is None:
            row.paper_id = to
            row.save(update_fields=["paper_id"])
            moved.append(row.pk)
            there[place] = row
            continue
        rule.unite(stays, row)
        united.append((stays.pk, row.pk))
        row.delete()
        stays.save()
    return moved, united


def _place(rule: Rule, row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in rule.once_for)


def _copied(rule: Rule, row: Any, old: int, back: int) -> int:
    """The id of the row that the other paper has of its own again: the ``old`` one, which earlier notes know."""
    model = type(row)
    mine = dict(zip(rule.once_for, _place(rule, row), strict=True))
    there = model._default_manager.filter(**mine, paper_id=back).first()  # noqa: SLF001  (documented)
    if there is not None:
        return int(there.pk)
    row.pk, row.paper_id = old, back
    row._state.adding = True  # noqa: SLF001  (documented, as copying a row is)
    row.save(force_insert=True)
    return int(row.pk)


def _with_replies(model: type[Model], ids: Collection[int]) -> set[int]:
    """Rows by id, and of comments what was answered to them since: a thread is on one paper."""
    found = set(ids)
    newest = found if model is Comment else set()
    while newest:
        newest = set(Comment.objects.filter(parent_id__in=newest).values_list("pk", flat=True)) - found
        found |= newest
    return found

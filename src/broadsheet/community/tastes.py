"""What a person tells of their interests beside votes and saves, and what is not to be learnt: for nobody else to see.

All of this is the person's own, so that suspended people change it as well: nobody else is touched by it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.catalogue import turns
from broadsheet.catalogue.models import Paper
from broadsheet.community.access import RefusedError
from broadsheet.community.models import Account, Claim, Dismissal, Example, Shelved, Taste, Unlearnt, Vote

SLIDERS: Final = ("recency", "popularity", "exploration")


def taste_of(account: Account) -> Taste:
    """How a person wants papers recommended; for somebody who changed nothing, what holds without a row."""
    return Taste.objects.filter(account=account).first() or Taste(account=account, changed_at=timezone.now())


def change_taste(
    account: Account,
    *,
    is_on: bool | None = None,
    is_logged: bool | None = None,
    shares: dict[str, float] | None = None,
) -> Taste:
    """Set what is given; ``shares`` are those of ``SLIDERS``, from 0 to 1.

    Raises ``RefusedError`` for a share of another name or size.
    """
    with turns.soon():
        taste = _locked(account)
        for name, share in (shares or {}).items():
            # A number that is none is not smaller than anything either.
            if name not in SLIDERS or not 0 <= share <= 1:
                raise RefusedError(_("A share is a number from 0 to 1."))
            setattr(taste, name, share)
        taste.is_on = taste.is_on if is_on is None else is_on
        taste.is_logged = taste.is_logged if is_logged is None else is_logged
        return _saved(taste)


def keep_sentences(account: Account, sentences: Collection[str]) -> None:
    """Of what a person said in sentences, keep these, and forget all others."""
    with turns.soon():
        taste = _locked(account)
        taste.interests = [one for one in taste.interests if one in sentences]
        _saved(taste)


def unlearn(account: Account, papers: Collection[int]) -> None:
    """Learn nothing from these papers (row ids); votes, saves and examples stay what they are."""
    now = timezone.now()
    there = Paper.objects.filter(pk__in=papers).order_by("pk").values_list("pk", flat=True)
    with turns.soon():
        rows = [Unlearnt(account=account, paper_id=number, unlearnt_at=now) for number in there]
        Unlearnt.objects.bulk_create(rows, ignore_conflicts=True)


def learn_again(account: Account, paper: int) -> None:
    """Undo ``unlearn`` for one paper (row id)."""
    with turns.soon():
        Unlearnt.objects.filter(account=account, paper=paper).delete()


def forget_all(account: Account, further: Collection[int] = ()) -> None:
    """Forget examples and sentences, and learn nothing from what was voted for, saved, written or dismissed so far.

    ``further`` are papers (row ids) that something was learnt from in another way. What a person set stays set.
    """
    told = (
        Vote.objects.filter(account=account),
        Shelved.objects.filter(account=account, saved_at__isnull=False),
        Claim.objects.filter(account=account),
        Dismissal.objects.filter(account=account),
    )
    papers = {number for rows in told for number in rows.order_by().values_list("paper_id", flat=True)}
    with turns.soon():
        Example.objects.filter(account=account).delete()
        Taste.objects.filter(account=account).update(interests=[], changed_at=timezone.now())
        unlearn(account, papers | set(further))


def _locked(account: Account) -> Taste:
    """The row, made where there is none, and locked until the transaction ends."""
    Taste.objects.bulk_create([Taste(account=account, changed_at=timezone.now())], ignore_conflicts=True)
    return Taste.objects.select_for_update().get(account=account)


def _saved(taste: Taste) -> Taste:
    taste.changed_at = timezone.now()
    taste.save()
    return taste

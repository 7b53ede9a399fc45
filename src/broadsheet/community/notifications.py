"""Telling people what concerns them: on the site, and by mail where that is set up and wanted.

Nobody is told twice of one thing: the database keeps one row of a person, a kind and what it is ``about``. Nobody is
told of what they did themselves, and who is suspended or gone is told nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community.access import is_suspended
from broadsheet.community.follows import followers_of
from broadsheet.community.models import Account, Comment, Membership, Mention, Notification, Submission

Kind = Notification.Kind


@dataclass(frozen=True, slots=True)
class Ways:
    """How one kind of notification is wanted."""

    site: bool
    mail: bool


DEFAULTS: dict[str, Ways] = {
    Kind.REPLY: Ways(site=True, mail=True),
    Kind.MENTION: Ways(site=True, mail=True),
    Kind.COMMENT: Ways(site=True, mail=False),
    Kind.CLAIM: Ways(site=True, mail=True),
    Kind.SUBMISSION: Ways(site=True, mail=False),
    Kind.NEW_PAPER: Ways(site=True, mail=False),
    Kind.GROUP: Ways(site=True, mail=True),
    Kind.MODERATION: Ways(site=True, mail=True),
    Kind.DELIVERY: Ways(site=True, mail=True),
}
"""What somebody who chose nothing gets."""

COUNTED_UP_TO = 100
"""Nobody reads the difference between 100 and 1,000 unread ones, and counting them costs."""
KEPT = timedelta(days=180)
NEW_PAPERS_KEPT = timedelta(days=30)
"""A followed category may bring hundreds a day."""


def ways(account: Account, kind: str) -> Ways:
    """How a person wants to hear of a kind; what is not chosen, or is not understood, is as in ``DEFAULTS``."""
    told = account.choices.get(kind) if isinstance(account.choices, dict) else None
    usual = DEFAULTS[kind]
    if not isinstance(told, dict):
        return usual
    return Ways(site=told.get("site", usual.site) is True, mail=told.get("mail", usual.mail) is True)


def choose(account: Account, chosen: dict[str, Ways]) -> None:
    """Keep how a person wants to hear of each kind."""
    kept = dict(account.choices) if isinstance(account.choices, dict) else {}
    kept |= {str(kind): {"site": one.site, "mail": one.mail} for kind, one in chosen.items() if kind in DEFAULTS}
    account.choices = kept
    account.save(update_fields=["choices"])


def is_mail_set_up() -> bool:
    """Whether this instance sends mail at all; where it does not, nothing is kept for mail."""
    return settings.SENDS_MAIL


def tell(
    account: Account,
    kind: str,
    *,
    about: str,
    actor: Account | None = None,
    paper: Paper | None = None,
    comment: Comment | None = None,
    words: str = "",
) -> None:
    """Tell one person of one thing, unless that was done before, the person did it, or does not want to hear of it.

    ``about`` names the thing for good, such as ``comment 1f..`` or ``claim 7 verified``; ``words`` is plain text that
    is shown as it is.
    """
    _tell([account], kind, about=about, actor=actor, paper=paper, comment=comment, words=words)


def tell_of_decision(
    account: Account | None,
    kind: str,
    *,
    about: str,
    words: str,
    actor: Account | None = None,
    paper: Paper | None = None,
    comment: Comment | None = None,
) -> None:
    """Tell whoever asked for it what was decided of a claim, a submission or a report, with the reason in ``words``.

    ``about`` has to name the decision and not only what it is on (``claim 7 refused``), so that a later one is told as
    well. Who decided is not shown. Somebody who is gone (None) is not told.
    """
    if account is not None:
        _tell([account], kind, about=about, actor=actor, paper=paper, comment=comment, words=words)


def tell_of_comment(comment: Comment) -> None:
    """Tell of a comment that can be read: who is answered, who is named, who has to do with the paper or the thread.

    One that waits or is hidden tells nobody; call it again once it is visible. It may be called again after an edit:
    then only those are told who were not told of the comment before. What is said in a group is told in the group.
    """
    if comment.state != Comment.State.VISIBLE or comment.paper.is_hidden:
        return
    answered = {comment.parent.account_id} if comment.parent is not None else set()
    named = set(Mention.objects.filter(comment=comment).values_list("account_id", flat=True))
    told = set(Notification.objects.filter(comment=comment).values_list("account_id", flat=True))
    for kind, ids in (
        (Kind.REPLY, answered),
        (Kind.MENTION, named),
        (Kind.COMMENT, _concerned(comment)),
    ):
        people = _people({number for number in ids if number is not None} - told)
        if comment.group_id is not None:
            inside = Membership.objects.filter(group=comment.group_id, joined_at__isnull=False).values("account")
            people = people.filter(pk__in=inside)
        found = list(people)
        about = f"comment {comment.key}"
        _tell(found, kind, about=about, actor=comment.account, paper=comment.paper, comment=comment)
        told |= {one.pk for one in found}


def _concerned(comment: Comment) -> set[int | None]:
    """Row ids of who brought the paper, who wrote it, and who has spoken in the thread."""
    ids: set[int | None] = set(_speakers(comment))
    if comment.group_id is None:
        brought = Submission.objects.filter(paper=comment.paper_id, state=Submission.State.LISTED)
        ids |= set(brought.values_list("account_id", flat=True))
        wrote = Authorship.objects.filter(paper=comment.paper_id, account__isnull=False)
        ids |= set(wrote.values_list("account_id", flat=True))
    return ids


def _speakers(comment: Comment) -> set[int | None]:
    """Row ids of who spoke in the thread that a comment belongs to."""
    if comment.parent_id is None:
        return set()
    rows = Comment.objects.filter(paper=comment.paper_id, group=comment.group_id, pk__lte=comment.pk)
    above: dict[int, int | None] = {}
    speakers: dict[int, int | None] = {}
    # An answer is younger than what it answers, so one pass in order knows the beginning of every thread.
    for number, parent, account, state in rows.order_by("pk").values_list("pk", "parent_id", "account_id", "state"):
        above[number] = above.get(parent) or parent if parent is not None else None
        speakers[number] = account if state == Comment.State.VISIBLE else None
    start = above.get(comment.pk)
    return {speakers[number] for number, root in above.items() if start in (number, root)}


def tell_followers(papers: Collection[int]) -> int:
    """Tell people of new papers of whom and what they follow; ``papers`` are row ids.

    A paper is told of once, however many of its authors and categories somebody follows. Returns how many times
    somebody follows one of the papers, told of before or not.
    """
    new = Paper.objects.filter(pk__in=papers, is_hidden=False).only("pk", "key").in_bulk()
    following = followers_of(new)
    people = _people(following).in_bulk()
    rows = [
        row
        for number, found in following.items()
        if number in people
        for paper, why in found
        if (row := _row(people[number], Kind.NEW_PAPER, f"paper {new[paper].key}", paper=new[paper], words=why))
    ]
    _write(rows)
    return len(rows)


def shown(account: Account) -> QuerySet[Notification]:
    """What a person is shown, the newest first; not what was said in a group that the person has left."""
    mine = Membership.objects.filter(account=account, joined_at__isnull=False).values("group")
    rows = Notification.objects.filter(
        Q(comment__isnull=True) | Q(comment__group__isnull=True) | Q(comment__group__in=mine),
        account=account,
        is_shown=True,
    )
    return rows.select_related("actor", "paper", "comment").order_by("-made_at", "-pk")


def unread_count(account: Account) -> int:
    """How many a person has not read, counted up to ``COUNTED_UP_TO``: one look at an index."""
    unread = Notification.objects.filter(account=account, read_at__isnull=True, is_shown=True)
    return unread.order_by()[:COUNTED_UP_TO].count()


def mark_read(account: Account, numbers: Collection[int] | None = None) -> int:
    """Note that a person has read some of their notifications (row ids), or all; returns how many were unread.

    What was read before it was mailed is not mailed any more.
    """
    rows = Notification.objects.filter(account=account, read_at__isnull=True, is_shown=True)
    if numbers is not None:
        rows = rows.filter(pk__in=numbers)
    rows.filter(is_for_mail=True, mailed_at__isnull=True).update(is_for_mail=False)
    return rows.update(read_at=timezone.now())


def forget_old(now: datetime) -> int:
    """Delete what was told long ago; returns how many."""
    old = Q(made_at__lt=now - KEPT) | Q(made_at__lt=now - NEW_PAPERS_KEPT, kind=Kind.NEW_PAPER)
    return Notification.objects.filter(old).delete()[0]


def _people(ids: Iterable[int]) -> QuerySet[Account]:
    """The accounts that may be told something: in use and not suspended (``is_suspended`` asks again for each)."""
    return Account.objects.filter(pk__in=list(ids), is_active=True, is_waiting=False)


def _tell(
    people: Iterable[Account],
    kind: str,
    *,
    about: str,
    actor: Account | None,
    paper: Paper | None,
    comment: Comment | None,
    words: str = "",
) -> None:
    made = (
        _row(one, kind, about, actor=actor, paper=paper, comment=comment, words=words)
        for one in people
        if actor is None or one.pk != actor.pk
    )
    _write([row for row in made if row is not None])


def _row(
    account: Account,
    kind: str,
    about: str,
    *,
    actor: Account | None = None,
    paper: Paper | None = None,
    comment: Comment | None = None,
    words: str = "",
) -> Notification | None:
    """What is to be kept, None where the person is to be told nothing."""
    wanted = ways(account, kind)
    is_for_mail = wanted.mail and is_mail_set_up()
    is_reached = account.is_active and not account.is_waiting and not is_suspended(account)
    if not is_reached or not (wanted.site or is_for_mail):
        return None
    return Notification(
        account=account,
        kind=kind,
        about=about,
        actor=actor,
        paper=paper,
        comment=comment,
        words=words,
        made_at=timezone.now(),
        is_shown=wanted.site,
        is_for_mail=is_for_mail,
    )


def _write(rows: list[Notification]) -> None:
    """Keep rows; of what somebody was told before nothing is written."""
    Notification.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)

"""A person who wrote a canary into every text column that a person can fill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Authorship, KeptApart, Listing, Organisation, Paper, PaperMerge, Source
from broadsheet.catalogue.placing import SUBMISSIONS
from broadsheet.community import audit
from broadsheet.community.comments import recount as recount_comments
from broadsheet.community.models import (
    Account,
    Affiliation,
    ApiToken,
    Claim,
    Collection,
    CollectionEntry,
    Comment,
    CommentEdit,
    Delivery,
    Dismissal,
    Example,
    FeedSecret,
    Follow,
    Group,
    Impression,
    Invitation,
    MailEvent,
    Membership,
    Mention,
    Notification,
    Pin,
    RankingWeights,
    Reaction,
    Report,
    SavedSearch,
    SentPaper,
    Shelved,
    Submission,
    Subscription,
    Taste,
    Unlearnt,
    Vote,
)
from tests.builders import WEDNESDAY, many, take
from tests.people import person

CANARY = "zqcanary"
NAME = f"{CANARY}-name"
ADDRESS = f"{CANARY}@example.org"

numbers = count()


def canary(what: str = "") -> str:
    return f"{CANARY} {what} {next(numbers)}"


def a_world(me: Account, other: Account) -> dict[str, Any]:
    """What the rows of ``FILLED`` hang on."""
    take(*many(4, on=WEDNESDAY, days=1))
    now = timezone.now()
    group = Group.objects.create(slug="circle", name="Circle", created_at=now)
    Membership.objects.create(group=group, account=other, role="owner", invited_at=now, joined_at=now)
    papers = list(Paper.objects.order_by("pk"))
    theirs = Comment.objects.create(
        paper=papers[0], account=other, text=f"I agree with @{NAME}, and not with @{NAME}2.", written_at=now
    )
    return {"me": me, "other": other, "now": now, "group": group, "papers": papers, "theirs": theirs}


def _comment(w: dict[str, Any]) -> Comment:
    comment = Comment.objects.create(paper=w["papers"][0], account=w["me"], text=canary(), written_at=w["now"])
    Comment.objects.create(
        paper=w["papers"][0], account=w["other"], parent=comment, text=f"@{NAME.upper()}: no", written_at=w["now"]
    )
    recount_comments(w["papers"][0].pk)
    return comment


def _collection(w: dict[str, Any]) -> Collection:
    made = {"created_at": w["now"], "changed_at": w["now"]}
    return Collection.objects.create(title=canary(), about=canary(), owner=w["me"], visibility="public", **made)


def _entry(w: dict[str, Any]) -> CollectionEntry:
    made = {"created_at": w["now"], "changed_at": w["now"]}
    of_group = Collection.objects.create(
        title="Ours", owner=w["other"], group=w["group"], visibility="group", is_reading_list=True, **made
    )
    return CollectionEntry.objects.create(
        collection=of_group, paper=w["papers"][0], position=0, note=canary(), added_by=w["me"], added_at=w["now"]
    )


def _merge(w: dict[str, Any]) -> PaperMerge:
    listed = {"listings": [[SUBMISSIONS, "2026-03-04", None, NAME]]}
    return PaperMerge.objects.create(
        paper=w["papers"][0],
        absorbed_key="0" * 10,
        absorbed_title="Gone",
        reason="moderator",
        moved=listed,
        stayed=listed,
        merged_at=w["now"],
        merged_by=NAME,
        undone_by=NAME,
    )


def _listing(w: dict[str, Any]) -> Listing:
    source, _ = Source.objects.get_or_create(slug=SUBMISSIONS)
    return Listing.objects.create(paper=w["papers"][1], source=source, listed_on=WEDNESDAY, submitted_by=NAME)


def _authorship(w: dict[str, Any]) -> Authorship:
    row = w["papers"][2].authorships.first()
    row.account = w["me"]
    row.save()
    return row


def _session(w: dict[str, Any]) -> Session:
    client = Client()
    client.force_login(w["me"])
    visitor = Client()
    session = visitor.session
    session["account_login"] = {"email": ADDRESS}
    session.save()
    return Session.objects.get(session_key=client.session.session_key)


def _email(w: dict[str, Any]) -> EmailAddress:
    return EmailAddress.objects.create(user=w["me"], email=f"{CANARY}.second@example.org", verified=True)


def _social_token(w: dict[str, Any]) -> SocialToken:
    app = SocialApp.objects.create(provider="github", name="GitHub", client_id="id")
    account = SocialAccount.objects.create(user=w["me"], provider="github", uid=canary("token"))
    return SocialToken.objects.create(app=app, account=account, token=canary(), token_secret=canary())


def _subscription(w: dict[str, Any]) -> Subscription:
    Subscription.objects.create(address=ADDRESS, name="Of an address", made_at=w["now"], changed_at=w["now"])
    return Subscription.objects.create(
        account=w["me"],
        outlet="webhook",
        target=canary(),
        name=canary(),
        sections=[canary()],
        muted=[canary()],
        paused_because=canary(),
        made_at=w["now"],
        changed_at=w["now"],
    )


def _delivery(w: dict[str, Any]) -> Delivery:
    return Delivery.objects.create(
        subscription=_subscription(w),
        issue="2026-03-04",
        contents=[canary()],
        answer=canary(),
        domain=f"{CANARY}.example.org",
        due_at=w["now"],
        planned_at=w["now"],
    )


def _mail_event(w: dict[str, Any]) -> MailEvent:
    return MailEvent.objects.create(
        kind="complaint", told=f"{next(numbers)}", delivery=_delivery(w), answer=canary(), happened_at=w["now"]
    )


FILLED: dict[str, Callable[[dict[str, Any]], models.Model]] = {
    "community.Account": lambda w: w["me"],
    "community.ApiToken": lambda w: ApiToken.objects.create(
        account=w["me"], name=canary(), digest="f" * 64, hint="bsh_1234", created_at=w["now"]
    ),
    "community.Invitation": lambda w: Invitation.objects.create(
        digest="e" * 64,
        email=ADDRESS,
        invited_by=w["other"],
        used_by=w["me"],
        created_at=w["now"],
        expires_at=w["now"] + timedelta(days=1),
    ),
    "community.Membership": lambda w: Membership.objects.create(
        group=w["group"], account=w["me"], invited_at=w["now"], joined_at=w["now"]
    ),
    "community.Comment": _comment,
    "community.CommentEdit": lambda w: CommentEdit.objects.create(
        comment=_comment(w), text=canary(), edited_at=w["now"]
    ),
    "community.Mention": lambda w: Mention.objects.create(comment=w["theirs"], account=w["me"]),
    "community.Reaction": lambda w: Reaction.objects.create(
        comment=w["theirs"], account=w["me"], sign="👍", set_at=w["now"]
    ),
    "community.Shelved": lambda w: Shelved.objects.create(account=w["me"], paper=w["papers"][0], note=canary()),
    "community.Collection": _collection,
    "community.CollectionEntry": _entry,
    "community.Pin": lambda w: Pin.objects.create(
        paper=w["papers"][0], listed_on=WEDNESDAY, words=canary(), pinned_by=w["me"], pinned_at=w["now"]
    ),
    "community.Report": lambda w: Report.objects.create(
        reporter=w["me"],
        subject_kind="comment",
        subject=w["theirs"].key,
        reason="spam",
        words=canary(),
        reported_at=w["now"],
    ),
    "community.Deed": lambda w: audit.note(
        "paper.hide", actor=w["other"], network="192.0.2.0/24", details={"who": NAME, "mail": ADDRESS}
    ),
    "community.Notification": lambda w: Notification.objects.create(
        account=w["other"], actor=w["me"], kind="reply", about=canary(), words=canary(), made_at=w["now"]
    ),
    "community.Submission": lambda w: Submission.objects.create(
        account=w["me"],
        named=canary(),
        paper=w["papers"][1],
        words=canary(),
        state="listed",
        refusal=canary(),
        submitted_at=w["now"],
    ),
    "community.Claim": lambda w: Claim.objects.create(
        account=w["me"], paper=w["papers"][2], words=canary(), claimed_at=w["now"]
    ),
    "community.Follow": lambda w: Follow.objects.create(follower=w["me"], author=canary(), followed_at=w["now"]),
    "community.Affiliation": lambda w: Affiliation.objects.create(
        account=w["me"], organisation=Organisation.objects.create(slug="o", name="O"), stated_at=w["now"]
    ),
    "community.Vote": lambda w: Vote.objects.create(
        account=w["me"], paper=w["papers"][0], network="9" * 32, cast_at=w["now"]
    ),
    "community.Dismissal": lambda w: Dismissal.objects.create(
        account=w["me"], paper=w["papers"][1], dismissed_at=w["now"]
    ),
    "community.Taste": lambda w: Taste.objects.create(account=w["me"], interests=[canary()], changed_at=w["now"]),
    "community.Example": lambda w: Example.objects.create(account=w["me"], paper=w["papers"][2], given_at=w["now"]),
    "community.Unlearnt": lambda w: Unlearnt.objects.create(
        account=w["me"], paper=w["papers"][1], unlearnt_at=w["now"]
    ),
    "community.Impression": lambda w: Impression.objects.create(
        account=w["me"], paper=w["papers"][1], surface="for you", shown="4" * 16, position=0, shown_at=w["now"]
    ),
    "community.SavedSearch": lambda w: SavedSearch.objects.create(
        account=w["me"], name=canary(), query=canary(), made_at=w["now"]
    ),
    "community.Subscription": _subscription,
    "community.Delivery": _delivery,
    "community.SentPaper": lambda w: SentPaper.objects.create(
        recipient=f"account {w['me'].pk}", paper=w["papers"][0], delivery=_delivery(w)
    ),
    "community.MailEvent": _mail_event,
    "community.FeedSecret": lambda w: FeedSecret.objects.create(account=w["me"], made_at=w["now"]),
    "community.RankingWeights": lambda w: RankingWeights.objects.create(changed_by=w["me"], changed_at=w["now"]),
    "catalogue.Authorship": _authorship,
    "catalogue.Listing": _listing,
    "catalogue.PaperMerge": _merge,
    "catalogue.KeptApart": lambda w: KeptApart.objects.create(one="a", other="b", said_by=NAME, said_at=w["now"]),
    "account.EmailAddress": _email,
    "account.EmailConfirmation": lambda w: EmailConfirmation.objects.create(
        email_address=EmailAddress.objects.filter(user=w["me"]).first(), key=canary()
    ),
    "mfa.Authenticator": lambda w: Authenticator.objects.create(
        user=w["me"], type="totp", data={"secret": canary()}, created_at=w["now"]
    ),
    "socialaccount.SocialAccount": lambda w: SocialAccount.objects.create(
        user=w["me"], provider="orcid", uid=canary(), extra_data={"name": canary()}
    ),
    "socialaccount.SocialToken": _social_token,
    "usersessions.UserSession": lambda w: UserSession.objects.create(
        user=w["me"], session_key="k" * 32, ip="192.0.2.1", user_agent=canary(), data={"of": canary()}
    ),
    "sessions.Session": _session,
    "admin.LogEntry": lambda w: LogEntry.objects.create(
        user=w["other"],
        content_type=ContentType.objects.get_for_model(Account),
        object_id=str(w["me"].pk),
        object_repr=NAME,
        action_flag=2,
        change_message=canary(),
    ),
}


def a_canary() -> Account:
    me = person(NAME)
    texts = {"display_name", "affiliation", "about", "first_name", "last_name", "reason_to_join"}
    for name in texts:
        setattr(me, name, canary(name))
    me.email, me.orcid = ADDRESS, "0000-0002-1825-0097"
    me.links, me.choices = [{"label": canary(), "url": f"https://{CANARY}.example.org"}], {"of": canary()}
    me.save()
    EmailAddress.objects.filter(user=me).update(email=ADDRESS)
    return me

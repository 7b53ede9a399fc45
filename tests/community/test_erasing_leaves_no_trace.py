"""Whoever is erased is nowhere: a canary is put into every text column that a person can fill, and searched for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from broadsheet.catalogue.models import Authorship, KeptApart, Listing, Organisation, Paper, PaperMerge, Source
from broadsheet.catalogue.placing import SUBMISSIONS
from broadsheet.community import audit
from broadsheet.community.comments import recount as recount_comments
from broadsheet.community.erasing import erase
from broadsheet.community.models import (
    Account,
    Affiliation,
    ApiToken,
    Claim,
    Collection,
    CollectionEntry,
    Comment,
    CommentEdit,
    Dismissal,
    Example,
    Follow,
    Group,
    Impression,
    Invitation,
    Membership,
    Mention,
    Notification,
    Pin,
    RankingWeights,
    Reaction,
    Report,
    Shelved,
    Submission,
    Taste,
    Unlearnt,
    Vote,
)
from broadsheet.search.maintenance import update_index
from tests.builders import WEDNESDAY, many, take
from tests.people import admin, person

CANARY = "zqcanary"
NAME = f"{CANARY}-name"
ADDRESS = f"{CANARY}@example.org"

NOT_OF_A_PERSON = {
    # The catalogue is what sources told; names in it that people of this instance left are rows of ``FILLED``.
    *("catalogue.Source", "catalogue.Organisation", "catalogue.Category", "catalogue.Paper", "catalogue.PaperAlias"),
    *("catalogue.SourceRecord", "catalogue.Version", "catalogue.Identifier", "catalogue.Link", "catalogue.SavedPage"),
    *("catalogue.Harvest", "catalogue.Announcement", "catalogue.Batch", "catalogue.Alert", "catalogue.Job"),
    *("catalogue.Statement", "catalogue.Tombstone", "catalogue.FigureSample", "catalogue.Enquiry"),
    *("catalogue.Paper_organisations", "catalogue.PaperCategory", "catalogue.Counter", "catalogue.SavedPageEntry"),
    *("catalogue.Trend", "ranking.HeldPaper", "ranking.LearntModel"),
    *("catalogue.ChangedPaper", "search.PaperVector", "search.WaitingVector"),
    # Django's own, which nobody fills.
    *("contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"),
    *("community.Account_groups", "community.Account_user_permissions", "socialaccount.SocialApp"),
    # A keyed hash.
    "community.Allowance",
    # What a group is called stays its members'; one of a person alone goes whole, which a test below holds.
    "community.Group",
}
"""Models without text of one person. Whoever adds a model has to say so here, or to fill it below."""

WORDS_OF_THE_HOUSE = {
    # Choices, digests and numbers: what stands in these columns is none of the person's words.
    *("state", "key", "digest", "hint", "role", "kind", "subject_kind", "subject", "verb", "network", "held_for"),
    *("private_digest", "previous", "visibility", "means", "hidden_reason", "scopes", "sign", "password", "zone"),
    *("signed_up_from", "type", "provider", "session_key", "session_data", "object_id", "is_hidden", "slug", "orcid"),
    *("absorbed_key", "absorbed_title", "one", "other", "surface", "shown", "origin", "weights"),
}

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


def text_columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [field for field in model._meta.concrete_fields if isinstance(field, kinds) and not field.generated]


def everywhere() -> Iterator[tuple[str, str]]:
    """Every cell of every table that can hold text, of the database itself and not of what Django thinks it has."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", value if isinstance(value, str) else json.dumps(value, default=str)


def traces(folder: Path | None = None) -> list[str]:
    found = [place for place, text in everywhere() if CANARY in text.lower().replace(f"{NAME}2", "")]
    files = (path for path in folder.rglob("*") if path.is_file()) if folder else ()
    return found + [str(path) for path in files if CANARY.encode() in path.read_bytes().lower()]


pytestmark = pytest.mark.django_db


def test_every_model_has_a_rule() -> None:
    known = set(FILLED) | NOT_OF_A_PERSON
    assert {model._meta.label for model in apps.get_models(include_auto_created=True)} - known == set()


def test_nothing_is_left_in_the_database_and_the_index(index_dir: Path) -> None:
    me, other = a_canary(), person("bob")
    admin()
    w = a_world(me, other)
    rows = {label: fill(w) for label, fill in FILLED.items()}
    Notification.objects.create(account=other, kind="new paper", about="paper 1", words=NAME, made_at=w["now"])
    for label, row in rows.items():
        row.refresh_from_db()
        for field in text_columns(type(row)):
            if field.name not in WORDS_OF_THE_HOUSE and (label, field.name) not in UNTOLD:
                told = json.dumps(getattr(row, field.name), default=str)
                assert CANARY in told, f"{label}.{field.name} can hold words of a person: let the canary fill it"
    assert len(traces()) > len(FILLED)
    update_index()
    erase(me, votes_are="anonymise")
    update_index()
    assert traces(index_dir) == []
    assert audit.first_fault() is None
    assert not Authorship.objects.filter(account__isnull=False).exists()
    assert RankingWeights.objects.get().changed_by is None
    private = (Taste, Example, Unlearnt, Impression)
    assert [model for model in private if model._default_manager.exists()] == []
    assert not [session for session in Session.objects.all() if "_auth_user_id" in session.get_decoded()]


UNTOLD = {
    # Written by whoever runs the house; see erasing.
    ("community.Deed", "reason"),
    # One of a list.
    ("community.Report", "reason"),
    ("catalogue.PaperMerge", "reason"),
    ("catalogue.Authorship", "name"),
}

"""Everything that the database holds of one person, as one ZIP that is written while it is sent."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from broadsheet.catalogue.exporting import cited, written
from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.community import audit
from broadsheet.community.models import (
    Account,
    Affiliation,
    ApiToken,
    Claim,
    Collection,
    CollectionEntry,
    Comment,
    CommentEdit,
    Deed,
    Delivery,
    Dismissal,
    Example,
    FeedSecret,
    Follow,
    Impression,
    Invitation,
    Membership,
    Mention,
    Notification,
    Pin,
    RankingWeights,
    Reaction,
    Report,
    SavedSearch,
    Shelved,
    Submission,
    Subscription,
    Taste,
    Unlearnt,
    Vote,
)

CHUNK = 500
NEVER = frozenset(
    {"password", "digest", "data", "session_key", "private_digest", "previous", "secret", "signing_secret"}
)
"""Columns that would let whoever finds the file in, or that only mean something within the log's chain."""


@dataclass(frozen=True, slots=True)
class Section:
    """One list in ``data.json``: rows of a table by ``mine``, a filter; ``also`` are columns of what they hang on."""

    name: str
    model: type[models.Model]
    mine: Callable[[Account], Q]
    also: tuple[str, ...] = ()


def _of(field: str) -> Callable[[Account], Q]:
    return lambda account: Q(**{field: account})


_PAPER = ("paper__key", "paper__title")

SECTIONS: tuple[Section, ...] = (
    Section("account", Account, lambda account: Q(pk=account.pk)),
    Section("email_addresses", EmailAddress, _of("user")),
    Section("other_accounts", SocialAccount, _of("user")),
    Section("passkeys_and_factors", Authenticator, _of("user")),
    Section("sessions", UserSession, _of("user")),
    Section("tokens", ApiToken, _of("account")),
    Section("invitations", Invitation, lambda account: Q(invited_by=account) | Q(used_by=account)),
    Section("votes", Vote, _of("account"), (*_PAPER, "group__slug")),
    Section("not_interested", Dismissal, _of("account"), _PAPER),
    Section("shelf", Shelved, _of("account"), _PAPER),
    Section("collections", Collection, _of("owner"), ("group__slug",)),
    Section(
        "collection_entries",
        CollectionEntry,
        lambda account: Q(collection__owner=account) | Q(added_by=account),
        (*_PAPER, "collection__key"),
    ),
    Section("comments", Comment, _of("account"), (*_PAPER, "parent__key", "group__slug")),
    Section("comments_before_edits", CommentEdit, _of("comment__account"), ("comment__key",)),
    Section("mentions_of_you", Mention, _of("account"), ("comment__key",)),
    Section("reactions", Reaction, _of("account"), ("comment__key",)),
    Section("submissions", Submission, _of("account"), _PAPER),
    Section("claims", Claim, _of("account"), _PAPER),
    Section("authorships", Authorship, _of("account"), _PAPER),
    Section(
        "follows",
        Follow,
        _of("follower"),
        ("person__username", "organisation__slug", "category__code"),
    ),
    Section("affiliations", Affiliation, _of("account"), ("organisation__slug", "organisation__name")),
    Section("groups", Membership, _of("account"), ("group__slug", "group__name")),
    Section("notifications", Notification, _of("account"), ("paper__key", "comment__key")),
    Section("reports", Report, _of("reporter")),
    Section("pins", Pin, _of("pinned_by"), _PAPER),
    Section("taste", Taste, _of("account")),
    Section("examples", Example, _of("account"), _PAPER),
    Section("unlearnt", Unlearnt, _of("account"), _PAPER),
    Section("impressions", Impression, _of("account"), _PAPER),
    Section("saved_searches", SavedSearch, _of("account")),
    Section("subscriptions", Subscription, _of("account")),
    Section("deliveries", Delivery, _of("subscription__account"), ("subscription__key",)),
    Section("feed_secret", FeedSecret, _of("account")),
    Section("ranking_weights", RankingWeights, _of("changed_by")),
    Section(
        "log",
        Deed,
        lambda account: Q(actor=account) | Q(subject_kind="account", subject=str(account.pk)),
    ),
    Section("admin_log", LogEntry, _of("user")),
)


def take_along(account: Account, *, network: str = "") -> Iterator[bytes]:
    """The bytes of a ZIP: ``data.json`` with a list for each table, and BibTeX of what was saved, voted for, collected.

    It is noted in the audit log when the first byte is asked for. Rows are read in chunks, so that it takes no more
    memory for a person who did much.
    """
    audit.note("account.take-along", actor=account, subject_kind="account", subject=str(account.pk), network=network)
    pipe = _Pipe()
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, texts in _members(account):
            with archive.open(name, "w") as member:
                for text in texts:
                    member.write(text.encode())
                    yield from pipe.taken()
            yield from pipe.taken()
    yield from pipe.taken()


def rows_of(section: Section, account: Account) -> Iterator[dict[str, Any]]:
    """One table's rows of a person as plain data, secrets left out, in the order of their ids."""
    columns = [field.attname for field in section.model._meta.concrete_fields if field.name not in NEVER]  # noqa: SLF001
    found = section.model._default_manager.filter(section.mine(account)).order_by("pk").distinct()  # noqa: SLF001
    yield from found.values(*columns, *section.also).iterator(CHUNK)


def _members(account: Account) -> Iterator[tuple[str, Iterable[str]]]:
    yield "data.json", _data(account)
    saved = Shelved.objects.filter(account=account, saved_at__isnull=False).order_by("saved_at", "pk")
    yield "saved.bib", _entries(saved.values_list("paper_id", "note"))
    voted = Vote.objects.filter(account=account).exclude(state=Vote.State.WITHDRAWN).order_by("cast_at", "pk")
    yield "voted.bib", _entries((number, "") for number in dict.fromkeys(voted.values_list("paper_id", flat=True)))
    for number, key in Collection.objects.filter(owner=account).order_by("pk").values_list("pk", "key"):
        entries = CollectionEntry.objects.filter(collection=number)
        yield f"collections/{key}.bib", _entries(entries.values_list("paper_id", "note"))


def _data(account: Account) -> Iterator[str]:
    yield "{\n"
    for number, section in enumerate(SECTIONS):
        yield ("" if number == 0 else ",\n") + json.dumps(section.name) + ": ["
        for place, row in enumerate(rows_of(section, account)):
            yield ("" if place == 0 else ",") + "\n" + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        yield "]"
    yield "\n}\n"


def _entries(rows: Iterable[tuple[int, str]]) -> Iterator[str]:
    """BibTeX of papers by row id, each with what the person noted, in their order."""
    waiting = iter(rows)
    while part := dict(islice(waiting, CHUNK)):
        shown = Paper.objects.filter(is_hidden=False).in_bulk(list(part))
        papers = [shown[number] for number in part if number in shown]
        yield written("bib", cited(papers, _address_of, part))


def _address_of(paper: Paper) -> str:
    return settings.BASE_URL + reverse("web:paper", args=[paper.name])


class _Pipe:
    """A file that cannot be sought in: what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here for anything else."""

    def taken(self) -> list[bytes]:
        """What was written since."""
        pieces, self._pieces = self._pieces, []
        return pieces

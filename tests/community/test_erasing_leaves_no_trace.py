"""Whoever is erased is nowhere: a canary is put into every text column that a person can fill, and searched for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models

from broadsheet.catalogue.models import Authorship
from broadsheet.community import audit
from broadsheet.community.erasing import erase
from broadsheet.community.models import (
    Example,
    Impression,
    Notification,
    RankingWeights,
    Taste,
    Unlearnt,
)
from broadsheet.search.maintenance import update_index
from tests.community.canaries import CANARY, FILLED, NAME, a_canary, a_world
from tests.people import admin, person

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
    # Keyed hashes, and their key.
    *("community.Allowance", "community.Suppression", "community.BounceScore", "community.AddressKey"),
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
    *("secret", "signing_secret", "outlet", "format", "abstracts", "rhythm", "language", "issue", "claimed_by"),
    *("recipient", "told"),
}


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
    # Of a subscription without an account, which goes as well.
    ("community.Subscription", "address"),
}

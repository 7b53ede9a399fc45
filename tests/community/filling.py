"""Rows in every table of an instance, made from the models themselves, so that a new table is filled too."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models

from broadsheet.community.models import Follow, Subscription
from broadsheet.community.moving import moved_models

WORDS = ("heron", "Kiebitz", "çay", "論文", "🙂", "O'Tern", '"<b>&', "a\nb", "ÅÅ", " ", "\\u0000", "$x^2$")


def fill(seed: int, most: int = 3) -> None:
    """Up to ``most`` rows in every table, and at least one where what they hang on is there."""
    chance = random.Random(seed)
    for model in _in_order(moved_models()):
        for n in range(chance.randint(1, most)):
            row = {field.attname: _value(field, chance, n) for field in _own_fields(model)}
            row |= _target_of_a_follow(row, chance) if model is Follow else {}
            row |= {"address": ""} if model is Subscription and row["account_id"] else {}
            if all(row[field.attname] is not None or field.null for field in _own_fields(model)):
                _insert(model, row)


def _insert(model: type[models.Model], row: dict[str, Any]) -> None:
    """A row, unless it breaks a rule of its table (one vote per person, and so on)."""
    model._default_manager.bulk_create([model(**row)], ignore_conflicts=True)


def _own_fields(model: type[models.Model]) -> list[Any]:
    fields = model._meta.concrete_fields
    return [field for field in fields if not field.generated and (field.is_relation or not field.primary_key)]


def _in_order(found: list[type[models.Model]]) -> list[type[models.Model]]:
    """Models after those that they refer to."""
    ordered: list[type[models.Model]] = []
    while len(ordered) < len(found):
        ready = [
            model
            for model in found
            if model not in ordered
            and all(
                field.related_model in (*ordered, model) or field.related_model not in found
                for field in _own_fields(model)
                if field.is_relation
            )
        ]
        assert ready, "models refer to each other in a circle"
        ordered += ready
    return ordered


def _target_of_a_follow(row: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    names = ("person_id", "organisation_id", "category_id", "author")
    kept = chance.choice([name for name in names if row[name]] or ["author"])
    empty = {"person_id": None, "organisation_id": None, "category_id": None, "author": ""}
    return {**empty, kept: row[kept] or "ada-tern"}


def _value(field: Any, chance: random.Random, n: int) -> Any:
    if field.is_relation:
        known = list(field.related_model._default_manager.order_by("pk").values_list("pk", flat=True))
        return chance.choice([*known, *([None] if field.null else [])] or [None])
    if field.null and chance.random() < 0.3:
        return None
    if field.choices:
        return chance.choice([value for value, _ in field.choices])
    moment = datetime(2026, 3, 4, tzinfo=UTC) + timedelta(
        seconds=chance.randint(0, 10**7), microseconds=chance.randint(0, 999_999)
    )
    by_kind: list[tuple[type[models.Field[Any, Any]], Any]] = [
        (models.DateTimeField, moment),
        (models.DateField, date(2026, 3, 4) + timedelta(days=chance.randint(0, 300))),
        (models.BooleanField, chance.random() < 0.5),
        (models.FloatField, chance.random()),
        (models.IntegerField, chance.randint(0, 30_000)),
        (models.JSONField, chance.choice([{}, [], {"b": 1, "a": [chance.choice(WORDS)]}, ["z", "ü"]])),
    ]
    for kind, value in by_kind:
        if isinstance(field, kind):
            return value
    text = f"{chance.choice(WORDS)}{n}-{chance.randint(0, 10**9)}"
    return text[: field.max_length or 200].replace("\n", " ") if field.max_length else text

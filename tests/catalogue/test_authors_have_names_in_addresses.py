"""The name of an author in addresses: the same for ever, and the same for every way of printing it that is certain."""

from __future__ import annotations

import unicodedata
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.authors import LONGEST_SLUG, is_orcid, slug_of
from broadsheet.catalogue.models import Authorship
from broadsheet.community.models import Account
from tests.builders import record, take

NAMES = st.text(max_size=260)
WORDS = st.from_regex(r"[A-Z][a-z]{3,9}", fullmatch=True)

# What people link to. A row that has to be changed here needs a migration that names all authors anew.
FROZEN = {
    "Ada Reader": "ada-reader",
    "María Núñez-O'Brien": "maria-nunez-obrien",
    "J. R. R. Writer": "j-r-r-writer",
    'Schr{\\"o}der, Erwin': "erwin-schroder",
    "Reader, Ada": "ada-reader",
    "Reader, Jr.": "reader-jr",
    "Reader, Jr., Ada": "ada-reader-jr",
    "Example, Inc.": "example-inc",
    "Łukasz Ørsted": "lukasz-orsted",
    "Straße": "strasse",
    "王伟": "王伟",
    "が": "が",
    "नरेंद्र": "नरेंद्र",
    "Γιώργος": "γιωργοσ",
    "a b": "a-b",
    "?!": "name-9ffc0c1d3afd8d25",
    "": "name-e4a6a0577479b2b4",
    "0000-0002-1825-0097": "name-0000-0002-1825-0097",
}


@pytest.mark.parametrize(("name", "slug"), FROZEN.items())
def test_a_slug_never_changes(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(NAMES)
def test_any_name_has_one(name: str) -> None:
    slug = slug_of(name)
    assert 0 < len(slug) <= LONGEST_SLUG
    assert slug_of(slug) == slug, "what stands in an address leads to itself"
    assert not is_orcid(slug.upper())
    assert all(letter == "-" or unicodedata.category(letter)[0] in "LNM" for letter in slug)


@given(WORDS, WORDS)
def test_family_first_is_the_same_person(given_name: str, family: str) -> None:
    assert slug_of(f"{family}, {given_name}") == slug_of(f"{given_name} {family}")


@given(st.lists(WORDS, min_size=40, max_size=60))
def test_long_names_stay_apart(words: list[str]) -> None:
    assert slug_of(" ".join(words)) != slug_of(" ".join([*words, "Other"]))


@pytest.mark.django_db
def test_intake_names_every_author() -> None:
    take(record("A paper with people", authors=["Ada Reader", "Núñez, Ben"], arxiv="2510.00001"))
    rows = Authorship.objects.order_by("position").values_list("slug", flat=True)
    assert list(rows) == ["ada-reader", "ben-nunez"]


@pytest.mark.django_db
def test_an_account_follows_a_name_that_is_printed_in_another_way() -> None:
    person = Account.objects.create(username="ben")
    take(record("A paper with people", authors=["Ada Reader", "Ben Nunez"], arxiv="2510.00001"))
    Authorship.objects.filter(position=1).update(account=person)
    longer = record("A paper with people", authors=["Ben Núñez", "Ada Reader"], arxiv="2510.00001", abstract="Longer.")
    take(longer, source="another")
    assert list(Authorship.objects.filter(account=person).values_list("position", "name")) == [(0, "Ben Núñez")]


@pytest.mark.django_db
def test_the_migration_names_who_is_there_already(monkeypatch: pytest.MonkeyPatch) -> None:
    migration = import_module("broadsheet.catalogue.migrations.0006_attention")
    take(*[record(f"Paper {n}", authors=[f"Ada Reader{n}", "Núñez, Ben"], arxiv=f"2510.0000{n}") for n in range(3)])
    expected = list(Authorship.objects.order_by("pk").values_list("slug", flat=True))
    Authorship.objects.update(slug="")
    monkeypatch.setattr(migration, "ROWS_AT_ONCE", 4)
    migration.name_authors(apps, SimpleNamespace(connection=connection))
    assert list(Authorship.objects.order_by("pk").values_list("slug", flat=True)) == expected

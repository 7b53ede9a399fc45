"""docs/pages.md and docs/api.md have every address and every parameter of the site."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from django.http import QueryDict
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from broadsheet.api.serialise import brief, full
from broadsheet.search.query import INSIDES, MODES, PREFERENCES, SORTS, PaperQuery, parse
from broadsheet.web.lists import VIEWS
from tests.docs.reading import codes, page, rows, section

EXAMPLE = {"ID": "1", "DAY": "2025-10-29", "KEY": "a1b2c3", "SECRET": "a1" * 20, "WHAT": "saved"}
EXAMPLE_PARTS = re.compile(rf"\b({'|'.join(EXAMPLE)})\b")
PLACEHOLDER = re.compile(r"\(\?P<(?!kind)\w+>[^)]+\)|<[^>]+>")
ALTERNATIVES = re.compile(r"\(\?P<kind>([\w|.\\]+)\)")
EXAMPLES = {
    "q": "words",
    "mode": "words",
    "cat": "cs.*",
    "date": "2025-10-29",
    "week": "2025-W44",
    "month": "2025-10",
    "last": "week",
    "from": "2025-10-29",
    "to": "2025-10-29",
    "year": "2020..2024",
    "org": "example",
    "author": "ada-tern",
    "code": "1",
    "saved": "page-0a1b2c3d",
    "inside": "saved",
    "collection": "0a1b2c3d0a1b2c3d",
    "like": "2511.20785",
    "prefer": "recent",
    "sort": "votes",
    "upto": "1234",
}


WHOLE = ("/accounts/", "/admin/")
"""What packages lay out below their address: documented as one row each."""


def addresses_of_the_site() -> set[str]:
    """Every address, with ``*`` where a name stands."""
    found = {"/" + address for address in _walk(get_resolver().url_patterns, "")}
    return {next((f"{whole}…" for whole in WHOLE if address.startswith(whole)), address) for address in found}


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> list[str]:
    found = []
    for item in patterns:
        text = before + str(item.pattern).removeprefix("^").removesuffix("$").replace("\\.", ".")
        if isinstance(item, URLResolver):
            found += _walk(item.url_patterns, text)
        elif choice := ALTERNATIVES.search(text):
            found += [PLACEHOLDER.sub("*", text.replace(choice[0], word)) for word in choice[1].split("|")]
        else:
            found.append(PLACEHOLDER.sub("*", text))
    return found


def documented(name: str) -> list[str]:
    """The addresses in the table above a page's first section; the static files are not Django's to lead to."""
    table = rows(page(name).partition("\n## ")[0])
    return [code for cells in table for code in codes(cells[0]) if code != "/static/FILE"]


def test_every_address_is_documented_and_none_more() -> None:
    told = documented("pages.md") + documented("api.md")
    assert sorted(re.sub(r"/[A-Z]+(?=[/.]|$)", "/*", address) for address in told) == sorted(addresses_of_the_site())


@pytest.mark.parametrize("address", sorted({*documented("pages.md"), *documented("api.md")}))
def test_a_documented_address_leads_somewhere(address: str) -> None:
    resolve(
        EXAMPLE_PARTS.sub(lambda part: EXAMPLE[part[0]], address).replace("accounts/…", "accounts/login/").rstrip("…")
    )


def test_another_address_leads_nowhere() -> None:
    with pytest.raises(Resolver404):
        resolve("/nowhere")


def parameters(heading: str) -> list[str]:
    return [code for cells in rows(section(page("pages.md"), heading)) for code in codes(cells[0])]


def test_every_parameter_of_a_query_is_documented() -> None:
    told = parameters("The query")
    assert told == [*list(EXAMPLES)[:-1], "p", "view", "upto"]
    nothing = PaperQuery()
    changed = set()
    for name, value in EXAMPLES.items():
        given = QueryDict(mutable=True)
        given[name] = value
        if name == "mode":
            given["q"] = "words"
        query = parse(given)
        different = {
            field.name for field in fields(query) if getattr(query, field.name) != getattr(nothing, field.name)
        }
        assert different, f"{name} changes nothing"
        changed |= different
    asked = {field.name for field in fields(nothing)} - {"within"}  # found for whoever asks, and never written
    assert changed == asked, "a field that no documented parameter sets"


@pytest.mark.parametrize(
    ("name", "values"),
    [("mode", MODES), ("sort", SORTS), ("view", VIEWS), ("prefer", PREFERENCES), ("inside", INSIDES)],
)
def test_the_values_of_a_parameter_are_documented(name: str, values: tuple[str, ...]) -> None:
    row = next(cells for cells in rows(section(page("pages.md"), "The query")) if name in codes(cells[0]))
    assert set(values) <= set(codes(row[1]))


def _names_within(value: object) -> set[str]:
    """The names in nested objects."""
    if isinstance(value, dict):
        return {str(name) for name in value} | {name for inner in value.values() for name in _names_within(inner)}
    return {name for inner in value for name in _names_within(inner)} if isinstance(value, list) else set()


@pytest.mark.django_db
def test_the_fields_of_the_api_are_shown(client, index_dir, settings, tmp_path) -> None:
    settings.MODEL_DIR = tmp_path / "no-model"
    from broadsheet.catalogue.intake import take_in
    from broadsheet.catalogue.models import Paper
    from broadsheet.search.maintenance import update_index
    from broadsheet.sources.record import PaperRecord

    take_in([PaperRecord(title="A Paper That Was Invented")], source="invented")
    update_index()
    paper = Paper.objects.get()
    text = page("api.md")
    answered = client.get("/api/v1/papers?q=invented&facets=1").json()
    for name in [*brief(paper, 0.5), *full(paper), *answered, *_names_within(answered), "error"]:
        assert f'"{name}"' in text, name

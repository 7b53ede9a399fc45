"""The table of ``rows`` holds for every address, method and person; an address without a row fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access.rows import ROWS, UNTABLED
from tests.access.table import METHODS, PEOPLE, REFUSED, Row
from tests.access.world import World, make_world
from tests.web.addresses import pattern_names
from tests.web.reading import parse_html

pytestmark = pytest.mark.slow


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def test_every_pattern_has_a_row() -> None:
    names = {name for name in pattern_names() if not name.startswith(UNTABLED)}
    assert names - {row.name for row in ROWS} == set(), "tests/access/rows.py must have a row for every address"
    assert {row.name for row in ROWS} - names == set(), "these addresses are gone"


def test_every_row_has_a_status_for_each_person() -> None:
    wrong = [row.path for row in ROWS for method in row.statuses if len(row.expected(method) or ()) != len(PEOPLE)]
    assert wrong == []


@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_gets_what_the_table_says(world: World, person: str) -> None:
    wrong = [told for row in ROWS for method in METHODS if (told := _fault(world, row, method, person))]
    assert not wrong, "\n".join(wrong)


def _fault(world: World, row: Row, method: str, person: str) -> str:
    """What is wrong with one answer; what was done is undone again, so that rows do not depend on each other."""
    point = transaction.savepoint()
    try:
        answer = world.afresh(person, method, row.path.format(**world.names), row.sent, is_json=row.is_json)
    finally:
        transaction.savepoint_rollback(point)
    expected, status = row.expected(method), answer.status_code
    is_refused = status in REFUSED or answer.headers.get("Location", "").startswith("/accounts/login/")
    is_right = is_refused if expected is None else status == expected[PEOPLE.index(person)]
    told = "a refusal" if expected is None else expected[PEOPLE.index(person)]
    return "" if is_right else f"{method} {row.path} as {person}: {status}, not {told}"


@pytest.mark.parametrize("person", ["anonymous", "member", "admin"])
def test_every_page_is_strict_and_what_is_a_persons_own_is_kept_by_nobody(world: World, person: str) -> None:
    """No address loosens the policy, and what is not for everybody is in no cache (RFC 9111, 5.2.2.5)."""
    for row in ROWS:
        if "GET" not in row.statuses:
            continue
        path = row.path.format(**world.names)
        response = world.answer(person, "GET", path)
        policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'", path
        assert response["X-Content-Type-Options"] == "nosniff", path
        if len(set(row.expected("GET") or ())) > 1 and person != "anonymous" and response.status_code == 200:
            assert "no-store" in response["Cache-Control"] or "private" in response["Cache-Control"], path
        if response["Content-Type"].startswith("text/html"):
            for element in parse_html(response.content.decode()).walk():
                assert element.tag not in ("style", "iframe", "object", "embed", "base"), path
                assert not [name for name in element.attrs if name.startswith("on") or name == "style"], (path, element)
                is_code = element.tag == "script" and not element.attrs.get("src")
                assert not is_code or element.attrs.get("type") in ("application/ld+json", "application/json"), path


@pytest.mark.parametrize("person", [name for name in PEOPLE if name != "admin"])
def test_djangos_admin_is_not_there_for_anybody_but_admins(world: World, person: str) -> None:
    paths = list(admin_paths())
    assert len(paths) > 100
    wrong = [
        (path, method)
        for path in paths
        for method in ("GET", "POST")
        if world.afresh(person, method, path, {}).status_code != 404
    ]
    assert wrong == []


def test_admins_open_djangos_admin(world: World) -> None:
    assert world.afresh("admin", "GET", "/admin/", {}).status_code == 200
    assert world.afresh("admin", "GET", "/admin/community/deed/", {}).status_code == 200


def admin_paths() -> Iterator[str]:
    """Every address of Django's admin, with a number where a name stands."""
    (admin,) = [one for one in get_resolver().url_patterns if isinstance(one, URLResolver) and one.namespace == "admin"]

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            text = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, text)
            elif "?P<" not in text:
                yield re.sub(r"<[^>]+>", "1", text)

    return walk(admin.url_patterns, "/admin/")

"""What every address keeps to: status, headers, no inline code, no unsafe method without a token, no dead link."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access.rows import ROWS, UNTABLED
from tests.builders import WEDNESDAY, many, saved, take_and_index
from tests.web.addresses import EXAMPLES, all_examples, pattern_names
from tests.web.reading import Reader, parse_html

UNSAFE = ("post", "put", "patch", "delete")


@pytest.fixture
def filled(reader: Reader) -> Reader:
    """A site of two weeks with a saved page."""
    take_and_index(*many(12, on=WEDNESDAY, days=10, length=400), page=saved())
    return reader


def test_every_pattern_has_examples() -> None:
    tabled = {row.name for row in ROWS}
    named = {name for name in pattern_names() if not name.startswith(UNTABLED)}
    assert named == set(EXAMPLES) | tabled, "tests/web/addresses.py or tests/access must name every address"
    assert set(EXAMPLES) <= tabled


def test_every_address_answers_with_its_status_and_safe_headers(filled: Reader) -> None:
    for path, status in all_examples():
        response = filled.get(path, status)
        policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'", path
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'", path
        assert "unsafe" not in str(policy), path
        assert "*" not in str(policy), path
        assert "http" not in str(policy), path
        assert response["X-Content-Type-Options"] == "nosniff", path
        assert response["Referrer-Policy"] == "strict-origin-when-cross-origin", path
        assert response["X-Frame-Options"] == "DENY", path
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "camera=()" in response["Permissions-Policy"], path
        assert set(response.cookies) <= ({"csrftoken"} if path == "/similar" else set()), path


def test_no_page_has_inline_code(filled: Reader) -> None:
    for path, status in all_examples():
        response = filled.get(path, status)
        if not response["Content-Type"].startswith("text/html"):
            continue
        for element in parse_html(response.content.decode()).walk():
            assert element.tag not in ("style", "iframe", "object", "embed", "base"), path
            assert not [name for name in element.attrs if name.startswith("on") or name == "style"], (path, element)
            assert not element.attrs.get("href", "").lower().startswith(("javascript:", "data:")), (path, element)
            if element.tag == "script":
                assert element.attrs.get("src") or element.attrs.get("type") == "application/ld+json", path


def test_unsafe_methods_without_a_token_are_refused(filled: Reader) -> None:
    client = Client(enforce_csrf_checks=True)
    for path, _ in all_examples():
        for method in UNSAFE:
            response = getattr(client, method)(path)
            assert response.status_code in (403, 404, 405), f"{method} {path}: {response.status_code}"
            assert response.status_code != 404 or path.endswith(("/nowhere", "/", "feed.txt")), f"{method} {path}"
            assert "default-src 'none'" in response["Content-Security-Policy"], path


def test_a_refused_form_says_so_in_a_page(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/about")
    assert response.status_code == 403
    assert "This form was not sent" in parse_html(response.content.decode()).one("h1").text


def test_head_is_answered_like_get(filled: Reader) -> None:
    for path, status in all_examples():
        response = filled.client.head(path)
        assert response.status_code == status, path
        assert response.content == b"", path


def test_https_instances_say_that_they_stay_https(reader: Reader, settings: object) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000  # type: ignore[attr-defined]
    response = reader.client.get("/about", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in reader.client.get("/about")


@pytest.mark.parametrize(("base_url", "is_https"), [("https://papers.example", True), ("http://127.0.0.1:8000", False)])
def test_https_decides_cookies_and_hsts(base_url: str, is_https: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    # The settings are a module that reads the environment; a second copy of it is read here.
    from importlib.util import find_spec, module_from_spec

    monkeypatch.setenv("BROADSHEET_BASE_URL", base_url)
    spec = find_spec("broadsheet.site.settings")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.SESSION_COOKIE_SECURE is made.CSRF_COOKIE_SECURE is is_https
    assert made.SESSION_COOKIE_HTTPONLY is made.CSRF_COOKIE_HTTPONLY is True
    assert (made.SECURE_HSTS_SECONDS > 0) is is_https


def test_a_host_that_is_not_ours_is_refused(reader: Reader) -> None:
    response = reader.client.get("/about", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_a_fault_of_ours_is_said_without_details(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.web.views.index_state", lambda: 1 / 0)
    reader.client.raise_request_exception = False
    page = reader.open("/about", 500)
    assert "The fault is ours" in page.text
    assert "ZeroDivisionError" not in page.text


def test_no_link_from_the_front_page_is_broken(filled: Reader) -> None:
    """Two levels deep: every page that the front page links to, and every page that those link to."""
    seen, level = set(), {"/"}
    for depth in range(3):
        found = set()
        for path in sorted(level):
            response = filled.client.get(path)
            # What is for members asks for a sign-in first.
            is_for_members = response.headers.get("Location", "").startswith("/accounts/login/")
            assert response.status_code == 200 or is_for_members, path
            if depth < 2 and response["Content-Type"].startswith("text/html"):
                tree = parse_html(response.content.decode())
                found |= {a.attrs["href"] for a in tree.all("a") + tree.all("link")}
        seen |= level
        level = {path for path in found if path.startswith("/") and not path.startswith("/static/")} - seen
    assert len(seen) > 30

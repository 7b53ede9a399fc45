"""Each system check with a case that it refuses and one that it lets pass."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from broadsheet.site.checks import check_collecting, check_public_instance, check_sqlite_version, is_loopback, is_public

SAFE = {
    "ALLOWED_HOSTS": ["127.0.0.1", "papers.example.org"],
    "BASE_URL": "https://papers.example.org",
    "SECRET_KEY": "k" * 50,
    "DEBUG": False,
}
UNSAFE = {
    "broadsheet.E001": ("DEBUG", True),
    "broadsheet.E002": ("SECRET_KEY", "k" * 49),
    "broadsheet.E003": ("BASE_URL", "http://papers.example.org"),
    "broadsheet.E004": ("ALLOWED_HOSTS", ["*"]),
}
Use = Callable[..., list[str]]


@pytest.fixture
def found(settings) -> Use:
    """The ids of what the check says to settings that are safe but for those given."""

    def found(**changed: object) -> list[str]:
        for name, value in (SAFE | changed).items():
            setattr(settings, name, value)
        messages = check_public_instance(None)
        assert all(message.hint for message in messages)
        return [str(message.id) for message in messages]

    return found


def test_it_lets_a_safe_public_instance_pass(found) -> None:
    assert found() == []


@pytest.mark.parametrize("number", UNSAFE)
def test_it_refuses_each_unsafe_setting_of_a_public_instance(found, number) -> None:
    name, value = UNSAFE[number]
    assert found(**{name: value}) == [number]


def test_it_lets_the_same_pass_on_a_private_machine(found) -> None:
    unsafe = dict(UNSAFE[number] for number in ("broadsheet.E001", "broadsheet.E002", "broadsheet.E003"))
    assert found(**unsafe, ALLOWED_HOSTS=["127.0.0.1", "localhost", "[::1]"]) == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.8.8.8", "[::1]", "::1"])
def test_it_knows_the_machine_itself(host, settings) -> None:
    assert is_loopback(host)
    settings.ALLOWED_HOSTS = [host]
    assert not is_public()


@pytest.mark.parametrize("host", ["*", ".example.org", "0.0.0.0", "192.168.0.2", "[::]", "localhost.example.org", ""])
def test_it_takes_every_other_name_for_public(host, settings) -> None:
    assert not is_loopback(host)
    settings.ALLOWED_HOSTS = ["localhost", host]
    assert is_public()


@pytest.mark.parametrize(
    ("version", "is_sound"),
    [
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((3, 50, 7), True),
        ((3, 44, 6), True),
        ((3, 51, 2), False),
        ((3, 50, 6), False),
        ((3, 44, 5), False),
        ((3, 45, 9), False),
        ((3, 40, 1), False),
    ],
)
def test_it_warns_of_an_sqlite_that_many_writers_may_break(monkeypatch, settings, version, is_sound) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert [message.id for message in check_sqlite_version(None)] == ([] if is_sound else ["broadsheet.W001"])


def test_it_does_not_care_about_sqlite_where_another_database_is_used(monkeypatch, settings) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert check_sqlite_version(None) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SOURCES", ["huggingface", "arxiv:cs.CL+cs.LG", "feed:https://a.example/rss"], []),
        ("SOURCES", ["huggingface", "nonsense", "follow:nowhere"], ["broadsheet.E006", "broadsheet.E006"]),
        ("INTRANET", ["10.0.0.0/8", "papers.intern"], []),
        ("INTRANET", ["10.0.0.0/99"], ["broadsheet.E007"]),
        ("ALERT_URL", "https://chat.example/hooks/1", []),
        ("ALERT_URL", "chat.example/hooks/1", ["broadsheet.E008"]),
    ],
)
def test_what_could_never_be_collected_is_refused(name: str, value: object, expected: list[str], settings) -> None:
    setattr(settings, name, value)
    messages = check_collecting(None)
    assert [message.id for message in messages] == expected
    assert all(message.hint for message in messages)
    assert "hooks" not in str(messages)

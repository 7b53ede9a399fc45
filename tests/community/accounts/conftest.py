"""An open instance with a mail server, whose letters are kept, and limits of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache

from broadsheet.community import rules
from tests import people
from tests.fakes.oidc import FakeIssuer


@pytest.fixture(autouse=True)
def open_instance(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everybody may come, and nobody is too fast; pytest-django keeps what is mailed."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}}
    cache.clear()
    # A hash is as costly as it can be borne; how many are made counts here, not how much each costs.
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 1024)
    settings.MODE = "open"
    settings.SENDS_MAIL = settings.ACCOUNT_PREVENT_ENUMERATION = settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    monkeypatch.setattr(rules, "SIGNING_UP_TAKES", timedelta(seconds=-1))
    # A hash of another cost is made anew at the next sign-in, which ends the sessions of before.
    people.hashed_password.cache_clear()
    yield
    people.hashed_password.cache_clear()


@pytest.fixture
def issuer(settings: Any) -> Iterator[FakeIssuer]:
    """An issuer of which the settings know; no client may have done anything wrong at the end."""
    with FakeIssuer() as running:
        settings.SOCIALACCOUNT_PROVIDERS = running.providers
        yield running
        assert running.faults == []

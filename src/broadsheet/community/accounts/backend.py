"""Who a name or address and a password belong to."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.http import HttpRequest

from broadsheet.community.models import Account


class OneHashBackend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in by user name or address, with exactly one password hash whether or not somebody is known.

    allauth's own would look a mistaken password up once for each way in which the name can be meant, so that a known
    address would answer later than an unknown one (OWASP ASVS 5.0, 6.3.8).
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Account | None:  # noqa: ARG002
        account = _meant(str(credentials.get("email") or ""), str(credentials.get("username") or ""))
        found: Account | None = self._check_password(account, credentials["password"])
        return found


def _meant(email: str, username: str) -> Account | None:
    """The account of an address, else of a user name."""
    for word in filter(None, (email, username if "@" in username else "")):
        known: list[Account] = filter_users_by_email(word, prefer_verified=True, for_login=True)
        if known:
            return known[0]
    account: Account | None = get_user_by_username(username) if username else None
    return account

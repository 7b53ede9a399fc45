"""What making an account means here, whichever form it is made by."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse

from broadsheet.community.accounts.adapter import network_of_request
from broadsheet.community.limits import spend
from broadsheet.community.models import Account
from broadsheet.community.people import welcome


class Admitting:
    """Laid over a form of allauth that makes accounts: limits how often, and admits as the mode has it."""

    def try_save(self, request: HttpRequest) -> tuple[Account | None, HttpResponse | None]:
        """Make the account; for an address that is known already, only tell its owner by mail.

        Raises ``TooManyError`` when too many sign up from one network, known or not.
        """
        spend("sign up", network_of_request(request))
        form: Any = super()
        return cast("tuple[Account | None, HttpResponse | None]", form.try_save(request))

    def save(self, request: HttpRequest) -> Account:
        """Store the account with its address and, by a provider, its connection; let it in or have it wait."""
        form: Any = super()
        account: Account = form.save(request)
        welcome(account, request)
        return account

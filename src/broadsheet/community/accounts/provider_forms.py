"""The form of signing up by a provider: the name that others will read is chosen, not taken over."""

from __future__ import annotations

from typing import cast

from allauth.socialaccount.forms import SignupForm
from django.http import HttpRequest, HttpResponse

from broadsheet.community.accounts.adapter import network_of_request
from broadsheet.community.limits import spend
from broadsheet.community.models import Account
from broadsheet.community.people import welcome


class ProviderSignUpForm(SignupForm):  # type: ignore[misc]
    """Makes an account that is connected with the provider's, as the mode of the instance has it."""

    def try_save(self, request: HttpRequest) -> tuple[Account | None, HttpResponse | None]:
        """Make the account; for an address that is known already, only tell its owner by mail.

        Raises ``TooManyError`` when too many sign up from one network, known or not.
        """
        spend("sign up", network_of_request(request))
        return cast("tuple[Account | None, HttpResponse | None]", super().try_save(request))

    def save(self, request: HttpRequest) -> Account:
        """Store the account with its address and connection, and let it in or have it wait."""
        account: Account = super().save(request)
        welcome(account, request)
        return account

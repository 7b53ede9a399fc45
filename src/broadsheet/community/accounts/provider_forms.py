"""The form of signing up by a provider: the name that others will read is chosen, not taken over."""

from __future__ import annotations

from allauth.socialaccount.forms import SignupForm

from broadsheet.community.accounts.admitting import Admitting


class ProviderSignUpForm(Admitting, SignupForm):  # type: ignore[misc]
    """Makes an account that is connected with the provider's, as the mode of the instance has it."""

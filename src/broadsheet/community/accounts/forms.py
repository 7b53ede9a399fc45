"""The form of signing up with a password or a passkey."""

from __future__ import annotations

from allauth.account.forms import SignupForm

from broadsheet.community.accounts.admitting import Admitting


class SignUpForm(Admitting, SignupForm):  # type: ignore[misc]
    """Makes an account as the mode of the instance has it."""

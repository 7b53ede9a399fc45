"""Passwords: at least eight characters (the settings say so) and not so many that hashing them keeps the house busy."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.community import audit
from broadsheet.community.models import Account

LONGEST = 256


class MaximumLengthValidator:
    """Refuses passwords of more than ``LONGEST`` characters."""

    def validate(self, password: str, user: Account | None = None) -> None:  # noqa: ARG002 - Django's
        """Raise ``ValidationError`` for a password that is too long."""
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """What is asked for."""
        return _("Your password may have up to %(longest)d characters.") % {"longest": LONGEST}


def give_password(account: Account, password: str) -> None:
    """Give somebody a password from the instance's own machine; all their sessions end with it.

    Raises Django's ``ValidationError`` for a password that is too short, too long or too common.
    """
    validate_password(password, account)
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        audit.note("account.password-given", subject_kind="account", subject=str(account.pk))

"""People."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class Account(AbstractUser):
    """A person who can sign in. Our own model from the first migration on, since it cannot be exchanged later."""

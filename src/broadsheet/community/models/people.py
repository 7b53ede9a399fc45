"""Who is here: accounts, their tokens for programs, invitations, and what keeps a busy hand in bounds."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models


def new_public_key() -> str:
    """A name for a row in addresses: 16 letters (80 bits) that tell nothing of it and cannot be guessed."""
    return secrets.token_hex(8)


class Account(AbstractUser):
    """A person who can sign in. Our own model from the first migration on, since it cannot be exchanged later.

    ``username`` is the name in addresses and mentions. ``is_active`` is false while the account waits for approval and
    after it was closed; a suspended one may sign in, read and take its data along, and do nothing else.
    ``choices`` holds for each kind of notification how it is wanted (see ``notifications``), ``links`` a list of
    ``{"label", "url"}``.
    """

    class Role(models.TextChoices):
        """What a person may do for everybody, each what the one before may."""

        MEMBER = "member"
        CURATOR = "curator"
        MODERATOR = "moderator"
        ADMIN = "admin"

    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    display_name = models.CharField(max_length=120, blank=True)
    affiliation = models.CharField(max_length=200, blank=True)
    about = models.TextField(blank=True)
    orcid = models.CharField(max_length=19, blank=True, db_index=True)
    is_orcid_verified = models.BooleanField(default=False)
    links = models.JSONField(default=list)
    zone = models.CharField(max_length=60, blank=True)
    choices = models.JSONField(default=dict)
    is_waiting = models.BooleanField(default=False)
    reason_to_join = models.TextField(blank=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_until = models.DateTimeField(null=True)
    are_votes_public = models.BooleanField(default=True)
    signed_up_from = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.username

    @property
    def shown_name(self) -> str:
        """The name that others read."""
        return self.display_name or self.username


class ApiToken(models.Model):
    """A program's right to act for a person. Only the SHA-256 of the token is kept; it is shown once.

    ``scopes`` is a list of ``read``, ``write`` and ``admin``.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A letter of admission to an instance that is not open. Only the SHA-256 of its code is kept."""

    digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True, max_length=254)
    role = models.CharField(max_length=10, choices=Account.Role.choices, default=Account.Role.MEMBER)
    invited_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="invitations")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_by = models.OneToOneField(Account, on_delete=models.SET_NULL, null=True, related_name="invitation")
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Allowance(models.Model):
    """What is left of a limit for one hand (a token bucket). ``key`` is a keyed hash, so that it names nobody."""

    key = models.CharField(max_length=64, unique=True)
    level = models.FloatField()
    updated_at = models.DateTimeField(db_index=True)

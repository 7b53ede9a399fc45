"""What passkeys and authenticator apps show of the instance and the person."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names the instance as its masthead does."""

    def _get_site_name(self) -> str:
        return str(settings.NAME)

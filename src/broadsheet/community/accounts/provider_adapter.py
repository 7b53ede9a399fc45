"""What the house adds to signing in by a provider: whom it believes what, and where it looks."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from django.conf import settings
from django.forms import BaseForm
from django.http import Http404, HttpRequest

from broadsheet.community.models import Account

ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_WAIT_SECONDS = 10


class ProviderSession(requests.Session):
    """Asks providers: by https alone, http on this machine apart, and never led on to another address."""

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask, for at most ``LONGEST_WAIT_SECONDS``.

        Raises ``requests.RequestException`` for what cannot be asked, answers too late or leads elsewhere.
        """
        parts = urlsplit(url if isinstance(url, str) else url.decode())
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise requests.exceptions.InvalidSchema("A provider is only asked by https.")
        kwargs["timeout"] = LONGEST_WAIT_SECONDS
        kwargs["allow_redirects"] = False
        answer = super().request(method, url, *args, **kwargs)
        if answer.is_redirect:
            raise requests.exceptions.TooManyRedirects("A provider's answer leads elsewhere.")
        return answer


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Where allauth asks the house; each method is one of its documented hooks."""

    def get_requests_session(self) -> requests.Session:
        """What providers are asked with."""
        return ProviderSession()

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:  # noqa: ARG002
        """The providers of the settings; none are kept in the database, so nothing is asked of it."""
        from allauth.socialaccount.adapter import _build_apps_from_settings

        return [
            app for apps in _build_apps_from_settings(provider=provider, client_id=client_id).values() for app in apps
        ]

    def get_app(self, request: HttpRequest, provider: Any, client_id: Any = None) -> SocialApp:
        """One of them; an address of a provider that is not offered does not exist."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist as error:
            raise Http404 from error

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:  # noqa: ARG002
        """Believe an address only where the provider says in so many words that it was verified."""
        for address in sociallogin.email_addresses:
            if address.verified is not True:
                address.verified = False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:  # noqa: ARG002
        """Never: an account is only reached by a connection that was made while signed in to it."""
        return False

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm | None = None) -> Account:
        """Store a new account; one that came by ORCID has its iD."""
        _set_orcid(sociallogin.user, sociallogin.account)
        account: Account = super().save_user(request, sociallogin, form)
        return account

    def send_notification_mail(
        self, template_prefix: str, user: Account, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Set or take the ORCID iD with the connection; allauth calls this after either."""
        connection = (context or {}).get("account")
        if template_prefix.endswith("account_connected") and _set_orcid(user, connection):
            user.save(update_fields=["orcid", "is_orcid_verified"])
        elif template_prefix.endswith("account_disconnected") and getattr(connection, "provider", "") == "orcid":
            user.is_orcid_verified = False
            user.save(update_fields=["is_orcid_verified"])
        super().send_notification_mail(template_prefix, user, context, email)


def has_providers() -> bool:
    """Whether anybody can sign in by a provider at all."""
    return any(told.get("APPS") for told in settings.SOCIALACCOUNT_PROVIDERS.values())


def _set_orcid(account: Account, connection: SocialAccount | None) -> bool:
    """Give an account the iD that ORCID itself told; True where it did."""
    if connection is None or connection.provider != "orcid" or not ORCID.fullmatch(connection.uid):
        return False
    account.orcid, account.is_orcid_verified = connection.uid, True
    return True

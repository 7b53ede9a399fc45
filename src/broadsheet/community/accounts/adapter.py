"""What the house adds to allauth's accounts: modes, refused addresses, the audit log, mail where there is a server."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from broadsheet.community import audit
from broadsheet.community.models import Account
from broadsheet.community.networks import address_of, network_of
from broadsheet.community.people import may_sign_up

_VERIFYING = "allauth.account.stages.EmailVerificationStage"
_CONFIRMING = "broadsheet.community.accounts.stages.ConfirmingStage"


def network_of_request(request: HttpRequest) -> str:
    """The network that a request comes from; empty for a socket of the same machine."""
    return network_of(address_of(request))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Where allauth asks the house; each method is one of its documented hooks."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether an account may be made now, as the instance's mode has it."""
        return may_sign_up(request)

    def clean_email(self, email: str) -> str:
        """An address that may sign up, in small letters.

        Raises ``ValidationError`` for one of a domain that the instance refuses, or of a domain below it.
        """
        domain = email.rpartition("@")[2].lower().rstrip(".")
        for refused in settings.EMAIL_REFUSED:
            name = refused.lower().strip().lstrip("@.")
            if name and (domain == name or domain.endswith(f".{name}")):
                raise ValidationError(_("Addresses of this domain cannot be used here."), code="refused_domain")
        return email.lower()

    def save_user(self, request: HttpRequest, user: Account, form: BaseForm, commit: bool = True) -> Account:
        """Store a new account with the network that it came from."""
        user.signed_up_from = network_of_request(request)
        account: Account = super().save_user(request, user, form, commit=commit)
        return account

    def get_login_stages(self) -> list[str]:
        """The steps of signing in; an address is only confirmed where the code can be mailed."""
        return [_CONFIRMING if stage == _VERIFYING else stage for stage in super().get_login_stages()]

    def get_client_ip(self, request: HttpRequest) -> str:
        """The reader's address; the loopback one for a socket of the same machine."""
        return address_of(request) or "127.0.0.1"

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        """Note the sign-in in the audit log."""
        audit.note(
            "account.sign-in",
            actor=user,
            subject_kind="account",
            subject=str(user.pk),
            network=network_of_request(request),
        )
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def send_notification_mail(
        self, template_prefix: str, user: Account, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Note a change of how somebody signs in in the audit log, and tell them by mail.

        allauth calls this after each such change: of password, address, second factor, passkey and connection.
        """
        verb = PurePosixPath(template_prefix).name.replace("_", "-")
        audit.note(
            f"account.{verb}",
            actor=user,
            subject_kind="account",
            subject=str(user.pk),
            network=network_of_request(self.request),
        )
        super().send_notification_mail(template_prefix, user, context, email)

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """A letter in plain text that names the instance as its pages do."""
        told = {**context, "instance_name": settings.NAME, "instance_url": settings.BASE_URL}
        letter: EmailMessage = super().render_mail(template_prefix, email, told, headers)
        return letter

"""The step of signing in that the house takes otherwise than allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from django.conf import settings


class ConfirmingStage(EmailVerificationStage):  # type: ignore[misc]
    """Asks for the code that was mailed, where mail is sent and there is an address to send it to.

    Without either, somebody whom the instance's own machine gave an account could never sign in.
    """

    def handle(self) -> tuple[Any, bool]:
        """The page that asks for the code, and whether to go on; ``(None, True)`` leaves the step out."""
        account = self.login.user
        is_reachable = account is None or account.email or EmailAddress.objects.filter(user=account).exists()
        if not settings.SENDS_MAIL or not is_reachable:
            return None, True
        answer: tuple[Any, bool] = super().handle()
        return answer

"""Letters by any other mail backend of Django's: the console, files, or a provider by its own interface (anymail).

Such a backend tells only whether it took a letter. So it is marked before it is asked, and an error that does not say
that the letter was refused leaves it in doubt.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from broadsheet.delivery.sending.smtp import UnreachableError
from broadsheet.delivery.values import Fate, Outcome

OWN_HEADERS = frozenset({"from", "to", "subject", "content-type", "content-transfer-encoding", "mime-version"})
TOO_MANY, REFUSED_FROM, REFUSED_TO = 429, 400, 500


class BackendLine:
    """Django's mail backend, opened as long as there are letters."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None

    def open(self) -> None:
        """Open the backend; raises ``UnreachableError`` where it does not."""
        if self._backend is None:
            backend = get_connection()
            try:
                backend.open()
            except Exception as error:
                raise UnreachableError(f"the mail backend cannot be opened: {type(error).__name__}: {error}") from error
            self._backend = backend

    def hand_over(self, raw: bytes, sender: str, recipient: str, mark: Callable[[], bool]) -> Outcome | None:
        """Hand a letter over; as ``smtp.Line.hand_over``, but that it is marked before all of it."""
        self.open()
        letter = django_letter(raw, sender, recipient)
        if not mark():
            return None
        letter.connection = self._backend
        try:
            count = letter.send()
        except Exception as error:  # noqa: BLE001  (each backend has errors of its own)
            self.close()
            return _verdict(error)
        return Outcome(Fate.SENT) if count else Outcome(Fate.IN_DOUBT, "the mail backend says that it sent nothing")

    def close(self) -> None:
        """Close the backend."""
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.close()


def django_letter(raw: bytes, sender: str, recipient: str) -> EmailMultiAlternatives:
    """A letter as Django's backends and those of providers know it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: part.get_content() for kind, part in parts.items() if part is not None}
    letter = EmailMultiAlternatives(
        subject=str(message["subject"]),
        body=texts.get("plain", ""),
        from_email=str(message["from"]),
        to=[str(message["to"] or recipient)],
        headers={name: str(value) for name, value in message.items() if name.lower() not in OWN_HEADERS},
    )
    # What a provider takes as the return path; Django's own backends leave it alone.
    letter.envelope_sender = sender  # type: ignore[attr-defined]
    # What a provider repeats in what it tells of the letter later (``bounces.providers``).
    letter.metadata = {"letter": str(message["message-id"] or "")}  # type: ignore[attr-defined]
    if "html" in texts:
        letter.attach_alternative(texts["html"], "text/html")
    return letter


def _verdict(error: Exception) -> Outcome:
    """What an error of a backend means; those of anymail carry the status of the provider's answer."""
    told = f"{type(error).__name__}: {error}"
    status = getattr(error, "status_code", None)
    if type(error).__name__ == "AnymailRecipientsRefused":
        return Outcome(Fate.BOUNCED, told)
    if status == TOO_MANY:
        return Outcome(Fate.LATER, told)
    if isinstance(status, int) and REFUSED_FROM <= status < REFUSED_TO:
        return Outcome(Fate.FAILED, told)
    return Outcome(Fate.IN_DOUBT, told)

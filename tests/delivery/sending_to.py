"""What tests of sending share: deliveries that are due, and a mail server of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from broadsheet.catalogue.models import Paper
from broadsheet.community.models import Account, Delivery, Subscription
from broadsheet.delivery.sending import send_due
from broadsheet.delivery.values import Contents, Filled
from tests.builders import record, take
from tests.fakes.smtp import FakeSmtp

NOW = datetime(2026, 3, 4, 7, tzinfo=UTC)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def contents(count: int = 1) -> list[dict[str, Any]]:
    """Contents of papers that are taken in for it."""
    titles = [f"The {number}. heron" for number in range(1, count + 1)]
    take(*(record(title, abstract="It waits.") for title in titles))
    numbers = tuple(Paper.objects.filter(title__in=titles).order_by("pk").values_list("pk", flat=True))
    return Contents((Filled(title="Herons", path="/search?q=heron", papers=numbers, total=count),)).to_json()


def subscription(address: str = "reader@example.net", account: Account | None = None, **fields: Any) -> Subscription:
    """A confirmed subscription of an address, or of an account."""
    told = {"name": "Herons", "made_at": NOW, "changed_at": NOW, "confirmed_at": NOW} | fields
    return Subscription.objects.create(account=account, address="" if account else address, **told)


def delivery(
    of: Subscription, filled: list[dict[str, Any]] | None, issue: str = "2026-03-04", **fields: Any
) -> Delivery:
    """A planned delivery that is due."""
    told = {"due_at": NOW, "planned_at": NOW, "contents": filled} | fields
    return Delivery.objects.create(subscription=of, issue=issue, **told)


def due_to(*addresses: str) -> list[Delivery]:
    """A delivery to each address, in this order."""
    filled = contents()
    return [delivery(subscription(address), filled) for address in addresses]


@contextmanager
def mail_server(settings: Any, script: Any = None, **told: Any) -> Iterator[FakeSmtp]:
    """A server that Django's settings name."""
    settings.EMAIL_BACKEND, settings.SENDS_MAIL = SMTP, True
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with FakeSmtp(script, **told) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def send(now: datetime = NOW, **told: Any) -> int:
    """What is due, by a sender that nobody stops."""
    return send_due(lambda: False, now=now, **told)


def states() -> dict[str, str]:
    """The state of each delivery, by the address of its subscription."""
    return dict(Delivery.objects.order_by("id").values_list("subscription__address", "state"))

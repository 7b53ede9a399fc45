"""Letters that left, and the made-up reports about them in ``returned``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadsheet.community.models import Account, Delivery, Subscription
from broadsheet.delivery.addresses import domain_of
from broadsheet.delivery.bounces import return_path

NOW = datetime(2026, 3, 3, 7, tzinfo=UTC)
ADDRESS = "alice@reader.example"
RETURNED = Path(__file__).parent / "returned"


def subscription(address: str = ADDRESS, account: Account | None = None) -> Subscription:
    return Subscription.objects.create(
        account=account,
        address="" if account else address,
        name="Six papers",
        made_at=NOW - timedelta(days=9),
        changed_at=NOW - timedelta(days=9),
        confirmed_at=NOW - timedelta(days=9),
    )


def letter(
    to: Subscription | None = None,
    *,
    left_at: datetime = NOW - timedelta(hours=1),
    state: str = "sent",
    domain: str | None = None,
) -> Delivery:
    whose = to or subscription()
    return Delivery.objects.create(
        subscription=whose,
        issue=f"{whose.deliveries.count()}",
        state=state,
        due_at=left_at,
        planned_at=left_at,
        handed_over_at=left_at,
        ended_at=left_at,
        domain=domain_of(whose.address or (whose.account.email if whose.account else "")) if domain is None else domain,
    )


def report(name: str, delivery: Delivery, *, to: str | None = None) -> bytes:
    """A report of ``returned`` about a letter, as it comes to ``to``."""
    text = (RETURNED / f"{name}.eml").read_text(encoding="utf-8")
    return text.replace("{to}", to or return_path(delivery)).replace("{key}", delivery.key).encode()

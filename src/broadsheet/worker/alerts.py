"""Telling somebody that a batch is late, stale or short, and that it is in order again: each once.

An alert is written down first and told then: in the log, and by one POST of JSON to ``BROADSHEET_ALERT_URL`` for all
that a round found. What could not be posted is posted in the next round, so a receiver that is down for a while misses
nothing; a worker that is killed between the answer and its note posts the same alert a second time, under the same
number.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from broadsheet.catalogue import batches
from broadsheet.catalogue.ledger import IN_ORDER, OUT_OF_ORDER
from broadsheet.catalogue.models import Alert
from broadsheet.sources.door import Door

logger = logging.getLogger(__name__)

MISSING_TOLD = 100


def write_down(now: datetime) -> None:
    """Raise an alert for each batch that needs a person, and end those whose batch is in order again."""
    with transaction.atomic():
        found = batches.alerts(now)
        open_ones = {alert.batch_id: alert for alert in _open()}
        Alert.objects.bulk_create(
            Alert(batch=batch, state=batch.state, note=batch.note, raised_at=now)
            for batch in found
            if batch.pk not in open_ones
        )
        batches.alerted(found, now)
        for alert in open_ones.values():
            if alert.batch.state in IN_ORDER:
                alert.recovered_at = now
            elif alert.batch.state in OUT_OF_ORDER and alert.batch.state != alert.state:
                alert.state, alert.note, alert.told_at = alert.batch.state, alert.batch.note, None
            else:
                continue
            alert.save()


def _open() -> QuerySet[Alert]:
    return Alert.objects.filter(recovered_at=None).select_related("batch__source")


def tell(door: Door, now: datetime) -> int:
    """Log and post what nobody was told of yet; returns how many alerts that were.

    Raises ``FetchError`` where the address of the setting cannot be reached; then nothing counts as told.
    """
    rows = Alert.objects.select_related("batch__source").order_by("raised_at", "pk")
    raised = list(rows.filter(told_at=None, recovered_at=None))
    # Of what was over before anybody was told, nobody is told.
    over = list(rows.filter(recovered_at__isnull=False, recovery_told_at=None, told_at__isnull=False))
    if not raised and not over:
        return 0
    for alert in raised:
        logger.warning("%s", sentence(alert))
    for alert in over:
        logger.warning("%s", sentence(alert))
    if settings.ALERT_URL:
        door.post(settings.ALERT_URL, json=message(raised, over))
    Alert.objects.filter(pk__in=[alert.pk for alert in raised]).update(told_at=now)
    Alert.objects.filter(pk__in=[alert.pk for alert in over]).update(recovery_told_at=now)
    return len(raised) + len(over)


def sentence(alert: Alert) -> str:
    """An alert in words: which batch, and what is wrong or that it is over."""
    name = f"{alert.batch.source.slug} {alert.batch.category} {alert.batch.announced_on}"
    if alert.recovered_at is not None:
        return f"{name} is in order again, it was {alert.state}"
    return f"{name} is {alert.state}" + (f": {alert.note}" if alert.note else "")


def message(raised: Sequence[Alert], over: Sequence[Alert]) -> dict[str, Any]:
    """What is posted. ``text`` says it all in words, under the name that many chat programs show."""
    return {
        "instance": settings.NAME,
        "url": settings.BASE_URL + reverse("web:batches"),
        "text": "\n".join(f"{settings.NAME}: {sentence(alert)}" for alert in (*raised, *over)),
        "alerts": [_told(alert) for alert in raised],
        "recovered": [_told(alert) for alert in over],
    }


def _told(alert: Alert) -> dict[str, Any]:
    batch = alert.batch
    place = [batch.source.slug, batch.category, batch.announced_on.isoformat()]
    return {
        "id": alert.pk,
        "source": batch.source.slug,
        "category": batch.category,
        "date": batch.announced_on.isoformat(),
        "state": batch.state,
        "was": alert.state,
        "note": batch.note,
        "announced_count": batch.announced_count,
        "received_count": batch.received_count,
        "missing_count": len(batch.missing),
        "missing": batch.missing[:MISSING_TOLD],
        "raised_at": alert.raised_at.isoformat(),
        "recovered_at": alert.recovered_at.isoformat() if alert.recovered_at else None,
        "url": settings.BASE_URL + reverse("web:batch", args=place),
    }

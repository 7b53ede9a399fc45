"""Giving keyphrases to the papers that wait for them, in short steps: new papers, and those whose text changed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from broadsheet.catalogue.enrichment.keyphrases import keyphrases
from broadsheet.catalogue.models import Paper

AT_ONCE = 200
"""So few that intake, which needs the same database, waits for a fraction of a second at most."""


def keyphrase_some(most: int = AT_ONCE) -> int:
    """Give keyphrases to at most ``most`` papers that wait for them; returns how many were looked at, 0 when none wait.

    A paper whose text changes meanwhile keeps waiting.
    """
    waiting = Paper.objects.filter(keyphrased_at__isnull=True).order_by("pk")
    rows = list(waiting.values_list("pk", "title", "abstract", "language", "state_digest")[:most])
    found = [(pk, digest, keyphrases(title, abstract, language)) for pk, title, abstract, language, digest in rows]
    with transaction.atomic():
        for pk, digest, phrases in found:
            Paper.objects.filter(pk=pk, state_digest=digest).update(keyphrases=phrases, keyphrased_at=timezone.now())
    return len(found)

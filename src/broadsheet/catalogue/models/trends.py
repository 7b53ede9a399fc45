"""How much attention papers get: what the ranking room computes for lists to be sorted by, and what it is made of."""

from __future__ import annotations

from django.db import models

from broadsheet.catalogue.models.papers import Paper


class Trend(models.Model):
    """The attention that a paper gets now. Made anew by the clock, from what is in other tables.

    ``score`` sorts the trending list, ``rising`` the list of unusual early attention; ``parts`` holds the components of
    both as they were at ``computed_at``. Papers that nobody has looked at for long have no row.
    """

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="trend")
    score = models.FloatField(db_index=True)
    rising = models.FloatField(db_index=True)
    parts = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

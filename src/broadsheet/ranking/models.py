"""The tables of the ranking room: what was computed, and can be computed again, from what others hold."""

from __future__ import annotations

from django.db import models

from broadsheet.community.models import Account


class StoredProfile(models.Model):
    """A person's profile as it was computed from the signals with this digest; at most 64 KB."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="stored_profile")
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    computed_at = models.DateTimeField()


class LearntModel(models.Model):
    """What was learnt from all people together: a metric, position biases, a calibration. Names no person.

    ``made_from`` tells in figures what it was learnt from.
    """

    name = models.CharField(max_length=40, unique=True)
    body = models.BinaryField()
    made_from = models.JSONField(default=dict)
    made_at = models.DateTimeField()

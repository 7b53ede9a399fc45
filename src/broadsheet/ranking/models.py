"""The tables of the ranking room: what was computed, and can be computed again, from what others hold."""

from __future__ import annotations

from django.db import models

from broadsheet.catalogue.models import Paper


class HeldPaper(models.Model):
    """What every profile holds of a paper of which anybody told anything, but for what was told: some 2 KB.

    So nothing is stored of a person beside what they told. ``known_by`` is what it was computed from: the text, the
    model of the vectors and the weights of the words.
    """

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="+")
    known_by = models.CharField(max_length=64)
    body = models.BinaryField()


class LearntModel(models.Model):
    """What was learnt from all people together: a metric, position biases, a calibration. Names no person.

    ``made_from`` tells in figures what it was learnt from.
    """

    name = models.CharField(max_length=40, unique=True)
    body = models.BinaryField()
    made_from = models.JSONField(default=dict)
    made_at = models.DateTimeField()

"""The tables of the search room."""

from __future__ import annotations

from django.db import models

from broadsheet.catalogue.models import Paper


class PaperVector(models.Model):
    """A paper's embedding, kept so that the index can be rebuilt without embedding everything again.

    ``vector`` is float16, little-endian, as bytes. It holds for one text (``text_digest``) and one model
    (``fingerprint``); anything else is out of date.
    """

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="vector")
    fingerprint = models.CharField(max_length=80)
    text_digest = models.CharField(max_length=40)
    vector = models.BinaryField()


class WaitingVector(models.Model):
    """A paper whose text has to be embedded. No foreign key: the row may outlive the paper for a moment."""

    paper_id = models.BigIntegerField(unique=True)

"""What a person tells of their interests, what they were shown, and how the instance weighs attention. All private."""

from __future__ import annotations

from django.db import models

from broadsheet.catalogue.models import Paper
from broadsheet.community.models.people import Account


class Taste(models.Model):
    """How a person wants papers recommended. There is none as long as the person changed nothing.

    ``recency``, ``popularity`` and ``exploration`` are shares from 0 to 1. ``interests`` is a list of sentences in the
    person's own words. With ``is_logged`` false no impressions are kept of the person.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="taste")
    is_on = models.BooleanField(default=True)
    is_logged = models.BooleanField(default=True)
    recency = models.FloatField(default=0.3)
    popularity = models.FloatField(default=0.1)
    exploration = models.FloatField(default=0.1)
    interests = models.JSONField(default=list)
    changed_at = models.DateTimeField()


class Example(models.Model):
    """A paper that a person gave as an example of what they look for, without voting for it or saving it."""

    class Origin(models.TextChoices):
        """How the example was given."""

        PICKED = "picked"
        BIBLIOGRAPHY = "bibliography"
        ORCID = "orcid"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="examples")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="examples")
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.PICKED)
    given_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "paper"), name="one_example_per_person_and_paper"),)


class Unlearnt(models.Model):
    """Nothing is to be learnt from this paper for this person, though they voted for it, saved it or wrote it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="unlearnt")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="unlearnt")
    unlearnt_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "paper"), name="unlearnt_once"),)


class Impression(models.Model):
    """One paper was shown to one person in a list, and what came of it. Kept for as long as the instance says.

    ``shown`` names the list that was shown at once, ``position`` counts from 0. ``propensity`` is the probability (0 to
    1] with which the paper got this place: below 1 only where the place was drawn by lot. ``score`` is what the ranker
    gave, ``interest`` the calibrated probability of interest, where there was one.
    """

    class Surface(models.TextChoices):
        """Where it was shown."""

        FOR_YOU = "for you"
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        TRENDING = "trending"
        SEARCH = "search"
        DIGEST = "digest"
        API = "api"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="impressions")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="impressions")
    surface = models.CharField(max_length=10, choices=Surface.choices)
    shown = models.CharField(max_length=16)
    position = models.PositiveIntegerField()
    propensity = models.FloatField(default=1.0)
    is_exploring = models.BooleanField(default=False)
    score = models.FloatField(null=True)
    interest = models.FloatField(null=True)
    shown_at = models.DateTimeField(db_index=True)
    opened_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    voted_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "shown", "paper"), name="shown_once_in_a_list"),)
        indexes = (models.Index(fields=("account", "paper"), name="impressions_of_a_paper"),)


class RankingWeights(models.Model):
    """The weights of the trending formula from ``changed_at`` on. The latest row holds; without one the built-in do."""

    weights = models.JSONField(default=dict)
    changed_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()

"""Votes, and what is private beside them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Paper
from broadsheet.community.models.groups import Group
from broadsheet.community.models.people import Account


class Vote(models.Model):
    """One person's vote for one paper, in public or inside a group.

    Only ``counted`` ones are in ``Paper.votes_here_count``. ``account`` is empty once the person was erased and left
    the votes behind. ``network`` is a keyed hash of the network that it came from, kept for as long as rings are looked
    for.
    """

    class State(models.TextChoices):
        """Whether a vote counts."""

        COUNTED = "counted"
        WAITING = "waiting"
        HELD = "held"
        REJECTED = "rejected"

    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="votes")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="votes")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="votes")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTED)
    network = models.CharField(max_length=32, blank=True)
    cast_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "paper"),
                condition=Q(group__isnull=True, account__isnull=False),
                name="one_vote_per_person_and_paper",
            ),
            models.UniqueConstraint(
                fields=("account", "paper", "group"),
                condition=Q(group__isnull=False, account__isnull=False),
                name="one_vote_per_person_paper_and_group",
            ),
        )
        indexes = (
            models.Index(fields=("cast_at",), name="votes_by_time"),
            models.Index(fields=("id",), name="votes_to_look_at", condition=Q(state__in=("waiting", "held"))),
        )


class Dismissal(models.Model):
    """A person is not interested in a paper. Seen by nobody else, and never a vote against it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="dismissals")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="dismissals")
    dismissed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "paper"), name="one_dismissal_per_person_and_paper"),)

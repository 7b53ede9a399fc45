"""Votes, and what is private beside them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Paper
from broadsheet.community.models.groups import Group
from broadsheet.community.models.people import Account


class Vote(models.Model):
    """One person's vote for one paper, in public or inside a group.

    Only ``counted`` ones without a group are in ``Paper.votes_here_count``. ``account`` is empty once the person was
    erased and left the votes behind. ``network`` is a keyed hash of the network that it came from, kept for as long as
    rings are looked for. ``held_for`` says which rule held a vote, and ``decided_at`` when a moderator decided on it:
    no rule holds it again.
    """

    class State(models.TextChoices):
        """Whether a vote counts."""

        COUNTED = "counted"
        WAITING = "waiting"
        HELD = "held"
        REJECTED = "rejected"
        # The account is suspended: as ``counted`` again once it is not.
        ASIDE = "aside"
        # Taken back after it was held; kept, so that casting it anew does not lead past the moderators.
        WITHDRAWN = "withdrawn"

    class Rule(models.TextChoices):
        """Which rule held a vote (``vote_rules``)."""

        NETWORK = "network"
        SIGN_UP = "sign-up"
        NEWCOMERS = "newcomers"
        ONLY_THIS = "only this"
        RING = "ring"

    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="votes")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="votes")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="votes")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTED)
    held_for = models.CharField(max_length=10, blank=True, choices=Rule.choices)
    network = models.CharField(max_length=32, blank=True)
    cast_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

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
            models.Index(fields=("id",), name="votes_to_look_at", condition=Q(state__in=("waiting", "held", "aside"))),
        )


class Dismissal(models.Model):
    """A person is not interested in a paper. Seen by nobody else, and never a vote against it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="dismissals")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="dismissals")
    dismissed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "paper"), name="one_dismissal_per_person_and_paper"),)

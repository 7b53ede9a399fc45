"""Groups: a lab's or a reading circle's own space inside an instance."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.community.models.people import Account


class Group(models.Model):
    """Some people who read together. Nobody else sees that it is there, unless ``is_listed``."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    about = models.TextField(blank=True)
    is_listed = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class Membership(models.Model):
    """A person belongs to a group; ``joined_at`` is empty while an invitation waits for an answer."""

    class Role(models.TextChoices):
        """What a person may do in a group."""

        READER = "reader"
        OWNER = "owner"

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.READER)
    invited_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("group", "account"), name="one_membership_per_group"),)
        indexes = (models.Index(fields=("account",), name="memberships_held", condition=Q(joined_at__isnull=False)),)

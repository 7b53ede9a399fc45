"""A person's library: what is saved, seen, read and noted, and collections."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Paper
from broadsheet.community.models.groups import Group
from broadsheet.community.models.people import Account, new_public_key


class Shelved(models.Model):
    """What one paper is to one person. Private. The row is there as long as anything of it is set."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="shelf")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="shelved")
    saved_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "paper"), name="one_place_on_the_shelf"),)
        indexes = (
            models.Index(fields=("account", "saved_at"), name="saved_papers", condition=Q(saved_at__isnull=False)),
        )


class Collection(models.Model):
    """Papers that a person or a group put together, in an order of their own.

    ``owner`` is whose it is, and then ``group`` with whom it is shared to be read; without an owner it belongs to the
    group, whose members all put it together. ``is_reading_list`` marks the one list that a group reads from.
    """

    class Visibility(models.TextChoices):
        """Who sees a collection."""

        PRIVATE = "private"
        GROUP = "group"
        PUBLIC = "public"

    key = models.CharField(max_length=16, unique=True, default=new_public_key)
    title = models.CharField(max_length=200)
    about = models.TextField(blank=True)
    owner = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="collections")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="collections")
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE)
    is_reading_list = models.BooleanField(default=False)
    is_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("group",), condition=Q(is_reading_list=True), name="one_reading_list_per_group"
            ),
        )

    def __str__(self) -> str:
        return self.title


class CollectionEntry(models.Model):
    """A paper in a collection, at ``position`` (from 0), with a note that everybody sees who sees the collection."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="entries")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="collection_entries")
    position = models.PositiveIntegerField()
    note = models.TextField(blank=True)
    added_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField()
    read_on = models.DateField(null=True)

    class Meta:
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("collection", "paper"), name="one_entry_per_collection"),)

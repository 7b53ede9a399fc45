"""Where harvests stand, what each source announced, and what the clock has to do."""

from __future__ import annotations

from django.db import models

from broadsheet.catalogue.models.papers import Paper, Source


class Harvest(models.Model):
    """One run through a source, page by page. ``checkpoint`` is where to go on; it changes together with its page.

    ``name`` is that of the source that is asked (``arxiv-oai``); several may bring papers of one ``source``
    (``arxiv``). ``retry_at`` is when a server that asked for patience may be asked again.
    """

    class State(models.TextChoices):
        """How far a harvest is."""

        RUNNING = "running"
        COMPLETE = "complete"
        FAILED = "failed"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="harvests")
    name = models.CharField(max_length=100, blank=True)
    categories = models.JSONField(default=list)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    checkpoint = models.JSONField(null=True)
    pages_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    deleted_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    retry_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("source", "state"), name="harvests_by_state"),)


class Announcement(models.Model):
    """A source announced a paper in a category on a day."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="announcements")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="announcements")
    category = models.CharField(max_length=100)
    announced_on = models.DateField()
    kind = models.CharField(max_length=20)
    is_estimated = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("paper", "source", "category", "announced_on"), name="one_announcement_per_category_and_day"
            ),
        )
        indexes = (models.Index(fields=("source", "category", "announced_on"), name="announcements_by_batch"),)


class Batch(models.Model):
    """One source's papers of one category and announcement day: what was announced, and what is here of it.

    ``announced_count`` is null as long as the source has not said how many there are. ``missing`` are the source's
    keys of papers that were announced and are not here. ``announced`` are all keys that the source named, by kind of
    announcement, ``kinds`` how many it says there are of each kind. ``filled_at`` is when a source that keeps past days
    was asked for everything since that day, for want of the batch itself.
    """

    class State(models.TextChoices):
        """What a check found."""

        EXPECTED = "expected"
        COMPLETE = "complete"
        SHORT = "short"
        LATE = "late"
        STALE = "stale"
        EMPTY = "empty"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="batches")
    category = models.CharField(max_length=100)
    announced_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.EXPECTED)
    announced_count = models.PositiveIntegerField(null=True)
    received_count = models.PositiveIntegerField(default=0)
    kinds = models.JSONField(default=dict)
    announced = models.JSONField(default=dict)
    missing = models.JSONField(default=list)
    note = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    filled_at = models.DateTimeField(null=True)
    alerted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("source", "category", "announced_on"), name="one_batch_per_category_and_day"
            ),
        )
        indexes = (models.Index(fields=("announced_on", "state"), name="batches_by_day"),)


class Alert(models.Model):
    """A batch was found late, stale or short, and somebody is told: once when it was found, and once when it is over.

    ``state`` and ``note`` are those of the batch when it was last told of; where that state gives way to another bad
    one (a late batch arrives and is short), the alert is told of again.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="alerts")
    state = models.CharField(max_length=10, choices=Batch.State.choices)
    note = models.TextField(blank=True)
    raised_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)
    recovered_at = models.DateTimeField(null=True)
    recovery_told_at = models.DateTimeField(null=True)


class Job(models.Model):
    """Something that the clock does again and again. A worker claims a due row by a conditional UPDATE."""

    name = models.CharField(max_length=300, unique=True)
    schedule = models.CharField(max_length=100, blank=True)
    zone = models.CharField(max_length=60, default="UTC")
    is_enabled = models.BooleanField(default=True)
    due_at = models.DateTimeField(null=True, db_index=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_until = models.DateTimeField(null=True)
    last_started_at = models.DateTimeField(null=True)
    last_finished_at = models.DateTimeField(null=True)
    last_succeeded_at = models.DateTimeField(null=True)
    failures_count = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    last_result = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

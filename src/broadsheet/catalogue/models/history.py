"""What happened to papers: published, withdrawn, merged, kept apart, deleted by a source; figures over time."""

from __future__ import annotations

from django.db import models

from broadsheet.catalogue.models.papers import Paper, Source


class Statement(models.Model):
    """What a source states of a paper's fate; shown as a badge with its source."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="statements")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    url = models.TextField(blank=True)
    stated_on = models.DateField(null=True)

    class Meta:
        ordering = ("kind", "pk")


class PaperMerge(models.Model):
    """Two papers were found to be one.

    ``moved`` holds what was said of the one that went until then (its descriptions, listings, figures, announcements
    and places on saved pages), ``stayed`` the same of the one that stayed. From both the merge can be undone.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="merges")
    absorbed_key = models.CharField(max_length=10, db_index=True)
    absorbed_title = models.TextField()
    reason = models.CharField(max_length=200)
    moved = models.JSONField(default=dict)
    stayed = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)


class KeptApart(models.Model):
    """Two groups of descriptions that somebody said are different papers; intake never joins them again.

    Each side is a name of the paper: ``scheme:value`` of an identifier or ``source/ref`` of a source's own key, or
    ``digest`` of a description that has neither.
    """

    one = models.CharField(max_length=420, db_index=True)
    other = models.CharField(max_length=420, db_index=True)
    said_by = models.CharField(max_length=200, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("one", "other"), name="one_row_per_pair_kept_apart"),)


class Tombstone(models.Model):
    """A source removed a paper; its record is not taken in from there again."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="tombstones")
    ref = models.CharField(max_length=300)
    deleted_on = models.DateField(null=True)
    noted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "ref"), name="one_tombstone_per_ref"),)


class FigureSample(models.Model):
    """A figure of a paper at a moment, as the stars of its code; kept so that its growth can be told."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="figure_samples")
    name = models.CharField(max_length=40)
    taken_on = models.DateField()
    value = models.PositiveIntegerField()

    class Meta:
        ordering = ("name", "taken_on")
        constraints = (models.UniqueConstraint(fields=("paper", "name", "taken_on"), name="one_sample_per_day"),)


class Enquiry(models.Model):
    """When something of a paper was last asked of somebody outside, and when it is to be asked again.

    ``kind`` says what was asked for (``stars``), ``about`` of what: a digest of the text, where the answer depends on
    it. ``due_at`` is null where one answer is enough. ``failures_count`` counts the times in a row that nothing came
    of it.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="enquiries")
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    failures_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("paper", "kind"), name="one_enquiry_per_kind"),)
        indexes = (models.Index(fields=("kind", "due_at"), name="enquiries_by_kind"),)

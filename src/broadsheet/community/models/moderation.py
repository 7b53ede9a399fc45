"""Curation, reports, and the log of every act."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Paper
from broadsheet.community.models.people import Account


class Pin(models.Model):
    """A curator put a paper at the top of a day's page; the one with the lowest position leads."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="pins")
    listed_on = models.DateField(db_index=True)
    position = models.PositiveSmallIntegerField(default=0)
    words = models.CharField(max_length=300, blank=True)
    pinned_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    pinned_at = models.DateTimeField()

    class Meta:
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("paper", "listed_on"), name="one_pin_per_paper_and_day"),)


class Report(models.Model):
    """A person tells moderators of something; ``subject_kind`` and ``subject`` name it (``comment``, its key)."""

    class State(models.TextChoices):
        """What became of a report."""

        OPEN = "open"
        UPHELD = "upheld"
        DISMISSED = "dismissed"

    reporter = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="reports")
    subject_kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)
    reason = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reported_at = models.DateTimeField()
    decided_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reporter", "subject_kind", "subject"),
                condition=Q(state="open", reporter__isnull=False),
                name="one_open_report_per_person_and_subject",
            ),
        )
        indexes = (models.Index(fields=("id",), name="reports_open", condition=Q(state="open")),)


class Deed(models.Model):
    """One line of the audit log: who did what to what, when and from where. Written once, never changed.

    What names a person lies in ``private`` and only its salted digest goes into the chain, so that it can be blacked
    out (emptied) for good while ``digest`` still proves that no line was changed, added between or removed.
    """

    done_at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=60, db_index=True)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    is_public = models.BooleanField(default=False)
    actor = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="deeds")
    private = models.JSONField(default=dict)
    private_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)


class Notification(models.Model):
    """Something that a person may want to know. ``about`` names it once, so that nobody is told twice."""

    class Kind(models.TextChoices):
        """What a notification tells."""

        REPLY = "reply"
        MENTION = "mention"
        COMMENT = "comment"
        CLAIM = "claim"
        SUBMISSION = "submission"
        NEW_PAPER = "new paper"
        GROUP = "group"
        MODERATION = "moderation"
        DELIVERY = "delivery"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    about = models.CharField(max_length=120)
    actor = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey("community.Comment", on_delete=models.CASCADE, null=True, related_name="+")
    words = models.TextField(blank=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    is_shown = models.BooleanField(default=True)
    is_for_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "kind", "about"), name="nobody_is_told_twice"),)
        indexes = (
            models.Index(fields=("account",), name="unread", condition=Q(read_at__isnull=True, is_shown=True)),
            models.Index(
                fields=("id",), name="notifications_to_mail", condition=Q(is_for_mail=True, mailed_at__isnull=True)
            ),
        )

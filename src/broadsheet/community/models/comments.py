"""What people say of papers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Paper
from broadsheet.community.models.groups import Group
from broadsheet.community.models.people import Account, new_public_key


class Comment(models.Model):
    """A comment on a paper, in public or inside a group; ``text`` is CommonMark as written.

    Only ``visible`` ones without a group are in ``Paper.comments_here_count``. A deleted one, and one whose person was
    erased, keeps its place in the thread and loses its text; the latter also its account.
    """

    class State(models.TextChoices):
        """Who sees a comment."""

        VISIBLE = "visible"
        WAITING = "waiting"
        HIDDEN = "hidden"
        DELETED = "deleted"
        ERASED = "erased"

    class Reason(models.TextChoices):
        """Why a moderator hid a comment."""

        SPAM = "spam"
        ABUSE = "abuse"
        GRAPHIC = "graphic content"
        RESOLVED = "resolved"
        OFF_TOPIC = "off-topic"

    key = models.CharField(max_length=16, unique=True, default=new_public_key)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="comments")
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="comments")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.VISIBLE)
    hidden_reason = models.CharField(max_length=20, blank=True, choices=Reason.choices)
    written_at = models.DateTimeField(db_index=True)
    edited_at = models.DateTimeField(null=True)
    edits_count = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=("paper", "written_at"), name="comments_of_a_paper"),
            models.Index(fields=("id",), name="comments_to_look_at", condition=Q(state="waiting")),
        )


class CommentEdit(models.Model):
    """What a comment said before it was edited at ``edited_at``."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="edits")
    text = models.TextField()
    edited_at = models.DateTimeField()


class Mention(models.Model):
    """A comment names a person."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("comment", "account"), name="one_mention_per_comment"),)


class Reaction(models.Model):
    """One sign that a person set under a comment; ``sign`` is one of ``rules.REACTIONS``."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reactions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="reactions")
    sign = models.CharField(max_length=8)
    set_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("comment", "account", "sign"), name="one_reaction_of_a_kind_per_person"),
        )

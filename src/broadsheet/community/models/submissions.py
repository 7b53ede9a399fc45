"""Papers that people bring, papers that they wrote, and what they follow."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Category, Organisation, Paper
from broadsheet.community.models.people import Account, new_public_key


class Submission(models.Model):
    """A person brought a paper. ``named`` is what was pasted, ``words`` the first comment that goes with it.

    A paper that is not known is fetched by whoever claims the row: ``due_at`` is when that may be, and moves on by a
    lease while somebody is at it. What was found is shown before it is listed, unless it ``is_confirmed``. ``refusal``
    says why there is nothing more to come of it, why the last try was in vain while it is being fetched, or why the
    comment could not be written that was to go with it.
    """

    class State(models.TextChoices):
        """How far a submission is."""

        FETCHING = "fetching"
        FOUND = "found"
        WAITING = "waiting"
        LISTED = "listed"
        REFUSED = "refused"
        TAKEN_BACK = "taken back"

    key = models.CharField(max_length=16, unique=True, default=new_public_key)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="submissions")
    named = models.CharField(max_length=1000)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, null=True, related_name="submissions")
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.FETCHING)
    is_confirmed = models.BooleanField(default=False)
    tries_count = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    listed_on = models.DateField(null=True)
    submitted_at = models.DateTimeField(db_index=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("id",), name="submissions_open", condition=Q(state__in=("fetching", "waiting"))),
        )


class Claim(models.Model):
    """A person says to be an author of a paper; ``position`` is that of the printed name, where it was told.

    A verified claim sets ``Authorship.account``; ``means`` is how it was verified.
    """

    class State(models.TextChoices):
        """What became of a claim."""

        WAITING = "waiting"
        VERIFIED = "verified"
        REFUSED = "refused"

    class Means(models.TextChoices):
        """What a decision rests on."""

        ORCID = "orcid"
        MODERATOR = "moderator"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="claims")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="claims")
    position = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    means = models.CharField(max_length=10, blank=True, choices=Means.choices)
    is_on_profile = models.BooleanField(default=True)
    claimed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "paper"), name="one_claim_per_person_and_paper"),)
        indexes = (models.Index(fields=("id",), name="claims_to_decide", condition=Q(state="waiting")),)


class Follow(models.Model):
    """A person follows one thing: a person, an organisation, a category, or an author by ``author``.

    ``author`` is the slug of a printed name (``catalogue.authors.slug_of``). Exactly one of the four is set.
    """

    follower = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="followers")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="followers")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, related_name="followers")
    author = models.CharField(max_length=200, blank=True, db_index=True)
    followed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(person__isnull=False, organisation__isnull=True, category__isnull=True, author="")
                    | Q(person__isnull=True, organisation__isnull=False, category__isnull=True, author="")
                    | Q(person__isnull=True, organisation__isnull=True, category__isnull=False, author="")
                    | (Q(person__isnull=True, organisation__isnull=True, category__isnull=True) & ~Q(author=""))
                ),
                name="a_follow_has_one_target",
            ),
            models.UniqueConstraint(
                fields=("follower", "person"), condition=Q(person__isnull=False), name="one_follow_per_person"
            ),
            models.UniqueConstraint(
                fields=("follower", "organisation"),
                condition=Q(organisation__isnull=False),
                name="one_follow_per_organisation",
            ),
            models.UniqueConstraint(
                fields=("follower", "category"), condition=Q(category__isnull=False), name="one_follow_per_category"
            ),
            models.UniqueConstraint(
                fields=("follower", "author"), condition=~Q(author=""), name="one_follow_per_author"
            ),
        )


class Affiliation(models.Model):
    """A person belongs to an organisation of the catalogue, as a moderator or the person's own profile says."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="affiliations")
    is_verified = models.BooleanField(default=False)
    stated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "organisation"), name="one_affiliation_each"),)

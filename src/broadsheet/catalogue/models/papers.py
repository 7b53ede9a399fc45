"""Papers and what sources said of them.

A paper is never edited in place. Every distinct description that a source gave of it is kept as a ``SourceRecord``, and
the paper's own row and its children are what ``merging`` makes of all of them. That is why the order in which sources
arrive does not matter.
"""

from __future__ import annotations

import secrets
from datetime import date

from django.conf import settings
from django.db import models

# Crockford's base 32: no letter that is easily misread, so that a key can be read out.
KEY_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
KEY_LENGTH = 10


def new_key() -> str:
    """A public key for a paper: ten random letters (50 bits), never derived from what the paper says."""
    bits = secrets.randbits(5 * KEY_LENGTH)
    return "".join(KEY_LETTERS[bits >> shift & 31] for shift in range(0, 5 * KEY_LENGTH, 5))


class Source(models.Model):
    """Where papers come from."""

    slug = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.slug


class Organisation(models.Model):
    """A laboratory, company or university that a source names beside a paper."""

    slug = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A subject category, by its code (``cs.CL``)."""

    code = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.code


class ShownPapers(models.Manager["Paper"]):
    """The papers that may be listed: all but the hidden ones."""

    def get_queryset(self) -> models.QuerySet[Paper]:
        """Without the hidden ones, which an index of their own finds: nobody reads all papers to leave out a few."""
        return super().get_queryset().exclude(pk__in=Paper.objects.filter(is_hidden=True).values("pk"))


class Paper(models.Model):
    """One paper, once. ``badges`` is a list of ``catalogue.badges.Badge.plain``.

    Votes and comments are those that sources tell of (the largest figure, written by intake) and those of this
    instance's people (written by ``attention``). Their sums are made by the database, so that neither writer can undo
    the other's. A hidden paper is in no list and no index (lists are made of
    ``Paper.shown``); a locked one takes no comments, votes or submissions.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key)
    title = models.TextField()
    abstract = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    summary_model = models.CharField(max_length=200, blank=True)
    extract = models.TextField(blank=True)
    extracted_at = models.DateTimeField(null=True)
    keyphrases = models.JSONField(default=list)
    keyphrased_at = models.DateTimeField(null=True)
    licence = models.CharField(max_length=300, blank=True)
    remarks = models.TextField(blank=True)
    journal_ref = models.TextField(blank=True)
    badges = models.JSONField(default=list)
    is_withdrawn = models.BooleanField(default=False)
    is_retracted = models.BooleanField(default=False)
    citations_count = models.PositiveIntegerField(null=True)
    is_lossy = models.BooleanField(default=False)
    language = models.CharField(max_length=8, blank=True)
    published_on = models.DateField(null=True, db_index=True)
    first_listed_on = models.DateField(null=True, db_index=True)
    author_count = models.PositiveIntegerField(null=True)
    votes_elsewhere_count = models.PositiveIntegerField(default=0)
    votes_here_count = models.PositiveIntegerField(default=0, db_default=0)
    votes_count = models.GeneratedField(
        expression=models.F("votes_elsewhere_count") + models.F("votes_here_count"),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )
    comments_elsewhere_count = models.PositiveIntegerField(default=0)
    comments_here_count = models.PositiveIntegerField(default=0, db_default=0)
    comments_count = models.GeneratedField(
        expression=models.F("comments_elsewhere_count") + models.F("comments_here_count"),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )
    is_hidden = models.BooleanField(default=False, db_default=False)
    is_locked = models.BooleanField(default=False, db_default=False)
    stars_count = models.PositiveIntegerField(default=0)
    arxiv_id = models.CharField(max_length=40, blank=True)
    code_url = models.TextField(blank=True)
    has_code = models.BooleanField(default=False)
    keywords = models.JSONField(default=list)
    state_digest = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()

    organisations = models.ManyToManyField(Organisation, related_name="papers")

    objects = models.Manager["Paper"]()
    shown = ShownPapers()

    class Meta:
        # Of papers that wait for an extract or for keyphrases, and of hidden ones: few at any time, so that looking for
        # them costs nothing.
        indexes = (
            models.Index(fields=("id",), name="papers_to_extract", condition=models.Q(extracted_at__isnull=True)),
            models.Index(fields=("id",), name="papers_to_keyphrase", condition=models.Q(keyphrased_at__isnull=True)),
            models.Index(fields=("id",), name="papers_hidden", condition=models.Q(is_hidden=True)),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def name(self) -> str:
        """The name that people use for the paper: its arXiv id where it has one, else its key."""
        return self.arxiv_id or self.key

    @property
    def dated_on(self) -> date | None:
        """The day that stands beside the paper: when it was first listed, else when it was published."""
        return self.first_listed_on or self.published_on


class PaperAlias(models.Model):
    """The key of a paper that was merged into another; it leads to the other for good."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="aliases")


class SourceRecord(models.Model):
    """What a source said of a paper, as received. The same text twice is one row."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="source_records")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="records")
    ref = models.CharField(max_length=300, blank=True)
    title_hash = models.CharField(max_length=40, blank=True, db_index=True)
    digest = models.CharField(max_length=40)
    payload = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "ref", "digest"), name="one_source_record_per_text"),)


class Version(models.Model):
    """A numbered version of a paper, where a source tells versions apart.

    ``announced_at`` is when it was submitted, as sources state it; ``Announcement`` has the days of announcement. Texts
    are empty where no source gave those of this version.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.TextField()
    abstract = models.TextField(blank=True)
    announced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("paper", "number"), name="one_row_per_version"),)


class Authorship(models.Model):
    """One author of one paper, in printed order, with the name as printed.

    ``slug`` is the name as it stands in addresses (``catalogue.authors.slug_of``); ``account`` whoever proved to be it.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="authorships")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=500)
    slug = models.CharField(max_length=200, blank=True, default="", db_default="", db_index=True)
    orcid = models.CharField(max_length=19, blank=True, db_index=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="authorships"
    )

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("paper", "position"), name="one_author_per_position"),)


class PaperCategory(models.Model):
    """A paper's category; position 0 is the primary one."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="paper_categories")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="paper_categories")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("paper", "category"), name="one_row_per_paper_category"),)


class Identifier(models.Model):
    """A name that the world has for a paper: arXiv id, DOI, OpenReview forum, anything; one paper each."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=40)
    value = models.CharField(max_length=300)

    class Meta:
        ordering = ("scheme", "value")
        constraints = (models.UniqueConstraint(fields=("scheme", "value"), name="one_paper_per_identifier"),)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Link(models.Model):
    """An address that belongs to a paper: abstract page, PDF, code, project, model, dataset, video."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    url = models.TextField()

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("paper", "position"), name="one_link_per_position"),)


class Listing(models.Model):
    """A paper appears on a day's page; ``source`` says from where and ``submitted_by`` who put it there."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="listings")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="listings")
    listed_on = models.DateField(db_index=True)
    rank = models.PositiveIntegerField(null=True)
    submitted_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("paper", "source", "listed_on"), name="one_listing_per_day_and_source"),
        )


class Counter(models.Model):
    """A figure that a source gives for a paper; the largest seen, so that an older answer never lowers it."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="counters")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="counters")
    votes_count = models.PositiveIntegerField(default=0)
    comments_count = models.PositiveIntegerField(default=0)
    stars_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("paper", "source"), name="one_counter_per_source"),)


class SavedPage(models.Model):
    """A page that somebody saved and imported; it opens as a list in the saved order."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=300)
    query = models.CharField(max_length=500, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="saved_pages")
    printed_on = models.DateField(null=True)
    captured_on = models.DateField(null=True)
    papers_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.title


class SavedPageEntry(models.Model):
    """One paper at its rank (from 1) on a saved page."""

    page = models.ForeignKey(SavedPage, on_delete=models.CASCADE, related_name="entries")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="saved_page_entries")
    rank = models.PositiveIntegerField()

    class Meta:
        ordering = ("rank",)
        constraints = (models.UniqueConstraint(fields=("page", "rank"), name="one_paper_per_saved_rank"),)


class ChangedPaper(models.Model):
    """A paper whose entry in the index is out of date.

    No foreign key: the row outlives a deleted paper. A consumer deletes exactly the rows it has applied, by their ids;
    a change in the meantime makes a new row and is therefore not lost.
    """

    paper_id = models.BigIntegerField(db_index=True)

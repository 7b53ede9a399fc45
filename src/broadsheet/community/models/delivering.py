"""What leaves by itself: saved searches, subscriptions, and the ledger with a row for each that is to be delivered."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Paper
from broadsheet.community.models.people import Account, new_public_key


def new_secret() -> str:
    """What nobody can guess (160 bits), safe in an address and in the left part of a mail address in any case."""
    return secrets.token_hex(20)


class SavedSearch(models.Model):
    """A question that a person keeps, as its canonical query string, to be followed by feed, mail or webhook.

    ``secret`` stands in the address of the private feed; whoever knows it reads what the person would.
    """

    key = models.CharField(max_length=16, unique=True, default=new_public_key)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=200)
    query = models.TextField()
    secret = models.CharField(max_length=40, unique=True, default=new_secret)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "query"), name="one_search_saved_once"),)

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """What is sent to somebody again and again, when, and where to.

    By mail to ``account``'s confirmed address or, without an account, to ``address``; or by webhook to ``target``.
    ``sections`` is a list of objects as ``delivery.values.Section`` writes them. ``days`` are the days of the week on
    which something is due, a bit each (1 Monday, 64 Sunday). ``minute`` is the time of day in ``zone``, in minutes.
    ``planned_on`` is the last calendar day in ``zone`` that was dealt with, and ``due_at`` when the next one is.
    Nothing is sent before ``confirmed_at`` and after ``ended_at``. ``secret`` stands in the address that ends it.
    ``signing_secret`` is what a JSON webhook is signed with, or the access token that a Matrix room is written to with.
    """

    class Outlet(models.TextChoices):
        """How it leaves."""

        MAIL = "mail"
        WEBHOOK = "webhook"

    class Rhythm(models.TextChoices):
        """How often: on chosen days of the week at one time, or as soon as there is something new."""

        DAYS = "days"
        AT_ONCE = "at once"

    class Abstracts(models.TextChoices):
        """How much of an abstract is sent."""

        FULL = "full"
        SHORT = "short"
        NONE = "none"

    class Format(models.TextChoices):
        """What a webhook's receiver understands."""

        JSON = "json"
        SLACK = "slack"
        DISCORD = "discord"
        MATRIX = "matrix"
        MATTERMOST = "mattermost"

    key = models.CharField(max_length=16, unique=True, default=new_public_key)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="subscriptions")
    address = models.CharField(max_length=254, blank=True, db_index=True)
    outlet = models.CharField(max_length=8, choices=Outlet.choices, default=Outlet.MAIL)
    target = models.TextField(blank=True)
    format = models.CharField(max_length=12, choices=Format.choices, default=Format.JSON)
    signing_secret = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=200)
    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, null=True, related_name="subscriptions")
    sections = models.JSONField(default=list)
    muted = models.JSONField(default=list)
    abstracts = models.CharField(max_length=5, choices=Abstracts.choices, default=Abstracts.SHORT)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.DAYS)
    days = models.PositiveSmallIntegerField(default=127)
    minute = models.PositiveSmallIntegerField(default=7 * 60)
    zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=10, blank=True)
    secret = models.CharField(max_length=40, unique=True, default=new_secret)
    is_on = models.BooleanField(default=True)
    paused_because = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    planned_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(account__isnull=False, address="") | (Q(account__isnull=True) & ~Q(address="")),
                name="a_subscription_is_of_an_account_or_an_address",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                name="subscriptions_due",
                condition=Q(is_on=True, confirmed_at__isnull=False, ended_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One letter or post: one row a subscription and issue, whatever becomes of it.

    ``issue`` is the calendar day in the subscriber's zone (``2026-11-25``), or the moment in UTC for what is sent at
    once (``2026-11-25T08:00:00Z``). ``contents`` is what ``delivery.values.Contents`` writes, settled once: a second
    try sends the same. ``key`` names it in Message-ID and return path; ``secret`` opens its web copy and its links.
    """

    class State(models.TextChoices):
        """Where it stands. From ``handing over`` on it is never sent again by itself."""

        PLANNED = "planned"
        CLAIMED = "claimed"
        HANDING_OVER = "handing over"
        SENT = "sent"
        IN_DOUBT = "in doubt"
        BOUNCED = "bounced"
        FAILED = "failed"
        SUPPRESSED = "suppressed"
        EMPTY = "empty"

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    issue = models.CharField(max_length=20)
    key = models.CharField(max_length=16, unique=True, default=new_public_key)
    secret = models.CharField(max_length=40, unique=True, default=new_secret)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    contents = models.JSONField(null=True)
    due_at = models.DateTimeField()
    attempts_count = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_until = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    domain = models.CharField(max_length=254, blank=True)
    planned_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("subscription", "issue"), name="one_delivery_an_issue"),)
        indexes = (
            # For all states and not only those to do: SQLite does not see that one state is among those of a condition.
            models.Index(fields=("state", "due_at", "id"), name="deliveries_to_do"),
            models.Index(fields=("ended_at",), name="deliveries_ended"),
        )


class SentPaper(models.Model):
    """A paper is in what was put together for a recipient, so that nobody is sent it twice.

    ``recipient`` is ``account 7``, or ``subscription 9`` for an address without an account and for a webhook.
    """

    recipient = models.CharField(max_length=40)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="papers_sent")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("recipient", "paper"), name="no_paper_sent_twice"),)


class Suppression(models.Model):
    """An address that is not written to. It outlives subscriptions and accounts, so it names nobody.

    ``digest`` is a keyed hash of the address (``delivery.addresses``). ``lifted_at`` is when a new confirmation ended
    it; a complaint is never lifted.
    """

    class Reason(models.TextChoices):
        """Why nothing is sent."""

        BOUNCED = "bounced"
        COMPLAINED = "complained"
        ASKED = "asked"
        ADMIN = "admin"

    digest = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    answer = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)


class BounceScore(models.Model):
    """That mail to an address failed for the time being on a day; at most one a day counts."""

    digest = models.CharField(max_length=64, db_index=True)
    bounced_on = models.DateField()
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("digest", "bounced_on"), name="one_soft_bounce_a_day"),)


class MailEvent(models.Model):
    """What a mail server or provider told of a letter later; ``told`` names it once, so that nothing counts twice."""

    class Kind(models.TextChoices):
        """What was told."""

        HARD = "hard bounce"
        SOFT = "soft bounce"
        COMPLAINT = "complaint"
        UNSUBSCRIBED = "unsubscribed"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    told = models.CharField(max_length=64, unique=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="events")
    answer = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField(db_index=True)


class FeedSecret(models.Model):
    """The secret in the addresses of a person's private feeds. A new one closes the old addresses."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="feed_secret")
    secret = models.CharField(max_length=40, unique=True, default=new_secret)
    made_at = models.DateTimeField()


class AddressKey(models.Model):
    """The key of the digests of addresses: one row, made on first use. With another one suppressions would be lost."""

    secret = models.CharField(max_length=64)
    made_at = models.DateTimeField()

"""The jobs of what people brought and follow: fetching submissions, telling of new papers, mailing notifications."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from broadsheet.catalogue.models import Job, Paper
from broadsheet.catalogue.outside import door
from broadsheet.community import notice_mail, notifications, submission_fetching
from broadsheet.sources.protocol import Schedule
from broadsheet.worker.errands import Errand, ShouldStop

EVERY_MINUTE = Schedule(cron="* * * * *")
FOLLOWING = "new papers"
LETTERS = "letters"
FORGETTING = "old notifications"
PATIENCE_SECONDS = 60.0
FIRST_LOOK = timedelta(hours=1)
"""What the very first look is about: nobody is told of everything that was here before."""
OVERLAP = timedelta(minutes=10)
"""Longer than a page of a harvest takes from writing its papers to its end."""
NEW = timedelta(days=30)
"""Papers that are older are not news, as from an archive that is read for the first time."""
SOME = 500


def telling_errands() -> list[Errand]:
    """What is done for people by the clock; letters only where mail is set up."""
    errands = [
        Errand(name=submission_fetching.JOB, schedule=EVERY_MINUTE, do=fetch_submissions),
        Errand(name=FOLLOWING, schedule=Schedule(cron="*/5 * * * *"), do=tell_of_new_papers),
        Errand(name=FORGETTING, schedule=Schedule(cron="17 4 * * *"), do=forget),
    ]
    if notifications.is_mail_set_up():
        errands.append(Errand(name=LETTERS, schedule=EVERY_MINUTE, do=write_letters))
    return errands


def fetch_submissions(should_stop: ShouldStop) -> str | None:
    """Look for papers that people brought and that are not known."""
    count = submission_fetching.fetch_due(door(patience=PATIENCE_SECONDS), should_stop)
    return None if should_stop() else f"{count} papers looked for"


def tell_of_new_papers(should_stop: ShouldStop) -> str | None:
    """Tell people of papers that came since the last look, as far as they follow who or what they are of."""
    since, count = _since(timezone.now()), 0
    fresh = timezone.localdate() - NEW
    dated = Q(first_listed_on__gte=fresh) | Q(first_listed_on__isnull=True, published_on__gte=fresh)
    papers = Paper.objects.filter(dated, created_at__gte=since).order_by("pk")
    numbers = list(papers.values_list("pk", flat=True))
    for start in range(0, len(numbers), SOME):
        if should_stop():
            return None
        count += notifications.tell_followers(numbers[start : start + SOME])
    return f"{len(numbers)} papers, {count} of them followed"


def _since(now: datetime) -> datetime:
    """A while before the last look ended that succeeded: what is looked at twice is told of once."""
    job = Job.objects.filter(name=FOLLOWING).first()
    last = job.last_succeeded_at if job is not None else None
    return (last - OVERLAP) if last is not None else now - FIRST_LOOK


def write_letters(should_stop: ShouldStop) -> str | None:
    """Mail what people want to have mailed."""
    return f"{notice_mail.mail_due(should_stop)} letters"


def forget(should_stop: ShouldStop) -> str | None:
    """Delete notifications that are long past."""
    return f"{notifications.forget_old(timezone.now())} forgotten"

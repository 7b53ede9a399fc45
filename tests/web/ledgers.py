"""A made ledger: two sources, a fortnight, and something of each state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from broadsheet.catalogue.models import Alert, Announcement, Batch, Job, Paper, Source
from tests.builders import record, take

# A Tuesday.
NOW = datetime(2025, 11, 4, 15, tzinfo=UTC)
TODAY = NOW.date()
CATEGORIES = ("cs.CL", "cs.CV", "cs.LG", "stat.ML")
MISSING = ["2511.00101", "2511.00102", "2511.00103"]


def working_days(count: int) -> list[date]:
    """The last so many weekdays up to today, the oldest first."""
    days = [TODAY - timedelta(days=n) for n in range(2 * count)]
    return sorted([day for day in days if day.weekday() < 5][:count])


def fill(days: int = 14) -> None:
    """Batches of four categories of arXiv and one of another source; the newest days have troubles."""
    arxiv, other = (Source.objects.get_or_create(slug=slug)[0] for slug in ("arxiv", "biorxiv"))
    for place, day in enumerate(working_days(days)):
        for number, category in enumerate(CATEGORIES):
            batch(arxiv, category, day, 80 + 37 * number + 11 * (place % 5))
        batch(other, "neuroscience", day, 0 if place % 3 else 12)
    newest = {"source": arxiv, "announced_on": TODAY}
    Batch.objects.filter(**newest, category="cs.CV").update(
        state="short", received_count=188, announced_count=191, missing=MISSING, note="3 of 191 are not here"
    )
    absent = {"received_count": 0, "announced_count": None, "kinds": {}, "first_seen_at": None, "completed_at": None}
    Batch.objects.filter(**newest, category="cs.LG").update(state="late", note="nothing was seen of it", **absent)
    Batch.objects.filter(**newest, category="stat.ML").update(
        state="stale", note="what is served is the batch of 2025-11-03", **absent
    )
    Batch.objects.filter(**newest, category="cs.CL").update(state="expected", note="", **absent)
    for row in Batch.objects.filter(announced_on=TODAY, state__in=("short", "late", "stale")):
        Alert.objects.create(batch=row, state=row.state, note=row.note, raised_at=NOW, told_at=NOW)
    whole = Batch.objects.filter(source=arxiv, category="cs.CL", state="complete").latest("announced_on")
    Alert.objects.create(
        batch=whole, state="late", note="nothing was seen of it", raised_at=NOW - timedelta(days=1), recovered_at=NOW
    )


def batch(source: Source, category: str, day: date, count: int) -> Batch:
    """One batch that is here, whole."""
    due_at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    return Batch.objects.create(
        source=source,
        category=category,
        announced_on=day,
        state="complete" if count else "empty",
        announced_count=count,
        received_count=count,
        kinds={"new": count // 2, "cross": count - count // 2} if count else {},
        due_at=due_at,
        first_seen_at=due_at + timedelta(minutes=20),
        checked_at=due_at + timedelta(minutes=21),
        completed_at=due_at + timedelta(minutes=21),
    )


def announce(title: str, category: str, day: date, *, arxiv: str, kind: str = "new") -> Paper:
    """A paper that arXiv announced."""
    take(record(title, arxiv=arxiv), source="arxiv")
    paper = Paper.objects.get(arxiv_id=arxiv)
    Announcement.objects.create(
        paper=paper, source=Source.objects.get(slug="arxiv"), category=category, announced_on=day, kind=kind
    )
    return paper


def job(word: str, **fields: object) -> Job:
    """The job that harvests a source, by the word of the setting."""
    told = {"schedule": "0 2 * * *", "due_at": NOW + timedelta(hours=11), "last_started_at": NOW - timedelta(hours=13)}
    told |= {"last_finished_at": NOW - timedelta(hours=13), "last_succeeded_at": NOW - timedelta(hours=13)}
    return Job.objects.create(name=f"harvest {word}", **told | {"last_result": "81 papers"} | fields)

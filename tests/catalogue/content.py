"""What the catalogue holds, as plain data, without the keys and times that differ from run to run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from broadsheet.catalogue.models import Organisation, Paper, SavedPageEntry

OWN = (
    "title",
    "abstract",
    "is_lossy",
    "published_on",
    "first_listed_on",
    "author_count",
    "votes_count",
    "comments_count",
    "stars_count",
    "summary",
    "summary_model",
    "arxiv_id",
    "code_url",
    "has_code",
    "keywords",
    "licence",
    "remarks",
    "journal_ref",
    "badges",
    "is_withdrawn",
    "is_retracted",
    "state_digest",
)
CHILDREN = {
    "authorships": ("position", "name", "orcid"),
    "paper_categories": ("position", "category__code"),
    "organisations": ("slug",),
    "identifiers": ("scheme", "value"),
    "links": ("position", "kind", "url"),
    "versions": ("number", "title", "abstract", "announced_at"),
    "listings": ("source__slug", "listed_on", "rank", "submitted_by"),
    "announcements": ("source__slug", "category", "announced_on", "kind", "is_estimated"),
    "statements": ("source__slug", "kind", "text", "url", "stated_on"),
    "counters": ("source__slug", "votes_count", "comments_count", "stars_count"),
    "source_records": ("source__slug", "ref", "title_hash", "digest"),
}


@contextmanager
def scratch() -> Iterator[None]:
    """A stretch in which everything may be written and after which nothing was: one example of a property test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def content() -> list[Any]:
    """Everything that the catalogue says, in an order of its own."""
    papers = [
        {name: getattr(paper, name) for name in OWN}
        | {name: sorted(getattr(paper, name).values_list(*fields), key=repr) for name, fields in CHILDREN.items()}
        for paper in Paper.objects.all()
    ]
    entries = SavedPageEntry.objects.values_list("page__slug", "rank", "paper__state_digest").order_by("page", "rank")
    names = Organisation.objects.values_list("slug", "name").order_by("slug")
    return [sorted(papers, key=repr), list(entries), list(names)]

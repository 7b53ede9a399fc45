"""The pages of what was announced and what is here of it: the ledger, one batch, and the feed of alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from broadsheet.catalogue.chosen_sources import titles
from broadsheet.catalogue.models import Alert, Announcement, Batch, Job
from broadsheet.catalogue.standing import HARVEST_PREFIX, Ledger, around, ledgers, out_of_order
from broadsheet.search.query import QueryError, parse_day
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.web import errors

DAYS_SHOWN = 10
TROUBLES_SHOWN = 12
MISSING_SHOWN = 500
PAPERS_SHOWN = 200
MOST_ALERTS = 100


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: a mark, one word, and what it means. Colour only adds to them."""

    mark: str
    word: str | Promise
    meaning: str | Promise
    is_trouble: bool = False


LOOKS: Mapping[str, Look] = {
    "complete": Look("✓", gettext_lazy("complete"), gettext_lazy("everything that was announced is here")),
    "short": Look("✗", gettext_lazy("short"), gettext_lazy("papers that were announced are not here"), is_trouble=True),
    "late": Look("!", gettext_lazy("late"), gettext_lazy("the batch was due and has not been seen"), is_trouble=True),
    "stale": Look(
        "=", gettext_lazy("stale"), gettext_lazy("the batch of an earlier day is served as this one"), is_trouble=True
    ),
    "expected": Look("·", gettext_lazy("expected"), gettext_lazy("not due yet")),
    "empty": Look("○", gettext_lazy("empty"), gettext_lazy("nothing was announced")),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A batch in the table: its look, its figure, and the address of its page."""

    look: Look
    figure: str
    url: str


@dataclass(frozen=True, slots=True)
class Table:
    """A ledger, ready for the page: a column a day, a row a category; an empty cell is None."""

    title: str
    days: Sequence[date]
    rows: Sequence[tuple[str, Sequence[Cell | None]]]


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """The ledger: categories by announcement days, what was announced and what is here of it."""
    try:
        text = request.GET.get("until", "")
        until = parse_day(text, "until") if text else None
    except QueryError as error:
        return errors.refused_query(request, str(error))
    source = request.GET.get("source", "").replace("\0", "")
    shown = ledgers(until, DAYS_SHOWN, source=source)
    near = around(shown, DAYS_SHOWN)
    names = titles()
    troubles = list(out_of_order()[: TROUBLES_SHOWN + 1])
    context: dict[str, Any] = {
        "heading": _("Batches"),
        "tables": [_table(ledger, names) for ledger in shown],
        "looks": LOOKS.values(),
        "troubles": [
            (names.get(one.source.slug, one.source.slug), one, LOOKS[one.state], url_of(one))
            for one in troubles[:TROUBLES_SHOWN]
        ],
        "has_more_troubles": len(troubles) > TROUBLES_SHOWN,
        "earlier": _page_url(source, near.before),
        "later": _page_url(source, near.after),
        "source": source,
        "is_collecting": Job.objects.filter(name__startswith=HARVEST_PREFIX, is_enabled=True).exists(),
    }
    return render(request, "web/batches.html", context)


def _page_url(source: str, until: date | None) -> str:
    if until is None:
        return ""
    given = {"source": source} if source else {}
    return f"{reverse('web:batches')}?{urlencode(given | {'until': until.isoformat()})}"


def _table(ledger: Ledger, names: Mapping[str, str]) -> Table:
    return Table(
        names.get(ledger.source, ledger.source),
        ledger.days,
        [(row.category, [_cell(batch) if batch else None for batch in row.batches]) for row in ledger.rows],
    )


def _cell(batch: Batch) -> Cell:
    return Cell(LOOKS[batch.state], _figure(batch), url_of(batch))


def _figure(batch: Batch) -> str:
    """How many papers are here, and of how many where not all are."""
    received = number_format(batch.received_count, force_grouping=True)
    if batch.announced_count is None:
        return received if batch.received_count else ""
    if batch.received_count >= batch.announced_count:
        return received
    return f"{received}/{number_format(batch.announced_count, force_grouping=True)}"


def url_of(batch: Batch) -> str:
    """The address of a batch's page, without the host."""
    return reverse("web:batch", args=[batch.source.slug, batch.category, batch.announced_on.isoformat()])


@require_safe
def batch(request: HttpRequest, source: str, category: str, text: str) -> HttpResponse:
    """One batch: its counts and times, which papers are missing, and which are here."""
    try:
        day = parse_day(text)
    except QueryError as error:
        return errors.refused_query(request, str(error))
    found = Batch.objects.filter(
        source__slug=source.replace("\0", ""), category=category.replace("\0", ""), announced_on=day
    )
    row = found.select_related("source").first()
    if row is None:
        raise Http404
    announced = Announcement.objects.filter(source=row.source, category=row.category, announced_on=day)
    papers = (
        announced.filter(paper__is_hidden=False)
        .select_related("paper")
        .order_by("kind", "paper__title")[: PAPERS_SHOWN + 1]
    )
    entries = [(one.paper, one.kind, one.is_estimated) for one in papers.defer("paper__abstract")]
    context: dict[str, Any] = {
        "heading": _("%(category)s, %(day)s") % {"category": row.category, "day": date_format(day, "l, j F Y")},
        "batch": row,
        "source_title": titles().get(row.source.slug, row.source.slug),
        "look": LOOKS[row.state],
        "kinds": sorted(row.kinds.items()),
        "missing": [(ref, _address_of(ref)) for ref in row.missing[:MISSING_SHOWN]],
        "missing_count": len(row.missing),
        "entries": entries[:PAPERS_SHOWN],
        "has_more_entries": len(entries) > PAPERS_SHOWN,
    }
    return render(request, "web/batch.html", context)


def _address_of(ref: str) -> str:
    """Where a missing paper can be read, for the schemes that have such an address."""
    name = parse_identifier(ref)
    if name is None or name.scheme not in ("arxiv", "doi"):
        return ""
    return f"https://arxiv.org/abs/{name.value}" if name.scheme == "arxiv" else f"https://doi.org/{name.value}"


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts as Atom 1.0 (RFC 4287), the newest first; an entry changes when its batch has recovered."""
    own_url = settings.BASE_URL + reverse("web:alerts")
    feed = Atom1Feed(
        title=_("%(name)s: alerts") % {"name": settings.NAME},
        link=settings.BASE_URL + reverse("web:batches"),
        description=_("Batches that are late, stale or short"),
        language=settings.LANGUAGE_CODE,
        feed_url=own_url,
        feed_guid=own_url,
    )
    for alert in Alert.objects.select_related("batch__source").order_by("-raised_at", "-pk")[:MOST_ALERTS]:
        address = settings.BASE_URL + url_of(alert.batch)
        feed.add_item(
            title=_title(alert),
            link=address,
            description=alert.note,
            unique_id=f"{address}#alert-{alert.pk}",
            pubdate=alert.raised_at,
            updateddate=_changed_at(alert),
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


def _changed_at(alert: Alert) -> datetime:
    return alert.recovered_at or alert.told_at or alert.raised_at


def _title(alert: Alert) -> str:
    told = {
        "source": alert.batch.source.slug,
        "category": alert.batch.category,
        "day": alert.batch.announced_on.isoformat(),
        "state": LOOKS[alert.state].word,
    }
    if alert.recovered_at is not None:
        return _("%(source)s %(category)s %(day)s is in order again, it was %(state)s") % told
    return _("%(source)s %(category)s %(day)s is %(state)s") % told

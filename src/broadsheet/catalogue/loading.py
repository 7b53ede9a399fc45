"""Reading stored papers as drafts, and finding out which ones a batch may speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from broadsheet.catalogue.apart import Pairs, load_pairs
from broadsheet.catalogue.drafts import Draft, Item, item_of
from broadsheet.catalogue.figures import AnnouncementDraft, CounterDraft, ListingDraft
from broadsheet.catalogue.merging import Described, Name
from broadsheet.catalogue.models import Announcement, Counter, Identifier, Listing, Paper, SourceRecord


def load_drafts(paper_ids: Iterable[int], pairs: Pairs | None = None) -> list[Draft]:
    """The stored papers with these ids as drafts, in order of their ids.

    ``pairs`` is what is kept apart, where it has been read already.
    """
    ids = sorted(paper_ids)
    if not ids:
        return []
    drafts = {paper.pk: Draft(paper=paper) for paper in Paper.objects.filter(pk__in=ids).order_by("pk")}
    for record in SourceRecord.objects.filter(paper_id__in=drafts).select_related("source"):
        item = item_of(record.ref, record.title_hash, Described(record.source.slug, record.digest, record.payload))
        drafts[record.paper_id].items[item.place] = item
    _load_figures(drafts)
    _load_foreign(drafts, load_pairs() if pairs is None else pairs)
    return list(drafts.values())


def _load_figures(drafts: dict[int, Draft]) -> None:
    for listing in Listing.objects.filter(paper_id__in=drafts).select_related("source"):
        place = (listing.source.slug, listing.listed_on)
        drafts[listing.paper_id].figures.listings[place] = ListingDraft(listing.rank, listing.submitted_by)
    for counter in Counter.objects.filter(paper_id__in=drafts).select_related("source"):
        told = CounterDraft(counter.votes_count, counter.comments_count, counter.stars_count)
        drafts[counter.paper_id].figures.counters[counter.source.slug] = told
    for one in Announcement.objects.filter(paper_id__in=drafts).select_related("source"):
        spot = (one.source.slug, one.category, one.announced_on)
        drafts[one.paper_id].figures.announcements[spot] = AnnouncementDraft(one.kind, one.is_estimated)


def _load_foreign(drafts: dict[int, Draft], pairs: Pairs) -> None:
    """What the descriptions of papers that are kept apart state, and what yet is not theirs."""
    touched = [pk for pk, draft in drafts.items() if pairs.touch(draft.labels)] if pairs else []
    if not touched:
        return
    own: dict[int, set[Name]] = defaultdict(set)
    rows = Identifier.objects.filter(paper_id__in=touched).values_list("paper_id", "scheme", "value")
    for pk, scheme, value in rows:
        own[pk].add((scheme, value))
    for pk in touched:
        stated = {name for item in drafts[pk].items.values() for name in item.identifiers}
        drafts[pk].foreign = frozenset(stated - own[pk])


def stored_ids(items: Iterable[Item], refs: Iterable[tuple[str, str]] = (), labels: Iterable[str] = ()) -> set[int]:
    """The row ids of papers that share an identifier, a key of their source, or a title with one of the items.

    ``refs`` are further keys with their sources, ``labels`` further labels (see ``KeptApart``).
    """
    titles, digests = set(), set()
    keys: dict[str, set[str]] = defaultdict(set)
    values: dict[str, set[str]] = defaultdict(set)
    for source, ref in refs:
        keys[source].add(ref)
    for item in items:
        if item.title_hash:
            titles.add(item.title_hash)
        else:
            # Such a description has nothing to be found by but itself.
            digests.add(item.described.digest)
        if item.ref:
            keys[item.described.source].add(item.ref)
        for scheme, value in item.identifiers:
            values[scheme].add(value)
    for label in labels:
        _read_label(label, keys, values, digests)
    found: set[int] = set()
    records = SourceRecord.objects.values_list("paper_id", flat=True)
    if titles:
        found.update(records.filter(title_hash__in=titles))
    if digests:
        found.update(records.filter(ref="", digest__in=digests))
    for source, known in keys.items():
        found.update(records.filter(source__slug=source, ref__in=known))
    for scheme, wanted in values.items():
        found.update(Identifier.objects.filter(scheme=scheme, value__in=wanted).values_list("paper_id", flat=True))
    return found


def _read_label(label: str, keys: dict[str, set[str]], values: dict[str, set[str]], digests: set[str]) -> None:
    """Add what a label may mean: a source's name may hold the sign that stands behind it."""
    scheme, _, value = label.partition(":")
    values[scheme].add(value)
    for place, sign in enumerate(label):
        if sign == "/":
            keys[label[:place]].add(label[place + 1 :])
    if label.isalnum():
        digests.add(label)

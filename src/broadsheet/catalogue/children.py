"""The rows that hang on a paper, written from its state: authors, identifiers, links and all that. For ``writing``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence

from broadsheet.catalogue.authors import slug_of
from broadsheet.catalogue.drafts import Draft
from broadsheet.catalogue.inserting import insert
from broadsheet.catalogue.merging import PaperState
from broadsheet.catalogue.models import (
    Announcement,
    Authorship,
    Category,
    Counter,
    Identifier,
    Link,
    Listing,
    Organisation,
    Paper,
    PaperCategory,
    Statement,
    Version,
)

# What is replaced as a whole when a paper's state has changed.
_OF_STATE = (Authorship, PaperCategory, Identifier, Link, Version, Statement)
_FIGURES = (Listing, Counter, Announcement)


def clear(paper_ids: Sequence[int]) -> None:
    """Take away the children of papers whose state has changed."""
    if paper_ids:
        for model in _OF_STATE:
            model._default_manager.filter(paper_id__in=paper_ids).delete()  # noqa: SLF001  (documented)
        Paper.organisations.through.objects.filter(paper_id__in=paper_ids).delete()


def clear_figures(paper_ids: Sequence[int]) -> None:
    """Take away listings, counters and announcements."""
    if paper_ids:
        for model in _FIGURES:
            model._default_manager.filter(paper_id__in=paper_ids).delete()  # noqa: SLF001  (documented)


def write_children(
    states: Mapping[int, PaperState], accounts: Mapping[int, Sequence[Authorship]], source_ids: Mapping[str, int]
) -> None:
    """Write authors, categories, organisations, identifiers, links, versions and statements by row id of the paper.

    ``accounts`` are the authors that are known as people with accounts.
    """
    insert(
        Authorship,
        ("paper_id", "position", "name", "slug", "orcid", "account_id"),
        [one for pk, state in states.items() for one in _authors(pk, state, accounts.get(pk, ()))],
    )
    insert(
        Identifier,
        ("paper_id", "scheme", "value"),
        [(pk, scheme, value) for pk, state in states.items() for scheme, value in state.identifiers],
    )
    insert(
        Link,
        ("paper_id", "position", "kind", "url"),
        [(pk, n, kind, url) for pk, state in states.items() for n, (kind, url) in enumerate(state.links)],
    )
    insert(
        Version,
        ("paper_id", "number", "title", "abstract", "announced_at"),
        [
            (pk, one.number, one.title, one.abstract, one.announced_at)
            for pk, state in states.items()
            for one in state.versions
        ],
    )
    insert(
        Statement,
        ("paper_id", "source_id", "kind", "text", "url", "stated_on"),
        [
            (pk, source_ids[one.source], one.kind, one.text, one.url, one.stated_on)
            for pk, state in states.items()
            for one in state.statements
        ],
    )
    _write_categories(states)
    _write_organisations(states)


def _authors(
    pk: int, state: PaperState, known: Sequence[Authorship]
) -> list[tuple[int, int, str, str, str, int | None]]:
    """The authors of a paper as rows; a person keeps the place of that name, the same one where namesakes are."""
    accounts: dict[int, int] = {}
    for person in known:
        if person.account_id is not None and (places := _places(state, person, accounts)):
            accounts[min(places, key=lambda place: abs(place - person.position))] = person.account_id
    return [(pk, n, name, slug_of(name), orcid, accounts.get(n)) for n, (name, orcid) in enumerate(state.authors)]


def _places(state: PaperState, person: Authorship, taken: Container[int]) -> list[int]:
    """Where a known person may stand now: by the name as printed, else as in addresses, else by ORCID."""
    free = [(n, name, orcid) for n, (name, orcid) in enumerate(state.authors) if n not in taken]
    return (
        [n for n, name, _ in free if name == person.name]
        or [n for n, name, _ in free if slug_of(name) == slug_of(person.name)]
        or [n for n, _, orcid in free if orcid and orcid == person.orcid]
    )


def _write_categories(states: Mapping[int, PaperState]) -> None:
    codes = {code for state in states.values() for code in state.categories}
    ids = dict(Category.objects.filter(code__in=codes).values_list("code", "pk"))
    if missing := sorted(codes.difference(ids)):
        Category.objects.bulk_create([Category(code=code) for code in missing], ignore_conflicts=True)
        ids |= dict(Category.objects.filter(code__in=missing).values_list("code", "pk"))
    insert(
        PaperCategory,
        ("paper_id", "category_id", "position"),
        [(pk, ids[code], n) for pk, state in states.items() for n, code in enumerate(state.categories)],
    )


def _write_organisations(states: Mapping[int, PaperState]) -> None:
    slugs = {slug for state in states.values() for slug, _ in state.organisations}
    ids = dict(Organisation.objects.filter(slug__in=slugs).values_list("slug", "pk")) if slugs else {}
    through = Paper.organisations.through
    insert(
        through,
        ("paper_id", "organisation_id"),
        [(pk, ids[slug]) for pk, state in states.items() for slug, _ in state.organisations],
    )


def name_organisations(drafts: Sequence[Draft]) -> None:
    """Make the organisations that new descriptions name; of several names for one the same is kept in any order."""
    names: dict[str, set[str]] = defaultdict(set)
    for draft in drafts:
        for item in draft.added.values():
            for organisation in item.payload.get("organisations", ()):
                names[organisation["slug"]].add(organisation["name"])
    if not names:
        return
    known = {organisation.slug: organisation for organisation in Organisation.objects.filter(slug__in=names)}
    best = {
        slug: max(
            {*told, *([known[slug].name] if slug in known else [])}, key=lambda name: (name != slug, len(name), name)
        )
        for slug, told in names.items()
    }
    Organisation.objects.bulk_create(
        [Organisation(slug=slug, name=name) for slug, name in sorted(best.items()) if slug not in known]
    )
    for slug, organisation in known.items():
        if organisation.name != best[slug]:
            organisation.name = best[slug]
            organisation.save(update_fields=["name"])


def write_figures(drafts: Mapping[int, Draft], source_ids: Mapping[str, int]) -> None:
    """Write the listings, counters and announcements of drafts by row id of the paper."""
    insert(
        Listing,
        ("paper_id", "source_id", "listed_on", "rank", "submitted_by"),
        [
            (pk, source_ids[source], day, one.rank, one.submitted_by)
            for pk, draft in drafts.items()
            for (source, day), one in draft.figures.listings.items()
        ],
    )
    insert(
        Counter,
        ("paper_id", "source_id", "votes_count", "comments_count", "stars_count"),
        [
            (pk, source_ids[source], one.votes_count, one.comments_count, one.stars_count)
            for pk, draft in drafts.items()
            for source, one in draft.figures.counters.items()
        ],
    )
    insert(
        Announcement,
        ("paper_id", "source_id", "category", "announced_on", "kind", "is_estimated"),
        [
            (pk, source_ids[source], category, day, one.kind, one.is_estimated)
            for pk, draft in drafts.items()
            for (source, category, day), one in draft.figures.announcements.items()
        ],
    )

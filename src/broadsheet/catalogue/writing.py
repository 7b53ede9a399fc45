"""Writing drafts to the tables, many at a time. Only ``intake`` calls this."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils import timezone

from broadsheet.catalogue.language import language_of
from broadsheet.catalogue.matching import Draft
from broadsheet.catalogue.merging import PaperState, merge
from broadsheet.catalogue.models import (
    Authorship,
    Category,
    ChangedPaper,
    Counter,
    Identifier,
    Link,
    Listing,
    Organisation,
    Paper,
    PaperAlias,
    PaperCategory,
    SavedPageEntry,
    Source,
    SourceRecord,
    Version,
)

OWN_FIELDS = (
    "title",
    "abstract",
    "is_lossy",
    "language",
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
    "extract",
    "extracted_at",
    "keyphrases",
    "keyphrased_at",
    "state_digest",
    "changed_at",
)


def write(drafts: Sequence[Draft]) -> None:
    """Store every draft that a batch touched and note it for the index."""
    touched = [draft for draft in drafts if draft.is_touched]
    if not touched:
        return
    states = [merge(draft.descriptions.values()) for draft in touched]
    changed = [(draft, state) for draft, state in zip(touched, states, strict=True) if _apply(draft, state)]
    papers = [row(draft) for draft in touched]
    known = [paper for paper in papers if paper.pk is not None]
    Paper.objects.bulk_create([paper for paper in papers if paper.pk is None])
    Paper.objects.bulk_update(known, OWN_FIELDS, batch_size=100)
    sources = {source.slug: source for source in Source.objects.all()}
    accounts = _accounts(touched)
    _absorb(touched)
    _write_records(touched, sources)
    _name_organisations(touched)
    _write_children(changed, accounts)
    _write_figures(touched, sources)
    note_changes([paper.pk for paper in papers])


def row(draft: Draft) -> Paper:
    """The row of a draft that has been applied."""
    assert draft.paper is not None, "a draft gets its row before anything is written"
    return draft.paper


def note_changes(paper_ids: Sequence[int]) -> None:
    """Tell the index that these papers changed, appeared or went away."""
    ChangedPaper.objects.bulk_create([ChangedPaper(paper_id=paper_id) for paper_id in paper_ids])


def _apply(draft: Draft, state: PaperState) -> bool:
    """Copy a state into the draft's row; True when the children have to be written anew."""
    digest = state.digest()
    paper = draft.paper = draft.paper or Paper()
    has_changed = paper.state_digest != digest or bool(draft.absorbed)
    if (paper.title, paper.abstract) != (state.title, state.abstract):
        paper.language = language_of(state.title, state.abstract)
        # They are of the text as it was; the worker makes new ones.
        paper.extract, paper.extracted_at, paper.keyphrases, paper.keyphrased_at = "", None, [], None
    paper.title, paper.abstract, paper.is_lossy = state.title, state.abstract, state.is_lossy
    paper.published_on, paper.author_count = state.published_on, state.author_count
    paper.arxiv_id, paper.code_url, paper.has_code = state.arxiv_id, state.code_url, bool(state.code_url)
    paper.keywords, paper.state_digest = list(state.keywords), digest
    paper.first_listed_on = min((day for _, day in draft.listings), default=None)
    paper.votes_count = max((counter.votes_count for counter in draft.counters.values()), default=0)
    paper.comments_count = max((counter.comments_count for counter in draft.counters.values()), default=0)
    paper.stars_count = max((counter.stars_count for counter in draft.counters.values()), default=0)
    paper.summary, paper.summary_model = state.summary, state.summary_model
    paper.changed_at = timezone.now()
    return has_changed


def _absorb(drafts: Sequence[Draft]) -> None:
    """Move what hangs on merged papers to the paper that stays, and let their keys lead there."""
    for draft in drafts:
        survivor, ids = row(draft), [paper.pk for paper in draft.absorbed if paper.pk is not None]
        if not ids:
            continue
        SourceRecord.objects.filter(paper_id__in=ids).update(paper=survivor)
        SavedPageEntry.objects.filter(paper_id__in=ids).update(paper=survivor)
        PaperAlias.objects.filter(paper_id__in=ids).update(paper=survivor)
        PaperAlias.objects.bulk_create([PaperAlias(key=paper.key, paper=survivor) for paper in draft.absorbed])
        Paper.objects.filter(pk__in=ids).delete()
        note_changes(ids)


def _write_records(drafts: Sequence[Draft], sources: dict[str, Source]) -> None:
    SourceRecord.objects.bulk_create(
        [
            SourceRecord(
                paper=row(draft),
                source=sources[described.source],
                ref=ref,
                title_hash=hashed_title,
                digest=described.digest,
                payload=described.payload,
                received_at=timezone.now(),
            )
            for draft in drafts
            for ref, hashed_title, described in draft.added
        ]
    )


def _accounts(drafts: Sequence[Draft]) -> dict[int, list[Authorship]]:
    """Authors that are known as people with accounts, by the row id of the paper that stays."""
    survivors = {paper.pk: row(draft).pk for draft in drafts for paper in (row(draft), *draft.absorbed)}
    known: dict[int, list[Authorship]] = defaultdict(list)
    for authorship in Authorship.objects.filter(paper_id__in=survivors, account__isnull=False).order_by("pk"):
        known[survivors[authorship.paper_id]].append(authorship)
    return known


def _authorships(pk: int, state: PaperState, known: Sequence[Authorship]) -> list[Authorship]:
    """The authors of a paper as rows; a person keeps the place of that name, the same one where namesakes are."""
    rows = [
        Authorship(paper_id=pk, position=n, name=name, orcid=orcid) for n, (name, orcid) in enumerate(state.authors)
    ]
    for person in known:
        places = [author for author in rows if author.name == person.name and author.account_id is None]
        if places:
            place = min(places, key=lambda author: abs(author.position - person.position))
            place.account_id = person.account_id
    return rows


def _write_children(changed: Sequence[tuple[Draft, PaperState]], accounts: dict[int, list[Authorship]]) -> None:
    """Replace authors, categories, organisations, identifiers, links and versions of changed papers."""
    states = {row(draft).pk: state for draft, state in changed}
    for model in (Authorship, PaperCategory, Identifier, Link, Version):
        model.objects.filter(paper_id__in=states).delete()
    Paper.organisations.through.objects.filter(paper_id__in=states).delete()
    Authorship.objects.bulk_create(
        [author for pk, state in states.items() for author in _authorships(pk, state, accounts.get(pk, ()))]
    )
    Identifier.objects.bulk_create(
        [Identifier(paper_id=pk, scheme=s, value=v) for pk, state in states.items() for s, v in state.identifiers]
    )
    Link.objects.bulk_create(
        [
            Link(paper_id=pk, position=n, kind=kind, url=url)
            for pk, state in states.items()
            for n, (kind, url) in enumerate(state.links)
        ]
    )
    Version.objects.bulk_create(
        [
            Version(paper_id=pk, number=v.number, title=v.title, abstract=v.abstract, announced_at=v.announced_at)
            for pk, state in states.items()
            for v in state.versions
        ]
    )
    _write_categories(states)
    _write_organisations(states)


def _write_categories(states: dict[int, PaperState]) -> None:
    codes = {code for state in states.values() for code in state.categories}
    Category.objects.bulk_create([Category(code=code) for code in sorted(codes)], ignore_conflicts=True)
    ids = dict(Category.objects.filter(code__in=codes).values_list("code", "pk"))
    PaperCategory.objects.bulk_create(
        [
            PaperCategory(paper_id=pk, category_id=ids[code], position=n)
            for pk, state in states.items()
            for n, code in enumerate(state.categories)
        ]
    )


def _name_organisations(drafts: Sequence[Draft]) -> None:
    """Make the organisations that new descriptions name; of several names for one the same is kept in any order."""
    names: dict[str, set[str]] = defaultdict(set)
    for draft in drafts:
        for _, _, described in draft.added:
            for organisation in described.payload.get("organisations", ()):
                names[organisation["slug"]].add(organisation["name"])
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


def _write_organisations(states: dict[int, PaperState]) -> None:
    slugs = {slug for state in states.values() for slug, _ in state.organisations}
    ids = dict(Organisation.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    through = Paper.organisations.through
    through.objects.bulk_create(
        [
            through(paper_id=pk, organisation_id=ids[slug])
            for pk, state in states.items()
            for slug, _ in state.organisations
        ]
    )


def _write_figures(drafts: Sequence[Draft], sources: dict[str, Source]) -> None:
    """Replace the listings and counters of the drafts."""
    ids = [row(draft).pk for draft in drafts]
    Listing.objects.filter(paper_id__in=ids).delete()
    Counter.objects.filter(paper_id__in=ids).delete()
    Listing.objects.bulk_create(
        [
            Listing(
                paper=row(draft),
                source=sources[source],
                listed_on=day,
                rank=listing.rank,
                submitted_by=listing.submitted_by,
            )
            for draft in drafts
            for (source, day), listing in draft.listings.items()
        ]
    )
    Counter.objects.bulk_create(
        [
            Counter(
                paper=row(draft),
                source=sources[source],
                votes_count=counter.votes_count,
                comments_count=counter.comments_count,
                stars_count=counter.stars_count,
            )
            for draft in drafts
            for source, counter in draft.counters.items()
        ]
    )

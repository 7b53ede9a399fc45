"""Writing drafts to the tables, many at a time. Only ``intake`` calls this."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils import timezone

from broadsheet.catalogue import attached
from broadsheet.catalogue.admission import longest
from broadsheet.catalogue.children import clear, clear_figures, name_organisations, write_children, write_figures
from broadsheet.catalogue.drafts import Draft, Item, Merged
from broadsheet.catalogue.inserting import Written, insert, reserve_ids, update
from broadsheet.catalogue.language import language_of
from broadsheet.catalogue.merging import PaperState, Payload, merge
from broadsheet.catalogue.models import (
    Authorship,
    ChangedPaper,
    FigureSample,
    Paper,
    PaperAlias,
    PaperMerge,
    SavedPageEntry,
    Source,
    SourceRecord,
)

REASON_LENGTH = 200

OWN_FIELDS = (
    "title",
    "abstract",
    "is_lossy",
    "language",
    "published_on",
    "first_listed_on",
    "author_count",
    "votes_elsewhere_count",
    "comments_elsewhere_count",
    "stars_count",
    "summary",
    "summary_model",
    "licence",
    "remarks",
    "journal_ref",
    "badges",
    "is_withdrawn",
    "is_retracted",
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
    """Store every draft that a batch touched and note it for the index; papers that nobody describes any more go."""
    touched = [draft for draft in drafts if draft.is_touched and draft.items]
    _remove([draft for draft in drafts if draft.is_touched])
    if not touched:
        return
    states = [merge(draft.descriptions, draft.foreign) for draft in touched]
    changed = [(draft, state) for draft, state in zip(touched, states, strict=True) if _apply(draft, state)]
    papers = [row(draft) for draft in touched]
    known = [paper for paper in papers if paper.pk is not None]
    accounts = _accounts(touched) if known else {}
    clear([row(draft).pk for draft, _ in changed if row(draft).pk is not None])
    clear_figures([paper.pk for paper in known])
    _insert_papers([paper for paper in papers if paper.pk is None])
    update(Paper, OWN_FIELDS, [(paper.pk, tuple(getattr(paper, name) for name in OWN_FIELDS)) for paper in known])
    source_ids = dict(Source.objects.values_list("slug", "pk"))
    _absorb(touched)
    _rearrange(touched)
    _write_records(touched, source_ids)
    name_organisations(touched)
    write_children({row(draft).pk: state for draft, state in changed}, accounts, source_ids)
    write_figures({row(draft).pk: draft for draft in touched}, source_ids)
    note_changes([paper.pk for paper in papers])


def _insert_papers(papers: Sequence[Paper]) -> None:
    """Store new papers under ids of their own."""
    if not papers:
        return
    fields = Paper._meta.concrete_fields  # noqa: SLF001  (documented)
    names = tuple(field.attname for field in fields if not field.generated)
    now = timezone.now()
    for paper, number in zip(papers, reserve_ids(Paper, len(papers)), strict=True):
        paper.pk, paper.created_at = number, now
        paper._state.adding = False  # noqa: SLF001  (as bulk_create leaves it)
    insert(Paper, names, [tuple(getattr(paper, name) for name in names) for paper in papers])


def _remove(drafts: Sequence[Draft]) -> None:
    """Delete the descriptions that have to go, and the papers that have none left."""
    for draft in drafts:
        for source, ref, digest in draft.removed:
            SourceRecord.objects.filter(source__slug=source, ref=ref, digest=digest).delete()
    gone = [paper.pk for draft in drafts if not draft.items for paper in _rows(draft)]
    if gone:
        kept = attached.kept(gone)
        Paper.objects.filter(pk__in=set(gone) - kept).delete()
        _empty(sorted(kept))
        note_changes(gone)


def _empty(ids: Sequence[int]) -> None:
    """Leave of papers their titles alone, in no list: only what people wrote of them is still there."""
    clear(ids)
    clear_figures(ids)
    SavedPageEntry.objects.filter(paper_id__in=ids).delete()
    bare = Paper(changed_at=timezone.now(), is_hidden=True)
    names = [name for name in (*OWN_FIELDS, "is_hidden") if name != "title"]
    Paper.objects.filter(pk__in=ids).update(**{name: getattr(bare, name) for name in names})


def _rows(draft: Draft) -> list[Paper]:
    """Every stored row that a draft stands for."""
    papers = [draft.paper, *(merged.paper for merged in draft.merged)]
    return [paper for paper in papers if paper is not None and paper.pk is not None]


def row(draft: Draft) -> Paper:
    """The row of a draft that has been applied."""
    assert draft.paper is not None, "a draft gets its row before anything is written"
    return draft.paper


def note_changes(paper_ids: Sequence[int]) -> None:
    """Tell the index that these papers changed, appeared or went away."""
    insert(ChangedPaper, ("paper_id",), [(paper_id,) for paper_id in paper_ids])


def _apply(draft: Draft, state: PaperState) -> bool:
    """Copy a state into the draft's row; True when the children have to be written anew."""
    digest = state.digest()
    paper = draft.paper = draft.paper or Paper()
    has_changed = paper.state_digest != digest or bool(draft.merged)
    if (paper.title, paper.abstract) != (state.title, state.abstract):
        paper.language = language_of(state.title, state.abstract)
        # They are of the text as it was; the worker makes new ones.
        paper.extract, paper.extracted_at, paper.keyphrases, paper.keyphrased_at = "", None, [], None
    paper.title, paper.abstract, paper.is_lossy = state.title, state.abstract, state.is_lossy
    paper.published_on, paper.author_count = state.published_on, state.author_count
    paper.arxiv_id, paper.code_url, paper.has_code = state.arxiv_id, state.code_url, bool(state.code_url)
    paper.keywords, paper.state_digest = list(state.keywords), digest
    counters = draft.figures.counters.values()
    paper.first_listed_on = min((day for _, day in draft.figures.listings), default=None)
    paper.votes_elsewhere_count = max((counter.votes_count for counter in counters), default=0)
    paper.comments_elsewhere_count = max((counter.comments_count for counter in counters), default=0)
    paper.stars_count = max((counter.stars_count for counter in counters), default=0)
    paper.summary, paper.summary_model = state.summary, state.summary_model
    paper.licence = state.licence[: longest(Paper, "licence")]
    paper.remarks, paper.journal_ref = state.remarks, state.journal_ref
    paper.badges = [badge.plain() for badge in state.badges]
    paper.is_withdrawn, paper.is_retracted = state.states("withdrawn"), state.states("retracted")
    paper.changed_at = timezone.now()
    return has_changed


def _absorb(drafts: Sequence[Draft]) -> None:
    """Move what hangs on merged papers to the paper that stays, let their keys lead there, and note why."""
    for draft in drafts:
        survivor, ids = row(draft), [merged.paper.pk for merged in draft.merged]
        if not ids:
            continue
        entries: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for paper_id, page_id, rank in SavedPageEntry.objects.filter(paper_id__in=ids).values_list(
            "paper_id", "page_id", "rank"
        ):
            entries[paper_id].append((page_id, rank))
        # Whoever votes for one of them now has to wait, and then finds it gone.
        list(Paper.objects.select_for_update().filter(pk__in=ids).values_list("pk"))
        notes = {paper_id: attached.carry(paper_id, survivor.pk) for paper_id in ids}
        for model in (SourceRecord, SavedPageEntry, PaperAlias, PaperMerge):
            model._default_manager.filter(paper_id__in=ids).update(paper=survivor)  # noqa: SLF001  (documented)
        _move_samples(ids, survivor)
        PaperAlias.objects.bulk_create([PaperAlias(key=merged.paper.key, paper=survivor) for merged in draft.merged])
        PaperMerge.objects.bulk_create(
            [
                log_of(merged, survivor, entries[merged.paper.pk], notes.get(merged.paper.pk, {}))
                for merged in draft.merged
            ]
        )
        Paper.objects.filter(pk__in=ids).delete()
        note_changes(ids)


def log_of(
    merged: Merged, survivor: Paper, entries: Sequence[tuple[int, int]], notes: Mapping[str, attached.Note]
) -> PaperMerge:
    """The note of a merge, from which it can be undone."""
    return PaperMerge(
        paper=survivor,
        absorbed_key=merged.paper.key,
        absorbed_title=merged.paper.title,
        reason=merged.reason[:REASON_LENGTH],
        moved={
            "descriptions": merged.moved,
            "entries": entries,
            "attached": notes,
            **merged.moved_figures.plain(),
        },
        stayed={"descriptions": merged.stayed, **merged.stayed_figures.plain()},
        merged_at=timezone.now(),
        merged_by=merged.by,
    )


def _rearrange(drafts: Sequence[Draft]) -> None:
    """Let stored descriptions belong to the paper that they were put to."""
    for draft in drafts:
        if draft.is_rearranged:
            for source, ref, digest in draft.items.keys() - draft.added.keys():
                SourceRecord.objects.filter(source__slug=source, ref=ref, digest=digest).update(paper=row(draft))


def _move_samples(ids: Sequence[int], survivor: Paper) -> None:
    """Figures over time go along, but for days of which the paper that stays has its own."""
    own = set(FigureSample.objects.filter(paper=survivor).values_list("name", "taken_on"))
    for sample in FigureSample.objects.filter(paper_id__in=ids).order_by("pk"):
        if (sample.name, sample.taken_on) not in own:
            own.add((sample.name, sample.taken_on))
            sample.paper = survivor
            sample.save(update_fields=["paper"])


def _write_records(drafts: Sequence[Draft], source_ids: dict[str, int]) -> None:
    now = timezone.now()
    insert(
        SourceRecord,
        ("paper_id", "source_id", "ref", "title_hash", "digest", "payload", "received_at"),
        [
            (
                row(draft).pk,
                source_ids[it.described.source],
                it.ref,
                it.title_hash,
                it.described.digest,
                it.payload,
                now,
            )
            for draft in drafts
            for it in draft.added.values()
        ],
    )


def _written(item: Item) -> Written | Payload:
    """What a description says, as JSON where it has been written already."""
    return Written(item.text) if item.text else item.payload


def _accounts(drafts: Sequence[Draft]) -> dict[int, list[Authorship]]:
    """Authors that are known as people with accounts, by the row id of the paper that stays."""
    survivors = {paper.pk: row(draft).pk for draft in drafts for paper in _rows(draft)}
    known: dict[int, list[Authorship]] = defaultdict(list)
    for authorship in Authorship.objects.filter(paper_id__in=survivors, account__isnull=False).order_by("pk"):
        known[survivors[authorship.paper_id]].append(authorship)
    return known

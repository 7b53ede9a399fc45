"""From a stored paper to what an index keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from django.db.models import QuerySet

from broadsheet.catalogue.merging import digest_of
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import fold, index_text, normalise_title, to_plain
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.base import Floats, Numbers
from broadsheet.search.models import PaperVector


def with_facts(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """Papers with everything that ``document_of`` reads, in few questions to the database."""
    return papers.prefetch_related("authorships", "paper_categories__category", "listings", "organisations")


def document_of(paper: Paper) -> IndexDocument:
    """What the index knows of a stored paper."""
    return IndexDocument(
        number=paper.pk,
        title=index_text(paper.title),
        abstract=index_text(paper.abstract),
        title_key=normalise_title(paper.title),
        authors=tuple(fold(authorship.name) for authorship in paper.authorships.all()),
        organisations=tuple((entry.slug, fold(entry.name)) for entry in paper.organisations.all()),
        categories=tuple(entry.category.code for entry in paper.paper_categories.all()),
        days=tuple({listing.listed_on for listing in paper.listings.all()}),
        published_on=paper.published_on,
        has_code=paper.has_code,
        votes_count=paper.votes_count,
        comments_count=paper.comments_count,
        language=paper.language,
    )


def embedded_text(title: str, abstract: str) -> str:
    """The text that stands for a paper in the vector space: its title and abstract, readable and without markup."""
    return f"{to_plain(title)}. {to_plain(abstract)}" if abstract else to_plain(title)


def texts_to_embed(numbers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The digest and the text that is embedded of each of these papers that still exists."""
    rows = Paper.objects.filter(pk__in=list(numbers)).values_list("pk", "title", "abstract")
    texts = {number: embedded_text(title, abstract) for number, title, abstract in rows}
    return {number: (digest_of(text), text) for number, text in texts.items()}


def stored_vectors(papers: Sequence[Paper], fingerprint: str) -> dict[int, Floats]:
    """The vectors, float32 (dims,), that are stored of papers by this model for exactly their present texts."""
    digests = {paper.pk: digest_of(embedded_text(paper.title, paper.abstract)) for paper in papers}
    return {
        stored.paper_id: np.frombuffer(stored.vector, "<f2").astype(np.float32)
        for stored in PaperVector.objects.filter(paper_id__in=digests, fingerprint=fingerprint)
        if stored.text_digest == digests[stored.paper_id]
    }


def noted_vectors(found: Mapping[int, Floats]) -> tuple[Numbers, Floats]:
    """Vectors by paper as an engine takes them: numbers int64 (n,) and rows float32 (n, dims)."""
    numbers = np.fromiter(found, np.int64, len(found))
    return numbers, np.stack(list(found.values())) if found else np.empty((0, 0), np.float32)

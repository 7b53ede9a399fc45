"""One sentence for a paper: the one of its abstract that is nearest in meaning to the whole.

The centroid is the paper's own vector, of its title and abstract, which is there already once the paper was embedded
(as in centroid-based extraction, Radev et al. 2004, with embeddings in the place of words). Nothing is written that the
authors did not write, so the sentence is shown as an extract and never as a summary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import transaction
from django.utils import timezone

from broadsheet.catalogue.merging import digest_of
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.search import embedder
from broadsheet.search.engines.base import Floats
from broadsheet.search.indexing import embedded_text
from broadsheet.search.maintenance import shelf
from broadsheet.search.models import PaperVector
from broadsheet.search.snippets.sentences import sentences

AT_ONCE = 16
"""So few that a paper which arrives meanwhile waits less than a second to be embedded."""
SHORTEST, LONGEST = 40, 400
"""In characters: what is shorter says too little, what is longer saves no reading."""
_MOST_SENTENCES = 40


def extract_some(most: int = AT_ONCE) -> int:
    """Settle the extracts of at most ``most`` papers that were embedded, the newest first; returns of how many.

    0 when none wait, when there is no model, or while another process embeds. A paper to which a source gave a summary,
    or whose abstract has only one fitting sentence, is settled without one. A paper whose text changes meanwhile keeps
    waiting.
    """
    model = embedder.encoder()
    if model is None or not Paper.objects.filter(extracted_at__isnull=True).exists():
        return 0
    with shelf().embedding() as is_ours:
        papers = _waiting(model.fingerprint, most) if is_ours else []
        found = {paper.pk: _candidates(paper) for paper in papers}
        texts = [text for candidates in found.values() for text in candidates]
        vectors = model.encode(texts) if texts else np.empty((0, model.dims), np.float32)
        extracts, begin = {}, 0
        for paper in papers:
            candidates = found[paper.pk]
            rows = vectors[begin : begin + len(candidates)]
            begin += len(candidates)
            whole = np.frombuffer(paper.vector.vector, "<f2").astype(np.float32)
            extracts[paper.pk] = nearest(candidates, rows, whole)
        with transaction.atomic():
            for paper in papers:
                same = Paper.objects.filter(pk=paper.pk, state_digest=paper.state_digest)
                same.update(extract=extracts[paper.pk], extracted_at=timezone.now())
    return len(papers)


def nearest(candidates: Sequence[str], rows: Floats, whole: Floats) -> str:
    """The candidate whose vector, a row of float32 (candidates, dims), is nearest to ``whole``, float32 (dims,).

    The earliest of several that are equally near; '' without candidates. Vectors have the length 1.
    """
    return candidates[int(np.argmax(rows @ whole))] if candidates else ""


def candidates_of(abstract: str) -> list[str]:
    """The sentences of an abstract as received that can stand for it, in plain text; none where there is no choice."""
    text = to_plain(abstract)
    found = [sentence.strip() for sentence in sentences(text)[:_MOST_SENTENCES]]
    fitting = [sentence for sentence in found if SHORTEST <= len(sentence) <= LONGEST]
    return fitting if len(found) > 1 else []


def _candidates(paper: Paper) -> list[str]:
    return [] if paper.summary else candidates_of(paper.abstract)


def _waiting(fingerprint: str, most: int) -> list[Paper]:
    """Papers that wait for an extract and whose vector is of this model and of their present text."""
    waiting = Paper.objects.filter(extracted_at__isnull=True, vector__fingerprint=fingerprint)
    papers = waiting.select_related("vector").order_by("-pk")[:most]
    return [paper for paper in papers if _is_current(paper.vector, paper)]


def _is_current(vector: PaperVector, paper: Paper) -> bool:
    return vector.text_digest == digest_of(embedded_text(paper.title, paper.abstract))

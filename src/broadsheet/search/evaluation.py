"""Measuring search on public collections, through the code that the site itself uses.

A collection lies in the BEIR layout (Thakur et al. 2021): ``corpus.jsonl``, ``queries.jsonl``, ``qrels/NAME.tsv``.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Literal

import numpy as np

from broadsheet.catalogue.text import index_text, normalise_title
from broadsheet.search import embedder
from broadsheet.search.answer import answer_of
from broadsheet.search.asking import ask
from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.embedded import EmbeddedEngine
from broadsheet.search.hubs import MOST_COMPARED, MOST_TITLES
from broadsheet.search.indexing import embedded_text, noted_vectors
from broadsheet.search.pools import plain_pool
from broadsheet.search.query import PaperQuery
from broadsheet.search.questions import drawn, titles_of

Ranking = Literal["words", "meaning", "plain", "hybrid"]
RANKINGS: tuple[Ranking, ...] = ("words", "meaning", "plain", "hybrid")
NDCG_CUT = 10
RECALL_CUT = 100
# How much of each answer is looked at: more than recall@100 needs, for the mean reciprocal rank.
DEPTH = 400
RESAMPLES = 10_000


class CollectionError(Exception):
    """A collection that cannot be read; the text says which file and why."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents (id, title, text), queries by id, and relevant documents with their grade by query."""

    documents: tuple[tuple[str, str, str], ...]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over all judged queries; times in milliseconds for the whole search, embedding the query included."""

    ndcg_at_10: float
    recall_at_100: float
    mrr: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Gain:
    """How much higher nDCG@10 of one ranking is than that of another, and the ends of the 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores by ranking, and the gain of ``hybrid`` over ``plain``; None without a model."""

    scores: Mapping[Ranking, Scores]
    gain: Gain | None


def load_collection(folder: Path, split: str | None = None) -> Collection:
    """Read a collection; ``split`` names the judgements, by default ``test`` or else the only ones there are.

    Raises ``CollectionError`` when a file is missing or malformed.
    """
    documents = tuple(
        (str(row["_id"]), str(row.get("title") or ""), str(row.get("text") or ""))
        for row in _json_lines(folder / "corpus.jsonl", "_id")
    )
    queries = {str(row["_id"]): str(row["text"]) for row in _json_lines(folder / "queries.jsonl", "_id", "text")}
    relevant = _judgements(_qrels_file(folder / "qrels", split))
    return Collection(documents, queries, relevant)


def _json_lines(path: Path, *needed: str) -> list[dict[str, object]]:
    rows = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise CollectionError(f"{path}:{number}: not JSON ({error})") from error
        if not isinstance(row, dict) or any(name not in row for name in needed):
            raise CollectionError(f"{path}:{number}: not a JSON object with {' and '.join(needed)}")
        rows.append(row)
    return rows


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): a text may hold other line breaks, such as U+2028, as they are.
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CollectionError(f"{path}: cannot be read ({error})") from error


def _qrels_file(folder: Path, split: str | None) -> Path:
    names = sorted(path.stem for path in folder.glob("*.tsv"))
    wanted = split or ("test" if "test" in names else names[0] if len(names) == 1 else None)
    if wanted is None or wanted not in names:
        raise CollectionError(f"{folder}: no judgements {wanted or 'test'!r}; there are {', '.join(names) or 'none'}")
    return folder / f"{wanted}.tsv"


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if number == 1 and not cells[-1].lstrip("-").isdigit():
            continue
        try:
            query, document, grade = cells[0], cells[1], int(cells[2])
        except (IndexError, ValueError) as error:
            raise CollectionError(f"{path}:{number}: expected query-id, corpus-id and a whole number") from error
        if grade > 0:
            relevant.setdefault(query, {})[document] = grade
    return relevant


def evaluate(collection: Collection) -> Evaluation:
    """Index a collection in a scratch folder and score its judged queries, through the code that the site uses.

    The rankings are ``words``, ``meaning`` and ``hybrid``, and ``plain``: words and meaning fused with fixed weights,
    the baseline of ``hybrid``. Without a model only words are scored. Raises ``CollectionError`` when no query is
    judged.
    """
    judged = [query for query in collection.queries if collection.relevant.get(query)]
    if not judged:
        raise CollectionError("no query has a relevant document")
    rankings: Sequence[Ranking] = RANKINGS if embedder.encoder() else ("words",)
    with tempfile.TemporaryDirectory(prefix="broadsheet-evaluate-") as folder:
        engine = EmbeddedEngine(Path(folder))
        _index(engine, collection)
        gains, scores = {}, {}
        for ranking in rankings:
            scores[ranking], gains[ranking] = _score(engine, collection, judged, ranking)
    gain = paired_bootstrap(gains["hybrid"], gains["plain"]) if "hybrid" in gains else None
    return Evaluation(scores, gain)


def _index(engine: EmbeddedEngine, collection: Collection) -> None:
    documents = [
        IndexDocument(
            number=number, title=index_text(title), abstract=index_text(text), title_key=normalise_title(title)
        )
        for number, (_, title, text) in enumerate(collection.documents, 1)
    ]
    model, vectors = embedder.encoder(), noted_vectors({})
    if model is not None:
        texts = [embedded_text(title, text) if title else text for _, title, text in collection.documents]
        vectors = np.arange(1, len(texts) + 1), model.encode(texts)
    engine.update(documents, [], vectors, model.fingerprint if model else "")
    engine.maintain(lambda: False)
    if model is not None and engine.wants_titles():
        numbers = drawn(engine.numbers()[1], MOST_COMPARED)
        titled = [(number, collection.documents[number - 1][1]) for number in drawn(numbers, MOST_TITLES).tolist()]
        titles = titles_of(engine, model, numbers, [(number, title) for number, title in titled if title])
        if titles is not None:
            engine.adopt(titles, lambda: False)


def _score(
    engine: EmbeddedEngine, collection: Collection, judged: Sequence[str], ranking: Ranking
) -> tuple[Scores, list[float]]:
    """The means over the judged queries, and nDCG@10 of each."""
    ids = [identifier for identifier, _, _ in collection.documents]
    documents = {identifier: texts for identifier, *texts in collection.documents}
    found, times = {}, []
    for query in judged:
        # In some collections the queries are documents; such a one is no answer to itself. The same identifier alone
        # says nothing where both are counted from 1.
        key = normalise_title(collection.queries[query])
        itself = query if key in map(normalise_title, documents.get(query, ())) else None
        asked = ask(PaperQuery(words=collection.queries[query], mode="hybrid" if ranking == "plain" else ranking))
        began = time.perf_counter()
        numbers = plain_pool(engine, asked).numbers if ranking == "plain" else answer_of(engine, asked).page(0, DEPTH)
        times.append((time.perf_counter() - began) * 1000)
        found[query] = [ids[number - 1] for number in numbers.tolist() if ids[number - 1] != itself]
    pairs = [(found[query], collection.relevant[query]) for query in judged]
    gains = [ndcg(ranked, grades, NDCG_CUT) for ranked, grades in pairs]
    scores = Scores(
        ndcg_at_10=round(fmean(gains), 4),
        recall_at_100=round(fmean(recall(ranked, grades, RECALL_CUT) for ranked, grades in pairs), 4),
        mrr=round(fmean(reciprocal_rank(ranked, grades) for ranked, grades in pairs), 4),
        p50_ms=round(float(np.percentile(times, 50)), 2),
        p95_ms=round(float(np.percentile(times, 95)), 2),
    )
    return scores, gains


def paired_bootstrap(ours: Sequence[float], theirs: Sequence[float]) -> Gain:
    """The mean difference of two rankings over the same queries, and its 95 % interval.

    The percentile bootstrap over queries (Sakai 2006, "Evaluating evaluation metrics based on the bootstrap").
    """
    differences = np.array(ours) - np.array(theirs)
    drawn = np.random.default_rng(0).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), [2.5, 97.5])
    return Gain(round(float(differences.mean()), 4), round(float(low), 4), round(float(high), 4))


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], cut: int) -> float:
    """Normalised discounted cumulative gain with linear gain, as trec_eval's ``ndcg_cut`` computes it.

    Järvelin and Kekäläinen (2002).
    """
    gained = _discounted([grades.get(document, 0) for document in ranked[:cut]])
    ideal = _discounted(sorted(grades.values(), reverse=True)[:cut])
    return gained / ideal if ideal else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def recall(ranked: Sequence[str], grades: Mapping[str, int], cut: int) -> float:
    """The share of the relevant documents that is among the first ``cut``."""
    return len(set(ranked[:cut]) & set(grades)) / len(grades)


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """One over the rank of the first relevant document; 0 when none is listed."""
    return next((1 / rank for rank, document in enumerate(ranked, 1) if document in grades), 0.0)

"""The originals which the made corpora take after: the texts of the given collections, and their vectors.

The vectors are computed once with the installed model and kept in the folder of the corpora (``real_vectors.npz``,
``real_queries.npz``): some minutes of work that every later run, and every seed, shares.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.options import needed
from benchmarks.questions import Question, made_questions

COLLECTIONS = (
    "hf-daily-2024-2025",
    "scifact-train",
    "synergy",
    "cacm",
    "cisi",
    "cranfield",
    "medline",
    "adi",
)
QUERIED = ("scifact-train", "cacm", "cisi", "cranfield", "medline")
VECTORS, QUERY_VECTORS, QUESTION_VECTORS = "real_vectors.npz", "real_queries.npz", "questions.npz"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Original:
    """One paper of a given collection."""

    collection: str
    row: int
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    votes: int = 0
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Originals:
    """All papers, real queries and made questions, with their unit vectors: float16 (papers, dims), and so on."""

    papers: Sequence[Original]
    vectors: np.ndarray
    queries: Sequence[str]
    query_vectors: np.ndarray
    questions: Sequence[Question]
    question_vectors: np.ndarray


def read_papers(data: Path) -> list[Original]:
    """The papers of every collection that is there, in a fixed order; at least one must be."""
    found: list[Original] = []
    for name in COLLECTIONS:
        path = data / "collections" / name / "corpus.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                found += [_original(name, row, json.loads(line)) for row, line in enumerate(lines)]
    if not found:
        needed(path)
    return found


def _original(collection: str, row: int, told: dict[str, object]) -> Original:
    organisation = told.get("organization")
    return Original(
        collection,
        row,
        str(told["title"]),
        str(told["text"]),
        tuple(str(author) for author in _list(told.get("authors"))),
        int(str(told.get("upvotes") or 0)),
        str(organisation) if isinstance(organisation, str) else "",
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def read_queries(data: Path) -> list[str]:
    """The text of every real query."""
    found = []
    for name in QUERIED:
        path = data / "collections" / name / "queries.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                found += [str(json.loads(line)["text"]) for line in lines]
    return found


def originals(data: Path, folder: Path) -> Originals:
    """Papers and queries with their vectors, computed with the installed model where ``folder`` lacks them."""
    papers, queries = read_papers(data), read_queries(data)
    questions = made_questions([(one.title, one.abstract) for one in papers], queries)
    return Originals(
        papers,
        _vectors(folder / VECTORS, papers),
        queries,
        _query_vectors(folder / QUERY_VECTORS, queries),
        questions,
        _query_vectors(folder / QUESTION_VECTORS, [one.text for one in questions]),
    )


def _vectors(path: Path, papers: Sequence[Original]) -> np.ndarray:
    """The papers' vectors by collection and row, float16 (papers, dims)."""
    if path.exists():
        with np.load(path) as kept:
            vectors: np.ndarray = kept["vectors"]
            places = {
                (str(name), int(row)): place
                for place, (name, row) in enumerate(zip(kept["collection"], kept["row"], strict=True))
            }
        if all((one.collection, one.row) in places for one in papers):
            return vectors[[places[one.collection, one.row] for one in papers]]
    from broadsheet.catalogue.text import to_plain

    texts = [to_plain(f"{one.title}. {one.abstract}" if one.abstract else one.title) for one in papers]
    vectors = _encode(texts)
    columns = {"collection": np.array([one.collection for one in papers]), "row": np.array([one.row for one in papers])}
    _keep(path, vectors=vectors, **columns)
    return vectors


def _query_vectors(path: Path, queries: Sequence[str]) -> np.ndarray:
    """The queries' vectors, float16 (queries, dims)."""
    digest = np.array(hashlib.sha256("\n".join(queries).encode()).hexdigest())
    if path.exists():
        with np.load(path) as kept:
            if np.array_equal(kept["digest"], digest):
                found: np.ndarray = kept["vectors"]
                return found
    encoder = _encoder()
    vectors = np.stack([encoder.encode_query(text) for text in queries]).astype(np.float16)
    _keep(path, vectors=vectors, digest=digest)
    return vectors


def _keep(path: Path, **arrays: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{os.getpid()}-{path.name}")
    np.savez(temporary, **arrays)  # type: ignore[arg-type]
    temporary.replace(path)


def _encoder():  # type: ignore[no-untyped-def]
    from broadsheet.search.embedding import Encoder, ModelError
    from broadsheet.site import config

    try:
        return Encoder.load(Path(config.MODEL_DIR.text()).expanduser(), threads=2)
    except ModelError as error:
        raise SystemExit(f"the corpora are made from real vectors and need a model: {error}") from error


def _encode(texts: Sequence[str]) -> np.ndarray:
    encoder, found = _encoder(), []
    for start in range(0, len(texts), AT_ONCE):
        print(f"embedding the given collections: {start} of {len(texts)}", file=sys.stderr)
        found.append(encoder.encode(texts[start : start + AT_ONCE]).astype(np.float16))
    return np.concatenate(found)

"""A tiny made corpus for the tests of the benchmarks: after papers of our own, with vectors drawn at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.corpora import make
from benchmarks.originals import Original, Originals
from benchmarks.questions import made_questions

BIRDS = ("heron", "swift", "wren", "crane", "finch", "owl", "plover", "bittern", "dunlin", "osprey")
DIMS, PAPERS = 16, 60


def originals() -> Originals:
    """Sixty papers about ten birds, each bird in a corner of the space of its own."""
    rng = np.random.default_rng(5)
    papers = [
        Original(
            "birds",
            number,
            f"On the {bird} and its migration in winter number {number}",
            f"We watched every {bird} for a season, and the {bird} watched us. " * 6,
            ("Ada Example", "Ben Sample") if number % 2 else (),
        )
        for number, bird in ((number, BIRDS[number % len(BIRDS)]) for number in range(PAPERS))
    ]
    corners = rng.normal(size=(len(BIRDS), DIMS))
    vectors = corners[np.arange(PAPERS) % len(BIRDS)] + 0.3 * rng.normal(size=(PAPERS, DIMS))
    queries = ["what is known about the winter of the heron"] * 3
    questions = made_questions([(one.title, one.abstract) for one in papers], queries, count=12)
    return Originals(papers, _unit(vectors), queries, _unit(vectors[:3]), questions, _unit(vectors[:12]))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def corpus_in(folder: Path, count: int = 200, seed: int = 1) -> Path:
    """Make a corpus in a folder of its own below ``folder`` and return that folder."""
    target = folder / str(count)
    make(target, count, originals(), seed, invented=500)
    return target

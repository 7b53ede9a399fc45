"""How soon a signal shows in the order of 10,000 papers, against the method of arxiv-sanity-lite in the same run.

Ours: one signal is added to a profile of thirty, the profile is solved anew and 10,000 candidates are scored and put in
order; in turn the same with the signal taken back. The peer learns a linear SVM (class_weight balanced, C=0.01) on the
TF-IDF of all papers, those that were taken against all others, and scores them. What is done once for all people is in
neither time: features of candidates for us, TF-IDF for the peer. The candidates are the daily papers, repeated; their
vectors are drawn at random, since the time does not hang on them. Beside the time that passes stands the time of the
processor, which others on the same machine disturb less.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import DAILY_PAPERS, needed, read_options
from benchmarks.report import figure, print_source, print_table, ratio

CANDIDATES, SIGNALS, DIMS, SHOWN = 10_000, 30, 384, 30
PEER_ROUNDS = 3


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=100)
    texts = _texts(needed(options.data / DAILY_PAPERS / "corpus.jsonl"))
    with temporary_home() as home:
        open_here(home)
        ours, size = _ours(texts)
        times = {"ours": _timed(ours, options.rounds)}
    times["TF-IDF and linear SVM (arxiv-sanity-lite)"] = _timed(_peer(texts), PEER_ROUNDS)
    base = float(np.median(times["ours"][:, 0]))
    rows = [
        [
            name,
            *(figure(float(np.percentile(found[:, kind], part))) for kind in (0, 1) for part in (50, 95)),
            ratio(float(np.median(found[:, 0])), base),
        ]
        for name, found in times.items()
    ]
    print_table(
        [f"one signal, {CANDIDATES:,} candidates", "p50 ms", "p95 ms", "p50 CPU ms", "p95 CPU ms", "to ours"], rows
    )
    print(f"At rest a profile of {SIGNALS} signals takes {figure(size / 1024)} KB.\n")
    print_source("personal")


def _texts(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    found = [(paper["title"], paper["text"]) for paper in papers]
    return [found[place % len(found)] for place in range(CANDIDATES)]


def _ours(texts: list[tuple[str, str]]) -> tuple[Callable[[int], object], int]:
    """What is done for a signal, and the bytes of the profile before it."""
    from broadsheet.ranking.personal.backdrop import Backdrop
    from broadsheet.ranking.personal.direction import Prepared
    from broadsheet.ranking.personal.features import Features
    from broadsheet.ranking.personal.kinds import Signal, SignalKind
    from broadsheet.ranking.personal.metric import PERSONAL
    from broadsheet.ranking.personal.profile import Profile

    dense = np.random.default_rng(0).normal(size=(CANDIDATES, DIMS)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    titles, abstracts = [title for title, _ in texts], [text for _, text in texts]
    features = Features.of(np.arange(CANDIDATES), titles, abstracts, dense)
    metric = replace(PERSONAL, backdrop=Backdrop.of(features))
    prepared = Prepared.of(features, metric)
    profile = Profile.of([Signal(number, SignalKind.VOTED) for number in range(SIGNALS)], features, metric=metric)

    def told(turn: int) -> object:
        nonlocal profile
        signal = Signal(SIGNALS + turn // 2, SignalKind.VOTED)
        profile = profile.removed(signal) if turn % 2 else profile.added(signal, features)
        return np.argsort(-profile.scores(prepared), kind="stable")[:SHOWN]

    return told, len(profile.to_bytes())


def _peer(texts: list[tuple[str, str]]) -> Callable[[int], object]:
    rows = TfidfVectorizer(
        stop_words="english", sublinear_tf=True, min_df=2, ngram_range=(1, 2), max_features=50_000
    ).fit_transform([f"{title} {text}" for title, text in texts])

    def told(turn: int) -> object:
        labels = (np.arange(CANDIDATES) < SIGNALS + turn).astype(int)
        learner = LinearSVC(class_weight="balanced", C=0.01, max_iter=2000).fit(rows, labels)
        return np.argsort(-learner.decision_function(rows), kind="stable")[:SHOWN]

    return told


def _timed(told: Callable[[int], object], rounds: int) -> np.ndarray:
    """Milliseconds of each turn, float (rounds, 2): that passed, and of the processor."""
    found = []
    for turn in range(rounds):
        passed, computed = time.perf_counter(), time.process_time()
        told(turn)
        found.append([(time.perf_counter() - passed) * 1000, (time.process_time() - computed) * 1000])
    return np.array(found)


if __name__ == "__main__":
    main()

"""How early screening finds what a review includes: our closed form against the learners of screening tools.

Every contender screens the same reviews from the same starts with the same batches, through ``screen``. The peers are
of scikit-learn, with the settings of ASReview where it has some: u3 (long its default: naive Bayes), u4 (its default
since version 2: a linear SVM, whose settings its authors tuned on these very reviews). The others have the settings of
scikit-learn, with classes balanced. Time is for one update, learning and ranking; what is done once a review (TF-IDF
for the peers; TF-IDF, vectors and likenesses for us) is not in it.

The weight of meaning is chosen by leave-one-review-out cross-validation: for each review, the weight that is best on
the mean of the others, judged by WSS@95 and average precision together. The second table shows what each review's
screening came to with the weight that the others chose: an estimate for reviews that were not there.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import needed, read_options
from benchmarks.report import figure, print_source, print_table, ratio

if TYPE_CHECKING:
    from broadsheet.ranking.evaluation.screening import Review, Screened

REVIEWS = Path("collections") / "synergy"
OURS = "ours"
MEANINGS = (0.0, 0.05, 0.1, 0.2, 0.5)
BIGRAMS = {"ngram_range": (1, 2), "sublinear_tf": True, "min_df": 1, "max_df": 0.95}
# A label for each learner: how its texts are weighed, how it is made, and how much more all included papers weigh
# together than all excluded ones.
PEERS = {
    "naive Bayes (ASReview u3)": ({"stop_words": "english"}, lambda: MultinomialNB(alpha=3.822), 1.2),
    "logistic regression, balanced": ({}, lambda: LogisticRegression(C=1.0, solver="liblinear"), 1.0),
    "linear SVM, balanced": ({}, lambda: LinearSVC(C=1.0), 1.0),
    "linear SVM (ASReview u4)": (BIGRAMS, lambda: LinearSVC(C=0.11, max_iter=5000), 9.8),
}
Make = Callable[["Review"], Callable[[np.ndarray], np.ndarray]]


def main() -> None:
    """Print both tables."""
    options = read_options(__doc__, rounds=10)
    with temporary_home() as home:
        open_here(home)
        from broadsheet.ranking.evaluation.folders import read_folder
        from broadsheet.ranking.evaluation.screening import LearningRanker, reviews_of

        reviews = list(reviews_of(read_folder(needed(options.data / REVIEWS))))
        contenders: dict[str, Make] = {OURS: LearningRanker} | {name: _peer(name) for name in PEERS}
        found = {name: screened(reviews, make, options.rounds) for name, make in contenders.items()}
        chosen = {meaning: screened(reviews, _weighing(meaning), options.rounds) for meaning in MEANINGS}
    columns = ["contender", "mean WSS@95", "mean AP", "recall at 10 %", "recall at 50 %", "ms an update", "ours takes"]
    print_table(columns, [_row(name, told, found[OURS]) for name, told in found.items()])
    names = [review.name for review in reviews]
    print_table(
        ["WSS@95 / AP", *names],
        [
            [name, *(f"{told[one]['wss_at_95']:.3f} / {told[one]['average_precision']:.3f}" for one in names)]
            for name, told in found.items()
        ],
    )
    _print_choice(chosen, names)
    print_source("screening")


def screened(reviews: Sequence[Review], make: Make, repetitions: int) -> dict[str, dict[str, float]]:
    """The mean figures of each review, by its name."""
    from broadsheet.ranking.evaluation.screening import mean_of, screen, starts_of

    found = {}
    for review in reviews:
        rank = make(review)
        runs: list[Screened] = [screen(review.is_included, start, rank) for start in starts_of(review, repetitions)]
        found[review.name] = mean_of(runs)
    return found


def _weighing(meaning: float) -> Make:
    from broadsheet.ranking.evaluation.screening import LearningRanker
    from broadsheet.ranking.personal.metric import Metric

    return lambda review: LearningRanker(review, Metric(meaning=meaning))


def _peer(name: str) -> Make:
    weighing, learner, balance = PEERS[name]

    def make(review: Review) -> Callable[[np.ndarray], np.ndarray]:
        texts = TfidfVectorizer(**weighing).fit_transform(review.features.texts).tocsr()
        labels = review.is_included

        def rank(told: np.ndarray) -> np.ndarray:
            known = labels[told]
            # As ASReview's balancer does it: total weight of the included over that of the excluded, in all as many.
            weights = np.where(known, 1.0, known.sum() / (balance * (~known).sum()))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that some fit of a peer has not converged
                model = learner().fit(texts[told], known, sample_weight=weights * len(known) / weights.sum())
            if hasattr(model, "decision_function"):
                return np.asarray(model.decision_function(texts))
            return np.asarray(model.predict_proba(texts)[:, 1])

        return rank

    return make


def _row(name: str, told: Mapping[str, Mapping[str, float]], ours: Mapping[str, Mapping[str, float]]) -> list[str]:
    def mean(figures: Mapping[str, Mapping[str, float]], key: str) -> float:
        return float(np.mean([one[key] for one in figures.values()]))

    shares = [f"{mean(told, key):.3f}" for key in ("wss_at_95", "average_precision", "recall_at_10", "recall_at_50")]
    spent = mean(told, "update_ms")
    return [name, *shares, figure(spent), ratio(mean(ours, "update_ms"), spent) if told is not ours else "–"]


def _print_choice(chosen: Mapping[float, Mapping[str, Mapping[str, float]]], names: Sequence[str]) -> None:
    def worth(meaning: float, over: Sequence[str]) -> float:
        return float(
            np.mean([chosen[meaning][one]["wss_at_95"] + chosen[meaning][one]["average_precision"] for one in over])
        )

    rows, held_out = [], []
    for name in names:
        best = max(chosen, key=lambda meaning: worth(meaning, [one for one in names if one != name]))
        told = chosen[best][name]["wss_at_95"], chosen[best][name]["average_precision"]
        held_out.append(told)
        rows.append([f"without {name}", f"{best:g}", *(f"{value:.3f}" for value in told)])
    rows.append(["mean", "", *(f"{value:.3f}" for value in np.mean(held_out, axis=0))])
    overall = max(chosen, key=lambda meaning: worth(meaning, names))
    rows.append(["by all reviews", f"{overall:g}", "", ""])
    print_table(["weight of meaning chosen", "weight", "WSS@95 of the one left out", "AP of the one left out"], rows)


if __name__ == "__main__":
    main()

"""How right foretold interest is on the daily papers: learnt before July 2025, measured from then on.

Each person and day is a list of the 30 best candidates by the ranker that serves people (text alone); interest came
where the person took the paper. Compared are the ranker's scores brought to probabilities by the mean for all, by a
logistic curve (the peer), by the rising curve, and by it with groups (topic, and how much is known of the person).
``--home FOLDER`` keeps the vectors for another run.
"""

from __future__ import annotations

import numpy as np

from benchmarks.next_lists import Case, Daily, daily_papers
from benchmarks.options import read_options
from benchmarks.report import print_source, print_table

SLOTS, TOPICS = 30, 12
# Histories of up to so many papers are a group each; longer ones are another.
HISTORIES = (3, 8, 20)


def main() -> None:
    """Print the table of measures, and that of the reliability diagram."""
    options = read_options(__doc__, rounds=1)
    daily = daily_papers(options)
    learnt, measured = _shown(daily, daily.chosen_on), _shown(daily, daily.measured_on)
    _print_tables(learnt, measured)


def _print_tables(learnt: tuple[np.ndarray, ...], measured: tuple[np.ndarray, ...]) -> None:
    from broadsheet.ranking.exploring.calibration import Calibration
    from broadsheet.ranking.exploring.calibration_report import report

    scores, came, groups = learnt
    later, later_came, later_groups = measured
    fitted = Calibration.fit(scores, came, groups=groups)
    told = {
        "the mean for all": np.full(len(later), came.mean()),
        "logistic curve (scikit-learn)": _logistic(scores, came, later),
        "rising curve": fitted.of(later),
        "rising curve with groups": fitted.of(later, later_groups),
    }
    names = {
        "topic": [f"topic {one}" for one in later_groups[:, 0].tolist()],
        "history": [f"history {one}" for one in later_groups[:, 1].tolist()],
    }
    rows = []
    for name, probabilities in told.items():
        made = report(probabilities, later_came, names)
        within = [
            sum(one.ece * one.cases for one in groups.values()) / sum(one.cases for one in groups.values())
            for groups in made.groups.values()
        ]
        bounds = f"{made.whole.ece:.4f} [{made.ece_low:.4f}, {made.ece_high:.4f}]"
        balance = f"{made.whole.balance:+.4f}"
        is_told = "yes" if not made.doubts() else "; ".join(made.doubts())
        rows.append([name, f"{made.whole.brier:.5f}", bounds, balance, *(f"{one:.4f}" for one in within), is_told])
    columns = ["measured on: from 2025-07", "Brier", "ECE", "Balance", "ECE by topic", "ECE by history", "told"]
    print_table(columns, rows)
    bins = report(told["rising curve with groups"], later_came).bins
    print_table(
        ["foretold", "came", "95 %", "cases"],
        [
            [f"{one.predicted:.2%}", f"{one.observed:.2%}", f"{one.low:.2%} to {one.high:.2%}", f"{one.count:,}"]
            for one in bins
        ],
    )
    print_source("calibrating")


def _shown(daily: Daily, cases: list[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, outcomes and groups of the best candidates of each case."""
    from broadsheet.ranking.exploring.clusters import cluster
    from broadsheet.ranking.personal.composing import standardised

    before = daily.dense[daily.days < min(daily.days[case.candidates].min() for case in daily.chosen_on)]
    _labels, centres = cluster(before, TOPICS)
    scores, came, groups = [], [], []
    for case in cases:
        rows = np.argsort(-case.scores, kind="stable")[:SLOTS]
        scores.append(standardised(case.scores)[rows])
        came.append(case.is_taken[rows].astype(float))
        topics = np.argmax(daily.dense[case.candidates[rows]] @ centres.T, axis=1)
        groups.append(np.stack([topics, np.full(len(rows), np.searchsorted(HISTORIES, case.history))], axis=1))
    return np.concatenate(scores), np.concatenate(came), np.concatenate(groups)


def _logistic(scores: np.ndarray, came: np.ndarray, later: np.ndarray) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(scores[:, None], came)
    return fitted.predict_proba(later[:, None])[:, 1]


if __name__ == "__main__":
    main()

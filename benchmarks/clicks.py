"""What is learnt from the clicks of simulated people, of whom the truth is known: naively, and with the places in mind.

People are those of the collection of daily papers, relevance comes from what they took, and lists are shown in the
order of votes with much noise: a bad ranker, as people look for their own topics. One of ten places is given by lot.
Learnt is from sessions before July 2025, each round from another half of the people and other clicks; measured on all
sessions from then on. ``naive`` takes clicks at their word, ``debiased`` is the Dual Learning Algorithm, ``unbiased``
learns from the truth in the same lists.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.options import DAILY_PAPERS, needed, read_options
from benchmarks.report import print_source, print_table

if TYPE_CHECKING:
    from broadsheet.ranking.evaluation.clicks import Compared

FROM = date(2025, 7, 1)
LISTS, PLACES, SLOTS = 50_000, 10, 1
# With so many clicks at a place three standard deviations of its share are a tenth of it.
SURE = 1_000
ETAS = (0.5, 1.0, 1.5)
ROUNDS = 5
RANKERS = ("shown", "naive", "debiased", "unbiased")


def main() -> None:
    """Print how the rankers compare for each strength of bias, and how well the propensities were found."""
    from broadsheet.ranking.evaluation.clicks import Readers, compare, sessions_of, show
    from broadsheet.ranking.evaluation.folders import read_folder

    options = read_options(__doc__, rounds=ROUNDS)
    folder = needed(options.data / DAILY_PAPERS)
    sessions = sessions_of(read_folder(folder), attention_in(folder / "corpus.jsonl"))
    earlier = [one for one in sessions if one.day < FROM.toordinal()]
    later = [one for one in sessions if one.day >= FROM.toordinal()]
    people = sorted({one.person for one in earlier})
    found: dict[float, list[Compared]] = {eta: [] for eta in ETAS}
    for seed in range(options.rounds):
        random = np.random.default_rng(seed)
        chosen = set(random.permutation(people)[: len(people) // 2].tolist())
        known = [one for one in earlier if one.person in chosen]
        shown = show(known, lists=LISTS, places=PLACES, slots=SLOTS, random=random)
        for eta in ETAS:
            found[eta].append(compare(shown, later, Readers(eta=eta), random=random))
    print(f"{len(later):,} sessions measured; {LISTS:,} lists of {PLACES} learnt from, {options.rounds} rounds.\n")
    print_table(
        ("bias", "clicks", "as shown", "naive", "debiased", "unbiased", "of unbiased", "over naive"),
        [
            (
                f"eta = {eta}",
                f"{np.mean([sum(one.clicked) for one in rounds]):,.0f}",
                *(f"{np.mean([getattr(one, name) for one in rounds]):.3f}" for name in RANKERS),
                spread_of([one.debiased / one.unbiased for one in rounds]),
                spread_of([one.debiased / one.naive for one in rounds]),
            )
            for eta, rounds in found.items()
        ],
    )
    print_table(
        (
            "propensity, relative error",
            *(f"place {place}" for place in range(2, PLACES + 1)),
            f"worst with {SURE:,} clicks",
        ),
        [
            (f"eta = {eta}, mean of rounds", *errors_of([one.errors for one in rounds]), worst_of(rounds))
            for eta, rounds in found.items()
        ],
    )
    print_source("clicks")


def attention_in(corpus: Path) -> np.ndarray:
    """What the collection knows of attention: votes and comments (logarithms), code, length; float64 (papers, 4)."""
    with corpus.open(encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines if line.strip()]
    rows = [
        (np.log1p(one["upvotes"]), np.log1p(one["comments"]), bool(one["github"]), np.log1p(len(one["text"])))
        for one in told
    ]
    return np.array(rows, dtype=np.float64)


def spread_of(shares: list[float]) -> str:
    """The mean of shares in per cent, with the least and the greatest."""
    return f"{np.mean(shares):.1%} ({min(shares):.1%} to {max(shares):.1%})"


def errors_of(rounds: list[tuple[float, ...]]) -> list[str]:
    """The mean absolute error of each place from the second on; a dash where not all rounds knew it."""
    return [
        f"{np.mean([abs(errors[place]) for errors in rounds]):.1%}" if min(map(len, rounds)) > place else "–"
        for place in range(1, PLACES)
    ]


def worst_of(rounds: list[Compared]) -> str:
    """The greatest absolute error of any place that had ``SURE`` clicks, in any round."""
    sure = [
        abs(error) for one in rounds for error, clicks in zip(one.errors, one.clicked, strict=True) if clicks >= SURE
    ]
    return f"{max(sure, default=0):.1%}"


if __name__ == "__main__":
    main()

"""How well similar papers are found, by which score: held-out papers of accounts, and two interests at once.

Accounts of the daily papers with 4 to 50 papers: papers are left out one by one and ranked among all by the account's
others. Two accounts: six and four papers of either thrown together. Last, pairs of papers at random: how much of the
first ten goes to the one that gets less. Every paper is scored here; ``search.similar`` scores the nearest alike.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import needed, read_options
from benchmarks.originals import originals
from benchmarks.report import print_source, print_table

SEED, CASES, TWO_ACCOUNTS, RANDOM_PAIRS = 19, 400, 120, 200
DAILY_PAPERS = "hf-daily-2024-2025"
Score = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From the cosines to the given papers (papers, given) and the papers' hubness to scores (papers,)."""


def scores() -> Mapping[str, Score]:
    """The scores that are compared; the last is that of ``search.similar``."""
    from broadsheet.search.similar import HUB_SHARE, evened, soft_maximum

    return {
        "mean cosine": lambda cosines, hubness: cosines.mean(axis=1),
        "largest cosine": lambda cosines, hubness: cosines.max(axis=1),
        "half of each": lambda cosines, hubness: (cosines.mean(axis=1) + cosines.max(axis=1)) / 2,
        "soft maximum": lambda cosines, hubness: soft_maximum(cosines),
        "less hubness": lambda cosines, hubness: soft_maximum(cosines) - HUB_SHARE * hubness,
        "less hubness, evened": lambda cosines, hubness: soft_maximum(evened(cosines)) - HUB_SHARE * hubness,
    }


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=1)
    with temporary_home() as home:
        known = originals(options.data, options.home or home)
        open_here(home)
        own = [place for place, one in enumerate(known.papers) if one.collection == DAILY_PAPERS]
        vectors = known.vectors[own].astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        accounts = _accounts(options.data / "collections" / DAILY_PAPERS)
        rows = [_row(name, score, vectors, accounts) for name, score in scores().items()]
    columns = ["score", "one account: MRR", "recall@50", "two accounts: MRR", "recall@50", "lesser of two in ten"]
    print_table([*columns, "it is missing"], rows)
    print_source("similar")


def _accounts(folder: Path) -> list[list[int]]:
    """The rows of the papers of each account that has some and not too many."""
    with needed(folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        places = {json.loads(line)["_id"]: row for row, line in enumerate(lines)}
    found: dict[str, set[int]] = defaultdict(set)
    with needed(folder / "users.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["item-id"] in places:
                found[row["user-id"]].add(places[row["item-id"]])
    return [sorted(rows) for _, rows in sorted(found.items()) if 4 <= len(rows) <= 50]


def _row(name: str, score: Score, vectors: np.ndarray, accounts: Sequence[Sequence[int]]) -> list[str]:
    # The same cases for every score.
    dice = np.random.default_rng(SEED)
    hubness = _hubness(vectors)
    one = [_rank(score, vectors, hubness, *case) for case in _left_out(accounts, dice)]
    two = [_rank(score, vectors, hubness, *case) for case in _mixed(accounts, dice)]
    lesser = np.array([_lesser(score, vectors, hubness, dice) for _ in range(RANDOM_PAIRS)])
    figures = [
        figure for ranks in (one, two) for figure in (np.mean(1 / np.array(ranks)), np.mean(np.array(ranks) <= 50))
    ]
    return [name, *(f"{figure:.3f}" for figure in figures), f"{lesser.mean():.2f}", f"{np.mean(lesser == 0):.1%}"]


def _hubness(vectors: np.ndarray) -> np.ndarray:
    from broadsheet.search.vectors.hubs import Sample, sampled

    numbers = np.arange(len(vectors))
    chosen = sampled(numbers)
    return Sample(chosen, vectors[chosen], len(vectors)).hubness(numbers, vectors).astype(np.float32)


def _left_out(accounts: Sequence[Sequence[int]], dice: np.random.Generator) -> Iterator[tuple[list[int], int]]:
    """The papers that are given, and the one that is to be found."""
    cases = [(rows, row) for rows in accounts for row in rows]
    for place in dice.choice(len(cases), CASES, replace=False):
        rows, row = cases[place]
        yield [other for other in rows if other != row], row


def _mixed(accounts: Sequence[Sequence[int]], dice: np.random.Generator) -> Iterator[tuple[list[int], int]]:
    for _ in range(TWO_ACCOUNTS):
        one, other = (dice.permutation(accounts[place]) for place in dice.choice(len(accounts), 2, replace=False))
        both = [*one[:6].tolist(), *other[:4].tolist()]
        for row in (both[0], both[1], both[-1], both[-2]):
            yield [given for given in both if given != row], row


def _rank(score: Score, vectors: np.ndarray, hubness: np.ndarray, given: list[int], row: int) -> int:
    others = np.setdiff1d(np.arange(len(vectors)), given)
    scored = score((vectors @ vectors[given].T)[others], hubness[others])
    return 1 + int((scored > scored[np.searchsorted(others, row)]).sum())


def _lesser(score: Score, vectors: np.ndarray, hubness: np.ndarray, dice: np.random.Generator) -> float:
    given = dice.choice(len(vectors), 2, replace=False)
    cosines = np.delete(vectors @ vectors[given].T, given, axis=0)
    first = np.argsort(-score(cosines, np.delete(hubness, given)))[:10]
    share = float((cosines[first, 0] > cosines[first, 1]).mean())
    return min(share, 1 - share)


if __name__ == "__main__":
    main()

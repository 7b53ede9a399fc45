"""How uneven it is which papers come back: the skewness of how often each is among the ten nearest to 500 titles.

The k-occurrence skewness of Radovanovic, Nanopoulos and Ivanovic (2010), over all papers of the collection of daily
papers; the same for plain cosine and for what the product answers by meaning.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np

from benchmarks.instance import filled_home, open_here
from benchmarks.options import read_options
from benchmarks.report import print_source, print_table

TITLES, NEAREST, SEED = 500, 10, 7


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=1)
    with filled_home(options) as home:
        open_here(home)
        plain, ours, papers = _nearest()
    rows = []
    for name, found in {"plain cosine": plain, "the product, by meaning": ours}.items():
        counts = _counts(found, papers)
        rows.append(
            [
                name,
                f"{skewness(counts):.3f}",
                str(counts.max()),
                f"{skewness(counts) / skewness(_counts(plain, papers)):.2f}",
            ]
        )
    print_table(["nearest by", "skewness", "most often", "against plain"], rows)
    print_source("ranking.hubs")


def _nearest() -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """For each title the nearest papers by plain cosine and by the product; and all papers with a vector."""
    from broadsheet.catalogue.models import Paper
    from broadsheet.search.asking import ask
    from broadsheet.search.maintenance import engine
    from broadsheet.search.pools import pool_of, question_vector
    from broadsheet.search.query import PaperQuery

    index = engine()
    if index is None:
        raise SystemExit("the instance has no index")
    papers = index.numbers()[1]
    titles = dict(Paper.objects.filter(pk__in=papers.tolist()).values_list("pk", "title"))
    chosen = random.Random(SEED).sample(sorted(titles), min(TITLES, len(titles)))
    plain, ours = [], []
    for number in chosen:
        asked = ask(PaperQuery(words=titles[number], mode="meaning"))
        vector = question_vector(index, asked)
        if vector is None:
            raise SystemExit("no embedding model is installed; run: broadsheet model install")
        plain.append(index.nearest(vector, None, NEAREST).numbers)
        ours.append(pool_of(index, asked).numbers[:NEAREST])
    return plain, ours, papers


def _counts(found: Iterable[np.ndarray], papers: np.ndarray) -> np.ndarray:
    """How often each of the sorted ``papers`` was found."""
    return np.bincount(np.searchsorted(papers, np.concatenate(list(found))), minlength=len(papers))


def skewness(counts: np.ndarray) -> float:
    """The third standardised moment of counts, (n,); 0 where all are equal."""
    spread = counts - counts.mean()
    deviation = float(np.sqrt((spread**2).mean()))
    return float((spread**3).mean()) / deviation**3 if deviation else 0.0


if __name__ == "__main__":
    main()

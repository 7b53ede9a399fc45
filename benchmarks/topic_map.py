"""How well a topic map keeps neighbours together and how well its regions hold, and what it costs.

Days, weeks and months of the daily papers before July 2025. Trustworthiness (Venna and Kaski, 2001): whether papers
that are neighbours on the map are alike; kept: the share of a paper's ten nearest by meaning that are among its ten
nearest on the map. Both against the two principal components, and scikit-learn's t-SNE where it is installed. Regions:
mean silhouette and mean cosine by vectors, and the share of a paper's five neighbours on the map that are in its
region, against k-means of as many clusters over the vectors.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from benchmarks.instance import filled_home, keyphrases_here, open_here
from benchmarks.options import read_options
from benchmarks.report import figure, print_source, print_table

SPANS: Mapping[str, Sequence[tuple[date, int]]] = {
    "days": [(date(2025, 5, 20) + timedelta(days=7 * n), 1) for n in range(6)],
    "weeks": [(date(2025, 3, 3) + timedelta(days=28 * n), 7) for n in range(5)],
    "months": [(date(2024, 10, 1), 31), (date(2025, 2, 1), 28), (date(2025, 4, 1), 30)],
}
NEIGHBOURS, NEAREST_ON_MAP = 10, 5
Lay = Callable[[np.ndarray], np.ndarray]
Divide = Callable[[np.ndarray, np.ndarray], np.ndarray]


def main() -> None:
    """Print the tables."""
    options = read_options(__doc__, rounds=1)
    with filled_home(options) as home:
        open_here(home)
        keyphrases_here()
        lists = {name: [_vectors(first, days) for first, days in spans] for name, spans in SPANS.items()}
    lists = {name: [rows for rows in found if len(rows) > NEIGHBOURS] for name, found in lists.items()}
    print_table(
        ["positions", "lists", "papers", "trustworthiness", "neighbours kept", "seconds"],
        [_laid(name, lay, kind, found) for kind, found in lists.items() for name, lay in _ways().items()],
    )
    print_table(
        ["regions", "lists", "regions a list", "silhouette", "cosine within", "neighbours in the same"],
        [_divided(name, divide, kind, found) for kind, found in lists.items() for name, divide in _divisions().items()],
    )
    print_source("topic_map")


def _vectors(first: date, days: int) -> np.ndarray:
    from broadsheet.catalogue.models import Paper
    from broadsheet.ranking.topics.vectors import vectors_of

    span = (first, first + timedelta(days=days - 1))
    numbers = Paper.shown.filter(first_listed_on__range=span).order_by("pk").values_list("pk", flat=True)
    vectors, there = vectors_of(np.array(list(numbers), np.int64))
    return vectors[there]


def _ways() -> Mapping[str, Lay]:
    from broadsheet.ranking.topics.projection import principal_components, project

    ways: dict[str, Lay] = {"topic map": project, "principal components": principal_components}
    if importlib.util.find_spec("sklearn"):
        from sklearn.manifold import TSNE

        ways["scikit-learn's t-SNE"] = lambda rows: TSNE(
            perplexity=min(30, (len(rows) - 1) / 3), init="pca", method="exact", random_state=0
        ).fit_transform(rows)
    return ways


def _divisions() -> Mapping[str, Divide]:
    from broadsheet.ranking.exploring.clusters import cluster
    from broadsheet.ranking.topics.regions import regions

    return {
        "topic map": regions,
        "k-means": lambda rows, plane: cluster(rows, int(regions(rows, plane).max()) + 1)[0],
    }


def _laid(name: str, lay: Lay, kind: str, lists: Sequence[np.ndarray]) -> list[str]:
    began = time.perf_counter()
    planes = [lay(rows) for rows in lists]
    seconds = (time.perf_counter() - began) / len(lists)
    pairs = list(zip(lists, planes, strict=True))
    return [
        f"{name}, {kind}",
        str(len(lists)),
        figure(float(np.mean([len(rows) for rows in lists]))),
        f"{np.mean([trustworthiness(rows, plane) for rows, plane in pairs]):.3f}",
        f"{np.mean([kept(rows, plane) for rows, plane in pairs]):.3f}",
        figure(seconds),
    ]


def _divided(name: str, divide: Divide, kind: str, lists: Sequence[np.ndarray]) -> list[str]:
    from broadsheet.ranking.topics.projection import project
    from broadsheet.ranking.topics.regions import silhouette

    figures, numbers = [], []
    for rows in lists:
        plane = project(rows)
        labels = divide(rows, plane)
        numbers.append(int(labels.max()) + 1)
        same = labels[:, None] == labels[None, :]
        others = same & ~np.eye(len(rows), dtype=bool)
        apart = np.sqrt(np.maximum(0, 2 - 2 * (rows @ rows.T)))
        nearest = _order(_apart(plane))[:, :NEAREST_ON_MAP]
        figures.append(
            (
                silhouette(apart.astype(float), labels) if numbers[-1] > 1 else 0.0,
                float((rows @ rows.T)[others].mean()),
                float(np.take_along_axis(same, nearest, axis=1).mean()),
            )
        )
    means = np.mean(figures, axis=0)
    return [f"{name}, {kind}", str(len(lists)), figure(float(np.mean(numbers))), *(f"{one:.3f}" for one in means)]


def trustworthiness(rows: np.ndarray, plane: np.ndarray, k: int = NEIGHBOURS) -> float:
    """How far from being alike those neighbours on the map are that are none by vectors: 1 is none at all."""
    count, k = len(rows), min(k, (len(rows) - 1) // 2)
    ranks = np.empty((count, count), int)
    np.put_along_axis(ranks, _order(-rows @ rows.T), np.arange(1, count + 1)[None, :].repeat(count, 0), axis=1)
    found = np.take_along_axis(ranks, _order(_apart(plane))[:, :k], axis=1)
    return 1 - 2 / (count * k * (2 * count - 3 * k - 1)) * float(np.maximum(0, found - k).sum())


def kept(rows: np.ndarray, plane: np.ndarray, k: int = NEIGHBOURS) -> float:
    """The share of each paper's nearest that are among its nearest on the map."""
    alike, near = (_order(matrix)[:, :k] for matrix in (-rows @ rows.T, _apart(plane)))
    return float(np.mean([len(set(one) & set(other)) / k for one, other in zip(alike, near, strict=True)]))


def _apart(plane: np.ndarray) -> np.ndarray:
    return np.linalg.norm(plane[:, None] - plane[None], axis=2)


def _order(matrix: np.ndarray) -> np.ndarray:
    """All others of each row, the smallest first, itself last."""
    own = matrix.astype(float).copy()
    np.fill_diagonal(own, np.inf)
    return np.argsort(own, axis=1, kind="stable")


if __name__ == "__main__":
    main()

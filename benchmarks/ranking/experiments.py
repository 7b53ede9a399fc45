"""What each rule of ranking brings, and which constants are chosen when one collection at a time is left out.

The constants are those with the best mean nDCG@10 over the other collections (adi, of 82 documents, is reported but
never chosen on); the figure of the collection that was left out is the honest one. Differences from the baseline, plain
0.6 / 0.4 fusion of the same lists, come with the 95 % interval of a paired bootstrap.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import SHARED, needed
from benchmarks.ranking.material import COLLECTIONS, Material, material
from benchmarks.ranking.pipeline import Variant, gains, hubness, plain_gains
from benchmarks.report import print_source, print_table

TINY = "adi"
OFF = {"moved": 0.0, "lent": 0.0, "hubs": 0.0}
RULES = (
    Variant("no rule", OFF),
    Variant("question moved", {**OFF, "moved": 0.5}),
    Variant("scores lent", {**OFF, "lent": 0.3}),
    Variant("hubs corrected", {**OFF, "hubs": 0.8}),
    Variant("moved and lent", {"hubs": 0.0}),
    Variant("all (the product)", {}),
)
GRID = tuple(
    Variant(
        f"w {meaning} moved {moved} lent {lent} hubs {hub}",
        {"meaning": meaning, "moved": moved, "lent": lent, "hubs": hub},
    )
    for meaning, moved, lent, hub in product((0.5, 0.6, 0.7), (0.0, 0.5), (0.0, 0.3), (0.0, 0.8))
)
RESAMPLES = 10_000


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of collections/")
    parser.add_argument("--cache", type=Path, required=True, help="folder in which vectors and scores are kept")
    parser.add_argument("--no-grid", action="store_true", help="only the table of rules")
    told = parser.parse_args()
    given = _materials(told.data, told.cache)
    hub = {one.name: hubness(one) for one in given}
    _print_rules(given, hub)
    if not told.no_grid:
        _print_left_out(given, hub)
    print_source("ranking.experiments")


def _materials(data: Path, cache: Path) -> list[Material]:
    with temporary_home() as home:
        open_here(home)
        from broadsheet.search.embedder import encoder

        model = encoder()
        if model is None:
            raise SystemExit("no embedding model is installed; run: broadsheet model install")
        return [material(needed(data / "collections" / name), cache, model) for name in COLLECTIONS]


def _print_rules(given: list[Material], hub: dict[str, np.ndarray]) -> None:
    rows = [[f"plain, {name}", *_means([plain_gains(one, weight) for one in given])] for name, weight in _PLAIN]
    for by_words, mode in ((True, "hybrid"), (False, "meaning")):
        for rule in RULES:
            found = [gains(one, hub[one.name], rule, by_words=by_words) for one in given]
            rows.append([f"{mode}, {rule.name}", *_means(found)])
    print_table(["nDCG@10", *(one.name for one in given)], rows)


_PLAIN = (("words", 0.0), ("meaning", 1.0), ("0.6 / 0.4", 0.6))


def _means(found: list[np.ndarray]) -> list[str]:
    return [f"{one.mean():.4f}" for one in found]


def _print_left_out(given: list[Material], hub: dict[str, np.ndarray]) -> None:
    found = {
        variant.name: {one.name: gains(one, hub[one.name], variant, by_words=True) for one in given} for variant in GRID
    }
    rows = []
    for one in given:
        others = [other.name for other in given if other.name not in (one.name, TINY)]
        chosen = max(found, key=lambda name: np.mean([found[name][other].mean() for other in others]))
        base, ours = plain_gains(one, 0.6), gains(one, hub[one.name], Variant("product", {}), by_words=True)
        there = found[chosen][one.name]
        rows.append(
            [
                f"{one.name}: {chosen}",
                f"{base.mean():.4f}",
                f"{there.mean():.4f}",
                _interval(there - base),
                f"{ours.mean():.4f}",
                _interval(ours - base),
            ]
        )
    print_table(["left out: chosen on the others", "plain", "chosen", "difference", "product", "difference"], rows)


def _interval(differences: np.ndarray) -> str:
    drawn = np.random.default_rng(0).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), [2.5, 97.5])
    return f"{differences.mean():+.4f} [{low:+.4f}, {high:+.4f}]"


if __name__ == "__main__":
    main()

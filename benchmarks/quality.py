"""How well search finds, on public judged collections, through ``broadsheet evaluate``; the peer is bm25s.

nDCG@10 with linear gain as trec_eval's ndcg_cut_10 (Järvelin and Kekäläinen 2002), recall@100, and the mean reciprocal
rank over the whole answer (the peer's: its first 200). The same functions score both sides. Nothing is tuned here.
``plain`` is the baseline of ``hybrid``: 0.6 meaning + 0.4 words, min-max scaled.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean

from benchmarks.instance import open_here, run, temporary_home
from benchmarks.options import needed, read_options
from benchmarks.peers import Bm25s
from benchmarks.report import print_source, print_table, ratio

COLLECTIONS = ("cranfield", "cisi", "medline", "cacm", "scifact-train", "adi")
DEPTH = 200
MEASURES = ("ndcg_at_10", "recall_at_100", "mrr")

Scores = dict[str, float]


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=1)
    rows: list[list[str]] = []
    gains: list[list[str]] = []
    with temporary_home() as home:
        open_here(home)
        for name in COLLECTIONS:
            folder = needed(options.data / "collections" / name)
            peer = _bm25s(folder)
            ours = json.loads(run(["-m", "broadsheet", "evaluate", str(folder), "--json"], home))
            gain = ours.pop("gain_of_hybrid_over_plain", None)
            if gain is not None:
                gains.append([name, f"{gain['mean']:+.4f}", f"{gain['low']:+.4f} to {gain['high']:+.4f}"])
            for label, scores in {**ours, "peer: bm25s": peer}.items():
                figures = [f"{scores[measure]:.3f}" for measure in MEASURES]
                rows.append([f"{name}: {label}", *figures, ratio(scores["ndcg_at_10"], peer["ndcg_at_10"])])
    print_table(["collection and ranking", "nDCG@10", "recall@100", "MRR", "nDCG@10 against peer"], rows)
    print_table(["hybrid over plain fusion", "nDCG@10", "95 % interval, paired bootstrap over queries"], gains)
    print_source("quality")


def _bm25s(folder: Path) -> Scores:
    """The scores of bm25s on the collection in ``folder``."""
    from broadsheet.search.evaluation import load_collection, ndcg, recall, reciprocal_rank

    collection = load_collection(folder)
    ids = [identifier for identifier, _, _ in collection.documents]
    index = Bm25s([f"{title} {text}" for _, title, text in collection.documents])
    pairs = []
    for query, grades in collection.relevant.items():
        found = [ids[number] for number in index.search(collection.queries[query], DEPTH)]
        pairs.append((found, grades))
    return {
        "ndcg_at_10": fmean(ndcg(ranked, grades, 10) for ranked, grades in pairs),
        "recall_at_100": fmean(recall(ranked, grades, 100) for ranked, grades in pairs),
        "mrr": fmean(reciprocal_rank(ranked, grades) for ranked, grades in pairs),
    }


if __name__ == "__main__":
    main()

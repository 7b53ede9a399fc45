"""How well keyphrases agree with the keywords that a source gives, and what they cost, against TF-IDF and YAKE.

Measured on the half of the daily papers that neither the table of common words nor the weights have seen. A phrase
agrees when it is one of the paper's keywords but for capitals, plurals and signs. ``--fit`` fits the weights anew, on
the other half, and prints them. YAKE is left out where it is not installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.options import Options, read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import interleaved
from broadsheet.catalogue.enrichment.keyphrases import (
    MOST_PHRASES,
    Features,
    candidates,
    features_of,
    key_of,
    keyphrases,
    readable,
)
from broadsheet.catalogue.enrichment.remake_words import is_held_out

Extract = Callable[["Paper"], Sequence[str]]
DEPTHS = (5, MOST_PHRASES)
LONGEST_NGRAM = 3


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with the keywords that its source gave it, as keys."""

    title: str
    abstract: str
    keywords: frozenset[str]

    @property
    def text(self) -> str:
        """What all contenders read."""
        return readable(self.title, self.abstract)


def main() -> None:
    """Print the table, or with ``--fit`` the weights."""
    is_fit = "--fit" in sys.argv
    if is_fit:
        sys.argv.remove("--fit")
    options = read_options(__doc__, rounds=1)
    seen, held_out = _papers(options)
    if is_fit:
        print(fitted([paper for paper in seen if paper.keywords]))
        return
    judged = [paper for paper in held_out if paper.keywords]
    contenders = _contenders(seen)
    timings = interleaved({name: _all(extract, judged) for name, extract in contenders.items()}, options.rounds)
    peer = timings["peer: TF-IDF"]
    rows = []
    for name, extract in contenders.items():
        agreement = [figure(value) for depth in DEPTHS for value in measured(extract, judged, depth)]
        cost = timings[name].cpu
        rows.append([name, *agreement, figure(cost * 1e3 / len(judged)), ratio(cost, peer.cpu)])
    heads = [f"{what}@{depth}" for depth in DEPTHS for what in ("precision", "recall")]
    print_table([f"keyphrases of {len(judged):,} papers", *heads, "CPU ms a paper", "CPU time against TF-IDF"], rows)
    print_source("keyphrases")


def _papers(options: Options) -> tuple[list[Paper], list[Paper]]:
    """The papers that the table of words was counted in, and the others."""
    halves: tuple[list[Paper], list[Paper]] = ([], [])
    with options.corpus() as corpus, corpus.open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            keywords = frozenset(key for word in told["keywords"] if (key := key_of(word)))
            halves[is_held_out(told["_id"])].append(Paper(told["title"], told["text"], keywords))
    return halves


def _contenders(seen: Sequence[Paper]) -> dict[str, Extract]:
    contenders: dict[str, Extract] = {
        "Broadsheet": lambda paper: keyphrases(paper.title, paper.abstract),
        "peer: TF-IDF": tfidf(seen),
        "peer: TF-IDF of our candidates": by_rarity,
    }
    if importlib.util.find_spec("yake"):
        extractor = importlib.import_module("yake").KeywordExtractor(lan="en", n=LONGEST_NGRAM, top=MOST_PHRASES)
        contenders["peer: YAKE"] = lambda paper: [phrase for phrase, _ in extractor.extract_keywords(paper.text)]
    return contenders


def tfidf(seen: Sequence[Paper]) -> Extract:
    """Runs of up to three words by TF-IDF, as scikit-learn counts them in the half that may be seen."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    model = TfidfVectorizer(ngram_range=(1, LONGEST_NGRAM), stop_words="english", sublinear_tf=True, min_df=2)
    model.fit([paper.text for paper in seen])
    names = model.get_feature_names_out()

    def extract(paper: Paper) -> Sequence[str]:
        row = model.transform([paper.text]).tocoo()
        best = sorted(zip(-row.data, row.col, strict=True))[:MOST_PHRASES]
        return [str(names[column]) for _, column in best]

    return extract


def by_rarity(paper: Paper) -> Sequence[str]:
    """Our candidates by how often they occur and how rare their words are, the usual way without a word of ours."""
    found = candidates(paper.text)
    best = sorted(found, key=lambda key: -found[key].times * sum(word.rarity for word in found[key].words))
    return best[:MOST_PHRASES]


def measured(extract: Extract, papers: Sequence[Paper], depth: int) -> tuple[float, float]:
    """Precision and recall of the first ``depth`` phrases, over all papers together."""
    found = agreed = wanted = 0
    for paper in papers:
        phrases = list(extract(paper))[:depth]
        found += len(phrases)
        agreed += len({key_of(phrase) for phrase in phrases} & paper.keywords)
        wanted += len(paper.keywords)
    return agreed / found, agreed / wanted


def fitted(papers: Sequence[Paper]) -> Features:
    """Weights of the features, by logistic regression on which candidates are keywords."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    rows, is_keyword = [], []
    for paper in papers:
        for key, candidate in candidates(paper.text).items():
            rows.append(features_of(candidate))
            is_keyword.append(key in paper.keywords)
    scaler = StandardScaler().fit(np.array(rows, float))
    model = LogisticRegression(max_iter=500).fit(scaler.transform(np.array(rows, float)), is_keyword)
    return Features(*(round(float(weight), 2) for weight in model.coef_[0] / scaler.scale_))


def _all(extract: Extract, papers: Sequence[Paper]) -> Callable[[], object]:
    return lambda: [extract(paper) for paper in papers]


if __name__ == "__main__":
    main()

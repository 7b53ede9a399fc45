"""What the extract of a paper costs, against embedding the paper, and how much of a summary is in it.

The second is measured on saved answers of the Hugging Face daily-papers API and on saved pages, where papers have a
summary that a source gave: the overlap of words (ROUGE-1, F measure; Lin 2004) of the extract with it, against the
first sentence, the last one, and the mean of all sentences.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from benchmarks.instance import open_here, temporary_home
from benchmarks.options import Options, missing, read_options
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import interleaved

# The modules that are measured belong to an instance, so they are imported where one is open.
if TYPE_CHECKING:
    from broadsheet.search.embedding import Encoder
    from broadsheet.sources.record import PaperRecord

TIMED_PAPERS = 200
SAVED = ("captures/hf_daily_papers", "seeds")


def main() -> None:
    """Print both tables."""
    options = read_options(__doc__, rounds=3)
    with temporary_home() as home:
        open_here(home)
        encoder = _encoder()
        print_cost(encoder, options)
        print_overlap(encoder, _summarised(options.data))
    print_source("extracts")


def _encoder() -> Encoder:
    """The installed model, on one thread."""
    from broadsheet.search.embedding import Encoder, ModelError, locate
    from broadsheet.site import config

    try:
        return Encoder.load(locate("", Path(config.MODEL_DIR.text()).expanduser()), threads=1)
    except ModelError as error:
        missing("the embedding model", str(error))


def print_cost(encoder: Encoder, options: Options) -> None:
    """The processor time of choosing an extract beside that of the vector that is there already."""
    from broadsheet.search.extracts import candidates_of
    from broadsheet.search.indexing import embedded_text

    with options.corpus() as corpus, corpus.open(encoding="utf-8") as lines:
        papers = [json.loads(line) for line in islice(lines, TIMED_PAPERS)]
    wholes = encoder.encode([embedded_text(paper["title"], paper["text"]) for paper in papers])
    contenders: dict[str, Callable[[], object]] = {
        "extract of a paper that has its vector": lambda: [
            chosen(encoder, candidates_of(paper["text"]), whole) for paper, whole in zip(papers, wholes, strict=True)
        ],
        "peer: embedding the paper": lambda: encoder.encode(
            [embedded_text(paper["title"], paper["text"]) for paper in papers]
        ),
    }
    timings = interleaved(contenders, options.rounds)
    peer = timings["peer: embedding the paper"]
    rows = [
        [name, figure(timing.cpu * 1e3 / len(papers)), ratio(timing.cpu, peer.cpu)] for name, timing in timings.items()
    ]
    print_table([f"{len(papers)} papers", "CPU ms a paper", "CPU time against peer"], rows)


def chosen(encoder: Encoder, sentences: Sequence[str], whole: object) -> str:
    """The sentence that is nearest to a whole, float32 (dims,)."""
    from broadsheet.search.extracts import nearest

    return nearest(sentences, encoder.encode(sentences), whole) if sentences else ""  # type: ignore[arg-type]


def print_overlap(encoder: Encoder, papers: Sequence[PaperRecord]) -> None:
    """How many words of a source's summary each choice of a sentence shares."""
    from broadsheet.search.extracts import candidates_of
    from broadsheet.search.indexing import embedded_text

    wholes = encoder.encode([embedded_text(paper.title, paper.abstract) for paper in papers])
    scores: Mapping[str, list[float]] = {"extract": [], "first sentence": [], "last sentence": [], "any sentence": []}
    for paper, whole in zip(papers, wholes, strict=True):
        sentences = candidates_of(paper.abstract)
        overlaps = {sentence: overlap(sentence, paper.summary) for sentence in sentences}
        scores["extract"].append(overlaps[chosen(encoder, sentences, whole)])
        scores["first sentence"].append(overlaps[sentences[0]])
        scores["last sentence"].append(overlaps[sentences[-1]])
        scores["any sentence"].append(mean(overlaps.values()))
    peer = mean(scores["any sentence"])
    rows = [[name, figure(mean(values)), ratio(mean(values), peer)] for name, values in scores.items()]
    print_table([f"{len(papers)} papers with a summary", "ROUGE-1 F", "against any sentence"], rows)


def overlap(one: str, other: str) -> float:
    """The harmonic mean of the shares of words of two texts that are in both; words as in keyphrases."""
    from broadsheet.catalogue.enrichment.keyphrases import key_of
    from broadsheet.catalogue.text import to_plain

    words, others = (Counter(key_of(to_plain(text)).split()) for text in (one, other))
    both = sum((words & others).values())
    return 2 * both / (sum(words.values()) + sum(others.values()))


def _summarised(data: Path) -> list[PaperRecord]:
    from broadsheet.search.extracts import candidates_of
    from broadsheet.sources.files import read_file
    from broadsheet.sources.record import PaperRecord, SourceError

    found: dict[str, PaperRecord] = {}
    for path in sorted(path for folder in SAVED for path in (data / folder).iterdir()):
        try:
            records = read_file(path).records
        except SourceError:
            continue
        for record in records:
            if isinstance(record, PaperRecord) and record.summary and candidates_of(record.abstract):
                found.setdefault(record.title, record)
    return list(found.values())


if __name__ == "__main__":
    main()

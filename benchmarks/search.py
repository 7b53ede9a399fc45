"""How long a search takes: p50 and p95 over 200 queries made from the collection, against three peers.

The queries are pieces of titles and words of abstracts, drawn with a fixed seed. Every round puts every query to every
contender in turn; a query's time is its median over the rounds. Times include the embedding of the query wherever
meaning is searched.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.instance import filled_home, open_here, temporary_home
from benchmarks.options import read_options
from benchmarks.peers import WORD, Bm25s, PlainSqlite, nearest_by_numpy
from benchmarks.report import figure, print_source, print_table, ratio
from benchmarks.rounds import shuffled

QUERIES = 200
PAGE = 25
DEPTH = 200

Search = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to search, and the peer that it is compared with."""

    search: Search
    peer: str


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=3)
    with filled_home(options) as home, temporary_home() as scratch:
        open_here(home)
        contenders = _contenders(scratch)
        times = _measure({name: one.search for name, one in contenders.items()}, queries(_papers()), options.rounds)
    rows = []
    for name, one in contenders.items():
        p50, p95 = _percentiles(times[name])
        peer50, peer95 = _percentiles(times[one.peer])
        compared = (
            [one.peer.removeprefix("peer: "), ratio(p50, peer50), ratio(p95, peer95)] if one.peer != name else ["–"] * 3
        )
        rows.append([name, figure(p50), figure(p95), *compared])
    print_table(["search", "p50 ms", "p95 ms", "peer", "p50 against peer", "p95 against peer"], rows)
    print_source("search")


def queries(papers: Sequence[tuple[str, str]], count: int = QUERIES) -> list[str]:
    """Queries from titles and abstracts, the same for the same papers: half pieces of titles, half scattered words."""
    drawn = random.Random(len(papers))
    made = []
    for number in range(count):
        title, abstract = papers[number * len(papers) // count]
        words = WORD.findall(title)
        if number % 2 and (others := sorted({word for word in WORD.findall(abstract) if len(word) > 4})):
            made.append(" ".join(drawn.sample(others, min(len(others), drawn.randint(2, 4)))))
        else:
            length = drawn.randint(2, 5)
            start = drawn.randrange(max(1, len(words) - length))
            made.append(" ".join(words[start : start + length]))
    return made


def _papers() -> list[tuple[str, str]]:
    from broadsheet.catalogue.models import Paper

    return list(Paper.objects.order_by("pk").values_list("title", "abstract"))


def _contenders(scratch: Path) -> dict[str, Contender]:
    papers = _papers()
    sqlite = PlainSqlite(scratch / "plain.sqlite3")
    sqlite.fill([(title, abstract, "", "") for title, abstract in papers])
    bm25s = Bm25s([f"{title} {abstract}" for title, abstract in papers])
    found: dict[str, Contender] = {
        "words: index": Contender(_index("words"), "peer: bm25s"),
        "words: `find`": Contender(_find("words"), "peer: SQLite FTS5"),
    }
    peers: dict[str, Search] = {
        "peer: bm25s": lambda words: bm25s.search(words, DEPTH),
        "peer: SQLite FTS5": lambda words: sqlite.search(words, PAGE),
    }
    from broadsheet.search.embedder import encoder

    if (model := encoder()) is not None:
        matrix = _matrix()
        both = "peer: bm25s and numpy"
        peers["peer: numpy, exact"] = lambda words: nearest_by_numpy(matrix, model.encode_query(words), DEPTH)
        peers[both] = lambda words: (peers["peer: bm25s"](words), peers["peer: numpy, exact"](words))
        peers["embedding of the query alone"] = model.encode_query
        found["meaning: index"] = Contender(_index("meaning"), "peer: numpy, exact")
        found["meaning: `find`"] = Contender(_find("meaning"), "peer: numpy, exact")
        found["hybrid: index"] = Contender(_index("hybrid"), both)
        found["hybrid: `find`"] = Contender(_find("hybrid"), both)
    return found | {name: Contender(search, name) for name, search in peers.items()}


def _matrix() -> np.ndarray:
    """The stored vectors, float32 (papers, dims)."""
    from broadsheet.search.models import PaperVector

    stored = PaperVector.objects.order_by("paper_id").values_list("vector", flat=True)
    return np.stack([np.frombuffer(vector, "<f2").astype(np.float32) for vector in stored])


def _index(mode: str) -> Search:
    from broadsheet.search.answer import answer_of
    from broadsheet.search.asking import ask
    from broadsheet.search.maintenance import engine
    from broadsheet.search.query import PaperQuery

    current = engine()
    assert current is not None, "the home was indexed"
    return lambda words: answer_of(current, ask(PaperQuery(words=words, mode=mode)))  # type: ignore[arg-type]


def _find(mode: str) -> Search:
    from broadsheet.search.find import find
    from broadsheet.search.query import PaperQuery

    return lambda words: find(PaperQuery(words=words, mode=mode), limit=PAGE)  # type: ignore[arg-type]


def _measure(searches: dict[str, Search], asked: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each query by contender, the median over the rounds."""
    for search in searches.values():
        for words in asked[:5]:
            search(words)
    times: dict[str, list[list[float]]] = {name: [[] for _ in asked] for name in searches}
    names = list(searches)
    turn = 0
    for _ in range(rounds):
        for number, words in enumerate(asked):
            for name in shuffled(names, turn):
                began = time.perf_counter()
                searches[name](words)
                times[name][number].append((time.perf_counter() - began) * 1000)
            turn += 1
    medians: dict[str, list[float]] = defaultdict(list)
    for name, measured in times.items():
        medians[name] = [median(of_a_query) for of_a_query in measured]
    return medians


def _percentiles(times: Sequence[float]) -> tuple[float, float]:
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


if __name__ == "__main__":
    main()

"""Four saved search pages beside what the product finds for the same words, over the papers of all four.

The saved order is another site's and no truth, the words are guesses, and nothing is tuned on it. Reported are the
share of a page's papers among as many of ours (a paper whose score equals others' at the cut counts in part, as if ties
were broken at random), and the first ten of each. Titles are printed, no abstract is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.instance import open_here, run, temporary_home
from benchmarks.options import needed, read_options
from benchmarks.report import print_source, print_table

# By the first figures of a page's file name.
QUESTIONS = {
    "000": "asymmetric learning",
    "001": "zero-sum learning",
    "002": "balanced learning",
    "003": "in-weights learning",
}
CAPTURED_ON, FIRST, LONGEST = "2025-10-30", 10, 60
MODES = ("words", "meaning", "hybrid")


def main() -> None:
    """Print the recalls, then the first papers of each page."""
    options = read_options(__doc__, rounds=1)
    seeds = needed(options.data / "seeds")
    files = {page: next(seeds.glob(f"{page}_*.txt")) for page in QUESTIONS}
    with temporary_home() as home:
        for page, file in files.items():
            told = ["--captured-on", CAPTURED_ON, "--query", QUESTIONS[page]]
            run(["-m", "broadsheet", "import", str(file), *told], home)
        open_here(home)
        pages = {page: _page(question) for page, question in QUESTIONS.items()}
        _print_recalls(pages)
        for page, saved in pages.items():
            _print_beside(page, saved)
    print_source("ranking.seed_pages")


def _page(question: str) -> list[int]:
    """The papers of the page that was saved for a question, in its order."""
    from broadsheet.catalogue.models import SavedPageEntry

    entries = SavedPageEntry.objects.filter(page__query=question).order_by("rank")
    return list(entries.values_list("paper_id", flat=True))


def _print_recalls(pages: dict[str, list[int]]) -> None:
    rows = []
    for mode in MODES:
        recalls = [recall(*_ranked(QUESTIONS[page], mode), saved) for page, saved in pages.items()]
        rows.append([mode, *(f"{one:.2f}" for one in recalls), f"{np.mean(recalls):.3f}"])
    print_table(["recall at page length", *(f"{page} ({len(saved)})" for page, saved in pages.items()), "mean"], rows)


def _ranked(question: str, mode: str) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and scores of the ranked part of the answer."""
    from broadsheet.search.asking import ask
    from broadsheet.search.maintenance import engine
    from broadsheet.search.pools import pool_of
    from broadsheet.search.query import PaperQuery

    index = engine()
    if index is None:
        raise SystemExit("the instance has no index")
    pool = pool_of(index, ask(PaperQuery(words=question, mode=mode)))
    return pool.numbers, pool.scores


def recall(numbers: np.ndarray, scores: np.ndarray, wanted: Sequence[int]) -> float:
    """The share of ``wanted`` among the first ``len(wanted)`` of ranked numbers, equal scores at the cut in part."""
    length = len(wanted)
    is_wanted = np.isin(numbers, wanted)
    if len(numbers) <= length:
        return float(is_wanted.sum()) / length
    least = scores[length - 1]
    above, tied = scores > least, scores == least
    part = (length - int(above.sum())) / int(tied.sum())
    return (float(is_wanted[above].sum()) + part * float(is_wanted[tied].sum())) / length


def _print_beside(page: str, saved: list[int]) -> None:
    from broadsheet.catalogue.models import Paper

    ours = _ranked(QUESTIONS[page], "hybrid")[0][:FIRST].tolist()
    titles = dict(Paper.objects.filter(pk__in=[*saved[:FIRST], *ours]).values_list("pk", "title"))
    places = {number: place for place, number in enumerate(saved, 1)}
    rows = [
        [str(place), titles[theirs][:LONGEST], titles[our][:LONGEST], str(places.get(our, "-"))]
        for place, (theirs, our) in enumerate(zip(saved[:FIRST], ours, strict=False), 1)
    ]
    print_table([f"{page}: {QUESTIONS[page]}", "saved page", "ours", "its place there"], rows)


if __name__ == "__main__":
    main()

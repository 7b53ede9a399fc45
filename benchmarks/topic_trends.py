"""Whether topics that are called rising go on, and falling ones too, by which measure.

Each week of the daily papers before July 2025 for which there are half a year before it and four weeks after: the ten
topics that rise most and the ten that fall most by each measure, from what was known then. Goes on: their share of the
four weeks after lies on that side of their share before the last eight weeks. By how much: the mean logarithm of one by
the other. Counted in titles and abstracts, as the page does it, and in keyphrases alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np

from benchmarks.instance import filled_home, keyphrases_here, open_here
from benchmarks.options import read_options
from benchmarks.report import print_source, print_table

END, WEEKS_IN_ALL, WEEKS_AFTER, TOP = date(2025, 6, 29), 56, 4, 10
Measure = Callable[[np.ndarray, np.ndarray], np.ndarray]


def main() -> None:
    """Print the table."""
    options = read_options(__doc__, rounds=1)
    with filled_home(options) as home:
        open_here(home)
        keyphrases_here()
        from broadsheet.ranking.topics.weekly import weekly_phrases, weeks_until

        mondays = weeks_until(END, WEEKS_IN_ALL)
        texts, alone = weekly_phrases(mondays), _keyphrases(mondays)
    rows = [
        [f"{name}, {where}", *_gone_on(measure, *counted)]
        for where, counted in (("in texts", (texts.counts, texts.totals)), ("keyphrases alone", alone))
        for name, measure in measures().items()
    ]
    print_table(["measure", "goes on", "by how much"], rows)
    print_source("topic_trends")


def measures() -> Mapping[str, Measure]:
    """From counts (n, w) and papers (w,) to how much each topic rises, (n,)."""
    from broadsheet.ranking.topics.significance import log_odds, trend
    from broadsheet.ranking.topics.trends import RECENT_WEEKS

    return {
        "trend over all weeks": trend,
        "log-odds with a prior": lambda counts, totals: log_odds(counts, totals, RECENT_WEEKS),
        "ratio of shares": lambda counts, totals: np.log(
            _share(counts[:, -RECENT_WEEKS:], totals[-RECENT_WEEKS:])
            / _share(counts[:, :-RECENT_WEEKS], totals[:-RECENT_WEEKS])
        ),
    }


def _keyphrases(mondays: tuple[date, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Counts of phrases where only a paper's own keyphrases count, and of papers."""
    from broadsheet.catalogue.models import Paper
    from broadsheet.ranking.topics.phrases import phrases_of

    found: dict[str, np.ndarray] = {}
    totals = np.zeros(len(mondays), int)
    span = (mondays[0], mondays[-1] + timedelta(days=6))
    for day, phrases in Paper.shown.filter(first_listed_on__range=span).values_list("first_listed_on", "keyphrases"):
        week = (day - mondays[0]).days // 7
        totals[week] += 1
        for key in phrases_of([], phrases):
            found.setdefault(key, np.zeros(len(mondays), int))[week] += 1
    return np.array([found[key] for key in sorted(found)]), totals


def _gone_on(measure: Measure, counts: np.ndarray, totals: np.ndarray) -> list[str]:
    from broadsheet.ranking.topics.trends import FEWEST_PAPERS, RECENT_WEEKS, WEEKS

    changes = []
    for end in range(WEEKS, len(totals) - WEEKS_AFTER + 1):
        known, papers = counts[:, end - WEEKS : end], totals[end - WEEKS : end]
        kept = known.sum(axis=1) >= FEWEST_PAPERS
        after = _share(counts[kept, end : end + WEEKS_AFTER], totals[end : end + WEEKS_AFTER])
        change = np.log(after / _share(known[kept, :-RECENT_WEEKS], papers[:-RECENT_WEEKS]))
        order = np.argsort(-measure(known[kept], papers), kind="stable")
        changes += [*change[order[:TOP]], *-change[order[-TOP:]]]
    return [f"{np.mean(np.array(changes) > 0):.3f}", f"{np.mean(changes):.3f}"]


def _share(counts: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return (counts.sum(axis=1) + 0.5) / (totals.sum() + 1)


if __name__ == "__main__":
    main()

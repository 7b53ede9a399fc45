"""Titles that stand for questions: drawn from the catalogue, so that hubs can be told from other papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.search import embedder
from broadsheet.search.embedding import Encoder
from broadsheet.search.engines.base import Engine, Numbers
from broadsheet.search.hubs import MOST_COMPARED, MOST_TITLES, Titles, titles_for

# An odd number that spreads consecutive ones over 64 bits: 2^64 divided by the golden ratio (Knuth, TAOCP 3, 6.4).
_SPREADING = np.uint64(0x9E3779B97F4A7C15)


def refresh_titles(engine: Engine, should_stop: Callable[[], bool]) -> bool:
    """Draw the titles anew when the index has doubled, and tell hubness from them; whether that was done."""
    model = embedder.encoder_for(engine.state().fingerprint)
    if model is None or not engine.wants_titles():
        return False
    numbers = drawn(engine.numbers()[1], MOST_COMPARED)
    rows = Paper.objects.filter(pk__in=drawn(numbers, MOST_TITLES).tolist()).values_list("pk", "title")
    titles = titles_of(engine, model, numbers, [(number, to_plain(title)) for number, title in rows], should_stop)
    return titles is not None and engine.adopt(titles, should_stop)


def titles_of(
    engine: Engine,
    model: Encoder,
    numbers: Numbers,
    texts: Sequence[tuple[int, str]],
    should_stop: Callable[[], bool] = lambda: False,
) -> Titles | None:
    """Titles, given as number and text, with thresholds against the papers ``numbers``; None when told to stop."""
    vectors = []
    for _, text in texts:
        if should_stop():
            return None
        vectors.append(model.encode_query(text))
    told = engine.told(numbers)
    questions = np.stack(vectors) if vectors else np.empty((0, model.dims), np.float32)
    found = titles_for(questions, np.array([number for number, _ in texts], np.int64), numbers, told.vectors)
    return found.drawn_at(engine.state().with_vector)


def drawn(numbers: Numbers, most: int) -> Numbers:
    """At most so many of these papers, always the same ones: those whose hashed numbers are the smallest."""
    hashed = numbers.astype(np.uint64) * _SPREADING
    chosen: Numbers = numbers[np.argsort(hashed ^ (hashed >> np.uint64(32)), kind="stable")[:most]]
    return chosen

"""What the papers of a map are compared by: their vectors in the index; their own words where there are hardly any."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from broadsheet.catalogue.enrichment.keyphrases import key_of
from broadsheet.ranking.personal.kinds import Floats, Numbers
from broadsheet.search.engines.base import EngineError
from broadsheet.search.maintenance import engine
from broadsheet.search.words.analysis import UNTELLING_WORDS

logger = logging.getLogger(__name__)

LEAST_SHARE_WITH_VECTOR = 0.5
WORD_DIMS = 64


def vectors_of(numbers: Numbers) -> tuple[Floats, NDArray[np.bool_]]:
    """The vectors in the index of papers by row id: unit rows, float32 (n, d), and which there are, bool (n,)."""
    try:
        if (current := engine()) is not None and len(numbers):
            told = current.told(numbers)
            return told.vectors.astype(np.float32), told.has_vector & told.vectors.any(axis=1)
    except EngineError as error:
        logger.warning("a map is drawn by words alone: %s", error)
    return np.zeros((len(numbers), 1), np.float32), np.zeros(len(numbers), bool)


def are_enough(there: NDArray[np.bool_]) -> bool:
    """Whether so many papers have a vector that the others may be left off a map; else it is made by words.

    That is so before a model is installed, too.
    """
    return bool(there.any()) and int(there.sum()) >= LEAST_SHARE_WITH_VECTOR * len(there)


def by_words(texts: Sequence[str]) -> Floats:
    """Unit rows, float32 (n, at most ``WORD_DIMS``), of texts: TF-IDF of words that at least two have, condensed.

    Latent semantic analysis (Deerwester et al., "Indexing by latent semantic analysis", 1990). Zeros for a text that
    shares no word with another.
    """
    counts = [Counter(word for word in key_of(text).split() if word not in UNTELLING_WORDS) for text in texts]
    everywhere = Counter(word for words in counts for word in words)
    columns = {word: column for column, word in enumerate(sorted(w for w, n in everywhere.items() if n > 1))}
    if not columns:
        return np.zeros((len(texts), 1), np.float32)
    entries = [
        (row, columns[word], (1 + log(times)) * log((1 + len(texts)) / everywhere[word]))
        for row, words in enumerate(counts)
        for word, times in sorted(words.items())
        if word in columns
    ]
    rows, places, weights = (np.array(part) for part in zip(*entries, strict=True))
    table = csr_matrix((weights, (rows, places)), shape=(len(texts), len(columns)), dtype=np.float64)
    products = (table @ table.T).toarray()
    lengths = np.sqrt(np.maximum(products.diagonal(), 0.0))
    lengths[lengths == 0] = 1.0
    values, bases = np.linalg.eigh(products / lengths[:, None] / lengths[None, :])
    kept = np.argsort(-values, kind="stable")[:WORD_DIMS]
    found = bases[:, kept] * np.sqrt(np.maximum(values[kept], 0.0))
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    condensed: Floats = np.divide(found, norms, out=np.zeros_like(found), where=norms > 1e-5).astype(np.float32)
    return condensed

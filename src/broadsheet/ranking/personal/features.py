"""What a profile knows of papers: their vectors, words and people, in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from broadsheet.ranking.personal.kinds import Floats, Numbers
from broadsheet.ranking.personal.lexicon import Lexicon, names_of, readable_terms, terms_of


@dataclass(frozen=True, slots=True)
class Features:
    """Papers in rows.

    ``numbers``: int64 (n,), their row ids. ``dense``: float32 (n, d), unit vectors, zeros where a paper has none.
    ``words``: float32 CSR (n, COLUMNS), TF-IDF rows of length 1. ``names``: the same of the authors' names, or None
    when they are not to be used. ``texts``: what was read, for the words that reasons show.
    ``wording``: as ``words``, of how the texts are written.
    """

    numbers: Numbers
    dense: Floats
    words: csr_array
    names: csr_array | None
    texts: tuple[str, ...]
    wording: csr_array

    @classmethod
    def of(
        cls,
        numbers: Sequence[int] | Numbers,
        titles: Sequence[str],
        abstracts: Sequence[str],
        dense: Floats,
        author_names: Sequence[Sequence[str]] | None = None,
        *,
        lexicon: Lexicon | None = None,
    ) -> Self:
        """Features of papers from their texts, all sequences of the same length n and ``dense`` (n, d).

        Without a ``lexicon`` it is learnt from these very texts. Features are comparable only if they were made with
        the same one. Raises ValueError for lengths that differ.
        """
        rows = np.asarray(numbers, np.int64)
        lengths = {len(rows), len(titles), len(abstracts), len(dense)}
        if author_names is not None:
            lengths.add(len(author_names))
        if len(lengths) != 1:
            raise ValueError(f"papers, titles, abstracts, vectors and names must be as many, not {sorted(lengths)}")
        texts = tuple(f"{title}. {abstract}" for title, abstract in zip(titles, abstracts, strict=True))
        terms = terms_of(texts)
        lexicon = lexicon or Lexicon.of(terms)
        names = None if author_names is None else names_of(author_names)
        words, wording = lexicon.weighed(terms.counts), lexicon.weighed_wording(terms.wording)
        return cls(rows, np.asarray(dense, np.float32), words, names, texts, wording)

    def __len__(self) -> int:
        """How many papers these are."""
        return len(self.numbers)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Self:
        """The features of some rows, in the order given."""
        chosen = np.asarray(rows, np.int64)
        names = None if self.names is None else self.names[chosen]
        texts = tuple(self.texts[row] for row in chosen)
        return type(self)(
            self.numbers[chosen], self.dense[chosen], self.words[chosen], names, texts, self.wording[chosen]
        )

    def readable(self, row: int) -> dict[int, str]:
        """The columns of a row's words, each with the word or pair of words as it stands in the text."""
        return readable_terms(self.texts[row])

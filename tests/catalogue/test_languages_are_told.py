"""English is told by its small words, in the text as received; others by a model."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.language import language_of
from tests.builders import abstract_of

FRENCH = "Nous étudions comment un lecteur trouve un bon article parmi beaucoup d'autres qui lui ressemblent."
# Commands of TeX that look like small English words.
MATHS = r"$x \in A \to B \in C \to D \in E \to F \in G \to H \in I \to J \in K \to L$ "


@pytest.mark.parametrize(
    ("title", "abstract", "language"),
    [
        ("How to read", abstract_of(600), "en"),
        ("How to read", MATHS + abstract_of(600), "en"),
        ("Comment lire", FRENCH, "fr"),
        ("Comment lire", MATHS + FRENCH, "fr"),
        ("Ink", "", ""),
        ("如何阅读报纸的头版", "", "zh"),
    ],
)
def test_it_tells(title, abstract, language) -> None:
    assert language_of(title, abstract) == language

"""Texts that lost the backslashes and dollar signs of their formulas on the way."""

from __future__ import annotations

import pytest

from broadsheet.sources.stripped_math import has_stripped_math

LOST = [
    "a rate of mathcal{O}(1/n)",
    "in mathbb R",
    "the inner product langle x, y rangle",
    "a bound of O(sqrt n)",
    "n leq m",
    "as n goes to infty",
    "times { pm 1}",
    "the left( half right)",
    "frac{1}{2} of it",
    "textbf{lost}",
    "alpha_t and beta^2",
    "max_x of it",
    "alphagg1",
    "200times faster",
    "from 12{36} on",
    "{O}(T) steps",
    "x_{i} alone",
    "Mathcal{O}(n)",
]
SOUND = [
    "",
    "An abstract of plain words, with 20-50% of figures (and brackets).",
    "a rate of $\\mathcal{O}(1/n)$",
    "\\mathbb R and \\langle x \\rangle",
    "$x_{i}$ in dollars",
    "three times faster, the left half, in total, at most, a text, a log of sums",
    "Alpha and omega, eta, mu, and the rest of the alphabet",
    "the sets {0,1} and ImageNet-{A,R}",
    "snake_case and x^2",
    "the maximum, the summary, the logarithm",
    "neqatif and sqrtx are no words",
]


@pytest.mark.parametrize("text", LOST)
def test_a_text_that_lost_something_is_known(text) -> None:
    assert has_stripped_math(text)


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_text_is_left_alone(text) -> None:
    assert not has_stripped_math(text)

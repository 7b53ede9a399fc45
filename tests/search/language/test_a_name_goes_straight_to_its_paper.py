"""The whole of a question may be the name of one paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.language.straight import straight

NAMES = {
    "2511.20785": "2511.20785",
    " arXiv:2511.20785v2\n": "arXiv:2511.20785v2",
    "arXiv 2511.20785": "2511.20785",
    "id:2511.20785": "2511.20785",
    "hep-th/9901001": "hep-th/9901001",
    '"2511.20785"': "2511.20785",
    "“2511.20785”": "2511.20785",
    "[2511.20785]": "2511.20785",
    "2511.20785.": "2511.20785",
    "<https://arxiv.org/abs/2511.20785>": "https://arxiv.org/abs/2511.20785",
    "(https://huggingface.co/papers/2511.20785)": "https://huggingface.co/papers/2511.20785",
    "https://www.semanticscholar.org/arxiv/2511.20785": "https://www.semanticscholar.org/arxiv/2511.20785",
    "10.1000/182": "10.1000/182",
    "DOI: 10.1000/182": "DOI: 10.1000/182",
    "https://doi.org/10.1000/182": "https://doi.org/10.1000/182",
    "https://openreview.net/forum?id=Ab-_9xYz": "https://openreview.net/forum?id=Ab-_9xYz",
    "pmid:1": "pmid:1",
    "0123456789": "0123456789",
    "7zk3m9qwxt": "7zk3m9qwxt",
}
OTHERS = [
    "",
    " ",
    "attention",
    "2511.20785 and more",
    "https://example.org",
    "cat:cs.CL",
    "x" * 1_000,
    "10.1000",
    "()",
    '""',
]


@pytest.mark.parametrize(("typed", "expected"), NAMES.items())
def test_a_name(typed, expected) -> None:
    assert straight(typed) == expected


@pytest.mark.parametrize("typed", OTHERS)
def test_no_name(typed) -> None:
    assert straight(typed) is None


@given(st.text(max_size=60))
def test_it_never_fails(typed) -> None:
    found = straight(typed)
    assert found is None or found in typed

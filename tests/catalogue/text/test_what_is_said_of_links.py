"""Where an address does not tell what it leads to, the words directly before it may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.text import find_links
from broadsheet.catalogue.text.said import said_kind


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ("Code: ", "code"),
        ("12 pages, 3 figures, code: ", "code"),
        ("Our source code is publicly available at ", "code"),
        ("The code will be released here: ", "code"),
        ("Code and data are available at ", "code"),
        ("Data, code, and models can be found at ", "code"),
        ("Accepted at NeurIPS 2026, project page: ", "project"),
        ("Our project website is ", "project"),
        ("Code is available on our project page at ", "project"),
        ("Please see our homepage ", "project"),
        ("The dataset is hosted at ", "dataset"),
        ("Our models are available at ", "model"),
        ("Demo video: ", "video"),
        (r"Code: \url{", "code"),
        ("See ", "other"),
        ("", "other"),
        ("This is code. See ", "other"),
        ("We release code that sorts papers; more of it is at ", "other"),
        ("Models and data are at ", "other"),
        ("Code at https://example.org/a and ", "other"),
        ("Further work of the second author is listed on the website of the observatory at ", "other"),
        ("Barcodes at ", "other"),
    ],
)
def test_words_before_an_address_tell_what_it_is(before: str, kind: str) -> None:
    assert said_kind(before) == kind
    found = find_links(f"{before}https://papers.example.org/ink")
    assert found[-1].kind == kind


def test_what_the_host_tells_counts_more() -> None:
    (link,) = find_links("Project page: https://github.com/example/ink")
    assert link.kind == "code"


WORDS = st.sampled_from(
    ["code", "data", "models", " ", "  ", ",", " and ", "our", "page", ":", "is", "at", "\n", "x", "."]
)


@given(st.lists(WORDS, max_size=80).map("".join) | st.text(max_size=300))
def test_any_text_is_read(before: str) -> None:
    assert said_kind(before) in {"code", "project", "model", "dataset", "video", "other"}

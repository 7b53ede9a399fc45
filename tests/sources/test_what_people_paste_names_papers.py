"""Bibliographies and lists that people paste: what is read of them, what is told, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.bibliography import (
    LONGEST_TEXT,
    MOST_ENTRIES,
    BibliographyError,
    Reference,
    read_bibliography,
)

BIBTEX = r"""
% Exported by hand
@string{conf = "An Invented Conference"}
@article{one, title = {The {BERT} of
   Front Pages}, author = {Reader, Ada and Writer, Ben}, journal = {arXiv preprint arXiv:2510.10001}, year = 2025}
@inproceedings{two, title = "Order in $\mathbb{R}^2$", doi = {10.1234/ABC}, booktitle = conf}
@misc{three, eprint = {2510.10003}, archivePrefix = {arXiv}, howpublished = {\url{https://example.org/x}}}
@misc{one, title = {A second entry with the same key}, url = {https://arxiv.org/abs/2510.10004v2}}
@book{five, publisher = {No Title Press}}
@article{six, title = {Never closed
"""


def told(reference: Reference) -> tuple[list[str], str]:
    return [f"{one.scheme}:{one.value}" for one in reference.identifiers], reference.title


def test_bibtex_is_read_entry_by_entry() -> None:
    read = read_bibliography(BIBTEX)
    assert [told(reference) for reference in read.references] == [
        (["arxiv:2510.10001"], "The {BERT} of Front Pages"),
        (["doi:10.1234/abc"], r"Order in $\mathbb{R}^2$"),
        (["arxiv:2510.10003"], ""),
        (["arxiv:2510.10004"], "A second entry with the same key"),
        ([], ""),
    ]
    assert read.broken == 1


def test_a_list_has_one_paper_a_line() -> None:
    read = read_bibliography(
        "- 2510.10001v3\n\n[2] https://doi.org/10.1234/ABC.\n3. Attention and its discontents\n"
        "* arXiv:2510.10004,\n---\n"
    )
    assert [told(reference) for reference in read.references] == [
        (["arxiv:2510.10001"], ""),
        (["doi:10.1234/abc"], ""),
        ([], "Attention and its discontents"),
        (["arxiv:2510.10004"], ""),
    ]
    assert read.broken == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names no paper"),
        (" \n ---\n", "names no paper"),
        ("x" * (LONGEST_TEXT + 1), "characters, more than 500,000"),
        ("x\n" * (MOST_ENTRIES + 1), "entries, more than 2,000"),
        ("@misc{a, title={x}}\n" * (MOST_ENTRIES + 1), "entries, more than 2,000"),
    ],
)
def test_what_is_nothing_or_too_much_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BibliographyError, match=reason):
        read_bibliography(text)


@pytest.mark.parametrize(
    "text",
    ["@a{" + "{" * 200_000, "@a{b," * 300_000, '@a{b, t="' + '"' * 200_000, "@a{b," + "x=," * 100_000],
    ids=["braces", "openings", "quotes", "commas"],
)
def test_what_is_hostile_is_read_or_refused(text: str) -> None:
    try:
        read = read_bibliography(text)
    except BibliographyError:
        return
    assert len(read.references) + read.broken <= MOST_ENTRIES


PIECES = st.sampled_from(
    ["@misc{", "@string{", "@comment{", "a", "title", "=", "{", "}", '"', ",", "#", "\n", "\\", "é"]
)


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200))
def test_nothing_makes_it_fail_otherwise(text: str) -> None:
    try:
        read = read_bibliography(text)
    except BibliographyError:
        return
    assert read.references or read.broken

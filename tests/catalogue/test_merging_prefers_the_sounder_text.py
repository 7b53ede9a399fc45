"""What wins where descriptions disagree, and that their order never matters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.merging import Described, digest_of, merge, payload_of
from broadsheet.sources.record import AuthorRecord, IdentifierRecord, LinkRecord, PaperRecord
from tests.catalogue.worlds import said


def described(source: str = "huggingface", **fields) -> Described:
    payload = payload_of(replace(PaperRecord(title="A title"), **fields))
    return Described(source, digest_of(payload), payload)


@pytest.mark.parametrize(
    ("loser", "winner"),
    [
        ({"abstract": "A long one that lost its signs.", "is_lossy": True}, {"abstract": "Short."}),
        ({"abstract": "A long one of the sample.", "source": "sample"}, {"abstract": "Short.", "is_lossy": True}),
        ({"abstract": "A long first version.", "version_number": 1}, {"abstract": "Short.", "version_number": 2}),
        ({"abstract": "Short."}, {"abstract": "A longer one."}),
        ({"abstract": ""}, {"abstract": "Any.", "is_lossy": True}),
    ],
)
def test_it_takes_the_sounder_abstract(loser, winner) -> None:
    state = merge([described(**loser), described(**winner)])
    assert state.abstract == winner["abstract"]
    assert state.is_lossy == winner.get("is_lossy", False)


def test_it_needs_something_to_merge() -> None:
    with pytest.raises(ValueError, match="a paper needs at least one description"):
        merge([])


def test_it_counts_authors_by_their_names_and_else_by_what_was_printed() -> None:
    named = described(authors=(AuthorRecord(name="Ada"), AuthorRecord(name="Ben", orcid="0000-0002-1825-0097")))
    assert merge([described(author_count=7), named]).author_count == 2
    assert merge([described(author_count=7), described(author_count=5, abstract="x")]).author_count == 7
    assert merge([described()]).author_count is None


def test_it_takes_the_earliest_day_of_publication() -> None:
    from datetime import date

    days = [date(2025, 10, 3), date(2025, 10, 1), None]
    assert merge(described(published_on=day, abstract=str(day)) for day in days).published_on == date(2025, 10, 1)


def test_it_unites_links_and_finds_more_in_the_abstract() -> None:
    state = merge(
        [
            described(
                abstract="Code at https://github.com/example/found.",
                identifiers=(IdentifierRecord(scheme="arxiv", value="2510.00001"),),
                links=(LinkRecord(kind="project", url="https://example.org/it/"),),
            ),
            described(links=(LinkRecord(kind="code", url="https://github.com/example/stated.git"),)),
        ]
    )
    assert state.links == (
        ("abstract", "https://arxiv.org/abs/2510.00001"),
        ("pdf", "https://arxiv.org/pdf/2510.00001"),
        ("project", "https://example.org/it"),
        ("code", "https://github.com/example/stated"),
        ("code", "https://github.com/example/found"),
    )
    assert state.code_url == "https://github.com/example/stated"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "nonsense", "https://u:p@example.org/", ""])
def test_it_never_shows_a_link_that_cannot_be_trusted(url) -> None:
    assert merge([described(links=(LinkRecord(kind="code", url=url),))]).links == ()


@given(records=st.lists(said(), min_size=1, max_size=8), data=st.data())
@settings(max_examples=60, deadline=None)
def test_it_depends_neither_on_order_nor_on_repetition(records, data) -> None:
    descriptions = [Described(one.source, digest_of(payload_of(one.record)), payload_of(one.record)) for one in records]
    again = data.draw(st.permutations(descriptions + descriptions[:2]))
    assert merge(again) == merge(descriptions)
    assert merge(again).digest() == merge(descriptions).digest()

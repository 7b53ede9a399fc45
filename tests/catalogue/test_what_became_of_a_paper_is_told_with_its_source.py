"""Statements, versions, licence, remarks and journal reference, from descriptions to rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.sources.record import PaperRecord, StatementRecord, VersionRecord
from tests.builders import record, take
from tests.catalogue.content import content, scratch

pytestmark = pytest.mark.django_db
WITHDRAWN = StatementRecord(kind="withdrawn", text="by the authors")
FIRST, SECOND = (datetime(2025, 10, day, 8, tzinfo=UTC) for day in (1, 9))


def paper_of(*records: PaperRecord, source: str = "arxiv") -> Paper:
    take(*records, source=source)
    return Paper.objects.get()


def test_what_a_source_notes_beside_the_paper_is_kept() -> None:
    paper = paper_of(
        record("A paper", licence="CC BY 4.0", remarks="12 pages; code: https://github.com/a/b", journal_ref="J. 5, 2")
    )
    assert (paper.licence, paper.journal_ref) == ("CC BY 4.0", "J. 5, 2")
    assert paper.code_url == "https://github.com/a/b"


def test_a_licence_that_is_a_whole_text_is_cut_on_the_paper_and_not_in_what_was_said() -> None:
    paper = paper_of(record("A paper", licence="may be " * 100))
    assert len(paper.licence) == 300
    assert len(paper.source_records.get().payload["licence"]) == 700


def test_statements_are_told_apart_by_their_source() -> None:
    published = StatementRecord(kind="published", text="Nature 5, 2 (2025)", url="https://doi.org/10.5555/one")
    take(record("A paper on paper", ref="1", statements=(published,)), source="crossref")
    paper = paper_of(record("A paper on paper", ref="2", statements=(published, WITHDRAWN)))
    assert sorted(paper.statements.values_list("source__slug", "kind")) == [
        ("arxiv", "published"),
        ("arxiv", "withdrawn"),
        ("crossref", "published"),
    ]
    assert (paper.is_withdrawn, paper.is_retracted) == (True, False)


def test_one_statement_told_twice_is_one_with_the_earliest_day() -> None:
    days = [None, date(2025, 10, 9), date(2025, 10, 3)]
    told = [StatementRecord(kind="retracted", text="Fabricated", stated_on=day) for day in days]
    paper = paper_of(*(record("A paper", ref="1", abstract=str(n), statements=(one,)) for n, one in enumerate(told)))
    assert list(paper.statements.values_list("kind", "stated_on")) == [("retracted", date(2025, 10, 3))]
    assert paper.is_retracted


def test_an_address_that_must_not_be_a_link_is_left_out() -> None:
    paper = paper_of(record("A paper", statements=(StatementRecord(kind="corrected", url="javascript:alert(1)"),)))
    assert paper.statements.get().url == ""


def test_a_later_version_takes_a_withdrawal_back_in_any_order() -> None:
    versions = [
        record("A paper", ref="1", version_number=1),
        record("A paper", ref="1", version_number=2, statements=(WITHDRAWN,)),
        record("A paper", ref="1", versions=(VersionRecord(number=3),)),
    ]
    for order in permutations(versions):
        with scratch():
            assert not paper_of(*order).is_withdrawn
    with scratch():
        assert paper_of(*versions[:2]).is_withdrawn
        take(record("A paper", arxiv="2510.00001", version_number=7), source="elsewhere")
        assert Paper.objects.get(is_withdrawn=True)


def test_listed_versions_are_dated_and_have_texts_where_a_description_has_them() -> None:
    listed = (VersionRecord(number=1, submitted_at=FIRST), VersionRecord(number=2, submitted_at=SECOND))
    paper = paper_of(
        record("As it was", ref="1", abstract="Once.", version_number=1),
        record("As it is", ref="1", abstract="Now.", version_number=2, version_at=SECOND, versions=listed),
    )
    assert list(paper.versions.values_list("number", "title", "abstract", "announced_at")) == [
        (1, "As it was", "Once.", FIRST),
        (2, "As it is", "Now.", SECOND),
    ]


def test_a_version_that_is_only_listed_has_no_texts() -> None:
    paper = paper_of(record("A paper", versions=(VersionRecord(number=1), VersionRecord(number=2))))
    assert list(paper.versions.values_list("number", "title", "announced_at")) == [(1, "", None), (2, "", None)]


def test_of_two_dates_of_a_version_the_describing_one_or_the_earlier_counts() -> None:
    one = record("A paper on paper", ref="1", versions=(VersionRecord(number=1, submitted_at=SECOND),))
    other = replace(one, ref="", versions=(VersionRecord(number=1, submitted_at=FIRST),))
    contents = []
    for order in ((one, other), (other, one)):
        with scratch():
            assert paper_of(*order).versions.get().announced_at == FIRST
            contents.append(content())
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("stated", "identifier"),
    [
        ("10.48550/arXiv.2510.00001", "arxiv:2510.00001"),
        ("10.1101/2025.01.02.345678v3", "doi:10.1101/2025.01.02.345678"),
        ("10.64898/2025.01.02.345678v1", "doi:10.64898/2025.01.02.345678"),
        ("10.5555/ABC", "doi:10.5555/abc"),
        ("10.1101/gr.123456.121", "doi:10.1101/gr.123456.121"),
    ],
)
def test_an_identifier_has_one_form_however_a_source_writes_it(stated, identifier) -> None:
    assert [str(name) for name in paper_of(record("A paper", doi=stated)).identifiers.all()] == [identifier]


def test_the_dois_of_preprint_and_article_are_one_papers_where_a_record_has_both() -> None:
    preprint = record("The order of the front page", doi="10.1101/2025.01.02.345678", authors=["Ada Reader"])
    article = record("The order of the front page", doi="10.5555/one", authors=["Ada Reader"])
    with_both = record("The order of the front page", doi="10.1101/2025.01.02.345678v2", authors=["Ada Reader"])
    with_both = replace(with_both, identifiers=(*with_both.identifiers, *article.identifiers))
    for order in permutations([preprint, article, with_both]):
        with scratch():
            for n, one in enumerate(order):
                take(one, source=f"source-{n}")
            assert Paper.objects.get().identifiers.count() == 2
    with scratch():
        take(preprint, source="a")
        take(article, source="b")
        assert Paper.objects.count() == 2

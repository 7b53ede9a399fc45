"""External identifiers, as people type, paste and store them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.record import IdentifierRecord

ARXIV = {
    "0704.0001": ("0704.0001", None),
    "1412.9999": ("1412.9999", None),
    "1501.00001": ("1501.00001", None),
    " 2501.00001v3\n": ("2501.00001", 3),
    "2501.00001V12": ("2501.00001", 12),
    "arXiv:2501.00001": ("2501.00001", None),
    "ARXIV: 2501.00001v2": ("2501.00001", 2),
    "arXiv : 2501.00001": ("2501.00001", None),
    "arXiv:2501.00001v2 [cs.CL]": ("2501.00001", 2),
    "hep-th/9901001": ("hep-th/9901001", None),
    "HEP-TH/9901001v2": ("hep-th/9901001", 2),
    "arXiv:hep-th/9108001": ("hep-th/9108001", None),
    "math.CA/0611800v2": ("math/0611800", 2),
    "arXiv:math.CA/0611800": ("math/0611800", None),
    "cs/0703001": ("cs/0703001", None),
    "https://arxiv.org/abs/2501.00001": ("2501.00001", None),
    "http://www.arxiv.org/abs/2501.00001v2": ("2501.00001", 2),
    "arxiv.org/abs/2501.00001": ("2501.00001", None),
    "https://arxiv.org/pdf/2501.00001": ("2501.00001", None),
    "https://arxiv.org/pdf/2501.00001v1.pdf": ("2501.00001", 1),
    "https://arxiv.org/html/2501.00001v4": ("2501.00001", 4),
    "https://arxiv.org/html/2501.00001v4#S3.SS1": ("2501.00001", 4),
    "https://arxiv.org/abs/2501.00001?context=cs.CL": ("2501.00001", None),
    "https://arxiv.org/abs/hep-th/9901001v1": ("hep-th/9901001", 1),
    "https://arxiv.org/pdf/math.CA/0611800.pdf": ("math/0611800", None),
    "https://arxiv.org/abs/math%2F0611800": ("math/0611800", None),
    "https://export.arxiv.org/abs/2501.00001": ("2501.00001", None),
    "https://ARXIV.org/abs/2501.00001/": ("2501.00001", None),
    "https://huggingface.co/papers/2501.00001": ("2501.00001", None),
    "https://huggingface.co/papers/2501.00001.md": ("2501.00001", None),
    "https://hf.co/papers/2501.00001?ref=mail": ("2501.00001", None),
    "hf.co/papers/2501.00001v1": ("2501.00001", 1),
    "https://www.alphaxiv.org/abs/2501.00001v2": ("2501.00001", 2),
    "https://alphaxiv.org/overview/2501.00001": ("2501.00001", None),
    "https://ar5iv.org/abs/2501.00001": ("2501.00001", None),
    "https://ar5iv.labs.arxiv.org/html/2501.00001v2": ("2501.00001", 2),
    "https://browse.arxiv.org/pdf/2501.00001": ("2501.00001", None),
    "https://www.semanticscholar.org/arxiv/2501.00001": ("2501.00001", None),
    "https://api.semanticscholar.org/arXiv:2501.00001": ("2501.00001", None),
    "https://api.semanticscholar.org/graph/v1/paper/ARXIV:2501.00001v1?fields=title": ("2501.00001", 1),
    "10.48550/arXiv.2501.00001": ("2501.00001", None),
    "10.48550/ARXIV.HEP-TH/9901001": ("hep-th/9901001", None),
    "doi:10.48550/arXiv.2501.00001v2": ("2501.00001", 2),
    "https://doi.org/10.48550/arXiv.2501.00001": ("2501.00001", None),
}
OTHERS = {
    "10.1000/182": ("doi", "10.1000/182"),
    "doi:10.1000/182": ("doi", "10.1000/182"),
    "DOI: 10.1000/ABC.Def": ("doi", "10.1000/abc.def"),
    "https://doi.org/10.1000/ABC(2025)1:2": ("doi", "10.1000/abc(2025)1:2"),
    "http://dx.doi.org/10.1000/182": ("doi", "10.1000/182"),
    "https://doi.org/10.1000%2F182": ("doi", "10.1000/182"),
    "10.1000.10/123;4<5>": ("doi", "10.1000.10/123;4<5>"),
    # A DOI of arXiv's prefix that names no identifier of arXiv stays a DOI.
    "10.48550/arXiv.nothing": ("doi", "10.48550/arxiv.nothing"),
    "https://openreview.net/forum?id=Ab-_9xYz": ("openreview", "Ab-_9xYz"),
    "https://openreview.net/forum?noteId=x&id=Ab-_9xYz&referrer=y": ("openreview", "Ab-_9xYz"),
    "https://api.semanticscholar.org/graph/v1/paper/DOI:10.1000/ABC?fields=title": ("doi", "10.1000/abc"),
    "https://dl.acm.org/doi/10.1000/182": ("doi", "10.1000/182"),
    "https://dl.acm.org/doi/pdf/10.1000/182?download=true": ("doi", "10.1000/182"),
    "https://www.biorxiv.org/content/10.1101/2025.01.01.123456v1": ("doi", "10.1101/2025.01.01.123456"),
    "https://www.medrxiv.org/content/10.1101/2025.01.01.123456v2.full.pdf": ("doi", "10.1101/2025.01.01.123456"),
    "https://openreview.net/attachment?id=Ab-_9xYz&name=pdf": ("openreview", "Ab-_9xYz"),
    "https://openreview.net/pdf?id=Ab-_9xYz": ("openreview", "Ab-_9xYz"),
    "openreview:Ab-_9xYz": ("openreview", "Ab-_9xYz"),
    "PMID: 12345678": ("pmid", "12345678"),
    "pmid:1": ("pmid", "1"),
    "https://pubmed.ncbi.nlm.nih.gov/12345678/": ("pmid", "12345678"),
    "https://www.ncbi.nlm.nih.gov/pubmed/12345678": ("pmid", "12345678"),
}
REFUSED = [
    "",
    "   ",
    "hello",
    "12345678",
    "2501.0001",  # four digits ended with 2014
    "1412.00001",  # five began with 2015
    "0703.0001",  # before the scheme
    "2513.00001",  # no such month
    "2500.00001",
    "2501.000001",
    "2501.00001v0",
    "2501.00001v",
    "2501.00001 and more",
    "２５０１.00001",
    "cook-books/0611800",
    "hep-th/0704001",  # the old scheme ended with March 2007
    "hep-th/9106001",  # and began in July 1991
    "hep-th/9913001",
    "hep-th/990100",
    "arxiv:hello",
    "10.1000",
    "10.1000/",
    "10.12/short",
    "10.1000/with blank",
    "10.1000/with\u00a0blank",
    "10.1000/with\x1fcontrol",
    "10.1000/\ud800",
    "https://doi.org/10.1000/1%00",
    "doi:182",
    "openreview:",
    "pmid:12a",
    "https://arxiv.org/list/cs.CL/recent",
    "https://arxiv.org/abs/",
    "https://arxiv.org.example.org/abs/2501.00001",
    "https://example.org/abs/2501.00001",
    "https://huggingface.co/models/2501.00001",
    "https://www.semanticscholar.org/paper/0123456789abcdef",
    "https://dl.acm.org/toc/10.1000/182",
    "https://www.biorxiv.org/content/early/recent",
    "https://openreview.net/forum?id=",
    "https://[broken/abs/2501.00001",
    "ftp:2501.00001",
]


@pytest.mark.parametrize(("text", "expected"), ARXIV.items())
def test_arxiv(text, expected) -> None:
    value, version = expected
    assert parse_identifier(text) == ParsedIdentifier(scheme="arxiv", value=value, version=version)


@pytest.mark.parametrize(("text", "expected"), OTHERS.items())
def test_other_schemes(text, expected) -> None:
    scheme, value = expected
    assert parse_identifier(text) == ParsedIdentifier(scheme=scheme, value=value)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_neither_identifier_nor_address_of_a_paper(text) -> None:
    assert parse_identifier(text) is None


def test_a_record_of_an_identifier_leaves_the_version_out() -> None:
    parsed = parse_identifier("arXiv:2501.00001v3")
    assert parsed
    assert parsed.record == IdentifierRecord(scheme="arxiv", value="2501.00001")


known = st.sampled_from([*ARXIV, *OTHERS])
near = st.tuples(known, st.text(max_size=3), st.text(max_size=3)).map(lambda parts: parts[1] + parts[0] + parts[2])
alike = st.from_regex(r"(doi:)?10\.[0-9]{4,9}/[!-~]{1,12}") | st.from_regex(r"arxiv:[0-9]{4}\.[0-9]{4,5}(v[0-9])?")


@given(st.text() | known | near | alike)
@example("10.1000/\u0130")
@example("10.1000/\x1f0")
@example("10.48550/arxiv.2501.00001v1")
def test_what_was_read_reads_the_same_again(text: str) -> None:
    parsed = parse_identifier(text)
    if parsed is None:
        return
    # Its canonical form, with the scheme and, where that needs none, without.
    again = parse_identifier(f"{parsed.scheme}:{parsed.value}")
    assert again
    assert again.record == parsed.record
    assert not any(character.isspace() for character in parsed.value)
    if parsed.scheme in {"arxiv", "doi"}:
        assert parse_identifier(parsed.value) == again
        assert parsed.value == parsed.value.lower()

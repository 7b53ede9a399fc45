"""Whatever people paste leads to the paper."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from broadsheet.sources.record import IdentifierRecord, PaperRecord
from tests.builders import take

pytestmark = pytest.mark.django_db
NAMES = {
    "new arXiv id": "2510.00001",
    "with version": "2510.00001v3",
    "with prefix": "arXiv:2510.00001",
    "with blanks": "  2510.00001\n",
    "abstract page": "https://arxiv.org/abs/2510.00001v2",
    "PDF": "http://arxiv.org/pdf/2510.00001.pdf",
    "Hugging Face": "https://huggingface.co/papers/2510.00001",
    "arXiv's DOI": "10.48550/arXiv.2510.00001",
    "old arXiv id": "hep-th/9901001",
    "old arXiv address": "https://arxiv.org/abs/hep-th/9901001",
    "DOI": "10.5555/Paper.One",
    "DOI with prefix": "doi:10.5555/paper.one",
    "DOI address": "https://doi.org/10.5555/PAPER.ONE",
    "OpenReview": "https://openreview.net/forum?id=aBcD123",
    "PubMed": "https://pubmed.ncbi.nlm.nih.gov/12345/",
    "PubMed id": "PMID: 12345",
}


@pytest.fixture
def paper() -> Paper:
    schemes = [
        ("arxiv", "2510.00001"),
        ("arxiv", "hep-th/9901001"),
        ("doi", "10.5555/paper.one"),
        ("openreview", "aBcD123"),
        ("pmid", "12345"),
    ]
    identifiers = tuple(IdentifierRecord(scheme=scheme, value=value) for scheme, value in schemes)
    take(PaperRecord(title="A paper with many names", identifiers=identifiers))
    return Paper.objects.get()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_it_finds_the_paper_by_its(name, paper) -> None:
    assert paper_named(name) == paper


def test_it_finds_the_paper_by_its_key_in_any_case(paper) -> None:
    assert paper_named(paper.key) == paper_named(f" {paper.key.upper()} ") == paper


@pytest.mark.parametrize(
    "name",
    ["", "2510.00002", "10.5555/another", "A paper with many names", "0000000000", "10.5555/\x00", "10.5/\ud800"],
)
def test_it_finds_none_by_another_name(name, paper) -> None:
    assert paper_named(name) is None


def test_it_calls_a_paper_by_its_arxiv_id_and_else_by_its_key(paper) -> None:
    take(PaperRecord(title="A paper without a name"))
    nameless = Paper.objects.get(title="A paper without a name")
    assert (paper.name, nameless.name) == ("2510.00001", nameless.key)

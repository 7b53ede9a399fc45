"""DataCite, Semantic Scholar and OpenAlex: what their records say, and asking for papers by identifier."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from broadsheet.sources.datacite import DataCite, read_datacite
from broadsheet.sources.door import StatusError
from broadsheet.sources.identifiers import parse_identifier
from broadsheet.sources.openalex import OpenAlex, read_openalex
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    SourceError,
    StatementRecord,
)
from broadsheet.sources.semantic_scholar import SemanticScholar, read_semantic_scholar
from tests.sources.network.fake_door import FakeDoor

ARXIV_DOI: dict[str, Any] = {
    "doi": "10.48550/arxiv.2501.00001",
    "types": {"resourceTypeGeneral": "Preprint", "resourceType": "Article"},
    "titles": [
        {"title": "Drachen", "titleType": "TranslatedTitle"},
        {"title": "Kites in $\\mathbb{R}^3$"},
        {"title": "A study", "titleType": "Subtitle"},
    ],
    "creators": [
        {
            "name": "Example, Ada",
            "givenName": "Ada",
            "familyName": "Example",
            "nameType": "Personal",
            "nameIdentifiers": [
                {"nameIdentifier": "https://orcid.org/0000-0002-1825-0097", "nameIdentifierScheme": "ORCID"}
            ],
        },
        {"name": "Example, Ben"},
        {"name": "Kites, Planes and Co", "nameType": "Organizational"},
    ],
    "publicationYear": 2025,
    "subjects": [
        {"subject": "Machine Learning (cs.LG)", "subjectScheme": "arXiv"},
        {"subject": "FOS: Computer and information sciences", "subjectScheme": "Fields of Science"},
        {"subject": "kites"},
        {"subject": "kites"},
    ],
    "dates": [
        {"date": "2025-01-05T09:00:00Z", "dateType": "Submitted", "dateInformation": "v2"},
        {"date": "2025-01-01T10:00:00Z", "dateType": "Submitted", "dateInformation": "v1"},
        {"date": "2024-01-01", "dateType": "Collected"},
        {"date": "2025-01", "dateType": "Available"},
    ],
    "descriptions": [
        {"description": "12 pages", "descriptionType": "Other"},
        {"description": "They do <b>not</b> fly.", "descriptionType": "Abstract"},
    ],
    "rightsList": [{"rights": "CC BY 4.0", "rightsUri": "https://creativecommons.org/licenses/by/4.0/legalcode"}],
    "relatedIdentifiers": [
        {"relationType": "IsVersionOf", "relatedIdentifier": "10.5555/Kites", "relatedIdentifierType": "DOI"},
        {"relationType": "Cites", "relatedIdentifier": "10.5555/other", "relatedIdentifierType": "DOI"},
        {"relationType": "IsVersionOf", "relatedIdentifier": "https://example.org", "relatedIdentifierType": "URL"},
    ],
    "url": "https://arxiv.org/abs/2501.00001",
}


def datacite(**fields: Any) -> PaperRecord | BadRecord:
    (record,) = read_datacite(json.dumps({"data": {"id": "x", "attributes": ARXIV_DOI | fields}}).encode(), "dois")
    return record


def test_datacite_is_read_with_every_field() -> None:
    assert datacite() == PaperRecord(
        title="Kites in $\\mathbb{R}^3$: A study",
        abstract="They do not fly.",
        ref="10.48550/arxiv.2501.00001",
        authors=(
            AuthorRecord(name="Ada Example", orcid="0000-0002-1825-0097"),
            AuthorRecord(name="Ben Example"),
            AuthorRecord(name="Kites, Planes and Co"),
        ),
        identifiers=(
            IdentifierRecord(scheme="arxiv", value="2501.00001"),
            IdentifierRecord(scheme="doi", value="10.5555/kites"),
        ),
        categories=("cs.LG",),
        links=(LinkRecord(kind="abstract", url="https://arxiv.org/abs/2501.00001"),),
        keywords=("kites",),
        published_on=date(2025, 1, 1),
        licence="https://creativecommons.org/licenses/by/4.0/legalcode",
        statements=(StatementRecord(kind="published", text="10.5555/kites", url="https://doi.org/10.5555/kites"),),
        where="dois: item 1",
    )


def test_all_versions_of_a_deposit_have_one_name_and_no_place() -> None:
    concept = {"relationType": "IsVersionOf", "relatedIdentifier": "10.5281/zenodo.1", "relatedIdentifierType": "DOI"}
    found = datacite(doi="10.5281/zenodo.2", relatedIdentifiers=[concept])
    assert [named.value for named in found.identifiers] == ["10.5281/zenodo.2", "10.5281/zenodo.1"]
    assert found.statements == ()
    two = datacite(relatedIdentifiers=[concept, concept | {"relatedIdentifier": "10.5281/zenodo.9"}])
    assert [named.scheme for named in two.identifiers] == ["arxiv"]


def test_datacite_knows_some_dates_in_part() -> None:
    assert datacite(dates=[]).published_on == date(2025, 12, 31)
    assert datacite(dates=[{"date": "2024-02", "dateType": "Issued"}]).published_on == date(2024, 2, 29)
    assert datacite(dates=[{"date": "2024-02-03/2024-03-01", "dateType": "Issued"}]).published_on == date(2024, 2, 3)
    assert datacite(dates=[{"date": "soon", "dateType": "Issued"}], publicationYear=None).published_on is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"types": {"resourceTypeGeneral": "Dataset"}}, "of type Dataset, which is no paper"),
        ({"types": {"resourceTypeGeneral": "Software"}}, "of type Software, which is no paper"),
        ({"titles": []}, "the work has no title"),
        ({"doi": "x"}, "doi is none: 'x'"),
        ({"creators": {}}, "creators is an object, not a list"),
        ({"titles": [{"title": 1}]}, "title is a number, not text"),
    ],
)
def test_datacite_is_told_what_cannot_be_used(fields: dict[str, Any], reason: str) -> None:
    assert datacite(**fields) == BadRecord(where="dois: item 1", reason=reason)


def test_datacite_is_asked_by_doi_and_by_arxiv_identifier() -> None:
    entry = {"data": {"attributes": ARXIV_DOI}}
    door = FakeDoor({"https://api.datacite.org/dois/10.48550%2Farxiv.2501.00001": entry})
    asked = [parse_identifier(name) for name in ("2501.00001v2", "10.5555/unknown", "pmid:1")]
    assert [record.title for record in DataCite().fetch(door, asked)] == ["Kites in $\\mathbb{R}^3$: A study"]
    assert door.asked[1:] == ["https://api.datacite.org/dois/10.5555%2Funknown"]


def test_lists_of_datacite_are_read() -> None:
    listed = json.dumps({"data": [{"attributes": ARXIV_DOI}, {"attributes": {}}]}).encode()
    assert [type(record) for record in read_datacite(listed, "dois")] == [PaperRecord, BadRecord]
    with pytest.raises(SourceError, match="dois: an object without a list of data"):
        list(read_datacite(b'{"errors": [{"status": "404"}]}', "dois"))


SCHOLAR: dict[str, Any] = {
    "paperId": "0123456789abcdef0123456789abcdef01234567",
    "externalIds": {"ArXiv": "2501.00001", "DOI": "10.5555/Kites", "PubMed": "123", "CorpusId": 9, "DBLP": "x/y"},
    "title": "Kites  in air",
    "abstract": "They do not fly.",
    "authors": [{"authorId": "1", "name": "Ada Example"}, {"authorId": None, "name": "Ben Example"}],
    "year": 2025,
    "publicationDate": "2025-01-02",
    "venue": "Journal of Air",
    "journal": {"name": "Journal of Air", "volume": "5", "pages": "7\n - 9"},
    "openAccessPdf": {"url": "https://example.org/kites.pdf", "status": "GREEN"},
    "tldr": {"model": "tldr@v2.0.0", "text": "Kites do not."},
}


def scholar(**fields: Any) -> PaperRecord | BadRecord:
    (record,) = read_semantic_scholar(json.dumps(SCHOLAR | fields).encode(), "scholar")
    return record


def test_semantic_scholar_is_read_with_every_field() -> None:
    assert scholar() == PaperRecord(
        title="Kites in air",
        abstract="They do not fly.",
        ref=SCHOLAR["paperId"],
        authors=(AuthorRecord(name="Ada Example"), AuthorRecord(name="Ben Example")),
        identifiers=(
            IdentifierRecord(scheme="arxiv", value="2501.00001"),
            IdentifierRecord(scheme="doi", value="10.5555/kites"),
            IdentifierRecord(scheme="pmid", value="123"),
        ),
        links=(LinkRecord(kind="pdf", url="https://example.org/kites.pdf"),),
        summary="Kites do not.",
        summary_model="tldr@v2.0.0",
        published_on=date(2025, 1, 2),
        journal_ref="Journal of Air 5, 7-9 (2025)",
        where="scholar: item 1",
    )


def test_semantic_scholar_leaves_out_what_it_does_not_know() -> None:
    bare = scholar(**{name: None for name in SCHOLAR if name not in {"paperId", "title"}})
    assert (bare.abstract, bare.identifiers, bare.links, bare.published_on, bare.summary_model) == (
        "",
        (),
        (),
        None,
        "",
    )
    assert scholar(publicationDate=None).published_on == date(2025, 12, 31)
    assert scholar(externalIds={"PubMed": 123}).identifiers == (IdentifierRecord(scheme="pmid", value="123"),)
    assert scholar(externalIds={"DOI": "none"}).identifiers == ()
    assert scholar(journal={"name": "ArXiv", "volume": "abs/2501.00001"}).journal_ref == ""
    assert scholar(openAccessPdf={"url": "https://example.org/page"}).links[0].kind == "other"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": None}, "the paper has no title"),
        ({"publicationDate": "2025"}, "publicationDate is not a date: '2025'"),
        ({"authors": [None]}, "an author is null, not an object"),
    ],
)
def test_semantic_scholar_is_told_what_cannot_be_used(fields: dict[str, Any], reason: str) -> None:
    assert scholar(**fields) == BadRecord(where="scholar: item 1", reason=reason)


def test_semantic_scholar_is_asked_for_many_at_once() -> None:
    def server(url: str) -> list[Any]:
        assert url.startswith("https://api.semanticscholar.org/graph/v1/paper/batch?fields=title,abstract,")
        return [SCHOLAR if name.endswith("7") else None for name in door.posted[-1]["ids"]]

    door = FakeDoor(server)
    names = [*(f"2501.{number:05}" for number in range(600)), "10.5555/kites.7", "pmid:17", "openreview:abc"]
    found = list(SemanticScholar(key="word").fetch(door, [parse_identifier(name) for name in names]))
    assert [len(posted["ids"]) for posted in door.posted] == [500, 102]
    assert door.posted[1]["ids"][-2:] == ["DOI:10.5555/kites.7", "PMID:17"]
    assert door.posted[0]["ids"][0] == "ARXIV:2501.00000"
    assert len(found) == 62
    assert door.headers[0] == {"x-api-key": "word"}


def test_semantic_scholar_that_knows_none_of_them_gives_nothing() -> None:
    asked = [parse_identifier("2501.00001")]
    none = StatusError("400", 400, b'{"error": "No valid paper ids given"}')
    assert list(SemanticScholar().fetch(FakeDoor(lambda url: none), asked)) == []
    assert list(SemanticScholar().fetch(FakeDoor({}), asked)) == []
    with pytest.raises(StatusError):
        list(SemanticScholar().fetch(FakeDoor(lambda url: StatusError("400", 400, b"{}")), asked))
    assert list(SemanticScholar().fetch(FakeDoor({}), [])) == []


WORK: dict[str, Any] = {
    "id": "https://openalex.org/W123",
    "doi": "https://doi.org/10.5555/Kites",
    "title": "Kites in <i>air</i>",
    "type": "article",
    "publication_year": 2025,
    "publication_date": "2025-03-04",
    "ids": {"openalex": "https://openalex.org/W123", "pmid": "https://pubmed.ncbi.nlm.nih.gov/123"},
    "authorships": [
        {
            "author": {"display_name": "A. Example", "orcid": "https://orcid.org/0000-0002-1825-0097"},
            "raw_author_name": "Ada Example",
        },
        {"author": {"display_name": "Ben Example", "orcid": None}},
    ],
    "primary_location": {
        "landing_page_url": "https://doi.org/10.5555/kites",
        "pdf_url": "https://example.org/kites.pdf",
        "license": "cc-by",
        "source": {"display_name": "Journal of Air", "type": "journal"},
    },
    "locations": [{"landing_page_url": "https://arxiv.org/abs/2501.00001", "pdf_url": None}, None],
    "biblio": {"volume": "5", "issue": "2", "first_page": "7", "last_page": "9"},
    "keywords": [{"display_name": "Kite"}, {"keyword": "Air"}],
    "is_retracted": False,
    "abstract_inverted_index": {"fly.": [3], "They": [0], "not": [2], "do": [1]},
}


def openalex(**fields: Any) -> PaperRecord | BadRecord:
    (record,) = read_openalex(json.dumps(WORK | fields).encode(), "works")
    return record


def test_openalex_is_read_with_every_field() -> None:
    told = "Journal of Air 5(2), 7-9 (2025)"
    assert openalex() == PaperRecord(
        title="Kites in air",
        abstract="They do not fly.",
        ref="W123",
        authors=(AuthorRecord(name="Ada Example", orcid="0000-0002-1825-0097"), AuthorRecord(name="Ben Example")),
        identifiers=(
            IdentifierRecord(scheme="doi", value="10.5555/kites"),
            IdentifierRecord(scheme="pmid", value="123"),
            IdentifierRecord(scheme="arxiv", value="2501.00001"),
        ),
        links=(LinkRecord(kind="pdf", url="https://example.org/kites.pdf"),),
        keywords=("Kite", "Air"),
        published_on=date(2025, 3, 4),
        licence="cc-by",
        journal_ref=told,
        statements=(
            StatementRecord(
                kind="published", text=told, url="https://doi.org/10.5555/kites", stated_on=date(2025, 3, 4)
            ),
        ),
        where="works: item 1",
    )


def test_openalex_tells_retractions_and_repositories() -> None:
    assert openalex(is_retracted=True).statements[-1] == StatementRecord(kind="retracted")
    repository = WORK["primary_location"] | {"source": {"display_name": "arXiv", "type": "repository"}}
    assert (openalex(primary_location=repository).journal_ref, openalex(primary_location=repository).statements) == (
        "",
        (),
    )
    assert openalex(primary_location=None).journal_ref == ""
    # The first of January stands for a year of which no more is known.
    assert openalex(publication_date="2024-01-01", publication_year=2024).published_on == date(2024, 12, 31)
    assert openalex(publication_date=None, publication_year=2024).published_on == date(2024, 12, 31)


def test_a_work_that_is_on_arxiv_twice_is_not_taken_for_either() -> None:
    pages = [{"landing_page_url": f"https://arxiv.org/abs/2501.0000{number}"} for number in (1, 2)]
    assert [named.scheme for named in openalex(locations=pages).identifiers] == ["doi", "pmid"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": None, "display_name": None}, "the work has no title"),
        ({"type": "dataset"}, "of type dataset, which is no paper"),
        ({"is_paratext": True}, "of type article, which is no paper"),
        (
            {"title": "Correction to: Kites", "abstract_inverted_index": None},
            "a notice about another paper, not a paper",
        ),
        ({"abstract_inverted_index": [1]}, "abstract_inverted_index is not an object"),
        ({"abstract_inverted_index": {"a": 1}}, "abstract_inverted_index has no list of places for a word"),
        ({"abstract_inverted_index": {"a": [10**9]}}, "abstract_inverted_index has a place that cannot be: 1000000000"),
        ({"abstract_inverted_index": {"a": [-1]}}, "abstract_inverted_index has a place that cannot be: -1"),
        ({"authorships": [1]}, "an authorship is a number, not an object"),
    ],
)
def test_openalex_is_told_what_cannot_be_used(fields: dict[str, Any], reason: str) -> None:
    assert openalex(**fields) == BadRecord(where="works: item 1", reason=reason)


def test_openalex_is_asked_one_by_one() -> None:
    door = FakeDoor(
        {
            "https://api.openalex.org/works/doi:10.5555/kites?api_key=word&mailto=a%40example.org": WORK,
            "https://api.openalex.org/works/doi:10.48550/arxiv.2501.00001?api_key=word&mailto=a%40example.org": WORK,
            "https://api.openalex.org/works/pmid:123?api_key=word&mailto=a%40example.org": WORK,
        }
    )
    asked = [
        parse_identifier(name) for name in ("10.5555/kites", "2501.00001", "pmid:123", "10.5555/no", "openreview:a")
    ]
    found = list(OpenAlex(key="word", contact="a@example.org").fetch(door, asked))
    assert (len(found), len(door.asked)) == (3, 4)
    plain = FakeDoor({"https://api.openalex.org/works/pmid:123": WORK})
    assert len(list(OpenAlex().fetch(plain, asked[2:3]))) == 1


def test_lists_of_openalex_are_read() -> None:
    assert len(list(read_openalex(json.dumps({"results": [WORK, WORK]}).encode(), "works"))) == 2
    assert len(list(read_openalex(json.dumps([WORK]).encode(), "works"))) == 1
    with pytest.raises(SourceError, match="the server says: Invalid query"):
        list(read_openalex(b'{"error": "Invalid query", "message": "x"}', "works"))

"""PubMed: the elements of an article, notices and retractions, and asking for many articles at once."""

from __future__ import annotations

from datetime import date

import pytest

from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.pubmed import PubMed, read_pubmed
from broadsheet.sources.record import (
    AuthorRecord,
    BadRecord,
    IdentifierRecord,
    LinkRecord,
    PaperRecord,
    SourceError,
    StatementRecord,
)
from tests.sources.network.fake_door import FakeDoor

HEAD = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"'
    ' "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
)
DATE = "<PubDate><Year>2025</Year><Month>Jun</Month></PubDate>"
TITLE = "<ArticleTitle>Kites at 10<sup>5</sup>&#xa0;m: H<sub>2</sub>O and <i>air</i>.</ArticleTitle>"
TYPES = "<PublicationType UI='D016428'>Journal Article</PublicationType>"
ARTICLE = f"""<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">123</PMID>
<Article><Journal><JournalIssue><Volume>5</Volume><Issue>2</Issue>{DATE}</JournalIssue>
<Title>Journal of Air</Title></Journal>
{TITLE}<Pagination><MedlinePgn>7-9</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.5555/Kites</ELocationID><ELocationID EIdType="pii" ValidYN="Y">5</ELocationID>
<Abstract><AbstractText Label="BACKGROUND">Kites, p&lt;0.05.</AbstractText>
<AbstractText Label="What is new">No.</AbstractText>
<AbstractText/></Abstract>
<AuthorList><Author ValidYN="Y"><LastName>Example</LastName><ForeName>Ada B</ForeName><Suffix>Jr</Suffix>
<Identifier Source="ORCID">https://orcid.org/0000-0002-1825-0097</Identifier></Author>
<Author ValidYN="N"><LastName>Exampel</LastName></Author>
<Author><CollectiveName>The Kite Group</CollectiveName></Author>
</AuthorList><PublicationTypeList>{TYPES}</PublicationTypeList>
<ArticleDate DateType="Electronic"><Year>2025</Year><Month>05</Month><Day>04</Day></ArticleDate></Article>
<CommentsCorrectionsList></CommentsCorrectionsList>
<KeywordList><Keyword>kite.</Keyword><Keyword>air</Keyword></KeywordList></MedlineCitation>
<PubmedData><History>
<PubMedPubDate PubStatus="entrez"><Year>2025</Year><Month>6</Month><Day>3</Day></PubMedPubDate></History>
<ArticleIdList><ArticleId IdType="pubmed">123</ArticleId><ArticleId IdType="doi">10.5555/kites</ArticleId>
<ArticleId IdType="pmc">PMC77</ArticleId></ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.5555/cited</ArticleId></ArticleIdList></Reference>
</ReferenceList></PubmedData></PubmedArticle>"""
REF = "Journal of Air 5(2), 7-9 (2025)"
PUBLISHED = StatementRecord(kind="published", text=REF, url="https://doi.org/10.5555/kites", stated_on=date(2025, 5, 4))


def answer(*articles: str) -> bytes:
    return f"{HEAD}<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>".encode()


def one(*changes: tuple[str, str]) -> PaperRecord | BadRecord:
    """The article with other pieces in the place of some of its own."""
    article = ARTICLE
    for old, new in changes:
        assert old in article
        article = article.replace(old, new)
    (record,) = read_pubmed(answer(article), "efetch")
    return record


def correction(kind: str) -> tuple[str, str]:
    inside = (
        f'<CommentsCorrections RefType="{kind}"><RefSource>J Air. 2025</RefSource><PMID>9</PMID></CommentsCorrections>'
    )
    return "<CommentsCorrectionsList></CommentsCorrectionsList>", (
        f"<CommentsCorrectionsList>{inside}</CommentsCorrectionsList>"
    )


def test_every_field_is_read() -> None:
    assert one() == PaperRecord(
        title="Kites at 10⁵ m: H₂O and air",
        abstract="Background: Kites, p<0.05.\n\nWhat is new: No.",
        ref="123",
        authors=(
            AuthorRecord(name="Ada B Example Jr", orcid="0000-0002-1825-0097"),
            AuthorRecord(name="The Kite Group"),
        ),
        identifiers=(
            IdentifierRecord(scheme="pmid", value="123"),
            IdentifierRecord(scheme="doi", value="10.5555/kites"),
        ),
        links=(
            LinkRecord(kind="abstract", url="https://pubmed.ncbi.nlm.nih.gov/123/"),
            LinkRecord(kind="other", url="https://pmc.ncbi.nlm.nih.gov/articles/PMC77/"),
        ),
        keywords=("kite", "air"),
        published_on=date(2025, 5, 4),
        journal_ref=REF,
        statements=(PUBLISHED,),
        where="efetch: item 1",
    )


ELECTRONIC = '<ArticleDate DateType="Electronic"><Year>2025</Year><Month>05</Month><Day>04</Day></ArticleDate>'


@pytest.mark.parametrize(
    ("issue", "day"),
    [
        # The day on which PubMed had it tells the day, where it lies in the month that the issue states.
        ("<Year>2025</Year><Month>Jun</Month>", date(2025, 6, 3)),
        ("<Year>2025</Year><Month>Jul</Month>", date(2025, 7, 31)),
        ("<Year>2025</Year><Month>Jul</Month><Day>8</Day>", date(2025, 7, 8)),
        ("<Year>2024</Year>", date(2024, 12, 31)),
        ("<MedlineDate>2024 Nov-Dec</MedlineDate>", date(2024, 11, 30)),
        ("<MedlineDate>no idea</MedlineDate>", date(2025, 6, 3)),
        ("", date(2025, 6, 3)),
    ],
)
def test_an_issue_may_be_dated_in_part(issue: str, day: date) -> None:
    assert one((ELECTRONIC, ""), (DATE, f"<PubDate>{issue}</PubDate>")).published_on == day


def test_a_translated_title_stands_in_brackets() -> None:
    assert one((TITLE, "<ArticleTitle>[Kites in air].</ArticleTitle>")).title == "Kites in air"
    own = "<ArticleTitle/><VernacularTitle>Drachen in der Luft.</VernacularTitle>"
    assert one((TITLE, own)).title == "Drachen in der Luft"


@pytest.mark.parametrize(
    ("kind", "stated"),
    [
        ("RetractionIn", "retracted"),
        ("PartialRetractionIn", "corrected"),
        ("ErratumIn", "corrected"),
        ("CommentIn", None),
        ("Cites", None),
    ],
)
def test_what_became_of_an_article_is_stated(kind: str, stated: str | None) -> None:
    told = [PUBLISHED]
    if stated:
        url = "https://pubmed.ncbi.nlm.nih.gov/9/"
        told.append(StatementRecord(kind=stated, text="J Air. 2025", url=url))
    assert list(one(correction(kind)).statements) == told
    # A retracted article is said to be one in two places.
    twice = one(correction(kind), (TYPES, f"{TYPES}<PublicationType>Retracted Publication</PublicationType>"))
    assert [statement.kind for statement in twice.statements].count("retracted") == 1


def test_a_preprint_is_published_nowhere() -> None:
    found = one((TYPES, "<PublicationType>Preprint</PublicationType>"))
    assert (found.journal_ref, found.statements) == ("", ())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("Journal Article", "Retraction of Publication", "of type Retraction of Publication: a notice about another"),
        ("Journal Article", "Published Erratum", "of type Published Erratum: a notice about another"),
        (TITLE, "<ArticleTitle/>", "the article has no title"),
        ('<PMID Version="1">123</PMID>', "", "the article has no PMID that is a number: ''"),
    ],
)
def test_what_cannot_be_used_is_told(old: str, new: str, reason: str) -> None:
    found = one((old, new))
    assert isinstance(found, BadRecord)
    assert found.reason.startswith(reason)


def test_a_book_does_not_cost_the_articles_beside_it() -> None:
    records = list(read_pubmed(answer("<PubmedBookArticle/>", ARTICLE), "efetch"))
    assert records[0] == BadRecord(where="efetch: item 1", reason="a PubmedBookArticle, which is no article")
    assert records[1].where == "efetch: item 2"
    assert list(read_pubmed(answer(), "efetch")) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{}", "esearch names them without a word"),
        (b"<eFetchResult><ERROR>x</ERROR></eFetchResult>", "not PubMed's articles but an element 'eFetchResult'"),
        (answer(ARTICLE)[:-40], "not well-formed XML"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (
            HEAD.encode().replace(b'.dtd"', b'.dtd" [<!ENTITY a "b">]') + b"<PubmedArticleSet/>",
            "document type declaration",
        ),
        (b"", "not well-formed XML"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        list(read_pubmed(content, "efetch"))


def test_many_are_asked_for_at_once() -> None:
    door = FakeDoor(lambda url: answer(ARTICLE))
    asked = [ParsedIdentifier(scheme="pmid", value=str(number)) for number in range(1, 251)]
    found = list(PubMed(contact="a@example.org").fetch(door, [*asked, parse_identifier("10.5555/kites")]))
    assert (len(found), len(door.asked)) == (2, 2)
    assert door.asked[1].startswith(
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed&retmode=xml&id=201%2C"
    )
    assert door.asked[1].endswith("tool=broadsheet&email=a%40example.org")
    assert list(PubMed().fetch(FakeDoor({}), asked)) == []

"""A small sound file of every format, written for the tests, with the number of its records."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.sources.pages import CARDS, spaced_with_meta

BIBTEX = r"""
% A library of kites.
@string{jok = "Journal of {K}ites"}
@article{muster2019,
  title = {{Kites} in Still Air: {\'E}tudes on $\alpha_{1}$},
  author = {M{\"u}ller, Hans and van Beethoven, Ludwig and {Kite Works, Inc.} and Smith, Jr., J. and others},
  journal = jok # " B", volume = 5, number = {2}, pages = {1--10},
  year = 2019, month = feb,
  doi = {https://doi.org/10.1000/AbC}, eprint = {1901.00001v2}, archivePrefix = {arXiv}, primaryClass = {cs.LG},
  keywords = {kites, still air; wind},
  note = {Best paper},
  abstract = {We fly kites in 100\% still air -- and tell what
    came of it.},
}
@online{owls, title = {Do Owls Count?}, author = {Ada Example}, date = {2021-03-04},
  url = {https://github.com/example/owls}, abstract = "They do."}
"""
RIS = """TY  - JOUR
TI  - Kites in
  Still Air
AU  - Müller, Hans
AU  - Smith, J., Jr.
AB  - We fly kites.
PY  - 2019/02/03/
DO  - 10.1000/AbC
UR  - https://arxiv.org/abs/1901.00001v2
JO  - Journal of Kites
VL  - 5
IS  - 2
SP  - 1
EP  - 10
KW  - kites
KW  - wind
N1  - Best paper
ER  -{blank}

TY  - CONF
T1  - Do Owls Count?
A1  - Example, Ada
N2  - They do.
Y1  - 2021
ER  -{blank}
""".replace("{blank}", " ")
CSL = [
    {
        "id": "http://zotero.org/users/1/items/ABCD1234",
        "type": "article-journal",
        "title": "Kites <i>in</i> Still Air",
        "author": [
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
            {"literal": "Kite Works, Inc."},
        ],
        "issued": {"date-parts": [["2019", 2, 3]]},
        "DOI": "10.1000/AbC",
        "URL": "https://example.org/kites.pdf",
        "note": "arXiv:1901.00001 [cs]\nPMID: 1234",
        "container-title": "Journal of Kites",
        "volume": 5,
        "issue": "2",
        "page": "1-10",
        "abstract": "We fly <b>kites</b>.",
        "keyword": "kites, wind",
    },
    {"id": "owls", "type": "article", "title": "Do Owls Count?", "issued": {"raw": "March 2021"}, "publisher": "arXiv"},
]
KAGGLE = [
    {
        "id": "0704.0001",
        "submitter": "Hans Muster",
        "authors": 'Hans M\\"uller and Ada Example',
        "title": "Kites in Still\n  Air",
        "comments": "10 pages, 2 figures",
        "journal-ref": "J.Kites 5 (2007) 1",
        "doi": "10.1000/kites",
        "report-no": "KITE-07-01",
        "categories": "hep-ph cs.LG",
        "license": "http://creativecommons.org/licenses/by/4.0/",
        "abstract": "  We fly kites in still\nair.\n",
        "versions": [
            {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
            {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        ],
        "update_date": "2008-11-26",
        "authors_parsed": [["Müller", "Hans", ""], ["Example", "Ada", "Jr.", "Owl Works"]],
    },
    {
        "id": "hep-th/9901001",
        "submitter": None,
        "authors": "Ada Example",
        "title": "Do Owls Count?",
        "comments": "This paper has been withdrawn by the author due to an error in lemma 2",
        "journal-ref": None,
        "doi": None,
        "report-no": None,
        "categories": "hep-th",
        "license": None,
        "abstract": "They do.",
        "versions": [{"version": "v1", "created": "Fri, 1 Jan 1999 08:00:00 GMT"}],
        "update_date": "1999-01-02",
        "authors_parsed": [["Example", "Ada", ""]],
    },
]
ITEM = {
    "paper": {
        "id": "2501.00001",
        "title": "Kites in Still Air",
        "summary": "We fly kites.",
        "authors": [{"name": "Ada Example", "hidden": False}],
        "publishedAt": "2025-01-01T00:00:00.000Z",
        "upvotes": 12,
    },
    "numComments": 3,
    "submittedBy": {"name": "ann"},
}
_PROPS = {
    "dateString": "2025-01-10T00:00:00.000Z",
    "dailyPapers": [ITEM, {"paper": {**ITEM["paper"], "id": "2501.00002"}}],
}
DAILY_PAGE = (
    "<!doctype html>\n<html><head><title>Daily Papers</title></head><body>\n"
    '<div class="SVELTE_HYDRATER contents" data-target="MainHeader" data-props="{&quot;n&quot;:1}"></div>\n'
    '<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="'
    + json.dumps(_PROPS).replace("&", "&amp;").replace('"', "&quot;")
    + '"><article><h3><a href="/papers/2501.00001">Kites</a></h3></article></div></body></html>\n'
)
CARDS_PAGE = """<html><head><link rel="canonical" href="https://huggingface.co/papers?q=still+air"></head><body>
<article class="relative flex"><div class="leading-none">1,234</div><div>Submitted by <img src="x.png"> ann</div>
<h3 class="mb-1"><a href="/papers/2501.00001" class="line-clamp-3">Kites &amp; <b>Still</b> Air</a></h3>
<p>We fly kites in still air and tell in order what came of it, for each kite and each day, with the weather.</p>
<span>· 12 authors</span><a href="/organizations/kite-works">Kite Works</a></article>
<article><h3><a href="https://huggingface.co/papers/2501.00002">Do Owls Count?</a></h3></article>
</body></html>
"""
ZOTERO = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/"
 xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/" xmlns:link="http://purl.org/rss/1.0/modules/link/">
<bib:Article rdf:about="http://arxiv.org/abs/1901.00001">
 <z:itemType>journalArticle</z:itemType><dcterms:isPartOf rdf:resource="urn:issn:0000-0001"/>
 <bib:authors><rdf:Seq>
  <rdf:li><foaf:Person><foaf:surname>Müller</foaf:surname><foaf:givenName>Hans</foaf:givenName></foaf:Person></rdf:li>
  <rdf:li><foaf:Person><foaf:surname>Kite Works</foaf:surname></foaf:Person></rdf:li>
 </rdf:Seq></bib:authors>
 <link:link rdf:resource="#item_2"/><dc:subject>kites</dc:subject>
 <dc:subject><z:AutomaticTag><rdf:value>still air</rdf:value></z:AutomaticTag></dc:subject>
 <dc:title>Kites in Still Air</dc:title><dcterms:abstract>We fly kites.</dcterms:abstract><dc:date>2019-02-03</dc:date>
 <dc:identifier><dcterms:URI><rdf:value>http://arxiv.org/abs/1901.00001</rdf:value></dcterms:URI></dc:identifier>
 <bib:pages>1-10</bib:pages><dc:description>arXiv:1901.00001 [cs]</dc:description>
</bib:Article>
<bib:Journal rdf:about="urn:issn:0000-0001"><dc:title>Journal of Kites</dc:title><prism:volume>5</prism:volume>
 <prism:number>2</prism:number><dc:identifier>DOI 10.1000/AbC</dc:identifier>
 <dc:identifier>ISSN 0000-0001</dc:identifier>
</bib:Journal>
<z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title></z:Attachment>
<rdf:Description rdf:about="#item_3"><z:itemType>conferencePaper</z:itemType><dc:title>Do Owls Count?</dc:title>
 <dcterms:isPartOf><bib:Journal><dc:title>Proceedings of Owls</dc:title></bib:Journal></dcterms:isPartOf>
</rdf:Description>
</rdf:RDF>
"""
OAI_RECORDS = """<record><header><identifier>oai:arXiv.org:0704.0001</identifier><datestamp>2008-11-26</datestamp>
<setSpec>physics:hep-ph</setSpec></header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"
 xsi:schemaLocation="http://arxiv.org/OAI/arXiv/ http://arxiv.org/OAI/arXiv.xsd"><id>0704.0001</id>
<created>2007-04-02</created><updated>2007-07-24</updated><authors><author><keyname>Müller</keyname>
<forenames>Hans</forenames></author></authors><title>Kites in Still
  Air</title><categories>hep-ph cs.LG</categories><comments>10 pages</comments><doi>10.1000/kites</doi>
<abstract>  We fly kites.
</abstract></arXiv></metadata></record>
<record><header status="deleted"><identifier>oai:arXiv.org:0704.0002</identifier><datestamp>2008-11-27</datestamp>
</header></record>
<record><header><identifier>oai:arXiv.org:hep-th/9901001</identifier><datestamp>2008-11-26</datestamp></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>hep-th/9901001</id><submitter>Ada Example</submitter>
<version version="v1"><date>Fri, 1 Jan 1999 08:00:00 GMT</date><size>10kb</size></version><title>Do Owls Count?</title>
<authors>Ada Example and Hans Muster (Owl Works)</authors><categories>hep-th</categories><abstract>They do.</abstract>
</arXivRaw></metadata></record>
"""
OAI = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><responseDate>2025-01-10T00:00:00Z</responseDate>\n'
    '<request verb="ListRecords">http://example.org/oai</request><ListRecords>\n'
    + OAI_RECORDS
    + "<resumptionToken>abc|1001</resumptionToken></ListRecords></OAI-PMH>\n"
)
ARXIV_API = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><link href="http://arxiv.org/api/query?id_list=1901.00001" rel="self"/>
<title type="html">ArXiv Query: id_list=1901.00001</title><id>http://arxiv.org/api/abc</id>
<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/1901.00001v2</id><updated>2019-02-03T10:00:00Z</updated>
<published>2019-01-01T10:00:00Z</published><title>Kites in Still Air</title><summary>  We fly kites.
</summary><author><name>Hans Müller</name></author>
<arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">10 pages</arxiv:comment>
<arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.LG"/><category term="cs.LG"/>
</entry></feed>
"""
ARXIV_FEED = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>
<title>cs.LG updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.LG</link>
<description>cs.LG updates on the arXiv.org e-print archive.</description>
<pubDate>Fri, 10 Jan 2025 00:00:00 -0500</pubDate>
<item><title>Kites in Still Air</title><link>https://arxiv.org/abs/2501.00001</link>
<description>arXiv:2501.00001v1 Announce Type: new
Abstract: We fly kites.</description><guid isPermaLink="false">oai:arXiv.org:2501.00001v1</guid>
<category>cs.LG</category><arxiv:announce_type>new</arxiv:announce_type>
<dc:creator>Hans Müller, Ada Example</dc:creator>
</item></channel></rss>
"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Journal of Kites</title><link>https://example.org/</link>
<description>New papers</description><item><title>Kites in Still Air</title><link>https://example.org/papers/1</link>
<description>&lt;p&gt;We fly kites.&lt;/p&gt;</description><pubDate>Fri, 10 Jan 2025 00:00:00 GMT</pubDate>
<guid>https://doi.org/10.1000/AbC</guid></item></channel></rss>
"""
PUBMED = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">12345678</PMID>
<Article PubModel="Print"><Journal><JournalIssue><Volume>5</Volume>
<PubDate><Year>2019</Year><Month>Feb</Month></PubDate>
</JournalIssue><Title>Journal of Kites</Title></Journal><ArticleTitle>Kites in <i>Still</i> Air.</ArticleTitle>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/AbC</ELocationID>
<Abstract><AbstractText Label="AIM">We fly kites.</AbstractText></Abstract>
<AuthorList CompleteYN="Y">
<Author ValidYN="Y"><LastName>Müller</LastName><ForeName>Hans</ForeName></Author></AuthorList>
</Article></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">12345678</ArticleId></ArticleIdList>
</PubmedData></PubmedArticle>
</PubmedArticleSet>
"""
_WORK = {
    "DOI": "10.1000/AbC",
    "type": "journal-article",
    "title": ["Kites in Still Air"],
    "author": [{"given": "Hans", "family": "Müller"}],
    "issued": {"date-parts": [[2019, 2, 3]]},
    "container-title": ["Journal of Kites"],
    "reference-count": 3,
    "is-referenced-by-count": 1,
}
CROSSREF = {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": _WORK}
OPENALEX = {
    "meta": {"count": 1},
    "results": [
        {
            "id": "https://openalex.org/W1",
            "doi": "https://doi.org/10.1000/abc",
            "title": "Kites in Still Air",
            "type": "article",
            "publication_date": "2019-02-03",
            "authorships": [{"author": {"display_name": "Hans Müller"}}],
            "abstract_inverted_index": {"We": [0], "fly": [1], "kites.": [2]},
        }
    ],
}
SEMANTIC_SCHOLAR = {
    "total": 1,
    "offset": 0,
    "data": [
        {
            "paperId": "c0ffee",
            "externalIds": {"ArXiv": "1901.00001", "DOI": "10.1000/AbC"},
            "title": "Kites in Still Air",
            "abstract": "We fly kites.",
            "authors": [{"name": "Hans Müller"}],
            "publicationDate": "2019-02-03",
        }
    ],
}
BIORXIV = {
    "messages": [{"status": "ok", "interval": "2019-02-03:2019-02-03", "cursor": 0, "count": 1, "total": "1"}],
    "collection": [
        {
            "doi": "10.1101/123456",
            "title": "Kites in Still Air",
            "authors": "Müller, H.; Example, A.",
            "date": "2019-02-03",
            "version": "1",
            "type": "new results",
            "license": "cc_by",
            "category": "neuroscience",
            "jatsxml": "https://example.org/123456.xml",
            "abstract": "We fly kites.",
            "published": "NA",
            "server": "medRxiv",
        }
    ],
}
DATACITE = {
    "data": {
        "id": "10.1000/abc",
        "type": "dois",
        "attributes": {
            "doi": "10.1000/abc",
            "titles": [{"title": "Kites in Still Air"}],
            "creators": [{"name": "Müller, Hans", "givenName": "Hans", "familyName": "Müller"}],
            "descriptions": [{"description": "We fly kites.", "descriptionType": "Abstract"}],
            "publicationYear": 2019,
            "types": {"resourceTypeGeneral": "Preprint"},
        },
    }
}
OPENREVIEW = {
    "notes": [
        {
            "id": "aBcD123",
            "forum": "aBcD123",
            "cdate": 1_549_152_000_000,
            "content": {
                "title": {"value": "Kites in Still Air"},
                "abstract": {"value": "We fly kites."},
                "authors": {"value": ["Hans Müller"]},
            },
        }
    ],
    "count": 1,
}
JSON_LINES = [
    {
        "_id": "2501.00001",
        "title": "Kites in Still Air",
        "text": "We fly kites.",
        "authors": ["Ada Example"],
        "date": "2025-01-10",
    },
    {"_id": "owls", "title": "", "abstract": "They do count.", "github": "https://github.com/example/owls", "votes": 3},
]


@dataclass(frozen=True)
class Sample:
    """A file's name and content, its format, and how many records it holds."""

    format: str
    content: bytes
    records: int
    name: str


def _lines(values: list[object]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def _sample(format: str, content: str, records: int, name: str) -> Sample:
    return Sample(format, content.encode(), records, name)


SAMPLES: tuple[Sample, ...] = (
    _sample("saved-page", spaced_with_meta(CARDS), len(CARDS), "page.txt"),
    _sample("bibtex", BIBTEX, 2, "library.bib"),
    _sample("ris", RIS, 2, "library.ris"),
    _sample("daily-papers-page", DAILY_PAGE, 2, "papers.html"),
    _sample("daily-papers-page", CARDS_PAGE, 2, "cards.html"),
    _sample("zotero-rdf", ZOTERO, 2, "library.rdf"),
    _sample("csl-json", json.dumps(CSL, indent=1), 2, "library.json"),
    _sample("kaggle-arxiv", _lines(KAGGLE), 2, "snapshot.json"),
    _sample("arxiv-oai", OAI, 3, "oai.xml"),
    _sample("arxiv-api", ARXIV_API, 1, "query.xml"),
    _sample("arxiv-feed", ARXIV_FEED, 1, "cs.LG.xml"),
    _sample("feed", FEED, 1, "kites.xml"),
    _sample("pubmed", PUBMED, 1, "efetch.xml"),
    _sample("crossref", json.dumps(CROSSREF), 1, "work.json"),
    _sample("openalex", json.dumps(OPENALEX), 1, "works.json"),
    _sample("semantic-scholar", json.dumps(SEMANTIC_SCHOLAR), 1, "search.json"),
    _sample("biorxiv", json.dumps(BIORXIV), 1, "details.json"),
    _sample("datacite", json.dumps(DATACITE), 1, "doi.json"),
    _sample("openreview", json.dumps(OPENREVIEW), 1, "notes.json"),
    _sample("jsonl", _lines(JSON_LINES), 2, "papers.jsonl"),
    _sample("daily-papers-api", json.dumps([ITEM]), 1, "answer.json"),
)

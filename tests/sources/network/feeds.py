"""Feeds as journals and archives write them, each of one invented paper."""

from __future__ import annotations

_RDF = (
    '<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns="http://purl.org/rss/1.0/">'
    '<channel rdf:about="https://example.org"><title>Feed</title><link>https://example.org</link></channel>'
)
_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><title>Feed</title>'
)


def rdf(item: str, about: str = "https://example.org/1") -> str:
    return f'{_RDF}<item rdf:about="{about}">{item}</item></rdf:RDF>'


def rss(*items: str) -> str:
    return f"{_RSS}{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"


PUBMED = rss(
    "<title>Kites in air</title><link>https://pubmed.ncbi.nlm.nih.gov/123/?utm_source=x&amp;ff=2025</link>"
    "<description>Kites do not fly</description><content:encoded><![CDATA["
    '<div><p style="color: #4aa564;">J Air. 2025 Jun 3;5(2):7-9. doi: 10.5555/kites. Online ahead of print.</p>'
    "<p><b>ABSTRACT</b></p><p><b>BACKGROUND:</b> Kites fly, unlike those of doi 10.5555/other.</p>"
    "<p><b>RESULTS:</b> p &lt; 0.05.</p><p>PMID:<a href='https://pubmed.ncbi.nlm.nih.gov/123/?x'>123</a> | "
    "DOI:<a href=https://doi.org/10.5555/kites>10.5555/kites</a></p></div>]]></content:encoded>"
    '<guid isPermaLink="false">pubmed:123</guid><pubDate>Tue, 03 Jun 2025 06:00:00 -0400</pubDate>'
    "<dc:creator>Ada Example</dc:creator><dc:creator>Ben B Example</dc:creator><dc:date>2025-06-03</dc:date>"
    "<dc:identifier>pmid:123</dc:identifier><dc:identifier>doi:10.5555/kites</dc:identifier>"
)
BIORXIV = rdf(
    "<title><![CDATA[Kites of <i>E. coli</i>]]></title>"
    "<link>http://biorxiv.org/cgi/content/short/2025.06.01.000001v1?rss=1</link>"
    "<description><![CDATA[They do not fly.]]></description>"
    "<dc:creator><![CDATA[Example, A. B., van Example, C.]]></dc:creator><dc:date>2025-06-02</dc:date>"
    "<dc:identifier>doi:10.1101/2025.06.01.000001</dc:identifier><dc:title><![CDATA[Other]]></dc:title>"
    "<prism:publicationDate>2025-06-02</prism:publicationDate>",
    "http://biorxiv.org/cgi/content/short/2025.06.01.000001v1?rss=1",
)
JOURNAL = rdf(
    "<title><![CDATA[Kites in air]]></title><link>https://www.journal.example.org/articles/s1</link>"
    "<content:encoded><![CDATA[<p>Journal of Air, Published online: 03 June 2025; "
    '<a href="https://www.journal.example.org/articles/s1">doi:10.5555/kites</a></p>They do not fly.]]>'
    "</content:encoded><dc:creator>Ada Example</dc:creator><dc:creator>Ben Example</dc:creator>"
    "<dc:identifier>doi:10.5555/kites</dc:identifier><dc:date>2025-06-03</dc:date>"
    "<prism:publicationName>Journal of Air</prism:publicationName><prism:doi>10.5555/kites</prism:doi>",
    "https://www.journal.example.org/articles/s1",
)
PUBLISHER = rss(
    "<title><![CDATA[Kites in air]]></title><link>https://publisher.example.org/article/pii/S1?rss=yes</link>"
    "<description><![CDATA[<p>Publication date: June 2025</p><p><b>Source:</b> Journal of Air, Volume 5</p>"
    "<p>Author(s): Ada Example, Ben Example</p>]]></description><guid>https://publisher.example.org/article/pii/S1</guid>"
)
SOCIETY = rdf(
    "<title>Kites in air</title><link>https://dl.acm.org/doi/abs/10.5555/kites?af=R</link>"
    '<description>Proceedings on Air, &lt;a href="x"&gt;Volume 5&lt;/a&gt;, Issue 2, Page 1-30, June 2025. '
    "&lt;br/&gt;They do not fly.</description>"
    "<dc:date>2025-06-03T07:00:00Z</dc:date><dc:creator>Ada Example</dc:creator>"
    "<prism:publicationName>Proceedings on Air</prism:publicationName>"
    "<prism:coverDate>2025-06-30T07:00:00Z</prism:coverDate>",
    "https://dl.acm.org/doi/abs/10.5555/kites?af=R",
)
ATOM = (
    '<?xml version="1.0" encoding="ISO-8859-1"?><feed xmlns="http://www.w3.org/2005/Atom"><title>JAR</title>'
    "<id>https://jar.example.org/</id><updated>2025-06-03T00:00:00Z</updated><entry><title>Ünruly kites</title>"
    '<id>https://jar.example.org/papers/v5/example25a.html</id><link href="v5/example25a.html"/>'
    '<link rel="related" type="application/pdf" href="v5/example25a.pdf"/>'
    "<author><name>Ada Example</name></author><author><name>Ben Example</name></author>"
    "<published>2025-06-03T00:00:00Z</published><updated>2025-06-05T00:00:00Z</updated>"
    '<summary type="html">&lt;p&gt;They &amp;lt; fly.&lt;/p&gt;</summary><category term="kites"/></entry></feed>'
)
ARXIV = rss(
    "<title>Kites</title><link>https://arxiv.org/abs/2501.00001</link><description>arXiv:2501.00001v3 Announce Type: "
    'replace \nAbstract: They fly.</description><guid isPermaLink="false">oai:arXiv.org:2501.00001v3</guid>'
    "<category>cs.LG</category><pubDate>Tue, 03 Jun 2025 00:00:00 -0400</pubDate>"
    "<arxiv:announce_type>replace</arxiv:announce_type><dc:creator>Ada Example, Ben Example</dc:creator>"
    "<dc:rights>https://creativecommons.org/licenses/by/4.0/</dc:rights>"
)

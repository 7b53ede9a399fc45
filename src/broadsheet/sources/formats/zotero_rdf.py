"""Papers from a library that Zotero exported as RDF: RDF/XML with words of Dublin Core, PRISM and FOAF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from broadsheet.sources.data_file import DataFile
from broadsheet.sources.fields import FieldError, checked_text, tidy_address
from broadsheet.sources.file_shape import Head
from broadsheet.sources.formats.entries import Entry, journal_reference, paper_of
from broadsheet.sources.known_days import day_of
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.partial_dates import parse_partial
from broadsheet.sources.record import AuthorRecord, BadRecord, PaperRecord, SourceFile
from broadsheet.sources.safe_xml import parse_xml
from broadsheet.sources.text_file import slugify

FORMAT = "zotero-rdf"
# A library of a hundred thousand items; the file is the own one of whoever imports it.
MOST_ELEMENTS = 5_000_000

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_Z = "{http://www.zotero.org/namespaces/export#}"
_BIB = "{http://purl.org/net/biblio#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_PRISM = "{http://prismstandard.org/namespaces/1.2/basic/}"
_FOAF = "{http://xmlns.com/foaf/0.1/}"
_LINK = "{http://purl.org/rss/1.0/modules/link/}"

# Kinds of items that are no papers, and nodes that only belong to one.
_NO_PAPERS = frozenset({"attachment", "note", "annotation", "webpage", "film", "artwork", "map", "audioRecording"})
_PARTS = frozenset({f"{_Z}Attachment", f"{_Z}Collection", f"{_BIB}Memo", f"{_BIB}Journal", f"{_BIB}Series"})
_NOTED = re.compile(r"^\s*(?:arxiv|pmid)\s*:\s*\S+", re.IGNORECASE | re.MULTILINE)


def looks_like_zotero_rdf(head: Head) -> bool:
    """Whether it is RDF/XML that uses Zotero's own words."""
    return head.xml is not None and head.xml.name == "RDF" and "zotero.org/namespaces/export" in head.xml.attributes


def read_zotero_rdf(file: DataFile) -> SourceFile:
    """Read one paper an item, without attachments, notes and web pages.

    The key of an item is its address in Zotero where it has one. The source is named after the file.
    Raises ``SourceError`` if the file is no sound XML.
    """
    root = parse_xml(file.content(), file.name, most_elements=MOST_ELEMENTS)
    nodes = {about: node for node in root if (about := node.get(f"{_RDF}about"))}
    uses = Counter(part.get(f"{_RDF}resource", "") for part in root.iterfind(f"*/{_TERMS}isPartOf") if not len(part))
    uses[""] = 0
    records = tuple(_records(file, root, nodes, uses))
    return SourceFile(source=f"{FORMAT}:{slugify(file.stem) or 'papers'}", format=FORMAT, records=records)


def _records(
    file: DataFile, root: Element, nodes: dict[str, Element], uses: Counter[str]
) -> Iterator[PaperRecord | BadRecord]:
    number = 0
    for node in root:
        kind = node.findtext(f"{_Z}itemType") or ""
        if node.tag in _PARTS or kind in _NO_PAPERS:
            continue
        number += 1
        where = f"{file.name}: item {number}"
        try:
            yield paper_of(_described(node, nodes, uses), where)
        except FieldError as error:
            yield BadRecord(where=where, reason=str(error))


def _described(node: Element, nodes: dict[str, Element], uses: Counter[str]) -> Entry:
    journal = _journal(node, nodes)
    identifiers = _identifiers(node)
    if journal is not None and uses[journal.get(f"{_RDF}about", "")] <= 1:
        # Zotero writes a paper's DOI beside its journal's numbers; a journal that several papers share tells nothing.
        identifiers += _identifiers(journal)
    url, extra = tidy_address("a link", _uri(node)), _text(node, f"{_DC}description")
    published = parse_partial(_text(node, f"{_DC}date"))
    about = node.get(f"{_RDF}about") or ""
    title = plain_line(_text(node, f"{_DC}title"))
    return Entry(
        title=title,
        abstract=plain_text(_text(node, f"{_TERMS}abstract")),
        ref=about if re.fullmatch(r"https?://zotero\.org/\S+/items/\w+", about) else "",
        authors=tuple(_authors(node)),
        named=(*identifiers, *(match[0] for match in _NOTED.finditer(extra)), url, about, _text(node, f"{_Z}number")),
        urls=(url,),
        keywords=tuple(_keywords(node)),
        published_on=day_of(published),
        remarks=plain_line(extra),
        licence=_text(node, f"{_DC}rights"),
        journal_ref=journal_reference(
            plain_line(_text(journal, f"{_DC}title")) if journal is not None else "",
            _text(node, f"{_PRISM}volume") or _text(journal, f"{_PRISM}volume"),
            _text(node, f"{_PRISM}number") or _text(journal, f"{_PRISM}number"),
            _text(node, f"{_BIB}pages"),
            str(published[0]) if published else "",
        ),
    )


def _text(node: Element | None, tag: str) -> str:
    found = node.find(tag) if node is not None else None
    return checked_text(tag.rpartition("}")[2], "".join(found.itertext())).strip() if found is not None else ""


def _journal(node: Element, nodes: dict[str, Element]) -> Element | None:
    """What the paper is a part of: inside it, or a node of its own that it points to."""
    for part in node.findall(f"{_TERMS}isPartOf"):
        whole = part[0] if len(part) else nodes.get(part.get(f"{_RDF}resource") or "")
        if whole is not None and whole is not node:
            return whole
    return None


def _identifiers(node: Element) -> list[str]:
    """The texts of ``dc:identifier`` that name papers (``DOI 10.1000/1``)."""
    texts = (checked_text("identifier", found.text or "").strip() for found in node.findall(f"{_DC}identifier"))
    return [text.removeprefix("DOI").strip() for text in texts if text and not text.startswith(("ISSN", "ISBN"))]


def _uri(node: Element) -> str:
    found = node.find(f"{_DC}identifier/{_TERMS}URI/{_RDF}value")
    return (found.text or "").strip() if found is not None else ""


def _authors(node: Element) -> Iterator[AuthorRecord]:
    for person in node.iterfind(f"{_BIB}authors/{_RDF}Seq/{_RDF}li/{_FOAF}Person"):
        given = _text(person, f"{_FOAF}givenName") or _text(person, f"{_FOAF}givenname")
        yield AuthorRecord(name=" ".join(f"{given} {_text(person, f'{_FOAF}surname')}".split()))


def _keywords(node: Element) -> Iterator[str]:
    for subject in node.findall(f"{_DC}subject"):
        yield checked_text("subject", " ".join("".join(subject.itertext()).split()))

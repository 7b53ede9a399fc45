"""Papers of the collection written in every format that is measured, as their servers and programs write it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

RECORDS_IN_AN_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the collection."""

    number: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    day: str

    @property
    def arxiv_id(self) -> str:
        """An identifier that no other paper of the file has."""
        month, serial = divmod(self.number, 99_999)
        return f"{15 + month // 12 % 84:02}{month % 12 + 1:02}.{serial + 1:05}"

    @property
    def names(self) -> list[tuple[str, str]]:
        """Forenames and surname of each author."""
        return [(first, last) for first, _, last in (name.rpartition(" ") for name in self.authors)]


def papers_of(lines: Sequence[str]) -> list[Paper]:
    """The papers of a collection's lines."""
    found = []
    for number, line in enumerate(lines):
        told = json.loads(line)
        authors = tuple(" ".join(name.split()) for name in told.get("authors") or ("Ada Example",))
        found.append(Paper(number, told["title"], told["text"], authors, told.get("date") or "2025-01-02"))
    return found


def bibtex(papers: Sequence[Paper]) -> str:
    """One entry a paper, with abstract."""
    return "".join(
        f"@article{{key{paper.number},\n  title = {{{_braced(paper.title)}}},\n"
        f"  author = {{{' and '.join(f'{_braced(last)}, {_braced(first)}' for first, last in paper.names)}}},\n"
        f"  year = {{{paper.day[:4]}}},\n  journal = {{Journal of Examples}},\n  eprint = {{{paper.arxiv_id}}},\n"
        f"  archivePrefix = {{arXiv}},\n  abstract = {{{_braced(paper.abstract)}}}\n}}\n\n"
        for paper in papers
    )


def _braced(text: str) -> str:
    return text.replace("{", "").replace("}", "").replace("\\", "").replace("@", "")


def ris(papers: Sequence[Paper]) -> str:
    """One record a paper, with abstract."""
    return "".join(
        "TY  - JOUR\n"
        f"TI  - {' '.join(paper.title.split())}\n"
        + "".join(f"AU  - {last}, {first}\n" for first, last in paper.names)
        + f"PY  - {paper.day.replace('-', '/')}\nUR  - https://arxiv.org/abs/{paper.arxiv_id}\n"
        f"AB  - {' '.join(paper.abstract.split())}\nER  - \n\n"
        for paper in papers
    )


def csl_json(papers: Sequence[Paper]) -> str:
    """One array."""
    return json.dumps(
        [
            {
                "id": f"key{paper.number}",
                "type": "article-journal",
                "title": paper.title,
                "abstract": paper.abstract,
                "author": [{"given": first, "family": last} for first, last in paper.names],
                "issued": {"date-parts": [[int(part) for part in paper.day.split("-")]]},
                "URL": f"https://arxiv.org/abs/{paper.arxiv_id}",
            }
            for paper in papers
        ]
    )


def json_lines(papers: Sequence[Paper]) -> str:
    """One object a line."""
    return "".join(
        json.dumps(
            {
                "_id": paper.arxiv_id,
                "title": paper.title,
                "text": paper.abstract,
                "authors": paper.authors,
                "date": paper.day,
            }
        )
        + "\n"
        for paper in papers
    )


def snapshot_line(paper: Paper) -> str:
    """The line of a paper in the Kaggle snapshot."""
    return json.dumps(
        {
            "id": paper.arxiv_id,
            "submitter": paper.authors[0],
            "authors": ", ".join(paper.authors),
            "title": paper.title,
            "comments": "12 pages, 3 figures",
            "journal-ref": None,
            "doi": None,
            "report-no": None,
            "categories": "cs.LG cs.CL",
            "license": "http://creativecommons.org/licenses/by/4.0/",
            "abstract": f"  {paper.abstract}\n",
            "versions": [
                {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
                {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
            ],
            "update_date": paper.day,
            "authors_parsed": [[last, first, ""] for first, last in paper.names],
        }
    )


def snapshot(papers: Sequence[Paper]) -> str:
    """The Kaggle snapshot."""
    return "".join(f"{snapshot_line(paper)}\n" for paper in papers)


def oai(papers: Sequence[Paper]) -> str:
    """A dump of OAI-PMH in arXiv's own format."""
    records = "".join(
        f"<record><header><identifier>oai:arXiv.org:{paper.arxiv_id}</identifier><datestamp>{paper.day}</datestamp>"
        f"<setSpec>cs:cs:LG</setSpec></header><metadata><arXiv xmlns='http://arxiv.org/OAI/arXiv/'>"
        f"<id>{paper.arxiv_id}</id><created>{paper.day}</created><authors>{_oai_authors(paper)}</authors>"
        f"<title>{escape(paper.title)}</title>"
        f"<categories>cs.LG cs.CL</categories><abstract>{escape(paper.abstract)}</abstract></arXiv></metadata>"
        "</record>\n"
        for paper in papers
    )
    namespace = 'xmlns="http://www.openarchives.org/OAI/2.0/"'
    return f"<?xml version='1.0'?>\n<OAI-PMH {namespace}><ListRecords>{records}</ListRecords></OAI-PMH>"


def _oai_authors(paper: Paper) -> str:
    return "".join(
        f"<author><keyname>{escape(last)}</keyname><forenames>{escape(first)}</forenames></author>"
        for first, last in paper.names
    )


def api(papers: Sequence[Paper]) -> str:
    """An answer of arXiv's API."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{paper.arxiv_id}v1</id><updated>{paper.day}T00:00:00Z</updated>"
        f"<published>{paper.day}T00:00:00Z</published><title>{escape(paper.title)}</title>"
        f"<summary>{escape(paper.abstract)}</summary>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
        + "<category term='cs.LG'/></entry>\n"
        for paper in papers
    )
    head = "<id>http://arxiv.org/api/x</id><title>ArXiv Query: x</title>"
    return f"<?xml version='1.0'?>\n<feed xmlns='http://www.w3.org/2005/Atom'>{head}{entries}</feed>"


def feed(papers: Sequence[Paper]) -> str:
    """A journal's RSS."""
    items = "".join(
        f"<item><title>{escape(paper.title)}</title><link>https://example.org/{paper.number}</link>"
        f"<description>{escape(paper.abstract)}</description><guid>https://example.org/{paper.number}</guid>"
        f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>\n"
        for paper in papers
    )
    dc = "xmlns:dc='http://purl.org/dc/elements/1.1/'"
    return f"<?xml version='1.0'?>\n<rss version='2.0' {dc}><channel><title>Examples</title>{items}</channel></rss>"


def openalex(papers: Sequence[Paper]) -> str:
    """An answer of OpenAlex, with its abstracts as indexes of words."""
    return json.dumps({"meta": {"count": len(papers)}, "results": [_openalex_work(paper) for paper in papers]})


def _openalex_work(paper: Paper) -> dict[str, object]:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(paper.abstract.split()):
        places.setdefault(word, []).append(place)
    return {
        "id": f"https://openalex.org/W{paper.number + 1}",
        "doi": f"https://doi.org/10.48550/arxiv.{paper.arxiv_id}",
        "title": paper.title,
        "type": "article",
        "publication_date": paper.day,
        "authorships": [{"author": {"display_name": name}} for name in paper.authors],
        "abstract_inverted_index": places,
    }


FILES: dict[str, Callable[[Sequence[Paper]], str]] = {
    "kaggle-arxiv": snapshot,
    "jsonl": json_lines,
    "csl-json": csl_json,
    "bibtex": bibtex,
    "ris": ris,
    "arxiv-oai": oai,
    "arxiv-api": api,
    "feed": feed,
    "openalex": openalex,
}
"""By the name of the format."""


def snapshot_lines(papers: Sequence[Paper], count: int) -> Iterator[bytes]:
    """``count`` lines of a snapshot, each paper under many identifiers, about a megabyte at a time."""
    told = [snapshot_line(paper).partition(paper.arxiv_id) for paper in papers]
    parts = [(before.encode(), after.encode()) for before, _, after in told]
    held = bytearray()
    for number in range(count):
        before, after = parts[number % len(parts)]
        month, serial = divmod(number, 99_999)
        held += b"%s%02d%02d.%05d%s\n" % (before, 15 + month // 12 % 84, month % 12 + 1, serial + 1, after)
        if len(held) > 1 << 20:
            yield bytes(held)
            held.clear()
    yield bytes(held)

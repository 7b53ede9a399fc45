"""RIS (Research Information Systems' tagged format) in UTF-8, as reference managers read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from broadsheet.catalogue.exporting.citing import Cited, given_and_family


def write(papers: Iterable[Cited]) -> str:
    """Papers as records; every value is one line, since a line of its own could be read as another tag."""
    return "".join("".join(f"{tag}  - {text}\r\n" for tag, text in _tags(paper)) + "\r\n" for paper in papers)


def _tags(paper: Cited) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if paper.journal_ref else "UNPB"
    found = [("ID", paper.key), ("TI", paper.title), *(("AU", _name(name)) for name in paper.authors)]
    if paper.published_on:
        found += [("PY", f"{paper.published_on.year:04d}"), ("DA", paper.published_on.strftime("%Y/%m/%d"))]
    found += [("JO", paper.journal_ref), ("AB", paper.abstract), ("DO", paper.doi)]
    found += [("AN", f"arXiv:{paper.arxiv}" if paper.arxiv else ""), ("UR", paper.url)]
    found += [("L2", f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else "")]
    found += [("KW", word) for word in paper.keywords] + [("N1", line) for line in paper.note.splitlines()]
    for tag, text in found:
        if line := " ".join(text.split()):
            yield tag, line
    yield "ER", ""


def _name(name: str) -> str:
    parts = given_and_family(name)
    return f"{parts[1]}, {parts[0]}" if parts else name

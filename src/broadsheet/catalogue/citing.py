"""Papers as BibTeX entries, as reference managers and LaTeX read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain

_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_SPECIAL = re.compile("[" + re.escape("".join(_SIGNS)) + "]")
_FAMILY = re.compile(r"[^a-z0-9]")
_UNSAFE_IN_URL = re.compile(r"[\s{}\\\"<>^`|]")


def bibtex(papers: Iterable[Paper]) -> Iterator[str]:
    """An entry for each paper, in order, each with a key that no other of them has.

    ``@article`` where a journal is told and ``@misc`` with ``eprint`` otherwise (arXiv's own advice); text in UTF-8 as
    biber and every BibTeX of the last years read it. Authors, identifiers and links are asked for at once when
    ``papers`` is a queryset that prefetches them.
    """
    used: set[str] = set()
    for paper in papers:
        yield _entry(paper, _key(paper, used))


def _entry(paper: Paper, key: str) -> str:
    identifiers = {item.scheme: item.value for item in paper.identifiers.all()}
    links = {link.kind: link.url for link in reversed(paper.links.all())}
    on = paper.published_on or paper.dated_on
    fields = {
        "title": f"{{{_escaped(to_plain(paper.title))}}}",
        "author": " and ".join(_author(to_plain(authorship.name)) for authorship in paper.authorships.all()),
        "journal": _escaped(to_plain(paper.journal_ref)),
        "year": str(on.year) if on else "",
        "month": f"{on:%m}" if on else "",
        "eprint": identifiers.get("arxiv", ""),
        "archiveprefix": "arXiv" if "arxiv" in identifiers else "",
        "doi": _UNSAFE_IN_URL.sub("", identifiers.get("doi", "")),
        "url": _UNSAFE_IN_URL.sub("", links.get("abstract", "")),
        "abstract": _escaped(to_plain(paper.abstract)),
    }
    kind = "article" if paper.journal_ref else "misc"
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value.strip("{}")]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _key(paper: Paper, used: set[str]) -> str:
    """``doe2026`` and, where that is taken, ``doe2026b`` and so on in letters; the paper's own key where that ends."""
    first = next(iter(paper.authorships.all()), None)
    name = to_plain(first.name).split(",")[0].split()[-1:] if first else []
    plain = unicodedata.normalize("NFKD", name[0] if name else "").encode("ascii", "ignore").decode().lower()
    on = paper.published_on or paper.dated_on
    base = (_FAMILY.sub("", plain) or "paper") + (str(on.year) if on else "")
    keys = (base + ending for ending in ("", *"bcdefghijklmnopqrstuvwxyz"))
    key = next((key for key in keys if key not in used), f"{base}-{paper.key}")
    used.add(key)
    return key


def _author(name: str) -> str:
    """A name; one with the word that parts names in it is held together."""
    escaped = _escaped(name)
    return f"{{{escaped}}}" if " and " in f" {name.lower()} " else escaped


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda sign: _SIGNS[sign[0]], " ".join(text.split()))

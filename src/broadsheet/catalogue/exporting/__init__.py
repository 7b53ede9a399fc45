"""Papers as other programs read them: one module a format, all made of the same ``citing.Cited``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from broadsheet.catalogue.exporting import bibtex, csl_json, jsonl, markdown, ris
from broadsheet.catalogue.exporting.citing import Cited, cited

__all__ = ["FORMATS", "Cited", "Format", "cited", "written"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the ending and the media type of its files, what people call it, and what writes it."""

    ending: str
    media_type: str
    label: str
    write: Callable[[Iterable[Cited]], str]


FORMATS: Mapping[str, Format] = {
    "bib": Format("bib", "application/x-bibtex", "BibTeX", bibtex.write),
    "ris": Format("ris", "application/x-research-info-systems", "RIS", ris.write),
    "csl.json": Format("csl.json", "application/vnd.citationstyles.csl+json", "CSL-JSON", csl_json.write),
    "jsonl": Format("jsonl", "application/jsonl", "JSON Lines", jsonl.write),
    "md": Format("md", "text/markdown", "Markdown", markdown.write),
}


def written(kind: str, papers: Iterable[Cited]) -> str:
    """Papers in a format of ``FORMATS``, in their order; raises ``KeyError`` for any other."""
    return FORMATS[kind].write(papers)

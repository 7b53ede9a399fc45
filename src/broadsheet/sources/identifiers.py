"""Recognising the external identifiers of papers in what people type, paste and store.

arXiv identifiers follow info.arxiv.org/help/arxiv_identifier.html (both schemes), DOIs the syntax of the DOI Handbook.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from broadsheet.sources.record import IdentifierRecord

_OLD_ARCHIVES = frozenset(
    [
        "acc-phys",
        "adap-org",
        "alg-geom",
        "ao-sci",
        "astro-ph",
        "atom-ph",
        "bayes-an",
        "chao-dyn",
        "chem-ph",
        "cmp-lg",
        "comp-gas",
        "cond-mat",
        "cs",
        "dg-ga",
        "funct-an",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math",
        "math-ph",
        "mtrl-th",
        "nlin",
        "nucl-ex",
        "nucl-th",
        "patt-sol",
        "physics",
        "plasm-ph",
        "q-alg",
        "q-bio",
        "q-fin",
        "quant-ph",
        "solv-int",
        "stat",
        "supr-con",
    ]
)
_NEW_ARXIV = re.compile(r"(\d{2})(0[1-9]|1[0-2])\.(\d{4,5})(?:v([1-9]\d{0,5}))?", re.ASCII | re.IGNORECASE)
_OLD_ARXIV = re.compile(
    r"([a-z-]+)(?:\.[a-z]{2})?/(\d{2})(0[1-9]|1[0-2])(\d{3})(?:v([1-9]\d{0,5}))?", re.ASCII | re.IGNORECASE
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
# A preprint server's DOI names all versions; some write the version behind it, as its web addresses do.
_PREPRINT_DOI = re.compile(r"(10\.(?:1101|64898)/[\d.]*\d)v([1-9]\d{0,5})(?:\.[a-z][\w.-]*)?", re.ASCII | re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://)?[\w.-]+\.[a-z]{2,}/\S+", re.ASCII | re.IGNORECASE)

# Site, path with query, and the prefix that makes the part found an identifier.
_SITES: tuple[tuple[frozenset[str], str, str], ...] = (
    (
        frozenset(
            {
                "arxiv.org",
                "export.arxiv.org",
                "browse.arxiv.org",
                "alphaxiv.org",
                "ar5iv.org",
                "ar5iv.labs.arxiv.org",
            }
        ),
        r"/(?:abs|pdf|html|format|e-print|src|overview)/(.+?)(?:\.pdf)?/?\?.*",
        "arxiv:",
    ),
    (frozenset({"huggingface.co", "hf.co"}), r"/papers/(.+?)(?:\.md)?/?\?.*", "arxiv:"),
    (frozenset({"doi.org", "dx.doi.org"}), r"/(.+)\?.*", "doi:"),
    (
        frozenset({"semanticscholar.org", "api.semanticscholar.org"}),
        r"/(?:graph/v1/paper/)?(?i:arxiv)[:/](.+?)/?\?.*",
        "arxiv:",
    ),
    (frozenset({"api.semanticscholar.org"}), r"/(?:graph/v1/paper/)?(?i:doi):(.+?)\?.*", "doi:"),
    (frozenset({"dl.acm.org"}), r"/doi/(?:(?:abs|pdf|epdf|full|fullHtml)/)?(10\..+?)\?.*", "doi:"),
    (
        # A preprint's address is its DOI with a version and perhaps a format behind it.
        frozenset({"biorxiv.org", "medrxiv.org"}),
        r"/content/(10\.(?:1101|64898)/[\d.]*\d)(?:v\d+)?(?:\.[a-z][\w.-]*)?/?\?.*",
        "doi:",
    ),
    (frozenset({"openreview.net"}), r"/(?:forum|pdf|attachment)\?(?:.*&)?id=([^&]+).*", "openreview:"),
    (frozenset({"pubmed.ncbi.nlm.nih.gov"}), r"/(\d+)/?\?.*", "pmid:"),
    (frozenset({"ncbi.nlm.nih.gov"}), r"/pubmed/(\d+)/?\?.*", "pmid:"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedIdentifier:
    """An identifier in its canonical form; ``version`` is the version that was named with it, if any."""

    scheme: str
    value: str
    version: int | None = None

    @property
    def record(self) -> IdentifierRecord:
        """The identifier without its version, as sources state it."""
        return IdentifierRecord(scheme=self.scheme, value=self.value)


def canonical_identifier(scheme: str, value: str) -> tuple[str, str]:
    """The one form of an identifier that a source states under a scheme; unknown ones stay as they are.

    Versions are dropped (one paper has many), DOIs are in small letters (ISO 26324 compares them so), and the DOI that
    arXiv gives to a paper is its arXiv id.
    """
    if scheme == "doi":
        parsed: ParsedIdentifier | None = _parse_doi(value)
    elif scheme == "arxiv":
        parsed = _parse_arxiv(value)
    else:
        parsed = None
    return (parsed.scheme, parsed.value) if parsed else (scheme, value)


def parse_identifier(text: str) -> ParsedIdentifier | None:
    """Read one identifier or the address of a paper; ``None`` where the text is neither.

    arXiv: new and old identifiers, with or without ``arXiv:`` and a version; addresses of arxiv.org, ar5iv, alphaXiv,
    Semantic Scholar and Hugging Face paper pages; ``10.48550/arXiv.*``. The subject class of an old identifier is
    dropped (``math.CA/0611800`` is ``math/0611800``). DOIs come out in lower case; addresses of doi.org, the ACM's
    library, bioRxiv and medRxiv hold one, and their versions are told apart from it. OpenReview forums and PubMed
    identifiers need their address or their prefix
    (``openreview:``, ``pmid:``), as bare ones look like ordinary words and numbers.
    """
    text = text.strip()
    # No identifier holds control characters, half surrogates or any blank but the plain one around its prefix.
    if not text.isprintable():
        return None
    for pattern, parse in _FORMS:
        if match := pattern.fullmatch(text):
            return parse(match[1])
    return _parse_arxiv(text) or (_parse_address(text) if _ADDRESS.fullmatch(text) else None)


def _parse_arxiv(text: str) -> ParsedIdentifier | None:
    if match := _NEW_ARXIV.fullmatch(text):
        year, month, serial, version = match.groups()
        # The scheme began in April 2007; the serial number grew from four to five digits in January 2015.
        if year + month < "0704" or len(serial) != (5 if year >= "15" else 4):
            return None
        return _arxiv(f"{year}{month}.{serial}", version)
    if match := _OLD_ARXIV.fullmatch(text):
        archive, year, month, serial, version = match.groups()
        is_period = year + month >= "9107" or year + month <= "0703"
        if archive.lower() in _OLD_ARCHIVES and is_period:
            return _arxiv(f"{archive.lower()}/{year}{month}{serial}", version)
    return None


def _arxiv(value: str, version: str | None) -> ParsedIdentifier:
    return ParsedIdentifier(scheme="arxiv", value=value, version=int(version) if version else None)


def _parse_doi(text: str) -> ParsedIdentifier:
    if (match := _ARXIV_DOI.fullmatch(text)) and (arxiv := _parse_arxiv(match[1])):
        return arxiv
    if match := _PREPRINT_DOI.fullmatch(text):
        return ParsedIdentifier(scheme="doi", value=match[1], version=int(match[2]))
    return ParsedIdentifier(scheme="doi", value=text.lower())


def _parse_openreview(text: str) -> ParsedIdentifier:
    return ParsedIdentifier(scheme="openreview", value=text)


def _parse_pmid(text: str) -> ParsedIdentifier:
    return ParsedIdentifier(scheme="pmid", value=text)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], ParsedIdentifier | None]], ...] = (
    (re.compile(r"arxiv\s*:\s*(\S+?)(?:\s*\[[\w.-]+\])?", re.ASCII | re.IGNORECASE), _parse_arxiv),
    (re.compile(r"(?:doi\s*:\s*)?(10\.\d{4,9}(?:\.\d+)*/\S+)", re.ASCII | re.IGNORECASE), _parse_doi),
    (re.compile(r"openreview\s*:\s*([\w-]+)", re.ASCII | re.IGNORECASE), _parse_openreview),
    (re.compile(r"pmid\s*:\s*(\d{1,9})", re.ASCII | re.IGNORECASE), _parse_pmid),
)


def _parse_address(text: str) -> ParsedIdentifier | None:
    try:
        address = urlsplit(text if "://" in text else f"https://{text}")
        site = (address.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    target = f"{unquote(address.path)}?{address.query}"
    for sites, pattern, prefix in _SITES:
        if site in sites and (match := re.fullmatch(pattern, target, re.DOTALL)):
            return parse_identifier(prefix + match[1])
    return None

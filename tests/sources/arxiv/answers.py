"""Answers of arXiv, put together from pieces."""

from __future__ import annotations

from xml.sax.saxutils import escape

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n  <responseDate>2026-08-20T03:00:00Z</responseDate>\n'
    "  <request>https://oaipmh.arxiv.org/oai</request>\n"
)


def oai(*parts: str, verb: str = "ListRecords") -> bytes:
    """An answer with these records and tokens."""
    return f"{HEAD}<{verb}>\n{''.join(parts)}\n</{verb}>\n</OAI-PMH>\n".encode()


def oai_error(element: str) -> bytes:
    """An answer with nothing but an error."""
    return f"{HEAD}{element}\n</OAI-PMH>\n".encode()


def header(arxiv_id: str, stamp: str = "2026-08-19", sets: str = "cs:cs:CL", status: str = "") -> str:
    return (
        f"<header{status}>\n  <identifier>oai:arXiv.org:{arxiv_id}</identifier>\n  <datestamp>{stamp}</datestamp>\n"
        + "".join(f"  <setSpec>{name}</setSpec>\n" for name in sets.split())
        + "</header>"
    )


def record(arxiv_id: str, metadata: str, stamp: str = "2026-08-19", sets: str = "cs:cs:CL") -> str:
    return f"<record>\n{header(arxiv_id, stamp, sets)}\n<metadata>\n{metadata}\n</metadata>\n</record>\n"


def deleted(arxiv_id: str, stamp: str = "2026-08-19") -> str:
    """A record of which only the header is left."""
    status = ' status="deleted"'
    return f"<record>\n{header(arxiv_id, stamp, status=status)}\n</record>\n"


def _elements(fields: dict[str, str], usual: dict[str, str]) -> str:
    """Elements with blanks around their texts, as today's server writes them."""
    named = {name.replace("_", "-"): text for name, text in fields.items()}
    return "".join(
        f"<{name}>\n        {escape(text)}\n      </{name}>\n" for name, text in (usual | named).items() if text
    )


def split(arxiv_id: str = "2608.00001", authors: str = "", **fields: str) -> str:
    """A record in the format ``arXiv``; field names with underscores, empty ones are left out."""
    usual = {
        "id": arxiv_id,
        "created": "2026-08-17",
        "title": "A page of\n  letters",
        "categories": "cs.CL cs.DL",
        "abstract": "  We set letters\non a page.",
    }
    people = authors or "<author><keyname>Vogel</keyname><forenames>Ada</forenames></author>"
    inner = f"<authors>{people}</authors>{_elements(fields, usual)}"
    return record(arxiv_id, f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/">{inner}</arXiv>')


FIRST_VERSION = (
    '<version version="v1"><date>Mon, 17 Aug 2026 09:30:00 GMT</date><size>280kb</size><source_type>D</source_type>'
    "</version>"
)


def raw(arxiv_id: str = "2608.00001", versions: str = FIRST_VERSION, **fields: str) -> str:
    """A record in the format ``arXivRaw``."""
    usual = {
        "id": arxiv_id,
        "title": "A page of letters",
        "authors": "Ada Vogel (Some Press) and Bo Satz",
        "categories": "cs.CL cs.DL",
        "abstract": "We set letters on a page.",
    }
    inner = f"<submitter></submitter>{versions}{_elements(fields, usual)}"
    return record(arxiv_id, f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">{inner}</arXivRaw>')


def dublin_core(arxiv_id: str, inner: str, sets: str) -> str:
    """A record in the format ``oai_dc``."""
    return record(
        arxiv_id,
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/">{inner}</oai_dc:dc>',
        sets=sets,
    )

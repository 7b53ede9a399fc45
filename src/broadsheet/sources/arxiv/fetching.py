"""Looking papers up by their arXiv ids: through the query API, and what it does not know through OAI-PMH."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from broadsheet.sources.arxiv.api import IDS_PER_REQUEST, Api, ApiError
from broadsheet.sources.arxiv.oai import ID_PREFIX, OaiAnswer, OaiError, read_oai
from broadsheet.sources.door import BusyError, Door, StatusError
from broadsheet.sources.identifiers import ParsedIdentifier
from broadsheet.sources.record import BadRecord, PaperRecord

OAI_URL = "https://oaipmh.arxiv.org/oai"


def ask_oai(door: Door, url: str, params: dict[str, str]) -> OaiAnswer:
    """Ask an OAI-PMH server. The parameters are escaped here, as tokens hold escapes of their own.

    Raises ``OaiError`` for what the protocol calls an error, whatever status it comes under, and else as the door does.
    """
    try:
        content = door.get(f"{url}?{urlencode(params)}").content
    except BusyError:
        raise
    except StatusError as error:
        if b"OAI-PMH" in error.content[:2000]:
            return read_oai(error.content, url)
        raise
    return read_oai(content, url)


def look_up(
    door: Door, api: Api, oai_url: str, prefix: str, identifiers: Sequence[ParsedIdentifier]
) -> Iterator[PaperRecord | BadRecord]:
    """The newest version of each paper, at most once; a name that arXiv does not know yields nothing.

    The API lags behind announcements, so the papers that it does not give are asked for once more, one by one.
    """
    refs = list(dict.fromkeys(one.value for one in identifiers if one.scheme == "arxiv"))
    for start in range(0, len(refs), IDS_PER_REQUEST):
        asked = refs[start : start + IDS_PER_REQUEST]
        found: set[str] = set()
        try:
            for answer in api.by_ids(door, asked):
                for record in answer.records:
                    if isinstance(record, PaperRecord) and record.ref in asked and record.ref not in found:
                        found.add(record.ref)
                        yield record
        except ApiError:
            # One id that it does not like spoils the whole request.
            pass
        for ref in asked:
            if ref not in found:
                yield from _one(door, oai_url, prefix, ref)


def _one(door: Door, url: str, prefix: str, ref: str) -> Iterator[PaperRecord | BadRecord]:
    params = {"verb": "GetRecord", "identifier": f"{ID_PREFIX}{ref}", "metadataPrefix": prefix}
    try:
        answer = ask_oai(door, url, params)
    except OaiError as error:
        yield BadRecord(where=f"{url} ({ref})", reason=str(error))
        return
    for record in answer.records:
        if isinstance(record, PaperRecord | BadRecord):
            yield record

"""XML as arXiv sends it: parsed safely, and once more without what no XML may hold where that is all that is wrong."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from broadsheet.sources.record import SourceError
from broadsheet.sources.safe_xml import parse_xml

# Characters that XML 1.0 forbids, as themselves or by their numbers.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));",
    re.IGNORECASE,
)


def parse_forgivingly(content: bytes, name: str) -> Element:
    """The root of an answer. Bytes that are not UTF-8 and characters that XML forbids are read as U+FFFD.

    Raises ``SourceError`` as ``parse_xml`` where it cannot be read even so.
    """
    try:
        return parse_xml(content, name)
    except SourceError:
        mended = _FORBIDDEN.sub("\ufffd", content.decode("utf-8", errors="replace")).encode()
        if mended == content:
            raise
        return parse_xml(mended, name)


def local_name(tag: object) -> str:
    """The name of an element without its namespace; comments and instructions have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""

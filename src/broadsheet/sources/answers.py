"""What servers answer, as plain data: JSON from bytes, item by item, and what to do where there is nothing.

A reader of one server's answers says how one item becomes a record; the rest is the same for all and stands here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from broadsheet.sources.door import Door, StatusError
from broadsheet.sources.fields import FieldError, Fields, kind_of
from broadsheet.sources.record import BadRecord, PaperRecord, SourceError

Read = PaperRecord | BadRecord
Build = Callable[[Fields, str], Read | None]

_GONE = frozenset({404, 410})
_SHOWN = 120


def load_json(content: bytes, name: str) -> object:
    """The value that an answer holds; a figure that is no number reads as missing.

    Raises ``SourceError`` with line and column if it is not JSON in UTF-8; a page of HTML is called that.
    """
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: not UTF-8 (byte {error.start + 1} is 0x{content[error.start]:02x})") from error
    except json.JSONDecodeError as error:
        if content.lstrip()[:1] == b"<":
            raise SourceError(f"{name}: a page of HTML or XML, not JSON") from error
        raise SourceError(f"{name}:{error.lineno}: not JSON: {error.msg} (column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}: not JSON that can be read: {error}") from error


def read_items(items: Iterable[object], name: str, build: Build) -> Iterator[Read]:
    """Each item of an answer as a record; one that cannot be used is a bad record. ``build`` may leave items out."""
    for number, item in enumerate(items, 1):
        where = f"{name}: item {number}"
        try:
            record = build(Fields(item, "the item"), where)
        except FieldError as error:
            record = BadRecord(where=where, reason=str(error))
        if record is not None:
            yield record


def listed(answer: object, name: str, *fields: str) -> list[object]:
    """The items of an answer: itself if it is a list, else the first of its fields that holds one.

    Raises ``SourceError`` where there is neither, with what the server says is wrong, if it says so.
    """
    if isinstance(answer, list):
        return answer
    if isinstance(answer, Mapping):
        for field in fields:
            if isinstance(answer.get(field), list):
                return list(answer[field])
        if complaint := complaint_of(answer):
            raise SourceError(f"{name}: the server says: {complaint}")
    raise SourceError(f"{name}: {kind_of(answer)} without a list of {' or '.join(fields) or 'items'}")


def complaint_of(answer: Mapping[str, object]) -> str:
    """What an answer says is wrong (``error`` or ``message``), in one line; empty where it says nothing."""
    for field in ("error", "message", "detail"):
        value = answer.get(field)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:_SHOWN]
    return ""


def ask(
    door: Door, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> bytes | None:
    """What a server has at an address; None where it says that there is no such thing (404, 410).

    Raises ``FetchError`` as the door does for everything else.
    """
    try:
        return door.get(url, params=params, headers=headers).content
    except StatusError as error:
        if error.status in _GONE:
            return None
        raise

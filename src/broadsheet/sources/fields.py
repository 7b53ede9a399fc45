"""Typed reading of the fields of a JSON object that somebody else wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime


class FieldError(ValueError):
    """A field of one record that cannot be used; the text names the field and says why."""


class Fields:
    """A JSON object whose fields are read by name and type.

    A field that is missing or ``null`` reads as empty. With several names the first one that is not empty counts.
    """

    def __init__(self, values: object, name: str = "the record") -> None:
        """Wrap a JSON object; raise ``FieldError`` if the value is anything else."""
        if not isinstance(values, Mapping):
            raise FieldError(f"{name} is {kind_of(values)}, not an object")
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def first(self, *names: str) -> tuple[str, object]:
        """The first field that is there and not empty, with its name; ``None`` as value where there is none."""
        for name in names:
            value = self._values.get(name)
            if value is not None and value not in ("", []):
                return name, value
        return names[0], None

    def text(self, *names: str) -> str:
        """A text as received, empty where missing."""
        name, value = self.first(*names)
        return "" if value is None else checked_text(name, value)

    def list_of(self, *names: str) -> tuple[str, list[object]]:
        """A list with the name it was found under; empty where missing."""
        name, value = self.first(*names)
        if value is None:
            return name, []
        if not isinstance(value, list):
            raise FieldError(f"{name} is {kind_of(value)}, not a list")
        return name, value

    def texts(self, *names: str) -> tuple[str, ...]:
        """The texts of a list, without blank ones and outer blanks; no texts where missing."""
        name, values = self.list_of(*names)
        texts = (checked_text(f"an entry of {name}", value).strip() for value in values)
        return tuple(text for text in texts if text)

    def count(self, *names: str) -> int | None:
        """A number that is not negative, ``None`` where missing."""
        name, value = self.first(*names)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise FieldError(f"{name} is {kind_of(value)}, not a whole number")
        if value < 0:
            raise FieldError(f"{name} is negative ({value})")
        return value

    def day(self, *names: str) -> date | None:
        """The day (in UTC) of an ISO 8601 date or time, ``None`` where missing."""
        text = self.text(*names).strip()
        return parse_day(self.first(*names)[0], text) if text else None

    def fields(self, *names: str) -> Fields:
        """An object inside the object; an empty one where missing."""
        name, value = self.first(*names)
        return Fields({} if value is None else value, name)


def kind_of(value: object) -> str:
    """What JSON calls the type of a value, with its article, for messages."""
    kinds = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)


def checked_text(name: str, value: object) -> str:
    """The value itself if it is text that a database can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        raise FieldError(f"{name} is {kind_of(value)}, not text")
    if "\0" in value:
        raise FieldError(f"{name} holds a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise FieldError(f"{name} holds half of a surrogate pair at character {error.start + 1}") from error
    return value


def parse_day(name: str, text: str) -> date:
    """The day of an ISO 8601 date or time; a time with an offset is taken to UTC first."""
    try:
        if len(text) == len("2025-10-29"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError) as error:
        raise FieldError(f"{name} is not a date: {text[:40]!r}") from error


def tidy_address(name: str, value: object) -> str:
    """The text of a link, empty where missing, without what no address holds: blanks, line ends, NUL, half surrogates.

    Nothing else is judged here: a link that cannot be used is kept, and whoever shows links leaves it out.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FieldError(f"{name} is {kind_of(value)}, not text")
    return "".join(value.replace("\0", "").encode(errors="ignore").decode().split())

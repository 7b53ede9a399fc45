"""Reading the fields of an object that somebody else wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.fields import FieldError, Fields, parse_day, tidy_address

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


def _complaint(read: Callable[..., object], *names: str) -> str:
    """What a field is refused with; its name where it is not refused."""
    try:
        read(*names)
    except FieldError as error:
        return str(error)
    return names[0]


@given(JSON)
def test_a_field_is_read_or_named_whatever_it_holds(value: object) -> None:
    fields = Fields({"one": value})
    for read in (fields.text, fields.list_of, fields.texts, fields.count, fields.day, fields.fields):
        assert "one" in _complaint(read, "one", "two")


@given(JSON)
def test_an_address_is_tidied_or_named_whatever_it_holds(value: object) -> None:
    if value is not None and not isinstance(value, str):
        with pytest.raises(FieldError, match=r"^a link is .*, not text$"):
            tidy_address("a link", value)
        return
    address = tidy_address("a link", value)
    assert address == "".join(address.split())
    assert address.encode().decode() == address


def test_the_first_field_that_is_not_empty_counts() -> None:
    fields = Fields({"a": "", "b": None, "c": [], "d": 0, "e": "last"})
    assert fields.first("a", "b", "c", "d", "e") == ("d", 0)
    assert fields.first("a", "b") == ("a", None)
    assert (fields.text("a"), fields.texts("a"), fields.count("a"), fields.day("a")) == ("", (), None, None)
    assert "a" in fields
    assert "z" not in fields


def test_a_value_that_is_no_object_is_refused() -> None:
    with pytest.raises(FieldError, match=r"^the record is a list, not an object$"):
        Fields([])


@given(st.dates())
def test_a_day_reads_back(day: date) -> None:
    assert parse_day("date", day.isoformat()) == day
    assert parse_day("date", f"{day.isoformat()}T00:00:00Z") == day


@pytest.mark.parametrize(
    "text", ["2025", "2025-10", "10/15/2025", "2025-10-15T25:00:00", "today", "2025-1-5", "9" * 30]
)
def test_no_other_text_is_a_day(text) -> None:
    with pytest.raises(FieldError, match=r"^date is not a date: "):
        parse_day("date", text)

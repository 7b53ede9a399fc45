"""The items of a JSON array come out one by one, however the stream is cut, up to the first fault."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources import json_items as module
from broadsheet.sources.json_items import JsonError, json_items

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


def items(text: str | bytes) -> list[tuple[int, object]]:
    return list(json_items(io.BufferedReader(io.BytesIO(text if isinstance(text, bytes) else text.encode()))))


@given(st.lists(OBJECTS, max_size=5), st.integers(1, 40), st.sampled_from(["array", "object", "lines"]))
def test_they_are_the_same_as_those_of_all_of_it_at_once(values, chunk, shape) -> None:
    whole = {
        "array": json.dumps(values, indent=1),
        "object": json.dumps({"version": 1, "name": "a", "items": values}),
        "lines": "\n".join(json.dumps(value) for value in values),
    }[shape]
    before = module._CHUNK
    module._CHUNK = chunk if shape != "object" else max(chunk, 40)
    try:
        assert [value for _, value in items(whole)] == values
    finally:
        module._CHUNK = before


def test_they_come_with_their_lines() -> None:
    assert items('\ufeff\n[{"a":\n1},\n\n {"b": 2}]') == [(2, {"a": 1}), (5, {"b": 2})]
    assert items('{"a": 1}\n{"b": 2}\n') == [(1, {"a": 1}), (2, {"b": 2})]
    assert items("[]") == items(" [ ] ") == items("") == []
    assert items('[{"a": NaN}]') == [(1, {"a": None})]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('[{"a": 1},\n{"b"', 2, "Expecting ':' delimiter"),
        ('[{"a": 1},\n', 2, "the text ends inside the list"),
        ('[{"a": 1},\n oops]', 2, "Expecting value"),
        (b'[{"a": 1},\n"\xff"]', 1, "not UTF-8 (invalid start byte)"),
        ('[{"a": 1},' + "[" * 100_000, 1, "JSON that cannot be read: nested too deeply, or a number too long"),
        ('[{"a": 1},' + "9" * 5_000 + "]", 1, "JSON that cannot be read: nested too deeply, or a number too long"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_came_before_holds(text, line, reason) -> None:
    found: list[tuple[int, object]] = []
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(JsonError) as fault:
        found.extend(json_items(io.BufferedReader(io.BytesIO(content))))
    assert (fault.value.line, str(fault.value)) == (line, reason)
    assert found == ([] if isinstance(text, bytes) else [(1, {"a": 1})])


def test_an_item_without_an_end_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(module, "LONGEST_ITEM", 1000)
    monkeypatch.setattr(module, "_CHUNK", 100)
    with pytest.raises(JsonError, match="an item without an end"):
        items('[{"a": "' + "x" * 100_000)

"""The safetensors reader gives back what was stored and refuses what does not fit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from broadsheet.search.embedding import ModelError
from broadsheet.search.embedding.tensors import read_tensors


def _file(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def _entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@given(arrays.arrays(np.float32, arrays.array_shapes(max_dims=3), elements=st.floats(-9, 9, width=32)), st.text())
def test_float32_comes_back_bit_for_bit(values: NDArray[np.float32], before: str) -> None:
    padding = before.encode("utf-8", "replace")
    span = (len(padding), len(padding) + values.nbytes)
    found = read_tensors(_file({"w": _entry("F32", list(values.shape), *span)}, padding + values.tobytes()), "f")
    assert np.array_equal(found["w"], values)


@pytest.mark.parametrize(("dtype", "stored"), [("F64", "<f8"), ("F16", "<f2")])
def test_other_floats_become_float32(dtype: str, stored: str) -> None:
    data = np.array([1.5, -2.25], stored).tobytes()
    found = read_tensors(_file({"w": _entry(dtype, [2], 0, len(data))}, data), "f")["w"]
    assert found.dtype == np.float32
    assert found.tolist() == [1.5, -2.25]


def test_bfloat16_is_the_upper_half_of_float32() -> None:
    data = (np.array([1.5, -2.25, 0], np.float32).view(np.uint32) >> 16).astype("<u2").tobytes()
    assert read_tensors(_file({"w": _entry("BF16", [3], 0, 6)}, data), "f")["w"].tolist() == [1.5, -2.25, 0]


def test_whole_numbers_and_metadata_are_left_out() -> None:
    header = {"__metadata__": {"format": "pt"}, "ids": _entry("I64", [1], 0, 8)}
    assert read_tensors(_file(header, bytes(8)), "f") == {}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a safetensors file, or cut short"),
        (b"\xff" * 20, "not a safetensors file, or cut short"),
        (_file([]), "not an object"),
        (b"\x02" + bytes(7) + b"{{", "header cannot be read"),
        (_file({"w": {"dtype": "F32"}}), "tensor 'w' is damaged"),
        (_file({"w": 3}), "tensor 'w' is damaged"),
        (_file({"w": _entry("F32", [2], 0, 8)}, bytes(4)), "does not fit bytes"),
        (_file({"w": _entry("F32", [2], 0, 4)}, bytes(8)), "does not fit bytes"),
        (_file({"w": _entry("F32", [-1, -1], 0, 4)}, bytes(8)), "does not fit bytes"),
        (_file({"w": _entry("F32", [1], -4, 0)}, bytes(8)), "does not fit bytes"),
    ],
)
def test_damage_is_refused_with_the_file_named(data: bytes, message: str) -> None:
    with pytest.raises(ModelError, match=f"weights.safetensors.*{message}"):
        read_tensors(data, "weights.safetensors")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    refusals = []
    try:
        read_tensors(data, "f")
    except ModelError as error:
        refusals.append(str(error))
    assert all(text.startswith("f") for text in refusals)

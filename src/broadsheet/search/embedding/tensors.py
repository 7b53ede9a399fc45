"""Reads the safetensors format without the package of that name.

The format (documented by its authors, version 0.3 and later): eight bytes with the little-endian length of a JSON
header, the header ``{name: {"dtype", "shape", "data_offsets": [begin, end]}}``, then the data that the offsets count
into.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.errors import ModelError

_LENGTH_BYTES = 8
_FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read_tensors(data: bytes, where: str) -> dict[str, NDArray[np.float32]]:
    """Return the floating-point tensors of a safetensors file as float32, by name, in the shapes of the file.

    Whole-number tensors (position ids in old files) are left out. ``where`` names the file in messages.
    Raises ModelError when the bytes do not follow the format.
    """
    header, start = _header(data, where)
    body = memoryview(data)[start:]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        try:
            dtype, shape = str(entry["dtype"]), tuple(int(size) for size in entry["shape"])
            begin, end = (int(offset) for offset in entry["data_offsets"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{where}: the header entry of tensor {name!r} is damaged ({error})") from error
        if dtype in _FLOATS:
            tensors[name] = _tensor(body, dtype, shape, (begin, end), f"{where}, tensor {name!r}")
    return tensors


def _header(data: bytes, where: str) -> tuple[dict[str, Any], int]:
    start = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
    if len(data) < _LENGTH_BYTES or start > len(data):
        raise ModelError(f"{where}: not a safetensors file, or cut short ({len(data)} bytes)")
    try:
        header = json.loads(data[_LENGTH_BYTES:start])
    except ValueError as error:
        raise ModelError(f"{where}: the safetensors header cannot be read ({error})") from error
    if not isinstance(header, dict):
        raise ModelError(f"{where}: the safetensors header is not an object")
    return header, start


def _tensor(
    body: memoryview, dtype: str, shape: tuple[int, ...], span: tuple[int, int], where: str
) -> NDArray[np.float32]:
    stored = np.dtype(_FLOATS[dtype])
    count, (begin, end) = math.prod(shape), span
    if min(shape, default=0) < 0 or begin < 0 or end > len(body) or end - begin != count * stored.itemsize:
        raise ModelError(f"{where}: shape {shape} of {dtype} does not fit bytes {begin} to {end} of {len(body)}")
    values = np.frombuffer(body, stored, count, begin).reshape(shape)
    if dtype == "BF16":  # the upper half of a float32
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)

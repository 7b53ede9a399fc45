"""Whether this machine computes the vectors that it should.

``reference.json`` holds sentences written for this purpose and the vectors that the float32 graph of
sentence-transformers/all-MiniLM-L6-v2 gives them, one text at a time. It was written by

    python -m broadsheet.search.embedding.remake_reference FOLDER

where FOLDER has the model's official files (weights with the SHA-256 in ``sources.py``). The graph was compared with
sentence-transformers (greatest difference 1.8e-7) and with a forward pass in plain numpy, which the tests repeat on a
small model.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.encoder import Encoder
from broadsheet.search.embedding.runtime import Runtime
from broadsheet.search.embedding.sources import DEFAULT_MODEL

FLOAT32_AT_LEAST = 0.9999
BFLOAT16_AT_LEAST = 0.999
INT8_AT_LEAST = 0.98
REFERENCE_PATH = Path(__file__).with_name("reference.json")


@dataclass(frozen=True, slots=True)
class Reference:
    """Texts and the vectors they should get: float32 (texts, dims), each row of length 1."""

    texts: tuple[str, ...]
    vectors: NDArray[np.float32]


def read_reference() -> Reference:
    """Return the sentences and vectors of the default model that are shipped with Broadsheet."""
    value = json.loads(REFERENCE_PATH.read_text(encoding="utf-8"))
    vectors = np.frombuffer(base64.b64decode(value["vectors_float32"]), "<f4")
    return Reference(tuple(value["texts"]), vectors.reshape(len(value["texts"]), -1).astype(np.float32))


def embed_singly(runtime: Runtime, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return float32 (texts, dims), each text computed in a batch of its own, so that no other text touches it."""
    return np.concatenate([runtime.vectors([runtime.tokenise(text)]) for text in texts])


def worst_cosine(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    """Return the smallest cosine between rows of two arrays (texts, dims) of unit vectors; -1 when shapes differ.

    A row with a value that is not finite counts as -1 too.
    """
    if found.shape != expected.shape or not np.isfinite(found).all():
        return -1.0
    return float((found * expected).sum(axis=1).min())


def check_encoder(encoder: Encoder) -> float | None:
    """Return the worst cosine between the encoder's vectors and the shipped ones; ``None`` for any other model.

    At least ``INT8_AT_LEAST`` is right (``FLOAT32_AT_LEAST`` or ``BFLOAT16_AT_LEAST`` for those forms). Raises
    ModelError when the model cannot be opened.
    """
    if encoder.manifest.weights_sha256 != DEFAULT_MODEL.weights_sha256:
        return None
    reference = read_reference()
    return worst_cosine(encoder.encode(reference.texts, batch_size=1), reference.vectors)

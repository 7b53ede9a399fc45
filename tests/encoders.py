"""A stand-in for the embedding model: tiny, deterministic, and it counts what it was asked."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.search import embedder

# Words that share no letters and mean the same.
MEANINGS = {"automobile": "car", "vehicle": "car", "feline": "cat", "kitten": "cat", "canine": "dog", "puppy": "dog"}


class FakeEncoder:
    """A vector counts the meanings of a text's words, so that synonyms are near and other words are not."""

    model_id = "tests/fake"
    dims = 256

    def __init__(self, fingerprint: str = "fake-1") -> None:
        self.fingerprint = fingerprint
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], **options: object) -> NDArray[np.float32]:
        self.encoded += texts
        return np.stack([self._vector(text) for text in texts]) if texts else np.empty((0, self.dims), np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dims, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(MEANINGS.get(word, word).encode()) % self.dims] += 1
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector


def use(monkeypatch: pytest.MonkeyPatch, model: FakeEncoder | None) -> None:
    """Let the whole program use this encoder, or none."""
    monkeypatch.setattr(embedder, "encoder", lambda: model)


def use_everywhere(model: FakeEncoder) -> None:
    """Let this process use this encoder from now on: for programs that are run by tests."""
    embedder.encoder = lambda: model  # type: ignore[assignment]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, index_dir: object) -> Iterator[FakeEncoder]:
    """The fake model and an empty index."""
    model = FakeEncoder()
    use(monkeypatch, model)
    return model


@pytest.fixture
def words_alone(monkeypatch: pytest.MonkeyPatch, index_dir: object) -> None:
    """No model and an empty index."""
    use(monkeypatch, None)

"""Texts to vectors with the installed model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from broadsheet.search.embedding.checkpoint import TOKENIZER
from broadsheet.search.embedding.manifest import Manifest, read_manifest
from broadsheet.search.embedding.runtime import Runtime
from broadsheet.search.embedding.store import locate


class Encoder:
    """Turns texts into vectors of length 1, so that a dot product is their cosine.

    The graph is opened at the first use, once in every process, so an encoder may be made before a fork. All methods
    may be called from several threads at once.

    The 8-bit form sets the scale of its activations by the batch, so a text's vector depends a little on its neighbours
    (cosine 0.98 to 0.996 between batches, as much as 8 bits cost at all). Texts are therefore computed one by one
    unless asked otherwise: a paper gets the same vector today alone and tomorrow in a rebuild. For abstracts that costs
    no time; for titles a ``batch_size`` of 16 saves a fifth.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, threads: int) -> None:
        """Use ``load``; this only keeps what it is given."""
        self._folder, self._threads = folder, threads
        self._opened: Runtime | None = None
        self.manifest = manifest

    @classmethod
    def load(cls, model_dir: Path, *, threads: int = 2) -> Encoder:
        """Return the encoder of the model installed in ``model_dir`` (or of the model folder named directly).

        Raises ModelMissing when nothing is installed there, ModelError when it is damaged.
        """
        if threads < 1:
            raise ValueError(f"threads must be 1 or more, not {threads}")
        folder = locate("", model_dir)
        return cls(folder, read_manifest(folder), threads=threads)

    @property
    def model_id(self) -> str:
        """The name of the model, as on the Hugging Face Hub where it comes from there."""
        return self.manifest.model_id

    @property
    def dims(self) -> int:
        """The number of values in a vector."""
        return self.manifest.dims

    @property
    def fingerprint(self) -> str:
        """Identifies what vectors mean; see ``Manifest.fingerprint``."""
        return self.manifest.fingerprint

    def encode(
        self,
        texts: Sequence[str],
        *,
        batch_size: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Return float32 (len(texts), dims): the vectors of documents, in the order given.

        Texts longer than the model takes are cut at their end. In larger batches texts of like length are computed
        together, which saves padding. ``progress`` is called with (texts done, texts in all) after each batch. Raises
        ModelError when the model cannot be opened.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be 1 or more, not {batch_size}")
        vectors = np.empty((len(texts), self.dims), np.float32)
        if not texts:
            return vectors
        runtime = self._runtime()
        tokens = [runtime.tokenise(self.manifest.document_prefix + text) for text in texts]
        by_length = sorted(range(len(texts)), key=lambda number: len(tokens[number]), reverse=True)
        for start in range(0, len(texts), batch_size):
            batch = by_length[start : start + batch_size]
            vectors[batch] = runtime.vectors([tokens[number] for number in batch])
            if progress is not None:
                progress(start + len(batch), len(texts))
        return vectors

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return float32 (dims,): the vector of a search query, with the prefix that the model wants for queries."""
        runtime = self._runtime()
        row: NDArray[np.float32] = runtime.vectors([runtime.tokenise(self.manifest.query_prefix + text)])[0]
        return row

    def _runtime(self) -> Runtime:
        """Open the graph once in each process. Two threads that come first together may both open it; one is kept."""
        opened = self._opened
        if opened is not None and not opened.is_inherited:
            return opened
        runtime = Runtime(
            self._folder / self.manifest.graph,
            self._folder / TOKENIZER,
            max_tokens=self.manifest.max_tokens,
            pad_id=self.manifest.pad_id,
            pooling=self.manifest.pooling,
            threads=self._threads,
        )
        self._opened = runtime
        return runtime
